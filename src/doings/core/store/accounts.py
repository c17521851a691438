"""The part of the port that is about accounts themselves."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from doings.core.account import Account


class SettingsWriter(Protocol):
    """Changing the settings of an account."""

    async def change_settings(
        self, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> dict[str, Any]:
        """Replace the account's settings by what `change` makes of them, and return those."""


class AccountStore(Protocol):
    """Finding, creating, changing and deleting accounts."""

    async def create_account(self, slug: str, *, name: str, time_zone: str) -> Account:
        """Create an account with what a new one starts with; raises Invalid and Conflict."""

    async def account(self, slug: str) -> Account:
        """The account of that slug; raises NotFound."""

    async def accounts_by_slug(self, slugs: Sequence[str]) -> list[Account]:
        """The accounts of these slugs; slugs of none are left out."""

    async def accounts(self, *, merging: bool = False) -> list[Account]:
        """All accounts, sorted by slug; with `merging` those that were ever set to merge people."""

    async def delete_account(self, slug: str) -> None:
        """Remove an account and all that is in it; raises NotFound."""

    async def change_settings(
        self, account_id: int, change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> Account:
        """Replace an account's settings by what `change` makes of them; raises NotFound."""
