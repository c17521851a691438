"""Between activities and the vendor's documents, in both directions; it knows no HTTP."""

import hashlib
import html

import msgspec

from doings.auth.principal import ADMIN, Principal
from doings.core.activity import SUBJECT, Activity, Draft, Link
from doings.core.entity import Entity, EntityDraft, EntityKey, checked_id
from doings.core.errors import Invalid
from doings.core.imports import element_decoder
from doings.core.presentation.prose import prose
from doings.core.text import json_text
from doings.core.values.markup import HTML_KINDS, links_only
from doings.dialects.cobot.documents import (
    ActivityDocument,
    MembershipDocument,
    SavedActivity,
    SpaceDocument,
    UserDocument,
)
from doings.dialects.cobot.times import span_from_text, text_from_instant
from doings.dialects.cobot.vocabulary import (
    INVOICE,
    MEMBERSHIP,
    ORIGIN,
    TEXT,
    kinds_of_type,
    type_of_kind,
)

MEMBERSHIP_ID = "membership_id"
MEMBERSHIP_NAME = "membership_name"

MEMBERS_OF_MEMBERSHIP = frozenset({"name", "email", "plan", "confirmed_at", "canceled_to"})

Members = dict[str, msgspec.Raw]

_encode = msgspec.json.Encoder().encode
_members = msgspec.json.Decoder(Members).decode
_NULL = msgspec.Raw(b"null")


class ActivityInput(msgspec.Struct, frozen=True, kw_only=True):
    """A posted text that has passed the rules; the only HTML in `text` is links."""

    text: str
    level: str | None
    channels: tuple[str, ...]
    source_ids: tuple[str, ...]


def activity_document(activity: Activity) -> ActivityDocument:
    """Render an activity of any kind."""
    return ActivityDocument(
        created_at=text_from_instant(activity.occurred_at),
        type=type_of_kind(activity.kind),
        channels=activity.channels,
        level=activity.level or msgspec.UNSET,
        attributes=attributes(activity),
    )


def attributes(activity: Activity) -> msgspec.Raw:
    """The data as it was recorded, then the text and the membership where data lacks them."""
    data, added = _of_kept(activity, _cleaned(activity.data)), _added(activity)
    if '"text"' in data or '"membership_' in data or "\\u" in data:
        added = _missing(data, added)
    if not added:
        return msgspec.Raw(data)
    comma = "," if '"' in data else ""
    return msgspec.Raw(f"{data[:-1]}{comma}{json_text(added)[1:]}")


def characters_to_clean(activity: Activity) -> int:
    """How long the data is that holds a `text` to be cleaned, 0 for most."""
    return len(activity.data) if _may_need_cleaning(activity.data) else 0


def _may_need_cleaning(data: str) -> bool:
    return '"text"' in data and ("<" in data or "\\u" in data)


def _cleaned(data: str) -> str:
    """The data with a `text` of its own cleaned, as clients show that member as HTML."""
    if not _may_need_cleaning(data):
        return data
    members = _members(data)
    text = _text(members, "text")
    if text is None or "<" not in text:
        return data
    return json_text({**members, "text": links_only(text)})


def _of_kept(activity: Activity, data: str) -> str:
    """The data with the membership that stands for the one it names, where those were merged."""
    for link in activity.links:
        if link.named and link.entity.type == MEMBERSHIP:
            members = _members(data)
            own = MEMBERSHIP_ID in members and _text(members, MEMBERSHIP_ID)
            if own in {named.entity.id for named in link.named}:
                return json_text({**members, MEMBERSHIP_ID: link.entity.id})
    return data


def _missing(data: str, added: dict[str, str | None]) -> dict[str, str | None]:
    """Those of `added` that data lacks; a membership's name is added only with its own id."""
    own = _members(data)
    is_other = MEMBERSHIP_ID in own and _text(own, MEMBERSHIP_ID) != added.get(MEMBERSHIP_ID)
    return {
        name: value
        for name, value in added.items()
        if name not in own and not (name == MEMBERSHIP_NAME and (is_other or value is None))
    }


def _added(activity: Activity) -> dict[str, str | None]:
    added: dict[str, str | None] = {}
    text = _html(activity)
    if text is not None:
        added["text"] = text
    membership = activity.linked(MEMBERSHIP) if activity.kind != TEXT else None
    if membership is not None:
        added[MEMBERSHIP_ID] = membership.id
        added[MEMBERSHIP_NAME] = membership.name
    return added


def _plain(text: str) -> str | None:
    """The plain text that this is the HTML of, or None if rendering would not give it back."""
    try:
        plain = html.unescape(text)
    except ValueError:  # a character's number of more digits than Python reads
        return None
    return plain if html.escape(plain, quote=False) == text else None


