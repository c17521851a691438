"""PostgreSQL: where a database is, and whether it is one that we can work with."""

import contextlib
import re
import socket
import ssl
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple

import asyncpg
import msgspec

from doings.config import server_of
from doings.core.budget import PAGE_SECONDS, READ_SECONDS
from doings.core.errors import Misconfigured, Unavailable
from doings.storage.postgres.errors import translated

OLDEST = 14
"""The oldest PostgreSQL that will do."""

CONNECT_SECONDS = 5
"""How long making a connection may take."""

CLOSE_SECONDS = 1
"""How long a server may take to say goodbye."""

STATEMENTS = 500
"""How many prepared statements a connection keeps."""

_SETTINGS = {
    "application_name": "doings",
    "idle_in_transaction_session_timeout": "60s",
    "lock_timeout": "10s",
    "jit": "off",
}


class Use(msgspec.Struct, frozen=True):
    """What connections are for: a statement's deadline, and how PostgreSQL is to plan."""

    seconds: int
    planning: dict[str, str] = {}

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a connection."""
        return _SETTINGS | self.planning | {"statement_timeout": f"{self.seconds}s"}

    @property
    def patience(self) -> int:
        """How many seconds we wait for a statement: first the server may end it by itself."""
        return self.seconds + 1


BOUNDED = Use(
    PAGE_SECONDS, {"enable_seqscan": "off", "enable_bitmapscan": "off", "enable_sort": "off"}
)
"""Every bounded read is a range of an index in its order. This holds PostgreSQL to it also before
it has gathered figures about the tables, when it takes them for small and would sort them.
"""

UNBOUNDED = Use(
    READ_SECONDS,
    {
        "plan_cache_mode": "force_custom_plan",
        "enable_hashjoin": "off",
        "enable_mergejoin": "off",
    },
)
"""Whether a word is frequent or rare decides how it is best looked for. What is found is looked up
one by one, by its key: for a few hundred at a time PostgreSQL would rather read the whole table,
again for each few hundred.
"""

WRITING = Use(30, BOUNDED.planning)
"""A thousand long texts in one statement take their time, and the server is looked after."""


_OWN_TYPES_END = 16_384
"""Below are PostgreSQL's own types, which are the same in every database."""


class _Named(NamedTuple):
    name: str


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg publishes no types
    """Asks once, not on every connection, what a list of numbers is like: Citus takes a second."""

    _known: ClassVar[dict[frozenset[int], Any]] = {}

    async def _introspect_types(
        self,
        types: Iterable[int],
        timeout: float | None,  # noqa: ASYNC109 - asyncpg calls it like this
    ) -> Any:  # noqa: ANN401 - asyncpg publishes no types
        wanted = frozenset(types)
        if wanted not in self._known:
            found, statement = await super()._introspect_types(types, timeout)
            if max(wanted) < _OWN_TYPES_END:
                self._known[wanted] = found
            return found, statement
        return self._known[wanted], _Named("known")


class Address(msgspec.Struct, frozen=True):
    """A database's URL; `prepared` is False where statements and settings do not last."""

    url: str
    prepared: bool = True

    async def pool(self, size: int, use: Use) -> Any:  # noqa: ANN401 - asyncpg publishes no types
        """A pool of at most `size` connections, made when they are needed."""
        return await asyncpg.create_pool(
            self.url,
            min_size=0,
            max_size=size,
            connect=_connect,
            reset=_change_nothing,
            **self._options(use),
        )

    async def connect(self) -> Any:  # noqa: ANN401
        """A connection outside every pool."""
        return await asyncpg.connect(self.url, **self._options(BOUNDED))

    def _options(self, use: Use) -> dict[str, Any]:
        return {
            "connection_class": _Connection,
            "timeout": CONNECT_SECONDS,
            "command_timeout": use.patience,
            "statement_cache_size": STATEMENTS if self.prepared else 0,
            "max_cached_statement_lifetime": 0,
            # A pgbouncer refuses a client that comes with settings it does not know.
            "server_settings": use.settings if self.prepared else None,
        }


