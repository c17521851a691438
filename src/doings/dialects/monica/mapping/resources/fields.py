"""The language of the tables: a resource is its fields, and the members of its documents. Pure.

A field is what callers set; a Shown member is made from the rest of an entry. Nothing here knows
where entries are stored: what stores them makes an Item of each, and calls `document_of`.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from doings.core.entity import EntityKey
from doings.dialects.monica.mapping.render_context import RenderContext
from doings.dialects.monica.validation import REQUIRED, Exists, Rule, Rules

Values = Mapping[str, Any]
"""What an entry holds: values by the names of the fields."""

FieldRules = tuple[Rule | Exists, ...]

Document = dict[str, Any]


def _as_sent(value: Any) -> Any:  # noqa: ANN401 - any JSON
    return value


def _as_stored(value: Any, context: RenderContext) -> Any:  # noqa: ANN401, ARG001 - a Field's shape
    return value


class Field(msgspec.Struct, frozen=True):
    """A member that callers set.

    `name` is what documents call it; it is `sent_as` and `stored_as` the same, unless they say
    otherwise. `rules` are in the order of their messages. `store` makes what is stored of what was
    sent, `show` what is shown of what is stored. Stored is a value of the type `holds` or null;
    anything else was put there by another surface, and is read as null. `missing` stands for null.

    `is_kept` says that an update leaves what is not sent as it is; otherwise it becomes null.
    `refers_to` is the type of the entity whose id is stored. What `is_made` here nobody sends.
    """

    name: str
    rules: FieldRules = ()
    sent_as: str = ""
    stored_as: str = ""
    holds: tuple[type, ...] = (str,)
    store: Callable[[Any], Any] = _as_sent
    show: Callable[[Any, RenderContext], Any] = _as_stored
    missing: Any = None
    is_kept: bool = False
    refers_to: str | None = None
    is_made: bool = False

    @property
    def sent(self) -> str:
        """The name of the member in a body."""
        return self.sent_as or self.name

    @property
    def stored(self) -> str:
        """The name of the attribute that holds it."""
        return self.stored_as or self.name


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a resource, wherever it is stored; instants are microseconds.

    `contact` is whom it belongs to. The times are None for what came with the account.
    """

    number: int
    uuid: str
    values: Values
    contact: EntityKey | None
    created_at: int | None
    updated_at: int | None


class Shown(msgspec.Struct, frozen=True):
    """A member of a document that callers do not set; `of` makes it."""

    name: str
    of: Callable[["Resource", Item, RenderContext], Any]


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A sort of entries.

    `type` is that of the entities which hold it, or a name for one that activities hold. `object`
    is what documents call it, `path` where it is. `fields` are in the order of their messages;
    `members` are the document in its order: names of fields, and what is shown besides.

    `contact` are the rules of `contact_id`, empty for what belongs to no contact; `contact_at` is
    its place among the fields. `unknown` is the
    message for the change of an entry that does not exist; without it that is 404, as when it is
    read. `created` is the status of an answer to POST. `is_listed` says whether the account has a
    list of them.
    """

    type: str
    object: str
    path: str
    fields: tuple[Field, ...]
    members: tuple[str | Shown, ...]
    contact: FieldRules = ()
    contact_at: int = 0
    unknown: str | None = None
    created: int = 201
    is_listed: bool = True

    @property
    def rules(self) -> Rules:
        """The rules of all that may be sent, by the names of the members."""
        sent = [(field.sent, field.rules) for field in self.fields if not field.is_made]
        if self.contact:
            sent.insert(self.contact_at, (CONTACT_ID, self.contact))
        return dict(sent)


CONTACT_ID = "contact_id"


def rules_of_change(resource: Resource, only_new: Collection[str]) -> Rules:
    """The rules of an update, where the members `only_new` may be missing."""
    return {
        name: tuple(rule for rule in rules if rule is not REQUIRED or name not in only_new)
        for name, rules in resource.rules.items()
    }


def sent_values(resource: Resource, members: Values, old: Values | None = None) -> dict[str, Any]:
    """The values of members that have passed the resource's rules; `old` are those before."""
    return {field.name: _sent_value(field, members, old) for field in resource.fields}


def _sent_value(field: Field, members: Values, old: Values | None) -> Any:  # noqa: ANN401 - any JSON
    if field.is_made:
        return old[field.name] if old else field.missing
    if old is not None and field.is_kept and field.sent not in members:
        return old[field.name]
    sent = members.get(field.sent)
    return field.missing if sent is None else field.store(sent)


def held_values(resource: Resource, stored: Values) -> dict[str, Any]:
    """The values among attributes; null for those of another type than the field's."""
    return {field.name: _held_value(field, stored) for field in resource.fields}


def _held_value(field: Field, stored: Values) -> Any:  # noqa: ANN401 - any JSON
    value = stored.get(field.stored)
    # Not isinstance, as True is an int.
    return value if type(value) in field.holds else field.missing


def referred_keys(resource: Resource, values: Values, contact: EntityKey | None) -> list[EntityKey]:
    """The entities that the document of an entry with these values refers to."""
    referred = [
        (field.refers_to, str(values[field.name]))
        for field in resource.fields
        if field.refers_to is not None and values[field.name] is not None
    ]
    return [*referred, contact] if contact is not None else referred


def document_of(resource: Resource, item: Item, context: RenderContext) -> Document:
    """The document of an entry; `context` holds the entities of `referred_keys`."""
    fields = {field.name: field for field in resource.fields}
    document: Document = {}
    for member in resource.members:
        if isinstance(member, Shown):
            document[member.name] = member.of(resource, item, context)
        else:
            document[member] = fields[member].show(item.values[member], context)
    return document
