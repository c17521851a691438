"""Erasing a person or a thing: first what would go, then the deed, once the id or name is typed.

One that was deleted is erased as well, as its activities still tell of it.
"""

import msgspec
from starlette.responses import Response

from doings.auth.principal import ADMIN, READ
from doings.core.entity import PEOPLE, Entity, EntityKey
from doings.core.erasing.erasure import MODES, Erasure, ErasureOrder, Mode
from doings.core.errors import Conflict, Invalid, NotFound
from doings.core.store import Reader
from doings.httpkit.input.params import Parameters, last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.display import zone_of
from doings.web.entity.identity import Identity, read_identity
from doings.web.forms import fields_of, sentence_of
from doings.web.page import respond_page
from doings.web.pages.entity import entity_key
from doings.web.remarks import knowing, remarks_of, unread
from doings.web.timeline.articles import entity_url, timeline_url

UNLIKE = "That is neither the id nor the name. Nothing was erased."


class Typed(msgspec.Struct, frozen=True):
    """What is written in the form, and what is wrong with it."""

    name: str = ""
    reason: str = ""
    problems: dict[str, str] = {}


class Shown(msgspec.Struct, frozen=True):
    """Whom it is about, and whose ids go along."""

    entity: Entity
    identity: Identity


async def show_erasing(request: Request) -> Response:
    """What an erasure would come to; raises NotFound."""
    return await _respond(request, _mode(last(request.query, "activities")), Typed())


async def erase(request: Request) -> Response:
    """Erase for good, unless what was typed names somebody else; raises NotFound.

    It takes many transactions. When the browser leaves, or the server stops, it is gone on with.
    """
    key = entity_key(request)
    request.principal.require(READ)
    fields = await fields_of(request)
    mode = _mode(fields.get("activities"))
    typed = Typed(fields.get("name", "").strip(), fields.get("reason", "").strip())
    shown = await _read(request, key)
    if typed.name not in names_of(shown.entity):
        return await _refuse(request, mode, typed, "name", UNLIKE)
    try:
        order = ErasureOrder(
            entity=shown.entity.key,
            activities=mode,
            reason=typed.reason or None,
            by=request.timeline.by,
        )
    except Invalid as error:
        return await _refuse(request, mode, typed, "reason", sentence_of(error))
    store, account_id = request.services.store, request.principal.account.id
    try:
        erasure = await store.erasures.erase(account_id, order)
    except Conflict:  # a hold was put on it meanwhile, which the page tells
        return await _respond(request, mode, typed, status=409)
    return await respond_page(request, "erased.html", {"erasure": erasure})


def names_of(entity: Entity) -> set[str]:
    """What may be typed to say that this one is meant."""
    names = {entity.id, ":".join(entity.key)}
    return names | ({entity.name.strip()} if entity.name and entity.name.strip() else set())


def _mode(text: str | None) -> Mode:
    """The mode of that name; the usual one in the place of any other text."""
    return next((mode for mode in MODES if mode == text), MODES[0])


async def _refuse(request: Request, mode: Mode, typed: Typed, field: str, problem: str) -> Response:
    typed = msgspec.structs.replace(typed, problems={field: problem})
    return await _respond(request, mode, typed, status=422)


async def _read(request: Request, key: EntityKey) -> Shown:
    time_zone, now = zone_of(request), request.services.clock.now()

    async def read(reader: Reader) -> Shown:
        entity = await reader.entity_or_none(key)
        if entity is None or entity.is_erased or entity.type not in PEOPLE:
            raise NotFound(*key)
        return Shown(entity, await read_identity(reader, entity, time_zone, now))

    return await request.timeline.read(read, bounded=False)


async def _respond(request: Request, mode: Mode, typed: Typed, *, status: int = 200) -> Response:
    """Answer with what would go, or with the hold that keeps it."""
    shown = await _read(request, entity_key(request))
    counted, hold = await _count(request, ErasureOrder(entity=shown.entity.key, activities=mode))
    known = mode if last(request.query, "activities") == mode else None
    context = {
        "remarks": [
            *remarks_of(request),
            *unread(request, "activities", known, f"must be {' or '.join(MODES)}"),
        ],
        "title": shown.entity.name or shown.entity.id,
        "key": ":".join(shown.entity.key),
        "url": (timeline_url if shown.entity.is_deleted else entity_url)(shown.entity.key),
        "action": f"{entity_url(shown.entity.key)}/erase",
        "ids": shown.identity.ids,
        "counts": counted.counts if counted else None,
        "hold": hold,
        "holds": shown.identity.holds,
        "mode": mode,
        "modes": MODES,
        "typed": typed,
    }
    return await respond_page(request, "erase.html", context, status=status)


async def _count(request: Request, order: ErasureOrder) -> tuple[Erasure | None, str | None]:
    """What would go; or what keeps it, in a sentence."""
    store, account_id = request.services.store, request.principal.account.id
    try:
        return await request.while_present(store.erasures.count(account_id, order)), None
    except Conflict as error:
        return None, sentence_of(error)


FREE = Parameters(is_free=True)

RESOURCES = (
    resource(
        "/entities/{key}/erase",
        GET=Operation(show_erasing, scope=ADMIN, parameters=knowing("activities")),
        POST=Operation(erase, scope=ADMIN, parameters=FREE),
    ),
)
