"""Who is asking, once that is known."""

import msgspec

from doings.core.account import Account
from doings.core.errors import Forbidden
from doings.core.resuming.position import Position
from doings.core.store.credentials import Standing, View

READ = "read_activities"
WRITE = "write_activities"
ADMIN = "admin"

READ_SUBSCRIPTIONS = "read_subscriptions"
WRITE_SUBSCRIPTIONS = "write_subscriptions"
"""Those of Cobot's subscriptions, which take `admin` besides."""

SCOPES = (READ, WRITE, ADMIN, READ_SUBSCRIPTIONS, WRITE_SUBSCRIPTIONS)

SCOPE_ALIASES = {"read": READ, "write": WRITE}


CALENDAR = "calendar"
FEED = "feed"
"""The only scope of a secret address, which is the format that it shows a timeline in."""

VIEW = "view"
"""The only scope of who may see no more than a `View`; no credential can be asked for with it."""


class Principal(msgspec.Struct, frozen=True):
    """An account, and the credential that speaks for it until `expires_at`, an instant.

    `position` is the account's own when the credential was looked up. With a `view`, nothing but
    that may be seen, and nothing be changed.
    """

    account: Account
    key: str
    scopes: tuple[str, ...]
    label: str | None
    expires_at: int | None = None
    standing: Standing | None = None
    position: Position = Position("", 0)
    view: View | None = None

    def require(self, scope: str) -> None:
        """Raise Forbidden unless the credential has the scope."""
        if scope not in self.scopes:
            raise Forbidden(scope)


def scope_named(name: str) -> str | None:
    """The scope of that name or alias, or None."""
    scope = SCOPE_ALIASES.get(name, name)
    return scope if scope in SCOPES else None
