"""Conversations and their messages. Pure.

A conversation is one activity: its data holds the messages, and its body what they say, so that
other surfaces show and find it.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from doings.core.account import OWN_NUMBERS
from doings.core.activity import Activity
from doings.core.budget import LIST_ITEMS
from doings.core.clock import second_from_instant
from doings.core.defaults import CONTACT_FIELD_TYPE
from doings.core.errors import Problem, TooMuch
from doings.core.values.instants import instant_from_text
from doings.dialects.monica.mapping.numbers import Numbers
from doings.dialects.monica.mapping.render_context import RenderContext
from doings.dialects.monica.mapping.resources.activities import ActivityResource
from doings.dialects.monica.mapping.resources.entities import embedded
from doings.dialects.monica.mapping.resources.fields import (
    Document,
    Field,
    Item,
    Resource,
    Shown,
    Values,
    document_of,
    held_values,
    sent_values,
)
from doings.dialects.monica.mapping.resources.happened import (
    flag_field,
    moment_field,
)
from doings.dialects.monica.mapping.resources.members import (
    ACCOUNT,
    CONTACT,
    CREATED_AT,
    ID,
    OBJECT,
    UPDATED_AT,
    URL,
    UUID,
)
from doings.dialects.monica.mapping.resources.people import CONTACT_FIELD_TYPES, ITS_CONTACT
from doings.dialects.monica.validation import (
    INTEGER,
    MAX_INTEGER,
    REQUIRED,
    STRING,
    Exists,
    integer_of,
)

NUMBERS = 1_000_000
"""A message's id is the conversation's times this, and its number there: no two have the same.

