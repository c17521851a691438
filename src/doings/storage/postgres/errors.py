"""PostgreSQL: what its errors mean here."""

import re

import asyncpg

from doings.core.errors import Conflict, Misconfigured, Unavailable

_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    ConnectionResetError,
    BrokenPipeError,
)

_PASSING = (
    *_LOST,
    asyncpg.TransactionRollbackError,
    asyncpg.InvalidCachedStatementError,
)

_AWAY = "the database is away"

_REASONS: dict[type[Exception], str] = {
    asyncpg.CannotConnectNowError: "the database is starting up or shutting down",
    asyncpg.AdminShutdownError: "the database is shutting down",
    asyncpg.CrashShutdownError: "the database is shutting down",
    asyncpg.QueryCanceledError: "the database took too long",
    asyncpg.TooManyConnectionsError: "the database has no connection to spare",
    asyncpg.DiskFullError: "the database's disk is full",
    asyncpg.InsufficientResourcesError: "the database is out of memory",
    asyncpg.LockNotAvailableError: "the account is locked by another program",
    asyncpg.ReadOnlySQLTransactionError: "the database is read-only",
    asyncpg.PostgresSystemError: "the database's disk cannot be read or written",
    asyncpg.TransactionRollbackError: "too many programs write to the same account",
    asyncpg.InvalidAuthorizationSpecificationError: "the database refuses the login",
    asyncpg.InvalidCatalogNameError: "the database is gone",
    asyncpg.IdleInTransactionSessionTimeoutError: "the connection to the database was lost",
    asyncpg.PostgresConnectionError: "the connection to the database was lost",
    TimeoutError: "the database took too long",
    OSError: _AWAY,
}

_CONFLICTS = {
    "accounts_slug_key": "there is an account of that slug already",
    "credentials_pkey": "there is a credential of that key already",
}

_SHARD = re.compile(r"_\d+$")
"""What Citus appends to the name of a constraint on one of its shards."""


def is_passing(error: Exception) -> bool:
    """Whether the same work may succeed on another attempt: nothing of it was kept."""
    return isinstance(error, _PASSING) or _is_closed(error)


def is_lost(error: BaseException) -> bool:
    """Whether the connection broke, which leaves open what became of its last command."""
    return isinstance(error, (*_LOST, OSError)) or _is_closed(error)


def is_late(error: BaseException | None) -> bool:
    """Whether a deadline ended it, the server's or ours."""
    return isinstance(error, (asyncpg.QueryCanceledError, TimeoutError))


_CLOSED = ("closed", "closing", "released back to the pool")


def _is_closed(error: BaseException) -> bool:
    """Whether the driver was asked to use a connection that the server has just ended."""
    if isinstance(error, asyncpg.InternalClientError):
        return True
    is_ours = isinstance(error, asyncpg.InterfaceError)
    return is_ours and any(words in str(error) for words in _CLOSED)


def translated(error: Exception) -> Exception:
    """Our word for the driver's error; an error that has none is itself."""
    if isinstance(error, asyncpg.UniqueViolationError):
        name = _SHARD.sub("", error.constraint_name or "")
        return Conflict(_CONFLICTS[name]) if name in _CONFLICTS else error
    if isinstance(error, (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidSchemaNameError)):
        return Misconfigured(f"the database refuses: {error}")
    if _is_closed(error):
        return Unavailable(_AWAY)
    for cause, reason in _REASONS.items():
        if isinstance(error, cause):
            return Unavailable(reason)
    return error
