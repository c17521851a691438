"""Pulling from Agendize: one list for each client, without pages, oldest first."""

import msgspec

from doings.core.activity import Activity, Draft
from doings.core.imports import ImportItem
from doings.core.pulling.merging import changed_draft
from doings.core.pulling.service import Answer, Ask, Beginning, Credentials, Page, Seen, Service
from doings.dialects.agendize.saved import SAVED, new_client
from doings.dialects.agendize.vocabulary import API, CONTACT_RECORD


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whose list is asked for, and whether it was read."""

    client: str
    is_done: bool = False


def headers(credentials: Credentials, _token: str | None) -> dict[str, str]:
    """Partner mode where there is a key, else OAuth 2."""
    if credentials.key:
        return {"apiKey": credentials.key, "token": credentials.secret or ""}
    return {"Authorization": f"Bearer {credentials.secret}"}


def begin(_before: Place | None, beginning: Beginning) -> Place:
    """The whole list, each time: there is no other way to ask."""
    return Place(beginning.contact or "")


def ask(place: Place) -> Ask | None:
    """The client's list; unknown clients are 404."""
    if place.is_done:
        return None
    return Ask(f"{API}/activities", (("clientId", place.client), ("sort", "asc")), may_miss=True)


def page(place: Place, answer: Answer) -> Page:
    """All of the list; raises Malformed and Invalid."""
    if answer.is_missing:
        return Page(missing=place.client)
    return Page(elements=SAVED.elements_from_answer(answer.body))


def turn(place: Place, _page: Page, _seen: Seen) -> Place:
    """There is no more."""
    return msgspec.structs.replace(place, is_done=True)


def changed(known: Activity, said: Draft, _now: int) -> Draft:
    """What the service says now; other clients of the activity stay."""
    return changed_draft(known, said)


def owner(client: str) -> ImportItem:
    """The client's record, which belongs to a contact."""
    return ImportItem(draft=None, new_entities=(new_client(client),))


SERVICE = Service(
    saved=SAVED,
    place=Place,
    rate=None,
    needs=("secret",),
    headers=headers,
    begin=begin,
    ask=ask,
    page=page,
    turn=turn,
    changed=changed,
    is_by_contact=True,
    owner=owner,
    contact_types=(CONTACT_RECORD,),
)
