"""People who are one person: merging them, parting them again, and who else may be one."""

from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core.people.asking import candidates, not_dismissed
from doings.core.query import Gap
from doings.core.resuming.cursor import filters_digest
from doings.core.store import Reader, Writer
from doings.core.store.merges import REASON_LENGTH, Merge
from doings.core.text import checked_text
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.native.documents import merges as wire
from doings.native.handlers.timeline import PageLinks, gap_in, link_header
from doings.native.http.answer import Answer
from doings.native.http.idempotency import write_once
from doings.native.http.position import read_shown
from doings.native.http.request_body import body_of_type
from doings.native.http.responses import NO_CONTENT, encode, respond_document, respond_json, written
from doings.native.mapping import merge_document, named_key, suggestion_document
from doings.native.openapi.operations import (
    CURSOR,
    IF_NONE_MATCH,
    LIMIT_PARAMETER,
    NO_BODY,
    ONCE,
    OperationDoc,
    json_of,
)
from doings.native.params import limit
from doings.native.viewing.tokens import MERGE_NOTE


async def add_merge(request: Request) -> Response:
    """Let one person stand for others; raises Invalid, NotFound and Conflict."""
    body = await request.body()
    wanted = body_of_type(request, body, wire.MergeInput)
    keep = named_key(wanted.keep, field="keep")
    merged = [named_key(name, field=f"merge[{place}]") for place, name in enumerate(wanted.merge)]
    checked_text(wanted.reason, field="reason", most=REASON_LENGTH)

    async def add(writer: Writer) -> Answer:
        merge = await writer.add_merge(keep, merged, wanted.reason)
        return written(merge_document(merge), status=201)

    return await write_once(request, body, add)


async def revert_merge(request: Request) -> Response:
    """Part people again; raises NotFound and Conflict."""
    merge_id = request.path_params["id"]

    async def revert(writer: Writer) -> Answer:
        return written(merge_document(await writer.revert_merge(merge_id)))

    return await write_once(request, b"", revert)


async def list_merges(request: Request) -> Response:
    """A page of the merges, newest first; raises Malformed."""
    count = limit(request.query)
    filters = filters_digest("merges", request.principal.account.id)
    gap = gap_in(request, filters)
    is_back = gap is not None and gap.side == "newer"

    async def read(reader: Reader) -> list[Merge]:
        return await reader.merges(
            before=None if gap is None or is_back else gap.seq,
            after=gap.seq if gap is not None and is_back else None,
            limit=count + 1,
        )

    found = await read_shown(request, read)
    has_more = len(found) > count
    items = (found[-count:] if is_back else found[:count]) if has_more else found
    older = Gap(0, items[-1].seq, "older") if items and (has_more or is_back) else None
    newer = Gap(0, items[0].seq, "newer") if items and gap and (has_more or not is_back) else None
    links = PageLinks(_token(request, older, filters), _token(request, newer, filters))
    page = wire.MergePage(list(map(merge_document, items)), links.next, links.prev)
    return respond_json(request, encode(page), link_header(request, links))


def _token(request: Request, gap: Gap | None, filters: bytes) -> str | None:
    return None if gap is None else request.services.cursors.token(gap, filters)


async def list_suggestions(request: Request) -> Response:
    """Who may be one person, the likeliest first."""
    count = limit(request.query)
    found = await candidates(request.timeline)
    shown = await read_shown(request, lambda reader: not_dismissed(reader, found, count))
    documents = [suggestion_document(one) for one in shown]
    return respond_document(request, wire.SuggestionList(documents))


async def dismiss(request: Request) -> Response:
    """Suggest no two of these any more; raises Invalid, NotFound and Conflict."""
    body = await request.body()
    wanted = body_of_type(request, body, wire.DismissInput)
    keys = [
        named_key(name, field=f"entities[{place}]") for place, name in enumerate(wanted.entities)
    ]

    async def write(writer: Writer) -> Answer:
        await writer.dismiss(keys)
        return NO_CONTENT

    return await write_once(request, body, write)


MERGE = json_of(wire.MergeDocument)

RESOURCES = (
    resource(
        "/merges",
        GET=Operation(
            list_merges,
            ADMIN,
            about=OperationDoc(
                summary="List merges of people, newest first",
                tag="people",
                parameters=(LIMIT_PARAMETER, CURSOR, IF_NONE_MATCH),
                answers={200: json_of(wire.MergePage), 304: NO_BODY},
            ),
        ),
        POST=Operation(
            add_merge,
            ADMIN,
            about=OperationDoc(
                summary="Merge people who are one person",
                tag="people",
                parameters=(ONCE,),
                body=json_of(wire.MergeInput),
                errors=(404,),
                answers={201: MERGE},
                limits=(MERGE_NOTE,),
            ),
        ),
    ),
    resource(
        "/merges/{id}/revert",
        POST=Operation(
            revert_merge,
            ADMIN,
            about=OperationDoc(
                summary="Part people again, as if they had never been merged",
                tag="people",
                parameters=(ONCE,),
                answers={200: MERGE},
            ),
        ),
    ),
    resource(
        "/merges/suggestions",
        GET=Operation(
            list_suggestions,
            ADMIN,
            about=OperationDoc(
                summary="Suggest who may be one person, the likeliest first",
                tag="people",
                parameters=(LIMIT_PARAMETER, IF_NONE_MATCH),
                answers={200: json_of(wire.SuggestionList), 304: NO_BODY},
            ),
        ),
    ),
    resource(
        "/merges/suggestions/dismiss",
        POST=Operation(
            dismiss,
            ADMIN,
            about=OperationDoc(
                summary="Say that people are not one person, so that it is not suggested any more",
                tag="people",
                parameters=(ONCE,),
                body=json_of(wire.DismissInput),
                errors=(404,),
                answers={204: NO_BODY},
            ),
        ),
    ),
)
