"""The register of erasures: that somebody was erased, when and why, and not who it was."""

from typing import NamedTuple
from urllib.parse import urlencode

from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core.erasing.erasure import Erasure
from doings.core.store import Reader
from doings.httpkit.input.params import last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.remarks import knowing, unread
from doings.web.settings.frame import ERASURES, Moment, moment_of, respond_section

PAGE = 50
"""How many entries a page shows."""


class Row(NamedTuple):
    """An entry, when that was, and the name of the credential that asked for it."""

    erasure: Erasure
    at: Moment
    by: str | None


async def show_register(request: Request) -> Response:
    """A page of the register, newest first; an address that cannot be read shows the first one."""
    before = last(request.query, "before")
    known = before if before and before.isascii() and before.isprintable() else None

    async def read(reader: Reader) -> tuple[list[Erasure], dict[str, str | None]]:
        labels = {one.key: one.label for one in await reader.credentials()}
        return await reader.erasures(PAGE + 1, known), labels

    found, labels = await request.timeline.read(read)
    rows = [
        Row(one, moment_of(request, one.at), labels.get(one.by or "") or one.by)
        for one in found[:PAGE]
    ]
    older = None
    if len(found) > PAGE:
        older = f"{ERASURES.url}?{urlencode({'before': found[PAGE - 1].id})}"
    context = {"rows": rows, "older": older, "is_first": known is None}
    remarks = unread(request, "before", known, "is no entry of the register")
    return await respond_section(request, ERASURES, "erasures.html", context, remarks=remarks)


RESOURCES = (
    resource(ERASURES.url, GET=Operation(show_register, scope=ADMIN, parameters=knowing("before"))),
)
