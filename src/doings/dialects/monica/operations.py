"""What all handlers share: the checks before them, and the envelopes of their answers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Protocol

import msgspec
from starlette.responses import Response

from doings.auth.principal import READ, WRITE
from doings.core.entity import Entity, EntityKey
from doings.core.store import Reader
from doings.core.store.entities import EntityReader
from doings.dialects.monica.documents import AccountReference, Many, One
from doings.dialects.monica.lookup import Lookup, shown_by_seq
from doings.dialects.monica.mapping.numbers import Numbers, numbers_of
from doings.dialects.monica.mapping.public_ids import identities
from doings.dialects.monica.mapping.references import RESOURCES, references_of
from doings.dialects.monica.mapping.render_context import AccountApi, RenderContext
from doings.dialects.monica.mapping.resources.entities import default_entities
from doings.dialects.monica.paging import HEAD, Page, list_document
from doings.dialects.monica.params import (
    CONTACT_ID,
    LIST_PARAMETERS,
    PARAMETERS,
    Listing,
    id_from_path,
    input_from_query,
    input_parameters,
    list_parameters,
    listing_from_query,
)
from doings.dialects.monica.validation import Rules, trimmed
from doings.dialects.monica.versions import version_of
from doings.httpkit.input.params import Parameters, last
from doings.httpkit.request import Request
from doings.httpkit.streaming import JSON_ARRAY, Frame, going_on, json_elements
from doings.httpkit.streaming import respond_list as respond_chunks
from doings.httpkit.surface import Operation

MOUNT = "/api"

BODILESS = frozenset({"GET", "HEAD"})

_encode = msgspec.json.Encoder().encode


class ListParams(msgspec.Struct, frozen=True):
    """A request that passed the checks: which page, and the trimmed members of the body."""

    request: Request
    listing: Listing
    members: dict[str, Any]

    @property
    def id(self) -> int:
        """The id in the path, or else that of the contact whose entries are asked for."""
        in_path: str | None = self.request.path_params.get("id")
        return id_from_path(in_path or last(self.request.query, CONTACT_ID) or "")

    @property
    def time_zone(self) -> str:
        """The zone of the account's calendar."""
        return self.request.timeline.account.time_zone

    async def render_context(self, reader: EntityReader, keys: set[EntityKey]) -> RenderContext:
        """What documents are rendered with: the entities of these keys, and what they refer to.

        Looked up level by level, as a contact's gender is known once the contact is.
        """
        entities: dict[EntityKey, Entity] = {}
        asked: set[EntityKey] = set()
        while new := keys - asked:
            found = await reader.entities_by_key(list(new))
            entities |= found
            asked |= new
            keys = {key for entity in found.values() for key in references_of(entity)}
        api = self.api
        others = await _unstored_defaults(reader, asked - entities.keys(), api.created_at or 0)
        others |= await _shown_by_seq(reader, asked - entities.keys() - others.keys(), api.numbers)
        return RenderContext(
            api=api,
            time_zone=self.time_zone,
            entities=entities | others,
            fleeting=others.keys(),
        )

    @property
    def api(self) -> AccountApi:
        """The API of the account, at the address that the request was sent to."""
        secret = self.request.services.store.secret
        account = AccountReference(self.request.timeline.account.id)
        owner = self.request.principal.account
        url = self.request.base_url + MOUNT
        return AccountApi(
            account,
            url,
            identities(secret),
            version_of(owner),
            owner.created_at,
            numbers_of(owner),
        )

    @property
    def numbers(self) -> Numbers:
        """How the account numbers what it shows."""
        return numbers_of(self.request.principal.account)

    def lookup(self, reader: Reader) -> Lookup:
        """Finds what numbers of the request name."""
        return Lookup(reader, self.numbers)

    def rest_of(self, documents: "ReadDocuments") -> "Rest":
        """Reads the documents of seqs, each part in a short read of its own."""

        async def rest(seqs: Sequence[int]) -> AsyncIterator[list[Any]]:
            while seqs:
                read = partial(documents, seqs=seqs)
                shown, covered = await self.request.timeline.read(read, bounded=False)
                if shown:
                    yield shown
                seqs = seqs[covered:]

        return rest


async def _unstored_defaults(
    reader: EntityReader, missing: set[EntityKey], created_at: int
) -> dict[EntityKey, Entity]:
    """Those of the missing entities that every account has until it changes or deletes them.

    What came in by a file or another surface may refer to them, and stores none of them.
    """
    kept = [RESOURCES[type_] for type_ in {type_ for type_, _ in missing} & RESOURCES.keys()]
    defaults = {one.key: one for each in kept for one in default_entities(each, created_at)}
    found = {key: one for key, one in defaults.items() if key in missing}
    if not found:
        return {}
    deleted = await reader.deleted_keys(found.keys())
    return {key: one for key, one in found.items() if key not in deleted}


