"""Makes things happen at the times, and under the ids, that the examples of a document show."""

from typing import Any

from doings.core.activity import Draft, Link
from doings.core.clock import start_of_date
from doings.core.text import json_text
from doings.core.values.instants import instant_from_text
from doings.dialects.monica.validation import date_of
from tests.clocks import TickingClock
from tests.serving import Business

BEHIND = 1_000_000
"""Where the account's own first entities are put, out of the way of the examples' ids."""


class Past:
    """An account whose ids and times can be chosen."""

    def __init__(self, business: Business, clock: TickingClock) -> None:
        self.business = business
        self.clock = clock

    async def make_room(self) -> None:
        """Free the ids from 1 on."""
        account = self.business.account.id
        await self.business.run(
            "UPDATE entities SET seq = seq + :behind WHERE account_id = :account",
            behind=BEHIND,
            account=account,
        )
        await self.business.run("DELETE FROM search_entities")

    async def next_id(self, seq: int) -> None:
        """Give the next entry this id; the log of changes begins again, as it has no gaps."""
        account = self.business.account.id
        await self.business.run(
            "UPDATE heads SET head = :head WHERE account_id = :account",
            head=seq - 1,
            account=account,
        )
        await self.business.run(
            "DELETE FROM log_leaves WHERE account_id = :account", account=account
        )

    async def meet(self, document: dict[str, Any]) -> None:
        """Make the contact that a document shows."""
        await self.next_id(document["id"])
        birthdate = document["information"]["dates"][0]
        names = ("first_name", "last_name", "nickname", "gender", "is_partial")
        attrs = {name: document[name] for name in names if document.get(name) is not None}
        attrs |= {
            "birthdate": birthdate["birthdate"],
            "birthdate_is_age_based": birthdate["is_birthdate_approximate"] == "approximate",
        }
        await self.business.put("contact", str(document["id"]), attrs=json_text(attrs))

    async def name_type(self, document: dict[str, Any]) -> None:
        """Give an activity type the name and category that a document shows."""
        category = str(document["activity_type_category"]["id"])
        attrs = json_text({"category": category, "is_default": True})
        await self.business.put(
            "activity_type", str(document["id"]), name=document["name"], attrs=attrs
        )

    async def record(self, document: dict[str, Any]) -> None:
        """Record the activity that a document shows, and change it if it was changed."""
        draft = self._draft(document)
        self.clock.instant = instant_from_text(document["created_at"])
        await self.next_id(document["id"])
        if document["updated_at"] == document["created_at"]:
            await self.business.record(draft)
            return
        first = self._draft({**document, "description": "…"})
        await self.business.record(first)
        self.clock.instant = instant_from_text(document["updated_at"])
        await self.next_id(BEHIND * 2 + document["id"])
        await self.business.revise(document["id"], draft)

    def _draft(self, document: dict[str, Any]) -> Draft:
        activity_type = document["activity_type"]
        day = date_of(document["happened_at"])
        assert day is not None
        data = {"happened_on": document["happened_at"]}
        if activity_type:
            data["activity_type_id"] = activity_type["id"]
        contacts = document["attendees"]["contacts"]
        return Draft(
            kind="encounter.logged",
            occurred_at=start_of_date(day, self.business.account.time_zone),
            summary=document["summary"],
            body=document["description"],
            data=json_text(data),
            links=tuple([Link("contact", str(contact["id"]), "attendee") for contact in contacts]),
            origin="monica",
        )


async def flush(past: Past, documents: list[dict[str, Any]]) -> None:
    """Make the contacts and types that activities show; of two that share an id, the first."""
    contacts: dict[int, dict[str, Any]] = {}
    for document in documents:
        for contact in document["attendees"]["contacts"]:
            contacts.setdefault(contact["id"], contact)
        if document["activity_type"]:
            await past.name_type(document["activity_type"])
    for contact in contacts.values():
        await past.meet(contact)