A conversation whose number is kept holds the ids of its messages as they are shown: those that they
had where they were brought from, and such ones of ours, which are greater than all of them.
"""

Message = dict[str, Any]
"""A message as data holds it: `id`, `content`, `written_at`, `written_by_me`, and its times."""

MESSAGE = Resource(
    type="message",
    object="message",
    path="/messages",
    contact=(INTEGER,),
    fields=(
        moment_field("written_at"),
        flag_field("written_by_me", REQUIRED),
        Field("content", (REQUIRED, STRING)),
    ),
    members=(
        ID,
        UUID,
        OBJECT,
        "content",
        "written_at",
        "written_by_me",
        ACCOUNT,
        CONTACT,
        Shown("conversation", lambda _, item, __: {"id": item.values["conversation"]}),
        CREATED_AT,
        UPDATED_AT,
    ),
)


def _messages(resource: Resource, item: Item, context: RenderContext) -> list[Document]:  # noqa: ARG001 - a Shown's shape
    """The documents of the messages of a conversation."""
    return [
        document_of(MESSAGE, _item_of_message(message, number, item, context), context)
        for number, message in _numbered(
            item.values["messages"], _message_ids(item.number, context.api.numbers).end
        )
    ]


class MessageIds(msgspec.Struct, frozen=True):
    """How the messages of a conversation are numbered; `first` is what our ids begin after.

    With `is_kept` their numbers within the conversation are their ids.
    """

    first: int
    is_kept: bool

    @property
    def end(self) -> int:
        """What the numbers within the conversation are below."""
        return MAX_INTEGER if self.is_kept else NUMBERS

    def shown(self, number: int) -> int:
        """The id of the message with this number within the conversation."""
        return number if self.is_kept else self.first + number

    def number(self, id_: int) -> int:
        """The number within the conversation; 0, which none has, for a message of another one."""
        number = id_ if self.is_kept else id_ - self.first
        return number if 0 < number < self.end else 0


def _message_ids(conversation: int, numbers: Numbers, seq: int | None = None) -> MessageIds:
    is_kept = numbers.is_kept and conversation < OWN_NUMBERS
    own = conversation if seq is None else numbers.before_own + seq
    return MessageIds(own * NUMBERS, is_kept)


class NamedMessage(msgspec.Struct, frozen=True):
    """A message that a request names by its id."""

    ids: MessageIds
    id: int

    @property
    def number(self) -> int:
        """Its number within the conversation."""
        return self.ids.number(self.id)


def message_ids(conversation: Activity, numbers: Numbers) -> MessageIds:
    """How the messages of a conversation are numbered."""
    number = numbers.of_activity(conversation, CONVERSATIONS.resource.object)
    return _message_ids(number, numbers, conversation.seq)


def _numbered(messages: Sequence[Any], end: int) -> list[tuple[int, Message]]:
    """The messages by their numbers; one that another surface gave none goes by its place."""
    found: dict[int, Message] = {}
    for place, message in enumerate(messages, 1):
        if isinstance(message, dict):
            number = message.get("id")
            if type(number) is not int or not 0 < number < end:
                number = place
            found.setdefault(number, message)
    return list(found.items())


def _item_of_message(
    message: Message, number: int, conversation: Item, context: RenderContext
) -> Item:
    id_ = _message_ids(conversation.number, context.api.numbers).shown(number)
    return Item(
        number=id_,
        uuid=context.api.identities.uuid(context.api.account.id, "message", id_),
        values=held_values(MESSAGE, message) | {"conversation": conversation.number},
        contact=conversation.contact,
        created_at=_instant(message.get("created_at"), conversation.created_at),
        updated_at=_instant(message.get("updated_at"), conversation.updated_at),
    )


def _instant(text: object, default: int | None) -> int | None:
    if not isinstance(text, str):
        return default
    try:
        return instant_from_text(text)
    except ValueError:
        return default


def _tell(values: dict[str, Any], old: Values | None, now: str) -> None:
    """Put what the messages say in the place of the body, where they changed."""
    del now
    if old is None or values["messages"] != old["messages"]:
        numbered = _numbered(values["messages"], MAX_INTEGER)
        contents = [str(one.get("content") or "") for _, one in numbered]
        values["text"] = "\n".join(contents) or None


CONVERSATIONS = ActivityResource(
    resource=Resource(
        type="conversation",
        object="conversation",
        path="/conversations",
        contact=ITS_CONTACT,
        contact_at=1,
        fields=(
            moment_field("happened_at"),
            Field(
                "contact_field_type",
                (REQUIRED, INTEGER, Exists(CONTACT_FIELD_TYPE)),
                sent_as="contact_field_type_id",
                stored_as="contact_field_type_id",
                holds=(int,),
                store=integer_of,
                show=embedded(CONTACT_FIELD_TYPES),
                refers_to=CONTACT_FIELD_TYPE,
            ),
            Field("messages", is_made=True, holds=(list,), missing=[]),
            Field("last_message", is_made=True, holds=(int,), missing=0),
            Field("text", is_made=True),
        ),
        members=(
            ID,
            UUID,
            OBJECT,
            "happened_at",
            Shown("messages", _messages),
            "contact_field_type",
            URL,
            ACCOUNT,
            CONTACT,
            CREATED_AT,
            UPDATED_AT,
        ),
        unknown="The selected conversation id is invalid.",
    ),
    kinds=("conversation.logged",),
    only_new=("contact_id",),
    body="text",
    moment="happened_at",
    amend=_tell,
    unknown_to_delete="The selected conversation id is invalid.",
)


def with_message(values: Values, ids: MessageIds, sent: Values, now: int) -> dict[str, Any]:
    """The values of a conversation with one more message; raises TooMuch."""
    numbered = _numbered(values["messages"], ids.end)
    if len(numbered) >= LIST_ITEMS:
        reason = f"a conversation has at most {LIST_ITEMS:,} messages"
        raise TooMuch("list", Problem("conversation_id", reason))
    before = ids.first if ids.is_kept else 0
    number = 1 + max([before, values["last_message"], *(number for number, _ in numbered)])
    message = {"id": number, **sent_values(MESSAGE, sent), **_times(now)}
    return _with(values, [*numbered, (number, message)], last=number)


def with_changed_message(
    conversation: Activity, values: Values, named: NamedMessage, sent: Values, now: int
) -> dict[str, Any] | None:
    """The values with a message changed; None where the conversation has no such message."""
    number, numbered = named.number, dict(_numbered(values["messages"], named.ids.end))
    if number not in numbered:
        return None
    old = numbered[number]
    numbered[number] = {
        **old,
        "id": number,
        **sent_values(MESSAGE, sent),
        "created_at": old.get("created_at") or _time(conversation.recorded_at),
        "updated_at": _time(now),
    }
    return _with(values, list(numbered.items()))


def without_message(values: Values, named: NamedMessage) -> dict[str, Any] | None:
    """The values without a message; None where the conversation has no such message."""
    number, numbered = named.number, dict(_numbered(values["messages"], named.ids.end))
    if numbered.pop(number, None) is None:
        return None
    last = max(number, values["last_message"])
    return _with(values, list(numbered.items()), last=last)


def _with(
    values: Values, numbered: list[tuple[int, Message]], last: int | None = None
) -> dict[str, Any]:
    messages = [{**message, "id": number} for number, message in numbered]
    changed = {**values, "messages": messages}
    if last is not None:
        changed["last_message"] = last
    _tell(changed, values, "")
    return changed


def _times(now: int) -> dict[str, str]:
    return {"created_at": _time(now), "updated_at": _time(now)}


def _time(instant: int) -> str:
    return f"{second_from_instant(instant):%Y-%m-%dT%H:%M:%SZ}"
