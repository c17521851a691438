"""Which Monica an account's API speaks: a setting of the account.

Monica's document shows the dates of a contact as a list, too, and ten entries a page. The servers
of version 4.1 have no such list and give fifteen; strict programs were written for these.
"""

import msgspec

from doings.core.account import Account


class Version(msgspec.Struct, frozen=True):
    """How one Monica answers: how many are on a page, and whether dates are a list as well."""

    name: str
    page: int
    has_list_of_dates: bool


DOCUMENT = Version("document", 10, has_list_of_dates=True)
VERSIONS = {one.name: one for one in (DOCUMENT, Version("4.1", 15, has_list_of_dates=False))}


def version_of(account: Account) -> Version:
    """The Monica that an account speaks."""
    return VERSIONS[account.monica]
