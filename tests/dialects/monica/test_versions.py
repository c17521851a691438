"""Which Monica an account speaks."""

from typing import Any

import httpx
import pytest

from doings.core.entity import Entity
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

LUNCH = {"summary": "Lunch", "happened_at": "2018-02-02"}

pytestmark = SQLITE_ONLY


async def speak(served: Served, acme: Business, version: object) -> None:
    """Say which Monica the account speaks."""
    await served.database.change_settings(
        acme.account.id, lambda settings: {**settings, "monica": version}
    )


@pytest.mark.parametrize(
    ("version", "has_list", "page"),
    [("document", True, 10), ("4.1", False, 15), ("5", True, 10), (7, True, 10)],
)
async def test_a_version_is_a_setting(
    served: Served, monica: httpx.AsyncClient, acme: Business, jim: Entity, *,
    version: object, has_list: bool, page: int,
) -> None:  # fmt: skip
    """It holds from the next request on, also for what was shown before."""
    sent = {**LUNCH, "contacts": [jim.seq]}
    before = (await monica.post("/activities", json=sent)).json()["data"]
    await monica.post("/notes", json={"body": "Tea", "contact_id": jim.seq})
    await monica.get("/activities")
    await speak(served, acme, version)

    activities = (await monica.get("/activities")).json()
    (note,) = (await monica.get("/notes")).json()["data"]
    chosen = (await monica.get("/activities?limit=3")).json()

    shown: dict[str, Any] = activities["data"][0]["attendees"]["contacts"][0]["information"]
    assert "dates" in before["attendees"]["contacts"][0]["information"]
    assert ("dates" in shown) is ("dates" in note["contact"]["information"]) is has_list
    assert list(shown)[-3:] == ["birthdate", "deceased_date", "avatar"]
    assert activities["meta"]["per_page"] == page
    assert (await monica.get("/contacts?limit=0")).json()["meta"]["per_page"] == page
    assert chosen["meta"]["per_page"] == 3
