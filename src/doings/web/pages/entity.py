"""A person or a thing: who it is, where it was seen, what happened, and its name to change."""

import msgspec
from starlette.responses import Response

from doings.auth.principal import ADMIN, READ, WRITE
from doings.core.defaults import IMPORTED_AS
from doings.core.documents.document import entity_document
from doings.core.entity import ID_LENGTH, PEOPLE, TYPE, Entity, EntityDraft, EntityKey
from doings.core.entity import draft_of as entity_draft_of
from doings.core.erasing.erasure import REASON_LENGTH
from doings.core.errors import Invalid, NotFound, Outdated
from doings.core.kinds.own import own_kinds
from doings.core.store import Reader, Writer
from doings.httpkit.etags import etag_of
from doings.httpkit.input.params import Parameters
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.display import zone_of
from doings.web.entity.identity import Identity, read_identity
from doings.web.entity.overview import LOOKS, Overview, read_overview
from doings.web.forms import fields_of
from doings.web.page import redirect, redirect_with_query, respond_page
from doings.web.remarks import knowing
from doings.web.timeline.articles import entity_url, timeline_url
from doings.web.timeline.facts import FACTS, facts_of_object
from doings.web.timeline.feed import feed_of
from doings.web.timeline.filters import Asked, Filters, Place
from doings.web.timeline.reading import Part, read_part

INTERNAL = frozenset({IMPORTED_AS.replace("_", " ")})
"""The attributes, in words, that say nothing to people."""

OUTDATED = (
    "Somebody changed this meanwhile. Look at what it is now, and save once more if yours should"
    " replace it."
)


class Typed(msgspec.Struct, frozen=True):
    """What was typed in a form and could not be done, and why, by the form it stands in.

    The forms are `name`, `hold` with its field `until`, and `merges`. A name of None is the one
    that there is.
    """

    name: str | None = None
    reason: str = ""
    until: str = ""
    problems: dict[str, str] = {}


class Shown(msgspec.Struct, frozen=True):
    """What the page shows."""

    entity: Entity
    owner: Entity | None
    identity: Identity
    overview: Overview
    part: Part


def entity_key(request: Request) -> EntityKey:
    """(type, id) from `type:id` in the path; what cannot be one is not found."""
    text = request.path_params["key"]
    entity_type, _, entity_id = text.partition(":")
    is_id = 0 < len(entity_id) <= ID_LENGTH and "\0" not in entity_id
    if not TYPE.fullmatch(entity_type) or not is_id:
        raise NotFound("person or thing", text)
    return entity_type, entity_id


async def show_entity(request: Request) -> Response:
    """The page; raises NotFound. One that was deleted has its timeline only."""
    key = entity_key(request)
    if await _is_deleted(request, key):
        return redirect_with_query(request, timeline_url(key))
    return await respond_entity(request, key, Typed())


async def _is_deleted(request: Request, key: EntityKey) -> bool:
    async def read(reader: Reader) -> bool:
        return key in await reader.deleted_keys([key])

    return await request.timeline.read(read)


async def rename(request: Request) -> Response:
    """Change the name, unless it was changed since the form was shown; raises NotFound."""
    key = entity_key(request)
    request.principal.require(READ)
    fields = await fields_of(request)
    name = fields.get("name", "").strip()

    def renamed(entity: Entity | None) -> EntityDraft:
        if entity is None:
            raise NotFound(*key)
        if not entity.is_merged and fields.get("seen") != _state(entity):
            raise Outdated(OUTDATED)
        return msgspec.structs.replace(entity_draft_of(entity), name=name or None)

    async def work(writer: Writer) -> None:
        await writer.put_entity(key, renamed)

    try:
        await request.timeline.write(work)
    except Outdated:
        typed = Typed(name, problems={"name": OUTDATED})
        return await respond_entity(request, key, typed, status=409)
    except Invalid as error:
        typed = Typed(name, problems={"name": error.problems[0].reason})
        return await respond_entity(request, key, typed, status=422)
    return redirect(entity_url(key))


def _state(entity: Entity) -> str:
    """What stands for the entity as it is."""
    return etag_of(msgspec.json.encode(entity_document(entity)))


async def respond_entity(
    request: Request, key: EntityKey, typed: Typed, *, status: int = 200
) -> Response:
    """Answer with the page; raises NotFound."""
    time_zone, now = zone_of(request), request.services.clock.now()
    filters, own = Filters(person=key), own_kinds(request.principal.account.settings)

    async def read(reader: Reader) -> Shown:
        entity = await reader.entity(key)
        owner_key = ("contact", entity.contact) if entity.contact else None
        owners = await reader.entities_by_key([owner_key]) if owner_key else {}
        return Shown(
            entity=entity,
            owner=next(iter(owners.values()), None),
            identity=await read_identity(reader, entity, time_zone, now),
            overview=await read_overview(reader, entity, own, time_zone, now),
            part=await read_part(reader, Asked(filters, Place(), [], {}), time_zone, now),
        )

    shown = await request.timeline.read(read, bounded=False)
    feed = feed_of(filters, shown.part, str(request.principal.position), home=entity_url(key))
    context = _context(request, shown, typed) | feed
    return await respond_page(request, "entity.html", context, status=status)


def _context(request: Request, shown: Shown, typed: Typed) -> dict[str, object]:
    """What `entity.html` shows besides the list."""
    entity = shown.entity
    attributes = [one for one in facts_of_object(entity.attrs) if one.name not in INTERNAL]
    return {
        "title": entity.name or entity.id,
        "entity": entity,
        "type": entity.type.replace("_", " "),
        "owner": shown.owner,
        "owner_url": entity_url(shown.owner.key) if shown.owner else None,
        "attributes": attributes[:FACTS],
        "other_attributes": attributes[FACTS:],
        "overview": shown.overview,
        "zone": zone_of(request),
        "timeline_url": timeline_url(entity.key),
        "person": timeline_url(entity.key).partition("?")[2],
        "url": entity_url(entity.key),
        "is_filtered": False,
        "clear_url": timeline_url(entity.key),
        "may_write": WRITE in request.principal.scopes,
        "key": ":".join(entity.key),
        "may_admin": ADMIN in request.principal.scopes,
        "is_person": entity.type in PEOPLE,
        "identity": shown.identity,
        "name": (entity.name or "") if typed.name is None else typed.name,
        "typed": typed,
        "reason_length": REASON_LENGTH,
        "looks": LOOKS,
        "seen": _state(entity),
    }


RESOURCES = (
    resource(
        "/entities/{key}",
        GET=Operation(show_entity, parameters=knowing()),
        POST=Operation(rename, scope=WRITE, parameters=Parameters(is_free=True)),
    ),
)
