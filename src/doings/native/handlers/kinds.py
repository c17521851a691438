"""Kinds: the catalogue, and the account's own, which say how their activities are shown."""

from functools import cache
from typing import Any

import msgspec
from msgspec import UNSET
from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core.activity import KIND
from doings.core.errors import Invalid, NotFound
from doings.core.kinds.catalogue import CATALOGUE, Kind
from doings.core.kinds.own import (
    OWN_KINDS,
    check_changeable,
    is_own,
    own_kind,
    own_kinds,
    with_kind,
    without_kind,
)
from doings.core.query import has_kind
from doings.core.store import Writer
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.native.documents.kinds import KindDocument, KindInput, KindList
from doings.native.http.answer import Answer
from doings.native.http.idempotency import write_once
from doings.native.http.position import POSITION
from doings.native.http.request_body import body_of_type
from doings.native.http.responses import NO_CONTENT, encode, respond_document, respond_json, written
from doings.native.openapi.operations import IF_NONE_MATCH, NO_BODY, ONCE, OperationDoc, json_of
from doings.native.openapi.schemas import schema_of


async def list_kinds(request: Request) -> Response:
    """The catalogue and the account's own kinds; to a viewer those that it may see."""
    request.headers[POSITION] = str(request.principal.position)
    own = own_kinds(request.principal.account.settings)
    view = request.principal.view
    if view is None and not own:
        return respond_json(request, _catalogue())
    shown = [
        kind
        for kind in (*CATALOGUE.values(), *own.values())
        if view is None or has_kind(view.kinds, kind.kind)
    ]
    return respond_document(request, KindList([_kind_document(kind) for kind in shown]))


async def show_kind(request: Request) -> Response:
    """One kind; raises NotFound."""
    request.headers[POSITION] = str(request.principal.position)
    name = request.path_params["kind"]
    kind = CATALOGUE.get(name) or own_kinds(request.principal.account.settings).get(name)
    if kind is None:
        raise NotFound("kind", name)
    return respond_document(request, _kind_document(kind))


async def put_kind(request: Request) -> Response:
    """Make (201) or replace (200) a kind of the account's own.

    Raises Conflict for one of the catalogue, Invalid for what is no kind or no template, and
    TooMuch.
    """
    name = request.path_params["kind"]
    body = await request.body()
    wanted = body_of_type(request, body, KindInput)
    check_changeable(name)
    if not KIND.fullmatch(name):
        raise Invalid.of("kind", f"{name!r} is not noun.verb")
    kind = own_kind(name, title=wanted.title, icon=wanted.icon, colour=wanted.colour)

    async def put(writer: Writer) -> Answer:
        is_new = False

        def change(settings: dict[str, Any]) -> dict[str, Any]:
            nonlocal is_new
            is_new = not is_own(settings, name)
            return with_kind(settings, kind)

        await writer.change_settings(change)
        return written(_kind_document(kind), status=201 if is_new else 200)

    return await write_once(request, body, put)


async def delete_kind(request: Request) -> Response:
    """Take a kind of the account's own back; its activities stay. Raises NotFound and Conflict."""
    name = request.path_params["kind"]
    check_changeable(name)

    async def delete(writer: Writer) -> Answer:
        await writer.change_settings(lambda settings: without_kind(settings, name))
        return NO_CONTENT

    return await write_once(request, b"", delete)


@cache
def _catalogue() -> bytes:
    return encode(KindList([_kind_document(kind) for kind in CATALOGUE.values()]))


def _kind_document(kind: Kind) -> KindDocument:
    is_listed = kind.kind in CATALOGUE
    return KindDocument(
        kind=kind.kind,
        title=kind.title if is_listed else kind.template,
        icon=kind.icon,
        meaning=kind.meaning,
        data=None if kind.data is None else msgspec.Raw(_schema(kind.data)),
        colour=UNSET if is_listed else kind.colour,
        own=UNSET if is_listed else True,
    )


@cache
def _schema(data: type) -> bytes:
    return encode(schema_of(data))


RESOURCES = (
    resource(
        "/kinds",
        GET=Operation(
            list_kinds,
            is_viewable=True,
            about=OperationDoc(
                summary="List the kinds of the catalogue and of the account's own",
                tag="overviews",
                parameters=(IF_NONE_MATCH,),
                answers={200: json_of(KindList), 304: NO_BODY},
            ),
        ),
    ),
    resource(
        "/kinds/{kind}",
        GET=Operation(
            show_kind,
            about=OperationDoc(
                summary="Show a kind",
                tag="overviews",
                parameters=(IF_NONE_MATCH,),
                answers={200: json_of(KindDocument), 304: NO_BODY},
            ),
        ),
        PUT=Operation(
            put_kind,
            ADMIN,
            about=OperationDoc(
                summary="Say how activities of a kind of your own are shown",
                tag="overviews",
                parameters=(ONCE,),
                body=json_of(KindInput),
                answers={200: json_of(KindDocument), 201: json_of(KindDocument)},
                errors=(409,),
                limits=(
                    (
                        "The title is a template: `{summary}`, `{body}` and `{text}` are the prose,"
                        " `{amount}` a member of `data`, `{contact}` the name of what is linked by"
                        " that type or role, `{@contact}` a link to it, and `{? for {contact}}` is"
                        " left out where something in it is missing."
                    ),
                    (
                        f"An account has at most {OWN_KINDS} kinds of its own; those of the"
                        " catalogue cannot be changed."
                    ),
                ),
            ),
        ),
        DELETE=Operation(
            delete_kind,
            ADMIN,
            about=OperationDoc(
                summary="Take a kind of your own back; its activities stay",
                tag="overviews",
                parameters=(ONCE,),
                answers={204: NO_BODY},
                errors=(409,),
            ),
        ),
    ),
)
