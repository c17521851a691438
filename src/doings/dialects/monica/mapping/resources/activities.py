"""Resources whose entries are activities: from an activity to an entry, and to a draft. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from doings.core.activity import Activity, Draft, Link, draft_of, given_links
from doings.core.clock import second_from_instant
from doings.core.entity import CONTACT, Entity, EntityKey
from doings.core.presentation.prose import plain_body
from doings.core.presentation.title import title
from doings.core.text import json_text, object_from_text
from doings.core.values.markup import HTML_KINDS, html_from_text
from doings.dialects.monica.mapping.render_context import AccountApi, RenderContext
from doings.dialects.monica.mapping.resources.fields import (
    Document,
    Item,
    Resource,
    Values,
    document_of,
    held_values,
    referred_keys,
    rules_of_change,
)
from doings.dialects.monica.mapping.resources.moments import instant_of, is_day, shown_moment
from doings.dialects.monica.validation import REQUIRED, Rules, date_of
from doings.dialects.monica.vocabulary import ORIGIN

HAPPENED_ON = "happened_on"
"""The member of data that holds the date where no time was sent, in the kinds recorded here."""

ABOUT = "subject"
"""The role of the contact that an entry is recorded with here."""

Amend = Callable[[dict[str, Any], Values | None, str], None]


def _as_sent(values: dict[str, Any], old: Values | None, now: str) -> None:
    """Leave the values as they are."""


class ActivityResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource whose entries are activities of its kinds; the first is what is recorded here.

    `summary` and `body` are the fields that are the activity's own, `moment` the one that says when
    it happened; the others are members of its data. Without `moment` it happens as it is recorded.
    `columns` are the orders that its lists have besides those of all; `sorted_by` are fields by
    which they may be sorted, too, and then all entries are looked through. What has no contact is
    shown where `is_alone_allowed`. With `has_years` its lists tell how many there were in each
    year.

    An update may leave out the members of `only_new`.

    `amend` changes the values of an entry before it is stored, given those before and the time; it
    raises NotFound for what the values name and nobody has. `unknown_to_delete` is the message for
    the deletion of an entry that does not exist; without it that is 404.
    """

    resource: Resource
    kinds: tuple[str, ...]
    only_new: tuple[str, ...] = ()
    summary: str | None = None
    body: str | None = None
    moment: str | None = None
    columns: Mapping[str, Literal["occurred"]] = {}
    sorted_by: tuple[str, ...] = ()
    is_alone_allowed: bool = False
    has_years: bool = False
    amend: Amend = _as_sent
    unknown_to_delete: str | None = None

    def has(self, activity: Activity) -> bool:
        """Whether an activity is an entry: of its kinds, and with a contact who is not deleted."""
        if activity.kind not in self.kinds:
            return False
        return self.is_alone_allowed or bool(activity.contacts())


def rules_of(kept: ActivityResource, *, is_new: bool) -> Rules:
    """The rules of what is sent for an entry."""
    return kept.resource.rules if is_new else rules_of_change(kept.resource, kept.only_new)


def values_of(kept: ActivityResource, activity: Activity) -> dict[str, Any]:
    """The values of the entry that an activity is."""
    stored: dict[str, Any] = object_from_text(activity.data)
    happened_on = stored.get(HAPPENED_ON) if activity.kind == kept.kinds[0] else None
    if not date_of(happened_on):
        happened_on = None
    values = held_values(kept.resource, stored)
    if kept.summary:
        values[kept.summary] = _text(kept, activity, kept.summary, activity.summary)
    if kept.body:
        # Where only one text is shown, the summary is in the place of a body that is missing.
        others = () if kept.summary else (activity.summary,)
        values[kept.body] = _text(kept, activity, kept.body, plain_body(activity), *others)
    if kept.moment:
        values[kept.moment] = happened_on or _second(activity.occurred_at)
    return values


def _text(kept: ActivityResource, activity: Activity, name: str, *texts: str | None) -> str | None:
    """The first of the texts that there is; a field that is never empty has the title else."""
    field = next(field for field in kept.resource.fields if field.name == name)
    found = next(filter(None, texts), None)
    return title(activity) if found is None and REQUIRED in field.rules else found


def _second(instant: int) -> str:
    return f"{second_from_instant(instant):%Y-%m-%dT%H:%M:%SZ}"


