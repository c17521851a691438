"""Credentials: made, listed with their last use, and revoked."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response

from doings.auth.credentials import IssuedCredential, issue
from doings.auth.principal import (
    ADMIN,
    READ,
    READ_SUBSCRIPTIONS,
    SCOPES,
    WRITE,
    WRITE_SUBSCRIPTIONS,
)
from doings.core.entity import NAME_LENGTH
from doings.core.errors import Invalid, NotFound
from doings.core.store import Writer
from doings.core.store.credentials import Credential
from doings.core.text import checked_text
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.display import zone_of
from doings.web.forms import (
    Problems,
    end_of_day,
    fields_of,
    members_of,
    new_once,
    once_of,
    problems_at,
    text_of,
    texts_of,
)
from doings.web.page import redirect
from doings.web.settings.frame import (
    CREDENTIALS,
    FREE,
    Moment,
    is_first,
    lead_to,
    moment_of,
    moment_or_none,
    respond_section,
)

SCOPE_HINTS = {
    READ: "activities, people, and all that is known of them",
    WRITE: "record, change and delete",
    ADMIN: "settings, credentials, webhooks and erasing; Cobot’s API takes it, too",
    READ_SUBSCRIPTIONS: "Cobot’s subscriptions, together with admin",
    WRITE_SUBSCRIPTIONS: "the same, to make and to remove them",
}

USUAL = (READ, WRITE)
"""The scopes that are ticked in an empty form."""

_LISTS = frozenset({"scope"})
_FIELDS = {"label": "label", "scopes": "scope", "expires_on": "expires_on"}


class Form(msgspec.Struct, frozen=True):
    """The form of a new credential, as it is typed; it is good until the end of its last day."""

    label: str = ""
    scopes: tuple[str, ...] = USUAL
    expires_on: str = ""
    once: str = ""


class Row(NamedTuple):
    """A credential as the list shows it. `is_own` is the one that its reader is signed in with."""

    key: str
    label: str | None
    scopes: tuple[str, ...]
    created: Moment
    expires: Moment | None
    is_over: bool
    used: Moment | None
    is_own: bool

    @property
    def url(self) -> str:
        """Where it is revoked."""
        return f"{CREDENTIALS.url}/{self.key}/revoke"


def _form_from_fields(fields: Mapping[str, Any]) -> Form:
    return Form(
        label=text_of(fields, "label").strip(),
        scopes=texts_of(fields, "scope"),
        expires_on=text_of(fields, "expires_on").strip(),
        once=once_of(fields),
    )


async def show_credentials(request: Request) -> Response:
    """The list, and the form of a new one."""
    return await _respond(request, Form(once=new_once()))


async def create(request: Request) -> Response:
    """Make a credential; its secret is in this answer and nowhere else."""
    form = _form_from_fields(await members_of(request, _LISTS))
    try:
        issued, stored = _issued(request, form)
    except Invalid as error:
        return await _respond(request, form, problems=problems_at(error, _FIELDS), status=422)

    async def add(writer: Writer) -> bool:
        if not await is_first(writer, "credential", form.once):
            return False
        await writer.add_credential(stored)
        return True

    if not await request.timeline.write(add):
        return lead_to(CREDENTIALS, done="known")
    return await _respond(request, Form(once=new_once()), issued=issued)


def _issued(request: Request, form: Form) -> tuple[IssuedCredential, Credential]:
    """What a form asks for; raises Invalid."""
    now = request.services.clock.now()
    checked_text(form.label, field="label", most=NAME_LENGTH)
    return issue(
        request.principal.account.id,
        scopes=list(form.scopes),
        now=now,
        label=form.label or None,
        expires_at=end_of_day(form.expires_on, zone_of(request), now, field="expires_on"),
    )


async def show_revoke(request: Request) -> Response:
    """The question whether it is meant; raises NotFound."""
    return await _respond_revoke(request, {})


async def revoke(request: Request) -> Response:
    """Revoke it; one's own only where that was ticked. Raises NotFound."""
    fields = await fields_of(request)
    key = request.path_params["key"]
    is_own = key == request.principal.key
    if is_own and fields.get("sure") != "yes":
        problems = {"sure": "Tick this if you want to be signed out."}
        return await _respond_revoke(request, problems, status=422)
    await request.timeline.write(lambda writer: writer.revoke_credential(key))
    return redirect("/sign-in") if is_own else lead_to(CREDENTIALS, done="revoked")


async def _respond(
    request: Request,
    form: Form,
    *,
    issued: IssuedCredential | None = None,
    problems: Problems | None = None,
    status: int = 200,
) -> Response:
    stored = await request.timeline.read(lambda reader: reader.credentials())
    context = {
        "form": form,
        "scopes": [(name, SCOPE_HINTS[name], name in form.scopes) for name in SCOPES],
        "rows": _rows(request, stored),
        "issued": issued,
    }
    return await respond_section(
        request, CREDENTIALS, "credentials.html", context, problems=problems, status=status
    )


async def _respond_revoke(request: Request, problems: Problems, *, status: int = 200) -> Response:
    key = request.path_params["key"]
    stored = await request.timeline.read(lambda reader: reader.credentials())
    found = [one for one in stored if one.key == key]
    if not found:
        raise NotFound("credential", key)
    context = {"row": row_of(request, found[0]), "view": found[0].view}
    return await respond_section(
        request, CREDENTIALS, "revoke.html", context, problems=problems, status=status
    )


def _rows(request: Request, stored: Sequence[Credential]) -> list[Row]:
    """Those that sign in, newest first: secret addresses are shown with embedding."""
    return [row_of(request, one) for one in reversed(stored) if one.view is None]


def row_of(request: Request, credential: Credential) -> Row:
    """A credential as lists show it."""
    expires_at, now = credential.expires_at, request.services.clock.now()
    return Row(
        key=credential.key,
        label=credential.label,
        scopes=credential.scopes,
        created=moment_of(request, credential.created_at),
        expires=moment_or_none(request, expires_at),
        is_over=expires_at is not None and expires_at <= now,
        used=moment_or_none(request, credential.last_used_at),
        is_own=credential.key == request.principal.key,
    )


RESOURCES = (
    resource(
        CREDENTIALS.url,
        GET=Operation(show_credentials, scope=ADMIN, parameters=FREE),
        POST=Operation(create, scope=ADMIN, parameters=FREE, has_secret=True),
    ),
    resource(
        f"{CREDENTIALS.url}/{{key}}/revoke",
        GET=Operation(show_revoke, scope=ADMIN, parameters=FREE),
        POST=Operation(revoke, scope=ADMIN, parameters=FREE),
    ),
)
