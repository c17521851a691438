"""Erasing people, the register of who was erased, holds, and how long activities are kept."""

import re

from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core.errors import Malformed, NotFound
from doings.core.store import Writer
from doings.httpkit.input.params import last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.native.documents import erasures as wire
from doings.native.erasures import (
    erasure_document,
    hold_document,
    hold_from_input,
    order_from_input,
    retention_document,
    rules_from_input,
)
from doings.native.http.answer import Answer
from doings.native.http.idempotency import answered_before, write_once
from doings.native.http.position import POSITION, position_of, read_shown
from doings.native.http.request_body import body_of_type
from doings.native.http.responses import NO_CONTENT, encode, respond_document, respond_json, written
from doings.native.openapi.operations import (
    IF_NONE_MATCH,
    LIMIT_PARAMETER,
    NO_BODY,
    ONCE,
    REGISTER_CURSOR,
    OperationDoc,
    json_of,
)
from doings.native.params import entity_key, limit

_SEQ = re.compile(r"[0-9]{1,18}")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def erase(request: Request) -> Response:
    """Erase a person with all that belongs to them, or only count what would go.

    Raises Invalid, NotFound, and Conflict where a hold keeps them. It takes many transactions; when
    the caller leaves or the server stops, it is gone on with later.
    """
    body = await request.body()
    wanted = body_of_type(request, body, wire.ErasureInput)
    order = order_from_input(wanted, by=request.timeline.by)
    erasures, account_id = request.services.store.erasures, request.principal.account.id
    if wanted.dry_run:
        counted = await request.while_present(erasures.count(account_id, order))
        seq = await request.timeline.read(lambda reader: reader.last_seq())
        request.headers[POSITION] = position_of(request, seq)
        return respond_json(request, encode(erasure_document(counted)))
    if (before := await answered_before(request, body)) is not None:
        return before
    erasure = await erasures.erase(account_id, order)

    async def tell(_: Writer) -> Answer:
        return written(erasure_document(erasure))

    return await write_once(request, body, tell)


async def list_erasures(request: Request) -> Response:
    """A page of the register, newest first; raises Malformed."""
    request.keep_no_answer()
    count, cursor = limit(request.query), last(request.query, "cursor")
    if cursor and not _ID.fullmatch(cursor):
        raise Malformed("must be `next` of an answer", "cursor")
    found = await read_shown(request, lambda reader: reader.erasures(count + 1, cursor or None))
    items = found[:count]
    following = items[-1].id if len(found) > count else None
    page = wire.ErasurePage([erasure_document(one) for one in items], following)
    return respond_document(request, page)


async def hold_entity(request: Request) -> Response:
    """Keep an entity from being erased (201 where it was not, else 200).

    Raises Invalid and NotFound.
    """
    key, body = entity_key(request), await request.body()
    reason, until = hold_from_input(body_of_type(request, body, wire.HoldInput))

    async def hold(writer: Writer) -> Answer:
        held, is_new = await writer.hold_entity(key, reason, until)
        return written(hold_document(held), status=201 if is_new else 200)

    return await write_once(request, body, hold)


async def show_hold(request: Request) -> Response:
    """The hold that keeps an entity, its own first; raises NotFound where none does."""
    request.keep_no_answer()  # a hold may end by itself
    key, now = entity_key(request), request.services.clock.now()
    found = await read_shown(request, lambda reader: reader.holds_of(key, now))
    if not found:
        raise NotFound("hold", ":".join(key))
    hold = next((one for one in found if one.entity == key), found[0])
    return respond_document(request, hold_document(hold))


async def list_holds(request: Request) -> Response:
    """A page of all that is on hold, in the order in which it was first recorded."""
    count, cursor = limit(request.query), last(request.query, "cursor")
    if cursor and not _SEQ.fullmatch(cursor):
        raise Malformed("must be `next` of an answer", "cursor")
    request.keep_no_answer()  # a hold may end by itself
    now, after = request.services.clock.now(), int(cursor or 0)
    found = await read_shown(request, lambda reader: reader.holds(now, count + 1, after))
    items = found[:count]
    following = str(items[-1][0]) if len(found) > count else None
    page = wire.HoldPage([hold_document(hold) for _, hold in items], following)
    return respond_document(request, page)