async def _connect(url: str, **options: Any) -> Any:  # noqa: ANN401
    """A connection for a pool.

    The driver would say goodbye to one that it cannot prepare, and wait for a stuck server to say
    it too; this drops it.
    """
    raw = await asyncpg.connect(url, **options)
    try:
        await take_binary_words(raw)
    except BaseException:
        raw.terminate()
        raise
    return raw


async def take_binary_words(raw: Any) -> None:  # noqa: ANN401
    """Let texts' words go out in the binary form that COPY needs; they are never read back."""
    await raw.set_type_codec(
        "tsvector", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary"
    )


async def _change_nothing(_raw: object) -> None:
    """Our transactions leave nothing behind that would have to be reset."""


async def checked(address: Address) -> None:
    """Raise Misconfigured, in one line, for a database that cannot be used.

    Raises Unavailable for one that is away: a server that is just being started will answer soon.
    """
    place = _place(address.url)
    try:
        raw = await address.connect()
    except Exception as error:
        reason = _reason(error)
        if reason is None:
            raise
        kind = Unavailable if _may_pass(error) else Misconfigured
        raise kind(f"{place}: {reason}") from error
    try:
        version = raw.get_server_version()
        if version.major < OLDEST:
            raise Misconfigured(
                f"{place} is PostgreSQL {version.major}; Doings needs {OLDEST} or newer"
            )
        encoding = await raw.fetchval("SHOW server_encoding")
        if encoding != "UTF8":
            raise Misconfigured(f"{place} is encoded in {encoding}; Doings needs UTF8")
    finally:
        with contextlib.suppress(TimeoutError):
            await raw.close(timeout=CLOSE_SECONDS)


def _place(url: str) -> str:
    """The URL without its password and its options."""
    server = server_of(url)
    if server is None:
        return "the database's URL"
    return f"postgresql://{server.user}{'@' if server.user else ''}{server.place}"


_REASONS: dict[type[Exception], str] = {
    asyncpg.TargetServerAttributeNotMatched: "no server there is as target_session_attrs asks",
    ssl.SSLError: "TLS fails: {}",
    asyncpg.ClientConfigurationError: "that is no usable URL: {}",
    socket.gaierror: "there is no such host",
    asyncpg.InvalidPasswordError: "the password is wrong",
    asyncpg.InvalidCatalogNameError: "there is no such database; createdb makes one",
    asyncpg.ProtocolViolationError: "a pgbouncer needs prepared statements turned off here ({})",
    asyncpg.InvalidAuthorizationSpecificationError: "the login is refused: {}",
    ConnectionRefusedError: "nobody answers there",
    FileNotFoundError: "nobody answers there",
    ConnectionResetError: "what answers there ends the connection",
    ConnectionError: "what answers there speaks no TLS, or is no PostgreSQL",
    ValueError: "that is no usable URL",
}

_PASSING = (
    ConnectionRefusedError,
    ConnectionResetError,
    FileNotFoundError,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)


def _may_pass(error: Exception) -> bool:
    """Whether the same URL may do later."""
    is_of_names = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
    return is_of_names or isinstance(error, _PASSING)


_QUOTED = re.compile(r"'[^']*'")
"""What the driver quotes of a URL, which may be a piece of a password."""


def _reason(error: Exception) -> str | None:
    """What is wrong, in a few words; None for what was never thought of."""
    for cause, reason in _REASONS.items():
        if isinstance(error, cause):
            return reason.format(_QUOTED.sub("…", str(error)))
    ours = translated(error)
    if ours is error:
        # Such as an option of the URL that the server does not know.
        is_refusal = isinstance(error, asyncpg.PostgresError)
        return f"the server refuses: {' '.join(str(error).split())}" if is_refusal else None
    return str(ours)
