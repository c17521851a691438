"""The handlers of a conversation's messages: what changes one answers the whole conversation."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.responses import Response

from doings.core.activity import Activity, Draft
from doings.core.entity import CONTACT, Entity
from doings.core.errors import NotFound
from doings.core.interactions.lifecycle import check_revision
from doings.core.store import Reader, Writer
from doings.dialects.monica import validation
from doings.dialects.monica.documents import DeletedDocument
from doings.dialects.monica.handlers.activity_resources import document, entry
from doings.dialects.monica.handlers.entity_resources import sent_contact
from doings.dialects.monica.mapping.resources.activities import draft_of_change, values_of
from doings.dialects.monica.mapping.resources.conversations import (
    CONVERSATIONS,
    MESSAGE,
    NamedMessage,
    message_ids,
    with_changed_message,
    with_message,
    without_message,
)
from doings.dialects.monica.mapping.resources.fields import Values
from doings.dialects.monica.operations import ListParams, answer, respond_one
from doings.dialects.monica.params import id_from_path

Change = Callable[[Activity, Values], dict[str, Any] | None]


async def add_message(params: ListParams) -> Response:
    """POST /conversations/:id/messages: one more; raises NotFound, Rejected and TooMuch."""
    now = params.request.services.clock.now()

    def change(conversation: Activity, values: Values) -> dict[str, Any] | None:
        ids = message_ids(conversation, params.numbers)
        return with_message(values, ids, params.members, now)

    return respond_one(await _changed(params, change))


async def update_message(params: ListParams) -> Response:
    """PUT /conversations/:id/messages/:message; raises NotFound and Rejected."""
    now, id_ = params.request.services.clock.now(), _message_id(params)

    def change(conversation: Activity, values: Values) -> dict[str, Any] | None:
        named = NamedMessage(message_ids(conversation, params.numbers), id_)
        return with_changed_message(conversation, values, named, params.members, now)

    return respond_one(await _changed(params, change))


async def delete_message(params: ListParams) -> Response:
    """DELETE /conversations/:id/messages/:message; raises NotFound."""
    id_ = _message_id(params)

    def change(conversation: Activity, values: Values) -> dict[str, Any] | None:
        return without_message(values, NamedMessage(message_ids(conversation, params.numbers), id_))

    await _changed(params, change, is_checked=False)
    return answer(DeletedDocument(deleted=True, id=id_))


def _message_id(params: ListParams) -> int:
    return id_from_path(params.request.path_params["message"])


async def _changed(params: ListParams, change: Change, *, is_checked: bool = True) -> msgspec.Raw:
    """The conversation in the path after a change of its messages; None is no such message."""

    async def work(writer: Writer) -> msgspec.Raw:
        conversation = await entry(CONVERSATIONS, params, writer)
        if is_checked:
            await validation.check(MESSAGE.rules, params.members, params.lookup(writer))
            await _check_contact(conversation, params, writer)
        values = change(conversation, values_of(CONVERSATIONS, conversation))
        if values is None:
            raise NotFound(MESSAGE.type, params.id)

        def revise(activity: Activity) -> Draft:
            draft = draft_of_change(CONVERSATIONS, activity, values, None, params.time_zone)
            check_revision(activity, draft)
            return draft

        revised = await writer.revise(conversation.seq, revise)
        return await document(CONVERSATIONS, params, writer, revised)

    return await params.request.timeline.write(work)


async def _check_contact(conversation: Activity, params: ListParams, reader: Reader) -> None:
    """Raise NotFound for a contact that was sent and that the conversation is not with."""
    contact = await sent_contact(MESSAGE, params.members, params.lookup(reader))
    if contact is not None and all(_differ(contact, one) for one in conversation.contacts()):
        raise NotFound(CONTACT, contact.seq)


def _differ(contact: Entity, other: Entity) -> bool:
    """Whether two contacts are not one person."""
    is_merged = contact.group_seq is not None and contact.group_seq == other.group_seq
    return contact.seq != other.seq and not is_merged
