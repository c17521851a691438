"""What all handlers share: the checks before them, and the envelopes of their answers."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.responses import Response

from doings.auth.principal import READ, WRITE
from doings.core.entity import EntityKey
from doings.core.store.entities import EntityReader
from doings.dialects.monica.documents import AccountReference, One
from doings.dialects.monica.paging import Page, list_document
from doings.dialects.monica.params import (
    LIST_PARAMETERS,
    PARAMETERS,
    Listing,
    id_from_path,
    listing_from_query,
)
from doings.dialects.monica.public_ids import identities
from doings.dialects.monica.render_context import AccountApi, RenderContext
from doings.dialects.monica.validation import trimmed
from doings.httpkit.input.params import Parameters
from doings.httpkit.request import Request
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
        """The id in the path."""
        return id_from_path(self.request.path_params["id"])

    @property
    def time_zone(self) -> str:
        """The zone of the account's calendar."""
        return self.request.timeline.account.time_zone

    async def render_context(self, reader: EntityReader, keys: set[EntityKey]) -> RenderContext:
        """What documents are rendered with; it looks up the entities of these keys."""
        return RenderContext(
            api=self.api,
            time_zone=self.time_zone,
            entities=await reader.entities_by_key(list(keys)) if keys else {},
        )

    @property
    def api(self) -> AccountApi:
        """The API of the account, at the address that the request was sent to."""
        secret = self.request.services.store.secret
        account = AccountReference(self.request.timeline.account.id)
        return AccountApi(account, self.request.base_url + MOUNT, identities(secret))


Handler = Callable[[ListParams], Awaitable[Response]]


def reading(handle: Handler) -> Operation:
    """An operation that changes nothing and shows one thing."""
    return _operation(handle, READ, PARAMETERS)


def reading_list(handle: Handler, parameters: Parameters = LIST_PARAMETERS) -> Operation:
    """An operation that shows a list."""
    return _operation(handle, READ, parameters)


def writing(handle: Handler) -> Operation:
    """An operation that changes something."""
    return _operation(handle, WRITE, PARAMETERS)


def _operation(handle: Handler, scope: str, parameters: Parameters) -> Operation:
    """Sort, limit and body are checked in this order, on every path, before the handler."""

    async def checked(request: Request) -> Response:
        listing = listing_from_query(request.query)
        has_body = request.method not in BODILESS
        members = trimmed(await request.members()) if has_body else {}
        return await handle(ListParams(request, listing, members))

    return Operation(checked, scope=scope, parameters=parameters)


def answer(document: Any, status: int = 200) -> Response:  # noqa: ANN401 - any document
    """A document by itself."""
    return Response(_encode(document), status_code=status, media_type="application/json")


def respond_one(document: Any, status: int = 200) -> Response:  # noqa: ANN401 - any document
    """A document in its envelope."""
    return answer(One(document), status)


def respond_list(page: Page, params: ListParams) -> Response:
    """A page in its envelope."""
    request = params.request
    url = request.origin_url + request.path
    return answer(list_document(page, params.listing, url))
