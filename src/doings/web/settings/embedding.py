"""Embedding: the sites whose pages may show timelines of the account, and its secret addresses.

A secret address is shown by the answer that made it, and nowhere else.
"""

from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response

from doings.auth.credentials import add_address, address_path
from doings.auth.principal import ADMIN
from doings.core.account import checked_origins
from doings.core.entity import ID_LENGTH
from doings.core.errors import Invalid, NotFound, Outdated
from doings.core.store import Writer
from doings.core.store.credentials import Credential
from doings.httpkit.input.params import last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.forms import Problems, fields_of, lines_of, new_once, problems_at, text_of
from doings.web.remarks import knowing
from doings.web.settings.addresses import (
    FORMATS,
    AddressForm,
    address_form_from_fields,
    new_address,
)
from doings.web.settings.credentials import Row, row_of
from doings.web.settings.frame import EMBEDDING, FREE, is_first, lead_to, respond_section

OUTDATED = (
    "Somebody changed the sites since you loaded the page. What you typed is still here; save once"
    " more if it should replace theirs."
)


class Form(msgspec.Struct, frozen=True):
    """The sites, one on a line, as they are typed; `seen` are those that its reader knows."""

    origins: str
    seen: str


class Address(NamedTuple):
    """A secret address: its credential, and whose timeline it shows."""

    row: Row
    entity: str


async def show_embedding(request: Request) -> Response:
    """The sites as they are, and the secret addresses; the address may name whose to make one."""
    entity = last(request.query, "entity") or ""
    return await _respond(request, _form_of(request), AddressForm(entity=entity[:ID_LENGTH]))


async def set_origins(request: Request) -> Response:
    """Set the sites, unless somebody else did meanwhile."""
    fields = await fields_of(request)
    form = Form(text_of(fields, "origins"), text_of(fields, "seen"))
    try:
        origins = checked_origins(lines_of(form.origins))
    except Invalid as error:
        problems = problems_at(error, {"origins": "origins"})
        return await _respond(request, form, AddressForm(), problems=problems, status=422)

    def change(settings: dict[str, Any]) -> dict[str, Any]:
        if form.seen != _text(settings.get("origins", ())):
            raise Outdated(OUTDATED)
        others = {name: value for name, value in settings.items() if name != "origins"}
        return {**others, "origins": origins} if origins else others

    async def work(writer: Writer) -> None:
        await writer.change_settings(change)

    try:
        await request.timeline.write(work)
    except Outdated:
        account = await request.timeline.read(lambda reader: reader.account())
        again = msgspec.structs.replace(form, seen=_text(account.origins or ()))
        return await _respond(
            request, again, AddressForm(), problems={"form": OUTDATED}, status=409
        )
    return lead_to(EMBEDDING, done="saved")


async def create_address(request: Request) -> Response:
    """Make a secret address; it is in this answer and nowhere else."""
    form = address_form_from_fields(await fields_of(request))

    async def add(writer: Writer) -> bool:
        if not await is_first(writer, "address", form.once):
            return False
        await add_address(writer, stored)
        return True

    try:
        issued, stored = await new_address(request, form)
        if not await request.timeline.write(add):
            return lead_to(EMBEDDING, done="known")
    except Invalid as error:
        problems = problems_at(error, {name: name for name in form.__struct_fields__})
        return await _respond(request, _form_of(request), form, problems=problems, status=422)
    except NotFound:  # deleted since it was looked up
        problems = {"entity": "Nobody here is called so."}
        return await _respond(request, _form_of(request), form, problems=problems, status=422)
    url = request.origin_url + address_path(issued, form.format)
    return await _respond(request, _form_of(request), AddressForm(), issued=url)


def _form_of(request: Request) -> Form:
    origins = request.principal.account.origins or ()
    return Form("\n".join(origins), _text(origins))


def _text(origins: tuple[str, ...] | list[str]) -> str:
    return " ".join(origins)


async def _respond(  # noqa: PLR0913 - what a page is made of
    request: Request,
    form: Form,
    address: AddressForm,
    *,
    issued: str | None = None,
    problems: Problems | None = None,
    status: int = 200,
) -> Response:
    stored = await request.timeline.read(lambda reader: reader.credentials())
    context = {
        "form": form,
        "address": msgspec.structs.replace(address, once=address.once or new_once()),
        "formats": FORMATS,
        "issued": issued,
        "addresses": [_address(request, one) for one in reversed(stored) if one.view is not None],
    }
    return await respond_section(
        request, EMBEDDING, "embedding.html", context, problems=problems, status=status
    )


def _address(request: Request, credential: Credential) -> Address:
    view = credential.view
    return Address(row_of(request, credential), ":".join(view.entity) if view else "")


RESOURCES = (
    resource(
        EMBEDDING.url,
        GET=Operation(show_embedding, scope=ADMIN, parameters=knowing("done", "entity")),
        POST=Operation(set_origins, scope=ADMIN, parameters=FREE),
    ),
    resource(
        f"{EMBEDDING.url}/addresses",
        POST=Operation(create_address, scope=ADMIN, parameters=FREE, has_secret=True),
    ),
)
