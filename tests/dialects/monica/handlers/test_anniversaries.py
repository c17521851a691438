"""Reminders that programs ask for together with a contact's dates."""

from typing import Any

import httpx

from doings.core.entity import Entity
from tests.dialects.monica.answers import data_of
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # what is stored is stored as all reminders are

Document = dict[str, Any]

BORN: Document = {
    "is_birthdate_known": True, "birthdate_day": 2, "birthdate_month": 3, "birthdate_year": 1990,
    "birthdate_add_reminder": True,
}  # fmt: skip

ANN: Document = {
    "first_name": "Ann", "is_deceased": False, "is_deceased_date_known": False, **BORN,
}  # fmt: skip


async def reminders(monica: httpx.AsyncClient, contact: int) -> list[tuple[int, str, str]]:
    """Number, title and date of a contact's reminders."""
    listed = await data_of(await monica.get(f"/contacts/{contact}/reminders"))
    return [(one["id"], one["title"], one["initial_date"][:10]) for one in listed]


async def test_a_birthday_is_reminded_of(monica: httpx.AsyncClient) -> None:
    """Every year; it moves with the date and keeps its number, and goes with the date."""
    ann = await data_of(await monica.post("/contacts", json=ANN), 201)

    assert ann["statistics"]["number_of_reminders"] == 1
    assert await reminders(monica, ann["id"]) == [(1, "Birthday of Ann", "1990-03-02")]
    shown = await data_of(await monica.get("/reminders/1"))
    assert (shown["frequency_type"], shown["frequency_number"]) == ("year", 1)
    assert shown["delible"] is False

    await monica.put(f"/contacts/{ann['id']}", json={"nickname": "A"})
    later = {**BORN, "first_name": "Anna", "birthdate_day": "4", "birthdate_add_reminder": "1"}
    await monica.put(f"/contacts/{ann['id']}", json=later)

    assert await reminders(monica, ann["id"]) == [(1, "Birthday of Anna", "1990-03-04")]

    changed = await data_of(
        await monica.put(f"/contacts/{ann['id']}", json={"is_birthdate_known": False})
    )

    assert changed["statistics"]["number_of_reminders"] == 0


async def test_a_reminder_is_not_asked_for_again(monica: httpx.AsyncClient) -> None:
    """A date that is sent without asking loses its reminder; an age never has one."""
    ann = await data_of(await monica.post("/contacts", json=ANN), 201)
    aged = {"birthdate_is_age_based": True, "birthdate_age": 30, "birthdate_add_reminder": True}
    bob = await data_of(
        await monica.post("/contacts", json={**ANN, "first_name": "Bob", **aged}), 201
    )

    await monica.put(f"/contacts/{ann['id']}", json={**BORN, "birthdate_add_reminder": False})

    assert await reminders(monica, ann["id"]) == await reminders(monica, bob["id"]) == []


async def test_a_death_and_a_meeting_are_reminded_of(
    monica: httpx.AsyncClient, jim: Entity
) -> None:
    """Each by itself; who lives again has no date of death."""
    death = {f"deceased_date_{part}": 5 for part in ("day", "month")}
    await monica.put(
        f"/contacts/{jim.seq}",
        json={
            "is_deceased": True, "is_deceased_date_known": True, "deceased_date_year": 2020,
            "deceased_date_add_reminder": True, **death,
        },
    )  # fmt: skip
    met = {"is_date_known": True, "day": 1, "month": 2, "year": 2001, "add_reminder": True}
    await monica.put(f"/contacts/{jim.seq}/introduction", json=met)

    assert [one[1:] for one in await reminders(monica, jim.seq)] == [
        ("Day on which Jim died", "2020-05-05"),
        ("Day on which you met Jim", "2001-02-01"),
    ]

    alive = {"is_deceased": False, "is_deceased_date_known": True, "deceased_date_year": 2020}
    changed = await data_of(await monica.put(f"/contacts/{jim.seq}", json={**alive, **death}))
    await monica.put(f"/contacts/{jim.seq}/introduction", json={"is_date_known": False})

    assert changed["information"]["dates"]["deceased_date"]["date"] is None
    assert await reminders(monica, jim.seq) == []


async def test_what_is_no_flag_is_refused(monica: httpx.AsyncClient, jim: Entity) -> None:
    """With Monica's sentence, and nothing is stored."""
    wrong = await monica.put(f"/contacts/{jim.seq}", json={**BORN, "birthdate_add_reminder": "yes"})

    message = "The birthdate add reminder field must be true or false."
    assert (wrong.status_code, wrong.json()["error"]["message"]) == (422, [message])
    assert await reminders(monica, jim.seq) == []
