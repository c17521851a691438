"""Everything that can go wrong, without HTTP: each surface has its own table of answers.

DoingsError
├── Unauthenticated        no credential, or one that is not good
├── Forbidden              a good credential without the scope or role
├── NotFound               no such thing in this account
├── Malformed              cannot be read at all: broken JSON, an unreadable parameter or cursor
│   └── WrongEncoding      text in UTF-16 or UTF-32
├── Invalid                can be read and is wrong, field by field
│   └── TooMuch            asks for more than a bound allows
├── Conflict               the state of the thing does not allow it
├── Outdated               it is not in the state that the caller asks for
├── HistoryReplaced        a position in a feed that is another one since
├── TooLarge               a body over the limit
├── UnsupportedType        a body in a format that nobody reads here
├── BrokenOff              a stream that ended in an error, after part of it was recorded
├── NotAcceptable          an answer in a format that nobody writes here
├── TooManyRequests        come back later
├── Unavailable            the store is away, full, locked or read-only
│   └── Busy               others take all the room that there is
└── Misconfigured          the program cannot start or carry out a command like this
"""

from typing import NamedTuple

from doings.core.budget import BUSY_SECONDS


class DoingsError(Exception):
    """The root of the tree: catch this to catch all that Doings raises on purpose."""

    bound: str | None = None
    """The bound of `core.budget` that was hit, under the name that `/metrics` gives it."""


class Unauthenticated(DoingsError):
    """No credential, or one that is unknown, expired or revoked."""

    def __init__(self, reason: str = "a credential is required") -> None:
        super().__init__(reason)
        self.reason = reason


class Forbidden(DoingsError):
    """The credential is good and does not include `scope`, which is empty where none would do."""

    def __init__(self, scope: str, reason: str | None = None) -> None:
        self.scope = scope
        self.reason = reason or f"this needs the scope {scope}"
        super().__init__(self.reason)


class NotFound(DoingsError):
    """There is no `what` named `name` in this account; it may exist in another account."""

    def __init__(self, what: str, name: object = None) -> None:
        self.what = what
        self.name = name
        super().__init__(f"there is no {what} {name}" if name is not None else f"no such {what}")


class Malformed(DoingsError):
    """Input that cannot be read; `field` names the parameter, or is None for a whole body."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        self.reason = reason
        self.field = field
        super().__init__(f"{field}: {reason}" if field else reason)


class WrongEncoding(Malformed):
    """Text in an encoding other than UTF-8, which `name` names."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the text is {name}, and only UTF-8 is read; save or send it as UTF-8")


class Problem(NamedTuple):
    """One thing wrong with an input: the path of the member and why."""

    field: str
    reason: str


class Invalid(DoingsError):
    """Input that can be read and is wrong."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{field}: {reason}" for field, reason in problems))

    @classmethod
    def of(cls, field: str, reason: str) -> "Invalid":
        """One problem, the usual case."""
        return cls(Problem(field, reason))


class TooMuch(Invalid):
    """Input that is wrong only in that it asks for more than a bound allows."""

    def __init__(self, bound: str, *problems: Problem) -> None:
        super().__init__(*problems)
        self.bound = bound


class Conflict(DoingsError):
    """The state of the thing, or an earlier request, does not allow this one."""


class Outdated(DoingsError):
    """The thing is not what the caller asks it to be (`If-Match`, `If-None-Match`)."""


class HistoryReplaced(DoingsError):
    """The caller's position is of a history that was rolled back; `position` is where to begin."""

    def __init__(self, position: str) -> None:
        self.position = position
        super().__init__("the history was replaced since; read the lists again and go on from here")


class TooLarge(DoingsError):
    """A body of more than `limit` bytes."""

    bound = "body"

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"the body is larger than {limit} bytes")


class UnsupportedType(DoingsError):
    """A body whose content type is none of `offered`."""

    def __init__(self, *offered: str) -> None:
        self.offered = offered
        super().__init__(f"the body must be {' or '.join(offered)}")


class BrokenOff(DoingsError):
    """A stream that ended in an error: `cause`.

    Of its lines, all up to `line` are done: so many were `recorded`, `replaced`, `repeated` and
    `refused`, and the rest were empty. Nothing after `line` is recorded.
    """

    def __init__(  # noqa: PLR0913 - one for each thing that may become of a line
        self,
        cause: DoingsError,
        *,
        line: int,
        recorded: int,
        replaced: int,
        repeated: int,
        refused: int,
    ) -> None:
        self.cause = cause
        self.bound = cause.bound
        self.line = line
        self.recorded = recorded
        self.replaced = replaced
        self.repeated = repeated
        self.refused = refused
        done = f"{recorded} recorded and nothing after line {line}"
        super().__init__(f"{cause}; {done}" if line else f"{cause}; nothing is recorded")


class NotAcceptable(DoingsError):
    """An `Accept` header that none of `offered` satisfies."""

    def __init__(self, *offered: str) -> None:
        self.offered = offered
        super().__init__(f"this is available as {', '.join(offered)}")


class TooManyRequests(DoingsError):
    """Over a limit; worth trying again after `retry_after` seconds."""

    bound = "rate"

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"too many requests, try again in {retry_after} seconds")


class Unavailable(DoingsError):
    """The store cannot answer now: locked, full, read-only or away.

    Nothing was written, unless the connection was lost during the commit. A caller that has to know
    repeats the request with the same external_id or Idempotency-Key.
    """


class Busy(Unavailable):
    """There is no room for this now; worth trying again after `retry_after` seconds."""

    def __init__(self, bound: str, reason: str, retry_after: int = BUSY_SECONDS) -> None:
        super().__init__(reason)
        self.bound = bound
        self.retry_after = retry_after


class Misconfigured(DoingsError):
    """A setting, file or database that this program cannot work with: one line, exit code 2."""
