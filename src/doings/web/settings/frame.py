"""What every page of the settings has: the navigation between them, times, and what was done."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from starlette.responses import Response

from doings.auth.principal import ADMIN, READ
from doings.core.clock import text_from_instant
from doings.core.errors import Conflict
from doings.core.store import Writer
from doings.httpkit.input.params import last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.display import zone_of
from doings.web.forms import Problems
from doings.web.page import redirect, redirect_with_query, respond_page
from doings.web.remarks import Remark, knowing, remarks_of, unread
from doings.web.timeline.times import ago_text, exact_text

FREE = knowing("done")
"""The parameters of a page that somebody may be led to after something was done."""


class Section(msgspec.Struct, frozen=True):
    """A part of the settings, and the scope that its pages take; None is any credential.

    `page` is the path of its first page where that is none of the settings' own.
    """

    name: str
    title: str
    scope: str | None = ADMIN
    page: str | None = None

    @property
    def url(self) -> str:
        """Where its first page is."""
        return self.page or f"/settings/{self.name}"


CREDENTIALS = Section("credentials", "Credentials")
WEBHOOKS = Section("webhooks", "Webhooks")
IMPORTS = Section("imports", "Imports")
PULLS = Section("pulls", "Pulls")
KINDS = Section("kinds", "Kinds")
EXPORT = Section("export", "Export", READ)
RETENTION = Section("retention", "Retention")
ERASURES = Section("erasures", "Erasures")
EMBEDDING = Section("embedding", "Embedding")
SESSIONS = Section("sessions", "Sessions", None)
MERGES = Section("merges", "Merges", page="/merges")

SECTIONS = (
    CREDENTIALS,
    WEBHOOKS,
    IMPORTS,
    PULLS,
    KINDS,
    EXPORT,
    RETENTION,
    ERASURES,
    EMBEDDING,
    SESSIONS,
    MERGES,
)
"""The navigation, in its order."""

DONE = {
    "revoked": "The credential is revoked: nobody signs in with it any more.",
    "saved": "Saved.",
    "removed": "Removed.",
    "known": (
        "This form was sent before, and its work is done. What it made is here; the secret was"
        " shown that once."
    ),
    "queued": "It is sent again now.",
    "waiting": "The webhook is off. It is sent again once the webhook is switched on.",
    "on": "The webhook is on: what failed is sent from now on.",
    "off": "The webhook is off. What happens meanwhile is sent once it is on again.",
    "discarded": "The file is gone; nothing more is recorded from it.",
}
"""What a page says that somebody was led to after something was done, by the word in its address.
"""


class Moment(NamedTuple):
    """When something was or will be: for programs, exactly, and how long ago."""

    iso: str
    exact: str
    ago: str


def moment_of(request: Request, instant: int) -> Moment:
    """An instant as the reader sees it."""
    now = request.services.clock.now()
    exact = exact_text(instant, zone_of(request))
    return Moment(text_from_instant(instant), exact, ago_text(instant, now))


def moment_or_none(request: Request, instant: int | None) -> Moment | None:
    """An instant as the reader sees it, if there is one."""
    return None if instant is None else moment_of(request, instant)


async def respond_section(  # noqa: PLR0913 - what a page is made of
    request: Request,
    section: Section,
    template: str,
    context: Mapping[str, object],
    *,
    problems: Problems | None = None,
    status: int = 200,
    remarks: Sequence[Remark] = (),
) -> Response:
    """A page of a section, with the navigation between those that the credential may see.

    `remarks` are what it says of its address besides what every page of the settings does.
    """
    scopes = request.principal.scopes
    shown = [one for one in SECTIONS if one.scope is None or one.scope in scopes]
    notice = DONE.get(last(request.query, "done") or "")
    frame = {
        "sections": shown,
        "section": section,
        "problems": problems or {},
        "notice": notice,
        "remarks": [
            *remarks_of(request),
            *unread(request, "done", notice, "is nothing that can be done here"),
            *remarks,
        ],
        "zone": zone_of(request),
        "action": request.path,
    }
    return await respond_page(request, f"settings/{template}", frame | {**context}, status=status)


def lead_to(section: Section, *parts: str, done: str | None = None) -> Response:
    """Lead on to a page of a section, which says what was done."""
    path = "/".join((section.url, *parts))
    return redirect(f"{path}?done={done}" if done else path)


async def is_first(writer: Writer, name: str, once: str) -> bool:
    """Whether a form is sent for the first time; from then on it is known for a day.

    One that is none of ours is new each time.
    """
    if not once:
        return True
    key, digest = f"web {name} {once}", once.encode()
    try:
        if await writer.recall(key, digest) is not None:
            return False
    except Conflict:
        return False
    await writer.remember(key, digest, "done")
    return True


async def show_settings(request: Request) -> Response:
    """The first section that the credential may see."""
    scopes = request.principal.scopes
    first = next(one for one in SECTIONS if one.scope is None or one.scope in scopes)
    return redirect_with_query(request, first.url)


RESOURCES = (resource("/settings", GET=Operation(show_settings, scope=None, parameters=FREE)),)
