"""Searching: people and things first, then activities, each bounded like the API's searches."""

import msgspec
from starlette.responses import Response

from doings.core.defaults import SETTINGS
from doings.core.entity import CONTACT, Entity
from doings.core.errors import Invalid
from doings.core.limits.search import check_search
from doings.core.query import beginnings_from_text, words_from_text
from doings.core.store import Reader
from doings.core.store.entities import EntityQuery
from doings.httpkit.input.params import last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.display import zone_of
from doings.web.page import respond_page
from doings.web.remarks import knowing
from doings.web.timeline.articles import entity_url
from doings.web.timeline.filters import TEXT_LENGTH, Asked, Filters, Place, address_of
from doings.web.timeline.reading import Part, read_part

PEOPLE = 20
"""How many people and things are shown."""

ACTIVITIES = 20
"""How many activities are shown; the timeline has the others."""


class Found(msgspec.Struct, frozen=True):
    """What a search found; of people and things there may be more."""

    people: list[Entity]
    has_more: bool
    part: Part | None


class Person(msgspec.Struct, frozen=True):
    """Somebody or something that was found."""

    name: str
    type: str
    id: str
    url: str


NOTHING = Found([], has_more=False, part=None)


async def show_search(request: Request) -> Response:
    """What is found for `q`; a search for too much says so."""
    text = " ".join((last(request.query, "q") or "").split())
    problem = _problem(text)
    if not text or problem:
        return await _respond(request, text, NOTHING, problem)
    time_zone, now = zone_of(request), request.services.clock.now()

    async def read(reader: Reader) -> Found:
        query = EntityQuery(q=text, without=SETTINGS, limit=PEOPLE + 1)
        seqs = await reader.entity_seqs(query)
        people, covered = await reader.fitting_entities(seqs[:PEOPLE])
        asked = Asked(Filters(text=text), Place(limit=ACTIVITIES), [], {})
        part = await read_part(reader, asked, time_zone, now)
        return Found(people, covered < len(seqs), part)

    found = await request.timeline.read(read, bounded=False)
    return await _respond(request, text, found, None)


def _problem(text: str) -> str | None:
    """Why nobody searches for that, or None."""
    if len(text) > TEXT_LENGTH:
        return f"At most {TEXT_LENGTH} characters can be searched for."
    try:
        check_search(beginnings_from_text(text), "q")
        check_search(words_from_text(text), "q")
    except Invalid as error:
        return f"That is too much for one search: {error.problems[0].reason}."
    return None


async def _respond(request: Request, text: str, found: Found, problem: str | None) -> Response:
    # Contacts first; those of one type stay in their order.
    people = sorted(found.people, key=lambda entity: entity.type != CONTACT)
    context = {
        "text": text[:TEXT_LENGTH],
        "searched": text[:TEXT_LENGTH],
        "people": [_person(entity) for entity in people],
        "has_more": found.has_more,
        "articles": found.part.articles if found.part else [],
        "all_url": address_of(Filters(text=text)) if found.part and found.part.after else None,
        "problem": problem,
    }
    return await respond_page(request, "search.html", context, status=422 if problem else 200)


def _person(entity: Entity) -> Person:
    name = entity.name or entity.id
    return Person(name, entity.type.replace("_", " "), entity.id, entity_url(entity.key))


RESOURCES = (resource("/search", GET=Operation(show_search, parameters=knowing("q"))),)
