"""Who else a person is: merging with somebody who is suggested or searched for, and parting again.

All of it needs the scope `admin`, as it does by the API.
"""

import msgspec
from starlette.responses import Response

from doings.auth.principal import ADMIN, READ
from doings.core.entity import ID_LENGTH, PEOPLE, TYPE, Entity, EntityKey
from doings.core.erasing.erasure import REASON_LENGTH
from doings.core.errors import Conflict, Invalid, NotFound
from doings.core.people.asking import candidates
from doings.core.store import Reader, Writer
from doings.core.text import checked_text
from doings.httpkit.errors import STATUS, value_for
from doings.httpkit.input.params import Parameters, last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.display import zone_of
from doings.web.entity.identity import Identity, read_identity
from doings.web.entity.merging import Others, query_problem, read_others
from doings.web.forms import fields_of, local_path, sentence_of
from doings.web.page import redirect, respond_page
from doings.web.pages.entity import Typed, entity_key, respond_entity
from doings.web.remarks import knowing
from doings.web.timeline.articles import entity_url


class Shown(msgspec.Struct, frozen=True):
    """Who it is, and who may be the same person."""

    entity: Entity
    identity: Identity
    others: Others


class Sent(msgspec.Struct, frozen=True):
    """What was sent and could not be done: with whom, why they are one, and what is wrong."""

    other: str
    reason: str
    problem: str


async def show_merging(request: Request) -> Response:
    """Who may be the same person; raises NotFound, also for what is no person."""
    return await _respond(request, None)


async def merge(request: Request) -> Response:
    """Let the person stand for another one as well, or show why that cannot be."""
    key = _person_key(request)
    request.principal.require(READ)
    fields = await fields_of(request)
    other, reason = fields.get("other", "").strip(), fields.get("reason", "").strip()

    async def work(writer: Writer) -> None:
        checked_text(reason, field="reason", most=REASON_LENGTH)
        await writer.add_merge(key, [_key_from_text(other, key)], reason or None)

    try:
        await request.timeline.write(work)
    except (Conflict, Invalid, NotFound) as error:
        sent = Sent(other, reason, sentence_of(error))
        return await _respond(request, sent, status=value_for(STATUS, error))
    return redirect(onward(fields, entity_url(key)))


async def dismiss(request: Request) -> Response:
    """Suggest it no more; raises NotFound."""
    key = _person_key(request)
    request.principal.require(READ)
    fields = await fields_of(request)
    other = fields.get("other", "").strip()

    async def work(writer: Writer) -> None:
        await writer.dismiss([key, _key_from_text(other, key)])

    try:
        await request.timeline.write(work)
    except (Conflict, Invalid, NotFound) as error:
        sent = Sent(other, "", sentence_of(error))
        return await _respond(request, sent, status=value_for(STATUS, error))
    return redirect(onward(fields, f"{entity_url(key)}/merge"))


async def part(request: Request) -> Response:
    """Part what a merge put together, or show why that cannot be; raises NotFound."""
    key = entity_key(request)
    request.principal.require(READ)
    fields = await fields_of(request)
    merge_id = fields.get("merge", "")

    async def work(writer: Writer) -> None:
        await writer.revert_merge(merge_id)

    try:
        await request.timeline.write(work)
    except (Conflict, NotFound) as error:
        typed = Typed(problems={"merges": sentence_of(error)})
        return await respond_entity(request, key, typed, status=value_for(STATUS, error))
    return redirect(onward(fields, entity_url(key)))


def onward(fields: dict[str, str], usual: str) -> str:
    """Where a form leads once it is done: to the page of ours that it was on, or the usual one."""
    path = local_path(fields.get("next"))
    return usual if path == "/" else path


def _person_key(request: Request) -> EntityKey:
    key = entity_key(request)
    if key[0] not in PEOPLE:
        raise NotFound("person", ":".join(key))
    return key


def _key_from_text(text: str, person: EntityKey) -> EntityKey:
    """Whom a form names; raises Invalid for what names nobody."""
    entity_type, _, entity_id = text.partition(":")
    if not TYPE.fullmatch(entity_type) or not 0 < len(entity_id) <= ID_LENGTH or "\0" in text:
        raise Invalid.of("other", f"choose somebody, or write an id like {person[0]}:8")
    return entity_type, entity_id


async def _respond(request: Request, sent: Sent | None, *, status: int = 200) -> Response:
    key = _person_key(request)
    text = " ".join((last(request.query, "q") or "").split())
    problem = query_problem(text)
    # Of somebody who was merged it is the other one that is compared.
    person = await request.timeline.read(lambda reader: reader.entity(key))
    found = await candidates(request.timeline, person.key)
    time_zone, now = zone_of(request), request.services.clock.now()

    async def read(reader: Reader) -> Shown:
        entity = await reader.entity(key)
        return Shown(
            entity=entity,
            identity=await read_identity(reader, entity, time_zone, now),
            others=await read_others(reader, entity, found, "" if problem else text),
        )

    shown = await request.timeline.read(read, bounded=False)
    context = {
        "title": shown.entity.name or shown.entity.id,
        "url": entity_url(shown.entity.key),
        "key": ":".join(shown.entity.key),
        "ids": shown.identity.ids,
        "others": shown.others,
        "text": text[:REASON_LENGTH],
        "problem": problem,
        "sent": sent,
    }
    return await respond_page(request, "merge.html", context, status=422 if problem else status)


FREE = Parameters(is_free=True)

RESOURCES = (
    resource(
        "/entities/{key}/merge",
        GET=Operation(show_merging, scope=ADMIN, parameters=knowing("q")),
        POST=Operation(merge, scope=ADMIN, parameters=FREE),
    ),
    resource("/entities/{key}/dismiss", POST=Operation(dismiss, scope=ADMIN, parameters=FREE)),
    resource("/entities/{key}/part", POST=Operation(part, scope=ADMIN, parameters=FREE)),
)
