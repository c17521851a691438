"""Asking a service: within its limit, waiting where it says so, and through passing faults.

Nothing here knows a vendor. Whatever a service answers ends in an answer that is JSON, or in one
sentence that says what is wrong.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx
import msgspec
import stamina
from aiolimiter import AsyncLimiter

from doings.core.budget import PULL_ANSWER_BYTES, PULL_IDLE_SECONDS, PULL_SECONDS
from doings.core.clock import SystemClock, instant_from_datetime
from doings.core.errors import Misconfigured
from doings.core.imports import answer_from_text
from doings.core.pulling.service import Answer, AnyService, Ask, Credentials
from doings.importing.pull.wording import (
    is_html,
    plain,
    said,
    target_of,
    twice_in,
    without_secrets,
    words_of,
)

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
"""Statuses after which a request may be sent again."""

AWAY = frozenset({425, 429, 502, 503, 521, 522, 523, 529})
"""Those of them that no smaller request mends."""

TOO_MUCH = frozenset({400, 413, 414, 422})
"""Statuses that say that too much was asked for, where less can be."""

OK = frozenset({200, 201, 203})
"""Statuses of an answer: 201 to a sign-in, 203 where a proxy between has changed it."""

FORBIDDEN, NOT_FOUND = 403, 404

INFLATED = frozenset({"", "identity", "gzip", "deflate"})
PACKED = {"Accept-Encoding": "gzip, deflate"}
"""How an answer may be packed: twice, it grows a million times before its size can be seen."""

CUT_TRIES = 3
"""How often an answer that ends too early is asked for."""

SPLIT_TRIES = 3
"""How often something is asked for before half of it is."""

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
"""What is waited after a fault, and twice as long each time, where the service does not say."""

LONGEST_DIGITS = 12
"""Digits of a number of seconds that are read: with more it is beyond all patience, too."""

MINUTE = 60.0
MARGIN = 1.01
"""A minute is taken a little longer than it is: requests do not all travel equally long."""

BURST = 10
"""One in so many requests of a minute may be sent at once."""


class ServiceFailed(Exception):
    """The service cannot be pulled from now; what was pulled stays, and it can be gone on with."""


class Contradiction(ServiceFailed):
    """The service cannot have said the truth: it has to be gone through from its begin again."""


class TooMuchAsked(ServiceFailed):
    """The service did not answer, and it may if less is asked for."""


class TooLargeAnswer(TooMuchAsked):
    """An answer with more bytes than anybody should hold."""


class NotAllowed(Misconfigured):
    """The service does not show this with these credentials: all of it, or one thing."""


class _Passing(Exception):
    """A fault that may pass; `wait_s` is how long the service asks to wait.

    It is waited for `tries` times at most. With `splits` it may be that too much was asked for.
    """

    def __init__(
        self,
        reason: str,
        wait_s: float | None = None,
        tries: int | None = None,
        *,
        splits: bool = True,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s
        self.tries = tries
        self.splits = splits


class _Expired(Exception):
    """The token of a service that is signed in to is good no longer."""


def limiter_for(rate: int) -> AsyncLimiter:
    """Lets so many requests through a minute, and in no window of a minute more.

    A bucket lets through what it holds and, within the same minute, what flows out of it. So both
    together are the rate.
    """
    burst = max(1, rate // BURST)
    flow = rate - burst
    if not flow:
        return AsyncLimiter(1, MINUTE * MARGIN)
    return AsyncLimiter(burst, MINUTE * MARGIN * burst / flow)


class Pace(msgspec.Struct, frozen=True):
    """How many requests a minute are sent (None: no limit), and how long faults are waited for."""

    rate: int | None
    patience_s: float


class ServiceClient:
    """Asks one service. `waiting` is told why and how long nothing is asked.

    Use it as an asynchronous context manager.
    """

    def __init__(
        self,
        service: AnyService,
        base: str,
        credentials: Credentials,
        pace: Pace,
        *,
        waiting: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        self.requests = 0
        self.waited_s = 0.0
        self._service = service
        self._base = base
        self._credentials = credentials
        self._limiter = limiter_for(pace.rate) if pace.rate else None
        self.patience_s = pace.patience_s
        self._waiting = waiting
        self._token: str | None = None
        self._whose: list[str | None] = []
        self._tries = 0
        self._may_split = False
        self._was_there = False
        self._http = _http()

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def count_earlier(self) -> None:
        """Take a full burst as sent: another program asked the service a moment ago."""
        if self._limiter is not None:
            await self._limiter.acquire(self._limiter.max_rate)

    async def get(self, ask: Ask) -> Answer:
        """Ask until there is an answer; raises ServiceFailed and Misconfigured."""
        self._tries = 0
        self._may_split = ask.may_split
        retries = stamina.retry_context(
            on=self._wait_for,
            attempts=None,
            timeout=self.patience_s,
            wait_initial=FIRST_WAIT_S,
            wait_max=LONGEST_WAIT_S,
            wait_jitter=FIRST_WAIT_S,
        )
        try:
            async for attempt in retries:
                with attempt:
                    return await self._signed_in(ask)
        except _Passing as fault:
            kind = TooMuchAsked if fault.splits else ServiceFailed
            raise kind(f"{self._base} {fault.reason}") from None
        raise AssertionError  # pragma: no cover - the attempts end in one of the two

    async def whose(self) -> str | None:
        """What the service calls the account of the credentials; None where it does not tell.

        It is asked once. Raises ServiceFailed and Misconfigured.
        """
        if not self._whose:
            me = self._service.me
            answer = None if me is None else await self.get(me)
            is_there = answer is None or not answer.is_missing
            self._whose = [self._service.whose(self._credentials, answer) if is_there else None]
        return self._whose[0]

    def _wait_for(self, error: Exception) -> bool | float:
        """Whether to try again, or in how many seconds."""
        if not isinstance(error, _Passing):
            return False
        self._tries += 1
        if self._may_split and error.splits and self._tries >= SPLIT_TRIES:
            return False
        if error.tries is not None and self._tries >= error.tries:
            return False
        if error.wait_s is None:
            self._waiting(f"{self._base} {error.reason}; trying again")
            return True
        if error.wait_s > self.patience_s:
            return False
        # A service that says 0 again and again is not asked without a pause.
        pause = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(self._tries - 1, 10))
        wait_s = max(error.wait_s, pause)
        self.waited_s += wait_s
        self._waiting(f"{self._base} {error.reason}")
        return wait_s

    async def _signed_in(self, ask: Ask) -> Answer:
        """Ask with a token where there is one; a second time with another if it is expired."""
        sign_in, token = self._service.sign_in, self._service.token
        if sign_in is None or token is None:
            return await self._once(ask, self._service.headers(self._credentials, None))
        for is_last in (self._token is None, True):
            if self._token is None:
                answer = await self._once(sign_in(self._credentials), {})
                self._token = _token_of(answer, token, self._base)
            try:
                headers = self._service.headers(self._credentials, self._token)
                return await self._once(ask, headers, has_token=not is_last)
            except _Expired:
                self._token = None
        raise AssertionError  # pragma: no cover - the last time does not expire

    async def _once(self, ask: Ask, headers: dict[str, str], *, has_token: bool = False) -> Answer:
        if self._limiter is not None:
            began = time.monotonic()
            await self._limiter.acquire()
            self.waited_s += time.monotonic() - began
        self.requests += 1
        try:
            async with asyncio.timeout(PULL_SECONDS):
                response, body = await self._send(ask, headers)
        except TimeoutError:
            raise _Passing(f"took more than {PULL_SECONDS} s to answer") from None
        except (httpx.LocalProtocolError, UnicodeEncodeError):
            # The library's words show the header, and with it the credentials.
            reason = "cannot be asked: a header holds what HTTP does not carry"
            raise ServiceFailed(f"{self._base} {reason}") from None
        except httpx.TransportError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                reason = "shows a certificate that is not trusted"
                raise ServiceFailed(f"{self._base} {reason}: {plain(error)}") from None
            # A name that was mistyped is not waited for as long as a service that was there.
            tries = None if self._was_there else CUT_TRIES
            is_away = isinstance(error, httpx.ConnectError)
            raise _Passing(words_of(error), tries=tries, splits=not is_away) from None
        except httpx.DecodingError:
            raise _Passing("answers what cannot be inflated", tries=CUT_TRIES) from None
        except (httpx.InvalidURL, ValueError) as error:
            raise ServiceFailed(f"{self._base} cannot be asked: {error}") from None
        self._was_there = True
        return self._checked(ask, response, body, has_token=has_token)

    async def _send(self, ask: Ask, headers: dict[str, str]) -> tuple[httpx.Response, bytes]:
        """The answer, of which no more than a bound is read."""
        url = self._base + ask.path
        everything = {"Accept": "application/json", **PACKED, **headers, **dict(ask.headers)}
        async with self._http.stream(
            ask.method, url, params=list(ask.params) or None, headers=everything
        ) as response:
            if response.headers.get("content-encoding", "").strip().lower() not in INFLATED:
                raise ServiceFailed(f"{self._base} packs {ask.path} in a way not asked for")
            parts, size = [], 0
            async for part in response.aiter_bytes():
                size += len(part)
                if size > PULL_ANSWER_BYTES:
                    limit = PULL_ANSWER_BYTES // 1_048_576
                    reason = f"answers {ask.path} with more than {limit} MiB"
                    raise TooLargeAnswer(f"{self._base} {reason}")
                parts.append(part)
        return response, b"".join(parts)

    def _checked(
        self, ask: Ask, response: httpx.Response, body: bytes, *, has_token: bool
    ) -> Answer:
        """The answer if it is one; raises what is to be done about it."""
        status = response.status_code
        said_of_it = said(self._without_secrets(body)) if status not in OK else ""
        clock = _instant(response.headers)
        # A clock that is ahead would hide what is changed until it is that late.
        at = min(clock, SystemClock().now())
        if status in {401, 403}:
            if has_token:
                raise _Expired
            self._check_base(ask, status)
            reason = f"does not take these credentials: {status}{said_of_it}"
            refusal = NotAllowed if status == FORBIDDEN else Misconfigured
            raise refusal(f"{self._base} {reason}")
        if status in PASSING:
            wait_s = _retry_after(response.headers, clock)
            asks = "" if wait_s is None else f" and asks to wait {wait_s:.0f} s"
            raise _Passing(f"answers {status}{said_of_it}{asks}", wait_s, splits=status not in AWAY)
        if status == NOT_FOUND:
            self._check_base(ask, status)
        if status == NOT_FOUND and ask.may_miss and not is_html(body):
            return Answer(body, response.headers, at, is_missing=True)
        if response.has_redirect_location:
            target = self._without_secrets(response.headers.get("location", "").encode()).decode()
            elsewhere = target_of(target, ask.path)
            reason = f"leads to {elsewhere}; give that place as --from, if it is the service"
            raise ServiceFailed(f"{self._base} {reason}")
        if status not in OK:
            kind = TooMuchAsked if status in TOO_MUCH else ServiceFailed
            raise kind(f"{self._base} answers {ask.path} with {status}{said_of_it}")
        if is_html(body):
            reason = "answers a page of HTML: --from is another place, or the service is away"
            raise ServiceFailed(f"{self._base} {reason}")
        answer = answer_from_text(body)
        if answer is None:
            raise _Passing("answers what is cut off or no JSON", tries=CUT_TRIES)
        return Answer(answer, response.headers, at)

    def _without_secrets(self, text: bytes) -> bytes:
        """What the service says, without the credentials and the token."""
        own, sign_in = self._credentials, self._service.sign_in
        sent = [] if sign_in is None else [pair[1].split()[-1] for pair in sign_in(own).headers]
        return without_secrets(text, [*sent, own.secret, own.key, self._token])

    def _check_base(self, ask: Ask, status: int) -> None:
        """Raise Misconfigured where --from holds a part of the address that is put behind it."""
        twice = twice_in(urlsplit(self._base).path, ask.path)
        if twice:
            raise Misconfigured(
                f"--from {self._base} seems wrong: {self._base}{ask.path} was asked for, which has"
                f" {twice} twice, and answers {status}; give the address without {twice} at its end"
            )


def _http() -> httpx.AsyncClient:
    """What asks; raises Misconfigured where the environment says what cannot be used."""
    try:
        for proxy in getproxies().values():
            _ = urlsplit(proxy).port
        return httpx.AsyncClient(timeout=httpx.Timeout(PULL_IDLE_SECONDS), follow_redirects=False)
    except (ImportError, ValueError, httpx.InvalidURL):
        names = "HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
        raise Misconfigured(f"{names} must be addresses like http://proxy.example:3128") from None
    except OSError as error:
        reason = f"cannot be read as certificates: {error.strerror or plain(error)}"
        raise Misconfigured(f"the files of SSL_CERT_FILE and SSL_CERT_DIR {reason}") from None


def _token_of(answer: Answer, token: Callable[[Answer], str], base: str) -> str:
    try:
        return token(answer)
    except ValueError:
        raise ServiceFailed(f"{base} answers the sign-in without a token") from None


def _instant(headers: Mapping[str, str]) -> int:
    """What time it is where the service is."""
    try:
        return instant_from_datetime(parsedate_to_datetime(headers["date"]))
    except (KeyError, ValueError, TypeError):
        return SystemClock().now()


def _retry_after(headers: Mapping[str, str], at: int) -> float | None:
    """How many seconds the service asks to wait; None where it does not say."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:LONGEST_DIGITS]) + 0.1
    try:
        return max(0.0, (instant_from_datetime(parsedate_to_datetime(text)) - at) / 1e6) + 0.1
    except (ValueError, TypeError):
        return None
