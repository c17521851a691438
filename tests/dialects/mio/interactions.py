"""Interactions, as the mapping is given them."""

from typing import Any

from doings.core.account import Account
from doings.core.activity import Activity, Linked
from doings.core.clock import SECOND
from tests.builders import activity, linked
from tests.clocks import NOON

ACCOUNT = Account(id=1, slug="acme", name="Acme", time_zone="Europe/Berlin", created_at=0)
OWN = ("business", "acme")
NOON_MS = NOON // 1000


US = linked(*OWN, role="actor")
IDA = linked("individual", "i", "Ida", "counterpart")


def interaction(
    *links: Linked,
    kind: str = "details.requested",
    data: object = "{}",
    **members: Any,  # noqa: ANN401 - an Activity's
) -> Activity:
    """An interaction as stored, changed two seconds after it was recorded."""
    changed = {"updated_at": NOON + 2 * SECOND, **members}
    return activity(kind, *(links or (US, IDA)), data=data, **changed)
