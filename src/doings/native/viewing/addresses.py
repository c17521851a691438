"""Secret addresses: a timeline as a calendar or a feed, for programs that can send no header."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from doings.auth.credentials import add_address, address_path, issue_address
from doings.auth.principal import ADMIN
from doings.config import base_url
from doings.core.budget import ADDRESSES
from doings.core.clock import datetime_from_instant
from doings.core.entity import NAME_LENGTH, EntityKey
from doings.core.errors import NotFound
from doings.core.store import Reader, Writer
from doings.core.store.credentials import Credential, View
from doings.core.text import checked_text
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.native.http.answer import Answer
from doings.native.http.idempotency import write_once
from doings.native.http.position import read_shown
from doings.native.http.request_body import body_of_type
from doings.native.http.responses import NO_CONTENT, respond_document, written
from doings.native.openapi.operations import IF_NONE_MATCH, NO_BODY, ONCE, OperationDoc, json_of
from doings.native.params import entity_key
from doings.native.viewing.documents import (
    AddressDocument,
    AddressInput,
    AddressList,
    IssuedAddress,
)
from doings.native.viewing.reading import kinds_from_texts

NOTES = (
    (
        "Anyone who knows the address sees the timeline, so it is shown in this answer and nowhere"
        " else. It is good until it is revoked, or the entity is erased. A `calendar` is iCalendar,"
        " a `feed` is Atom."
    ),
    f"An account has at most {ADDRESSES:,} of them.",
)


async def list_addresses(request: Request) -> Response:
    """The secret addresses of an entity's timeline, oldest first; raises NotFound."""
    # Their last uses change without anything else.
    request.keep_no_answer()
    key = entity_key(request)

    async def read(reader: Reader) -> list[Credential]:
        await reader.entity(key)
        return _of_entity(await reader.credentials(), key)

    addresses = await read_shown(request, read)
    return respond_document(request, AddressList([_document(one) for one in addresses]))


async def create_address(request: Request) -> Response:
    """Make a secret address; raises NotFound, Invalid and TooMuch."""
    key = entity_key(request)
    body = await request.body()
    wanted = body_of_type(request, body, AddressInput)
    checked_text(wanted.label, field="label", most=NAME_LENGTH)
    view = View(entity=key, kinds=kinds_from_texts(wanted.kinds))
    issued, credential = issue_address(
        request.principal.account.id,
        view,
        wanted.format,
        now=request.services.clock.now(),
        label=wanted.label,
    )
    document = IssuedAddress(
        **msgspec.structs.asdict(_document(credential)),
        url=_host(request) + address_path(issued, wanted.format),
    )

    async def add(writer: Writer) -> Answer:
        await add_address(writer, credential)
        return written(document, status=201)

    def without_url(_: Answer) -> Answer:
        return written(msgspec.structs.replace(document, url=None), status=201)

    return await write_once(request, body, add, kept=without_url)


async def revoke_address(request: Request) -> Response:
    """Make a secret address show nothing from now on; raises NotFound."""
    key = entity_key(request)
    address = request.path_params["key"]

    async def revoke(writer: Writer) -> Answer:
        if address not in {one.key for one in _of_entity(await writer.credentials(), key)}:
            raise NotFound("address", address)
        await writer.revoke_credential(address)
        return NO_CONTENT

    return await write_once(request, b"", revoke)


def _of_entity(credentials: Sequence[Credential], key: EntityKey) -> list[Credential]:
    return [one for one in credentials if one.view is not None and one.view.entity == key]


def _host(request: Request) -> str:
    """Where the server is; a host name that is this surface's alone has no other path."""
    is_alone = request.scope.get("by_host")
    return base_url(request.services.settings) if is_alone else request.origin_url


def _document(credential: Credential) -> AddressDocument:
    view = credential.view
    last = credential.last_used_at
    return AddressDocument(
        key=credential.key,
        format="feed" if "feed" in credential.scopes else "calendar",
        kinds=view.kinds if view else None,
        label=credential.label,
        created_at=datetime_from_instant(credential.created_at),
        last_used_at=None if last is None else datetime_from_instant(last),
    )


RESOURCES = (
    resource(
        "/entities/{type}/{id}/addresses",
        GET=Operation(
            list_addresses,
            ADMIN,
            about=OperationDoc(
                summary="List the secret addresses of a timeline",
                tag="viewing",
                parameters=(IF_NONE_MATCH,),
                answers={200: json_of(AddressList), 304: NO_BODY},
            ),
        ),
        POST=Operation(
            create_address,
            ADMIN,
            has_secret=True,
            about=OperationDoc(
                summary="Make a secret address that shows a timeline as a calendar or a feed",
                tag="viewing",
                parameters=(ONCE,),
                body=json_of(AddressInput),
                answers={201: json_of(IssuedAddress)},
                limits=NOTES,
            ),
        ),
    ),
    resource(
        "/entities/{type}/{id}/addresses/{key}",
        DELETE=Operation(
            revoke_address,
            ADMIN,
            about=OperationDoc(
                summary="Revoke a secret address",
                tag="viewing",
                parameters=(ONCE,),
                answers={204: NO_BODY},
            ),
        ),
    ),
)
