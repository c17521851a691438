"""One request to a surface: who makes it, its parameters and body, and the timeline it is about."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from doings.auth.credentials import Authenticator
from doings.auth.principal import Principal
from doings.config import Settings
from doings.core.clock import Clock
from doings.core.cursor import CursorSigner
from doings.core.errors import Invalid, Malformed, Problem, TooLarge, UnsupportedType
from doings.core.store import Store
from doings.core.timeline import Timeline
from doings.httpkit.forms import NO_LISTS, members_from_form, members_from_multipart

T = TypeVar("T")


class Services(msgspec.Struct, frozen=True):
    """What every request may use."""

    settings: Settings
    store: Store
    clock: Clock
    authenticator: Authenticator
    cursors: CursorSigner


class Request:
    """One request to a surface. `principal` and `timeline` are there once it is authenticated.

    It reads ASGI's scope itself: Starlette's Request, which can do more, takes longer.
    """

    principal: Principal
    timeline: Timeline

    def __init__(self, services: Services, scope: Scope, receive: Receive, body_limit: int) -> None:
        self.services = services
        self.scope = scope
        self._receive = receive
        self._body_limit = body_limit
        self._query: dict[str, list[str]] | None = None
        self.headers: dict[str, str] = {}
        """Headers for the answer, whatever it will be."""

    def authenticated(self, principal: Principal) -> None:
        """Bind the request to the credential that makes it, and to that account's timeline."""
        self.principal = principal
        self.timeline = Timeline(self.services.store, principal.account, principal.key)
        self.scope["doings"]["key"] = principal.key

    @property
    def method(self) -> str:
        """GET, POST and so on."""
        method: str = self.scope["method"]
        return method

    @property
    def path(self) -> str:
        """The whole path, with that of the mount."""
        path: str = self.scope["path"]
        return path

    @property
    def path_params(self) -> dict[str, str]:
        """The variable parts of the path."""
        params: dict[str, str] = self.scope["path_params"]
        return params

    @property
    def query(self) -> dict[str, list[str]]:
        """The query parameters, each with all its values."""
        if self._query is None:
            self._query = {}
            for name, value in _pairs(self.scope["query_string"].decode("latin-1")):
                self._query.setdefault(name, []).append(value)
        return self._query

    def header(self, name: str) -> str | None:
        """The request's header of that name, the first where it is repeated."""
        wanted = name.lower().encode()
        for key, value in self.scope["headers"]:
            if key == wanted:
                text: str = value.decode("latin-1")
                return text
        return None

    @property
    def bearer(self) -> str | None:
        """The token of `Authorization: Bearer`, upper or lower case."""
        word, _, token = (self.header("authorization") or "").partition(" ")
        return token.strip() if word.lower() == "bearer" else None

    @property
    def address(self) -> str:
        """Where the caller is: the peer, or what the proxy in front says."""
        if self.services.settings.behind_proxy:
            forwarded = self.header("x-forwarded-for")
            if forwarded:
                return forwarded.rpartition(",")[2].strip()
        client: tuple[str, int] | None = self.scope.get("client")
        return client[0] if client else "unknown"

    @property
    def origin_url(self) -> str:
        """`scheme://host` as the caller sees it, or as the installation says.

        A surface mounted by host name is where the caller found it, whatever that says.
        """
        settings = self.services.settings
        if settings.public_url and not self.scope["doings"].get("by_host"):
            return settings.public_url.rstrip("/")
        scheme: str = self.scope["scheme"]
        if settings.behind_proxy:
            scheme = self.header("x-forwarded-proto") or scheme
        return f"{scheme}://{self.header('host') or 'localhost'}"

    @property
    def base_url(self) -> str:
        """Where this surface is mounted, without a slash at the end."""
        root: str = self.scope.get("root_path", "")
        return self.origin_url + root

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes in; raises ClientDisconnect."""
        is_complete = False
        while not is_complete:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            yield message.get("body", b"")
            is_complete = not message.get("more_body", False)

    async def body(self) -> bytes:
        """The whole body; raises TooLarge."""
        declared = self.header("content-length") or "0"
        if declared.isdecimal() and int(declared) > self._body_limit:
            raise TooLarge(self._body_limit)
        chunks = bytearray()
        async for chunk in self.chunks():
            chunks += chunk
            if len(chunks) > self._body_limit:
                raise TooLarge(self._body_limit)
        return bytes(chunks)

    @property
    def content_type(self) -> str:
        """The body's type without parameters, in lower case."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    async def json(self, kind: type[T]) -> T:
        """The body as JSON of a type; raises Malformed, Invalid, TooLarge and UnsupportedType."""
        if self.content_type not in JSON_TYPES and not self.content_type.endswith("+json"):
            raise UnsupportedType("application/json")
        return decoded(await self.body(), kind)

    async def members(self, lists: frozenset[str] = NO_LISTS) -> dict[str, Any]:
        """The members of a body that is a JSON object or a form, whatever it says it is.

        A form may repeat those of `lists`. Raises Malformed for broken JSON and TooLarge.
        """
        body = await self.body()
        if self.content_type == "application/x-www-form-urlencoded":
            return members_from_form(body, lists)
        if self.content_type == "multipart/form-data":
            return await members_from_multipart(body, self.header("content-type") or "", lists)
        members = decoded(body, object) if body.strip() else {}
        return members if isinstance(members, dict) else {}


def _pairs(query: str) -> Iterable[tuple[str, str]]:
    """The names and values of a query string; most of them have nothing escaped in them."""
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True)
    parts = [part.partition("=") for part in query.split("&") if part]
    return [(name, value) for name, _, value in parts]


JSON_TYPES = frozenset({"", "application/json", "text/json"})


def decoded(body: bytes, kind: type[T], *, path: str = "") -> T:
    """JSON of a type; raises Malformed for what is no JSON and Invalid with the member's path."""
    try:
        body.decode()
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise Invalid(problem_from(error, path)) from None
    except UnicodeDecodeError:
        raise Malformed("the body is not UTF-8") from None
    except RecursionError:
        raise Malformed("the body is nested too deeply") from None
    except msgspec.DecodeError as error:
        raise Malformed(f"the body is not JSON: {error}") from None


def problem_from(error: msgspec.ValidationError, path: str = "") -> Problem:
    """Which member is wrong and why, from msgspec's one sentence."""
    reason, _, at = str(error).partition(" - at `$")
    field = (path + at.rstrip("`")).lstrip(".")
    if unknown := _unknown_member(reason):
        field = f"{field}.{unknown}".lstrip(".")
        reason = "unknown member"
    elif missing := _missing_member(reason):
        field = f"{field}.{missing}".lstrip(".")
        reason = "required"
    return Problem(field or "body", reason)


def _unknown_member(reason: str) -> str | None:
    head = "Object contains unknown field `"
    return reason.removeprefix(head).rstrip("`") if reason.startswith(head) else None


def _missing_member(reason: str) -> str | None:
    head = "Object missing required field `"
    return reason.removeprefix(head).rstrip("`") if reason.startswith(head) else None
