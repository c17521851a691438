"""Making a secret address: whose timeline it shows, as what, and which kinds of it."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from doings.auth.credentials import ENDINGS, IssuedCredential, issue_address
from doings.core.activity import KIND, WORD
from doings.core.budget import VIEW_LIST
from doings.core.entity import ID_LENGTH, NAME_LENGTH, TYPE, Entity, EntityKey
from doings.core.errors import Invalid, Problem
from doings.core.store import Reader
from doings.core.store.credentials import Credential, View
from doings.core.text import checked_text
from doings.httpkit.request import Request
from doings.web.forms import lines_of, once_of, text_of
from doings.web.timeline.reading import named

FORMATS = (("calendar", "a calendar (.ics)"), ("feed", "a feed (Atom)"))
"""What an address may show a timeline as, and how that is called."""

_KINDS = re.compile(rf"{KIND.pattern}|{WORD.pattern}\.\*")


class AddressForm(msgspec.Struct, frozen=True):
    """The form of a new address, as it is typed."""

    entity: str = ""
    format: str = "calendar"
    kinds: str = ""
    label: str = ""
    once: str = ""


def address_form_from_fields(fields: Mapping[str, Any]) -> AddressForm:
    """Read the form."""
    return AddressForm(
        entity=text_of(fields, "entity").strip(),
        format=text_of(fields, "format"),
        kinds=text_of(fields, "kinds"),
        label=text_of(fields, "label").strip(),
        once=once_of(fields),
    )


async def new_address(request: Request, form: AddressForm) -> tuple[IssuedCredential, Credential]:
    """What a form asks for; raises Invalid, which names all that is wrong."""
    kinds = lines_of(form.kinds.replace(",", "\n"))
    found = await request.timeline.read(
        lambda reader: _meant_by(reader, form.entity), bounded=False
    )
    problems = [] if isinstance(found, Entity) else [Problem("entity", found)]
    problems += [
        Problem("kinds", f"{kind!r} is neither noun.verb nor noun.*")
        for kind in kinds
        if not _KINDS.fullmatch(kind)
    ]
    if len(kinds) > VIEW_LIST:
        problems.append(Problem("kinds", f"at most {VIEW_LIST}"))
    if form.format not in ENDINGS:
        problems.append(Problem("format", f"must be one of {', '.join(ENDINGS)}"))
    try:
        checked_text(form.label, field="label", most=NAME_LENGTH)
    except Invalid as error:
        problems += error.problems
    if problems or not isinstance(found, Entity):
        raise Invalid(*problems)
    return issue_address(
        request.principal.account.id,
        View(entity=found.key, kinds=tuple(sorted(kinds)) or None),
        form.format,
        now=request.services.clock.now(),
        label=form.label or None,
    )


async def _meant_by(reader: Reader, text: str) -> Entity | str:
    """Whom a text names by `type:id` or by a name; or why that is nobody, or several."""
    if not text:
        return "must be type:id like contact:8, or a name"
    if len(text) > ID_LENGTH or "\0" in text:
        return f"at most {ID_LENGTH} characters"
    key = _key(text)
    by_key = await reader.entities_by_key([key]) if key else {}
    found = list(by_key.values()) or await named(reader, text)
    if len(found) == 1:
        return found[0]
    if not found:
        return "nobody here is called so"
    ids = ", ".join(":".join(one.key) for one in found)
    return f"several are called so; write which one: {ids}"


def _key(text: str) -> EntityKey | None:
    """The key that a text is, or None."""
    entity_type, colon, entity_id = text.partition(":")
    return (entity_type, entity_id) if colon and TYPE.fullmatch(entity_type) and entity_id else None
