"""The handlers of what is the same for every account: countries and currencies."""

from starlette.responses import Response

from doings.core.errors import NotFound
from doings.dialects.monica.documents import One
from doings.dialects.monica.mapping.countries import COUNTRIES, country_document
from doings.dialects.monica.mapping.currencies import CURRENCIES
from doings.dialects.monica.operations import ListParams, answer, respond_list, respond_one
from doings.dialects.monica.paging import Page


async def list_countries(_: ListParams) -> Response:
    """GET /countries: all in one answer, by their letters in lower case, in the order of names."""
    return answer(One({code.lower(): country_document(code) for code in COUNTRIES}))


async def list_currencies(params: ListParams) -> Response:
    """GET /currencies: by pages."""
    skip, limit = params.listing.skip, params.listing.limit
    page = Page(documents=CURRENCIES[skip : skip + limit], total=len(CURRENCIES))
    return await respond_list(page, params)


async def show_currency(params: ListParams) -> Response:
    """GET /currencies/:id: one currency."""
    if not 0 < params.id <= len(CURRENCIES):
        raise NotFound("currency", params.id)
    return respond_one(CURRENCIES[params.id - 1])