def _html(activity: Activity) -> str | None:
    """The text as HTML, which is what `text` holds here; plain text is escaped."""
    if activity.body and activity.kind in HTML_KINDS:
        return activity.body
    text = prose(activity)
    return text if text is None else html.escape(text, quote=False)


def user_document(principal: Principal) -> UserDocument:
    """Render the user that makes the request; all that is known is the credential."""
    account = principal.account
    is_admin = ADMIN in principal.scopes
    return UserDocument(
        id=principal.key,
        email=principal.label if principal.label and "@" in principal.label else None,
        admin_of=[SpaceDocument(account.slug, account.name)] if is_admin else [],
    )


def membership_document(membership: Entity) -> MembershipDocument:
    """Render a membership; a missing attribute is null, further attributes follow."""
    attrs = _members(membership.attrs)
    return {
        "id": msgspec.Raw(_encode(membership.id)),
        "name": msgspec.Raw(_encode(membership.name)),
        "email": attrs.pop("email", _NULL),
        "plan": attrs.pop("plan", _NULL),
        "confirmed_at": attrs.pop("confirmed_at", _NULL),
        "canceled_to": attrs.pop("canceled_to", _NULL),
        **{name: value for name, value in attrs.items() if name not in {"id", "name"}},
    }


def draft_from_input(text_input: ActivityInput, *, now: int) -> Draft:
    """Read a posted text; raises Invalid."""
    return Draft(
        kind=TEXT,
        occurred_at=now,
        body=text_input.text,
        level=text_input.level,
        channels=text_input.channels,
        links=tuple([Link(MEMBERSHIP, source_id, SUBJECT) for source_id in text_input.source_ids]),
        origin=ORIGIN,
    )


saved_activity = element_decoder(SavedActivity)
"""One element of a saved answer, from JSON; raises Invalid."""


def draft_from_document(document: SavedActivity) -> Draft:
    """Read an element of a saved answer; raises Invalid.

    The vendor gives activities no ids, so the external id stands for what the element says.
    """
    data, text = _data_and_text(document)
    return Draft(
        kind=_kind(document.type),
        occurred_at=_instant(document.created_at),
        body=text,
        data=json_text(data),
        level=document.level or None,
        channels=document.channels,
        links=_links(document.attributes),
        origin=ORIGIN,
        external_id=hashlib.sha256(_encode(document)).hexdigest()[:32],
    )


def saved_membership(element: bytes) -> tuple[EntityKey, EntityDraft] | None:
    """A membership of a saved answer; None for an element that is something else.

    A membership has no type, as an activity has, and one of the vendor's members. Raises Invalid.
    """
    try:
        element.decode()
        members = _members(element)
    except (ValueError, RecursionError):
        return None
    if "type" in members or "id" not in members or MEMBERS_OF_MEMBERSHIP.isdisjoint(members):
        return None
    membership_id, name = _text(members, "id"), members.pop("name", _NULL)
    if membership_id is None:
        raise Invalid.of("id", "must be text")
    del members["id"]
    try:
        draft = EntityDraft(
            name=msgspec.json.decode(name, type=str | None), attrs=json_text(members)
        )
    except ValueError as error:
        raise Invalid.of("name", str(error)) from None
    return (MEMBERSHIP, checked_id(membership_id)), draft


def _kind(type_: str) -> str:
    kinds = kinds_of_type(type_)
    if not kinds:
        raise Invalid.of("type", f"{type_!r} is empty or too long to be expressed here")
    return kinds[0]


def _instant(text: str) -> int:
    try:
        return span_from_text(text).start
    except (ValueError, OverflowError):
        raise Invalid.of("created_at", "not a time like 2014/04/01 00:01:02 +0000") from None


def _data_and_text(document: SavedActivity) -> tuple[Members, str | None]:
    """The members for data, and the text for the body.

    A text that is the last member becomes the body only, as rendering puts it last again.
    """
    members = document.attributes
    text = _text(members, "text")
    if text is not None and list(members)[-1] == "text":
        body = text if _kind(document.type) in HTML_KINDS else _plain(text)
        if body is not None:
            return {name: value for name, value in members.items() if name != "text"}, body
    return members, text if _kind(document.type) == TEXT else None


def _links(members: Members) -> tuple[Link, ...]:
    membership_id, invoice_id = _text(members, MEMBERSHIP_ID), _text(members, "invoice_id")
    name = _text(members, MEMBERSHIP_NAME)
    links = [Link(MEMBERSHIP, membership_id, SUBJECT, name)] if membership_id else []
    return (*links, Link(INVOICE, invoice_id)) if invoice_id else tuple(links)


def _text(members: Members, name: str) -> str | None:
    try:
        return msgspec.json.decode(members[name], type=str)
    except (KeyError, ValueError):
        return None
