"""Between activities and the vendor's documents, in both directions; it knows no HTTP."""

import hashlib

import msgspec

from doings.auth.principal import ADMIN, Principal
from doings.core.activity import SUBJECT, Activity, Draft, Link
from doings.core.entity import Entity
from doings.core.errors import Invalid
from doings.core.presentation.prose import prose
from doings.core.text import json_text
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

Members = dict[str, msgspec.Raw]

_encode = msgspec.json.Encoder().encode
_members = msgspec.json.Decoder(Members).decode
_NULL = msgspec.Raw(b"null")


class ActivityInput(msgspec.Struct, frozen=True, kw_only=True):
    """A text as it was sent, once it has passed the rules; `text` holds no HTML but links."""

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
    """The data as it was recorded, followed by what else is known and not in it already."""
    data, added = activity.data, _added(activity)
    if '"text"' in data or '"membership_' in data or "\\u" in data:
        added = _missing(data, added)
    if not added:
        return msgspec.Raw(data)
    comma = "," if '"' in data else ""
    return msgspec.Raw(f"{data[:-1]}{comma}{json_text(added)[1:]}")


def _missing(data: str, added: dict[str, str | None]) -> dict[str, str | None]:
    """What is not among the data's own members; the name goes with the id, if it is known."""
    own = _members(data)
    is_theirs = MEMBERSHIP_ID in own and _text(own, MEMBERSHIP_ID) != added.get(MEMBERSHIP_ID)
    return {
        name: value
        for name, value in added.items()
        if name not in own and not (name == MEMBERSHIP_NAME and (is_theirs or value is None))
    }


def _added(activity: Activity) -> dict[str, str | None]:
    added: dict[str, str | None] = {}
    text = prose(activity)
    if text is not None:
        added["text"] = text
    membership = activity.linked(MEMBERSHIP) if activity.kind != TEXT else None
    if membership is not None:
        added[MEMBERSHIP_ID] = membership.id
        added[MEMBERSHIP_NAME] = membership.name
    return added


def user_document(principal: Principal) -> UserDocument:
    """Render whoever makes the request: what is known is the credential."""
    account = principal.account
    is_admin = ADMIN in principal.scopes
    return UserDocument(
        id=principal.key,
        email=principal.label if principal.label and "@" in principal.label else None,
        admin_of=[SpaceDocument(account.slug, account.name)] if is_admin else [],
    )


def membership_document(membership: Entity) -> MembershipDocument:
    """Render a membership: what its attributes lack is null, what else they hold follows."""
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


def draft_from_input(given: ActivityInput, *, now: int) -> Draft:
    """What is recorded of a posted text; raises Invalid."""
    return Draft(
        kind=TEXT,
        occurred_at=now,
        body=given.text,
        level=given.level,
        channels=given.channels,
        links=tuple([Link(MEMBERSHIP, source_id, SUBJECT) for source_id in given.source_ids]),
        origin=ORIGIN,
    )


def saved_activity(element: bytes) -> SavedActivity:
    """One element of a saved answer; raises Invalid."""
    try:
        return msgspec.json.decode(element, type=SavedActivity)
    except (ValueError, RecursionError) as error:
        raise Invalid.of("activity", str(error)) from None


def draft_from_document(document: SavedActivity) -> Draft:
    """Read an element of a saved answer; raises Invalid.

    The vendor gives activities no ids: what says the same of the same second is the same.
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


def _kind(type_: str) -> str:
    kinds = kinds_of_type(type_)
    if not kinds:
        raise Invalid.of("type", f"{type_!r} is no type that can be expressed here")
    return kinds[0]


def _instant(text: str) -> int:
    try:
        return span_from_text(text).start
    except (ValueError, OverflowError):
        raise Invalid.of("created_at", "not a time like 2014/04/01 00:01:02 +0000") from None


def _data_and_text(document: SavedActivity) -> tuple[Members, str | None]:
    """The text, where it stands last, is the body; so it is shown in the same place again."""
    members = document.attributes
    text = _text(members, "text")
    is_last = text is not None and list(members)[-1] == "text"
    if is_last:
        return {name: value for name, value in members.items() if name != "text"}, text
    return members, text if _kind(document.type) == TEXT else None


def _links(members: Members) -> tuple[Link, ...]:
    membership_id, invoice_id = _text(members, MEMBERSHIP_ID), _text(members, "invoice_id")
    name = _text(members, MEMBERSHIP_NAME)
    links = [Link(MEMBERSHIP, membership_id, SUBJECT, name)] if membership_id else []
    return (*links, Link(INVOICE, invoice_id)) if invoice_id else tuple(links)


def _text(members: Members, name: str) -> str | None:
    try:
        return msgspec.json.decode(members[name], type=str)
    except (KeyError, msgspec.ValidationError):
        return None