async def _shown_by_seq(
    reader: EntityReader, missing: set[EntityKey], numbers: Numbers
) -> dict[EntityKey, Entity]:
    """Those of the missing entities, other than contacts, whose number is that of their seq."""
    wanted: dict[str, list[int]] = {}
    for type_, id_ in missing:
        if type_ in RESOURCES:
            wanted.setdefault(type_, []).append(id_from_path(id_))
    return {
        (type_, str(number)): entity
        for type_, of_type in wanted.items()
        for number, entity in (await shown_by_seq(reader, numbers, type_, of_type)).items()
    }


class ReadDocuments(Protocol):
    """Reads the documents of the first of some seqs, as many as a page may hold; how many."""

    async def __call__(self, reader: Reader, seqs: Sequence[int]) -> tuple[list[Any], int]:
        """The documents, and how many of the seqs they cover."""


Handler = Callable[[ListParams], Awaitable[Response]]


def reading(handle: Handler, parameters: Parameters = PARAMETERS) -> Operation:
    """An operation that changes nothing and shows one thing."""
    return _operation(handle, READ, parameters)


def reading_list(handle: Handler, parameters: Parameters = LIST_PARAMETERS) -> Operation:
    """An operation that shows a list."""
    return _operation(handle, READ, parameters)


def reading_list_of_any(handle: Handler, handle_contact: Handler, *filters: str) -> Operation:
    """An operation that shows a list of the account, or with `contact_id` that of a contact."""

    async def show(params: ListParams) -> Response:
        is_of_contact = last(params.request.query, CONTACT_ID) is not None
        return await (handle_contact if is_of_contact else handle)(params)

    return _operation(show, READ, list_parameters(CONTACT_ID, *filters))


def writing(handle: Handler, rules: Rules | None = None) -> Operation:
    """An operation that changes something; `rules` are those of its input.

    As in Monica input may also be in the address; what is in the body counts more.
    """
    return _operation(handle, WRITE, input_parameters(rules or {}), rules or {})


def _operation(
    handle: Handler, scope: str, parameters: Parameters, rules: Rules | None = None
) -> Operation:
    """Sort, limit and body are checked in this order, on every path, before the handler."""

    async def checked(request: Request) -> Response:
        page = version_of(request.principal.account).page
        listing = listing_from_query(request.query, page)
        members: dict[str, Any] = {}
        if request.method not in BODILESS:
            sent = input_from_query(request.query, rules or {})
            members = trimmed(sent | await request.members())
        return await handle(ListParams(request, listing, members))

    return Operation(checked, scope=scope, parameters=parameters)


def answer(document: Any, status: int = 200) -> Response:  # noqa: ANN401 - any document
    """A document by itself."""
    return Response(_encode(document), status_code=status, media_type="application/json")


def respond_one(document: Any, status: int = 200) -> Response:  # noqa: ANN401 - any document
    """A document in its envelope."""
    return answer(One(document), status)


Rest = Callable[[Sequence[int]], AsyncIterator[list[Any]]]
"""Reads the documents of these seqs, part by part."""


async def respond_list(page: Page, params: ListParams, rest: Rest | None = None) -> Response:
    """A page in its envelope; `rest` reads what did not fit into what was read at once."""
    request = params.request
    document = list_document(page, params.listing, _list_url(params))
    if not page.rest or rest is None:
        return answer(document)
    chunks = going_on(page.documents, rest(page.rest))
    return await respond_chunks(request, chunks, json_elements, _frame(document))


def _list_url(params: ListParams) -> str:
    """The address of a list; of one that is asked for by `contact_id`, that of the contact's own.

    Links to pages carry no parameters, and must not lead to more than was asked for.
    """
    request = params.request
    if last(request.query, CONTACT_ID) is None:
        return request.origin_url + request.path
    name = request.path.rstrip("/").rpartition("/")[2]
    return f"{request.base_url}{MOUNT}/contacts/{params.id}/{name}"


def _frame(document: Many) -> Frame:
    """What stands around the elements of an envelope."""
    document.data = []
    head, tail = _encode(document)[: len(HEAD)], _encode(document)[len(HEAD) :]
    return Frame(JSON_ARRAY.media_type, head, JSON_ARRAY.separator, tail)