def item_of(kept: ActivityResource, activity: Activity, api: AccountApi) -> Item:
    """The entry that an activity is; of several contacts it is that of the first."""
    contacts = activity.contacts()
    return Item(
        number=api.numbers.of_activity(activity, kept.resource.object),
        uuid=activity.id,
        values=values_of(kept, activity),
        contact=contacts[0].key if contacts else None,
        created_at=activity.recorded_at,
        updated_at=activity.updated_at,
    )


def keys_of(kept: ActivityResource, activity: Activity) -> list[EntityKey]:
    """The entities that the document refers to, besides the contact."""
    return referred_keys(kept.resource, values_of(kept, activity), None)


def activity_document(
    kept: ActivityResource, activity: Activity, context: RenderContext
) -> Document:
    """The document of the entry that an activity is."""
    return document_of(kept.resource, item_of(kept, activity, context.api), context)


def draft_of_values(
    kept: ActivityResource, values: Values, contact: Entity | None, now: int, time_zone: str
) -> Draft:
    """What is recorded for a new entry."""
    return Draft(
        kind=kept.kinds[0],
        occurred_at=instant_of(values[kept.moment], time_zone) if kept.moment else now,
        summary=values[kept.summary] if kept.summary else None,
        body=values[kept.body] if kept.body else None,
        data=_data(kept, "{}", {}, values),
        links=() if contact is None else (Link(CONTACT, contact.id, ABOUT),),
        origin=ORIGIN,
    )


def draft_of_change(
    kept: ActivityResource,
    activity: Activity,
    values: Values,
    contact: Entity | None,
    time_zone: str,
) -> Draft:
    """An activity changed by an entry that was sent; what was sent as it was shown stays as it is.

    Without a contact the links stay.
    """
    old = values_of(kept, activity)
    draft = draft_of(activity)
    changed: dict[str, Any] = {"data": _data(kept, activity.data, old, values)}
    if kept.summary and values[kept.summary] != old[kept.summary]:
        changed["summary"] = values[kept.summary]
    if kept.body and values[kept.body] != old[kept.body]:
        changed["body"] = _body_of_kind(activity.kind, values[kept.body])
    if kept.moment and is_moved(kept, old, values):
        changed["occurred_at"] = instant_of(values[kept.moment], time_zone)
    if contact is not None:
        changed["links"] = _links_with(activity, contact)
    return msgspec.structs.replace(draft, **changed)


def is_moved(kept: ActivityResource, old: Values, values: Values) -> bool:
    """Whether the moment that was sent is another one than that shown."""
    before, after = old[kept.moment or ""], values[kept.moment or ""]
    return shown_moment(before) != shown_moment(after)


def _body_of_kind(kind: str, text: str | None) -> str | None:
    return html_from_text(text) if text is not None and kind in HTML_KINDS else text


def _data(kept: ActivityResource, data: str, old: Values, values: Values) -> str:
    """The data with the values that differ from the old ones; its other members stay."""
    members = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    own = {kept.summary, kept.body, kept.moment}
    for field in kept.resource.fields:
        value = values[field.name]
        if field.name in own or (old and value == old[field.name]):
            continue
        _put(members, field.stored, None if value == field.missing else value)
    if kept.moment and (not old or is_moved(kept, old, values)):
        moment = values[kept.moment]
        _put(members, HAPPENED_ON, moment if is_day(moment) else None)
    return json_text(members)


def without_values(kept: ActivityResource, data: str, said: str) -> str:
    """The data with the values that another says in the place of its own; other members stay."""
    members = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    own = {HAPPENED_ON, *(field.stored for field in kept.resource.fields)}
    others = {name: value for name, value in members.items() if name not in own}
    return json_text(others | msgspec.json.decode(said, type=dict[str, msgspec.Raw]))


def _put(members: dict[str, msgspec.Raw], name: str, value: object) -> None:
    if value is None:
        members.pop(name, None)
    else:
        members[name] = msgspec.Raw(msgspec.json.encode(value))


def _links_with(activity: Activity, contact: Entity) -> tuple[Link, ...]:
    """The links with the contact in the place of the one shown, whose links stay if equal."""
    links = given_links(activity)
    contacts = activity.contacts()
    if contacts and contacts[0].key == contact.key:
        return links
    shown = {contacts[0].key} if contacts else set()
    kept = [link for link in links if link.key not in shown | {contact.key}]
    return (Link(CONTACT, contact.id, ABOUT), *kept)
