"""Embedding: the sites whose pages may show timelines of the account, and its secret addresses."""

from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core.account import checked_origins
from doings.core.errors import Invalid, Outdated
from doings.core.store import Writer
from doings.core.store.credentials import Credential
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.forms import Problems, fields_of, lines_of, problems_at, text_of
from doings.web.settings.credentials import Row, row_of
from doings.web.settings.frame import EMBEDDING, FREE, lead_to, respond_section

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
    """The sites as they are, and the secret addresses."""
    return await _respond(request, _form_of(request.principal.account.origins))


async def set_origins(request: Request) -> Response:
    """Set the sites, unless somebody else did meanwhile."""
    fields = await fields_of(request)
    form = Form(text_of(fields, "origins"), text_of(fields, "seen"))
    try:
        origins = checked_origins(lines_of(form.origins))
    except Invalid as error:
        problems = problems_at(error, {"origins": "origins"})
        return await _respond(request, form, problems=problems, status=422)

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
        return await _respond(request, again, problems={"form": OUTDATED}, status=409)
    return lead_to(EMBEDDING, done="saved")


def _form_of(origins: tuple[str, ...] | None) -> Form:
    return Form("\n".join(origins or ()), _text(origins or ()))


def _text(origins: tuple[str, ...] | list[str]) -> str:
    return " ".join(origins)


async def _respond(
    request: Request, form: Form, *, problems: Problems | None = None, status: int = 200
) -> Response:
    stored = await request.timeline.read(lambda reader: reader.credentials())
    context = {
        "form": form,
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
        GET=Operation(show_embedding, scope=ADMIN, parameters=FREE),
        POST=Operation(set_origins, scope=ADMIN, parameters=FREE),
    ),
)