async def release_entity(request: Request) -> Response:
    """End a hold, if there is one; raises NotFound, and Conflict where only others keep it."""
    key = entity_key(request)

    async def release(writer: Writer) -> Answer:
        await writer.release_entity(key)
        return NO_CONTENT

    return await write_once(request, b"", release)


async def show_retention(request: Request) -> Response:
    """The rules, and for each how many activities would go now."""
    request.keep_no_answer()
    now = request.services.clock.now()
    found = await read_shown(request, lambda reader: reader.due_by_rule(now), bounded=False)
    return respond_document(request, retention_document(found))


async def set_retention(request: Request) -> Response:
    """Replace all rules; raises Invalid and TooMuch."""
    body, now = await request.body(), request.services.clock.now()
    rules = rules_from_input(body_of_type(request, body, wire.RetentionInput))

    async def put(writer: Writer) -> Answer:
        await writer.set_retention(rules)
        return written(retention_document(await writer.due_by_rule(now)))

    return await write_once(request, body, put)


ERASURE = json_of(wire.ErasureDocument)
HOLD = json_of(wire.HoldDocument)
RETENTION = json_of(wire.RetentionDocument)

RESOURCES = (
    resource(
        "/erasures",
        GET=Operation(
            list_erasures,
            ADMIN,
            about=OperationDoc(
                summary="List who was erased, without saying who it was",
                tag="erasure",
                parameters=(LIMIT_PARAMETER, REGISTER_CURSOR, IF_NONE_MATCH),
                answers={200: json_of(wire.ErasurePage), 304: NO_BODY},
            ),
        ),
        POST=Operation(
            erase,
            ADMIN,
            about=OperationDoc(
                summary="Erase a person for good, or count what would go",
                tag="erasure",
                parameters=(ONCE,),
                body=json_of(wire.ErasureInput),
                answers={200: ERASURE},
                errors=(404, 406, 409),
                limits=(
                    "What belongs to the person, and what was merged into it, goes as well.",
                    (
                        "It answers once all is erased. If the connection is lost, the server goes"
                        " on; asking again answers 404 then, and with the same `Idempotency-Key`"
                        " what the first request was answered, once that is done."
                    ),
                ),
            ),
        ),
    ),
    resource(
        "/holds",
        GET=Operation(
            list_holds,
            ADMIN,
            about=OperationDoc(
                summary="List what is on hold",
                tag="erasure",
                parameters=(LIMIT_PARAMETER, REGISTER_CURSOR, IF_NONE_MATCH),
                answers={200: json_of(wire.HoldPage), 304: NO_BODY},
            ),
        ),
    ),
    resource(
        "/entities/{type}/{id}/hold",
        GET=Operation(
            show_hold,
            ADMIN,
            about=OperationDoc(
                summary="Show the hold that keeps an entity",
                tag="erasure",
                parameters=(IF_NONE_MATCH,),
                answers={200: HOLD, 304: NO_BODY},
                limits=("Of people who are one, it is the own hold, else the oldest.",),
            ),
        ),
        PUT=Operation(
            hold_entity,
            ADMIN,
            about=OperationDoc(
                summary="Keep an entity, and its activities, from being erased",
                tag="erasure",
                parameters=(ONCE,),
                body=json_of(wire.HoldInput),
                answers={200: HOLD, 201: HOLD},
            ),
        ),
        DELETE=Operation(
            release_entity,
            ADMIN,
            about=OperationDoc(
                summary="End a hold",
                tag="erasure",
                parameters=(ONCE,),
                answers={204: NO_BODY},
                errors=(404, 409),
                limits=(
                    (
                        "Of people who are one, it ends the own hold; where there is none, what was"
                        " put on them by another id since they are one. 409 where there is only"
                        " what another one had before: end that by the id that the answer names."
                    ),
                ),
            ),
        ),
    ),
    resource(
        "/retention",
        GET=Operation(
            show_retention,
            ADMIN,
            about=OperationDoc(
                summary="Show how long activities are kept, and what is due",
                tag="erasure",
                parameters=(IF_NONE_MATCH,),
                answers={200: RETENTION, 304: NO_BODY},
            ),
        ),
        PUT=Operation(
            set_retention,
            ADMIN,
            about=OperationDoc(
                summary="Set how long activities are kept; what is older is erased",
                tag="erasure",
                parameters=(ONCE,),
                body=json_of(wire.RetentionInput),
                answers={200: RETENTION},
                limits=("Age counts from `occurred_at`. An empty list keeps all.",),
            ),
        ),
    ),
)
