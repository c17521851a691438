"""The surface: its paths, and what each method does there."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from starlette.responses import Response

from doings.dialects.monica import validation
from doings.dialects.monica.auth import authenticate
from doings.dialects.monica.errors import respond_error
from doings.dialects.monica.handlers import (
    activities,
    contact_parts,
    contacts,
    facts,
    field_types,
    me,
    messages,
    oauth,
    to_do,
)
from doings.dialects.monica.handlers import activity_resources as happened
from doings.dialects.monica.handlers import entity_resources as entries
from doings.dialects.monica.mapping.contact_parts import FOOD, INTRODUCTION, WORK
from doings.dialects.monica.mapping.references import RESOURCES
from doings.dialects.monica.mapping.resources.activities import ActivityResource
from doings.dialects.monica.mapping.resources.conversations import CONVERSATIONS, MESSAGE
from doings.dialects.monica.mapping.resources.entities import EntityResource
from doings.dialects.monica.mapping.resources.happened import CALLS, JOURNAL, LIFE_EVENTS, NOTES
from doings.dialects.monica.mapping.resources.people import CONTACT_FIELD_TYPES
from doings.dialects.monica.mapping.resources.to_do import TASKS
from doings.dialects.monica.operations import (
    MOUNT,
    ListParams,
    reading,
    reading_list,
    reading_list_of_any,
    writing,
)
from doings.dialects.monica.params import CONTACT_PARAMETERS, SEARCH_PARAMETERS, list_parameters
from doings.httpkit.input.params import Parameters
from doings.httpkit.surface import Operation, Resource, Surface, resource

Create = Callable[[ActivityResource, ListParams], Awaitable[Response]]
Handle = Callable[[EntityResource, ListParams], Awaitable[Response]]


def at(path: str, **operations: Operation) -> Resource:
    """A path of the API; what PUT does, PATCH does too."""
    if "PUT" in operations:
        operations["PATCH"] = operations["PUT"]
    return resource(MOUNT + path, **operations)


class Handlers(NamedTuple):
    """What serves a resource of entities; `filters` are parameters of its lists."""

    list_all: Handle = entries.list_entries
    list_of_contact: Handle = entries.list_entries_of_contact
    create: Handle = entries.create_entry
    update: Handle = entries.update_entry
    delete: Handle = entries.delete_entry
    filters: tuple[str, ...] = ()


USUAL = Handlers()


def entries_at(kept: EntityResource, handlers: Handlers = USUAL) -> list[Resource]:
    """The paths of a resource, and that of a contact's entries, `/contacts/{id}` and so on."""
    path, rules = kept.resource.path, kept.resource.rules
    filters = handlers.filters
    of_account = {"POST": writing(partial(handlers.create, kept), rules)}
    list_all = partial(handlers.list_all, kept)
    list_of_contact = partial(handlers.list_of_contact, kept)
    if kept.resource.is_listed and kept.resource.contact:
        of_account["GET"] = reading_list_of_any(list_all, list_of_contact, *filters)
    elif kept.resource.is_listed:
        of_account["GET"] = reading_list(list_all)
    resources = [
        at(path, **of_account),
        at(
            path + "/{id}",
            GET=reading(partial(entries.show_entry, kept)),
            PUT=writing(partial(handlers.update, kept), rules),
            DELETE=writing(partial(handlers.delete, kept)),
        ),
    ]
    if kept.resource.contact:
        of_contact = reading_list(list_of_contact, list_parameters(*filters))
        resources.append(at("/contacts/{id}" + path, GET=of_contact))
    return resources


def happened_at(kept: ActivityResource, create: Create = happened.create_entry) -> list[Resource]:
    """The paths of a resource whose entries are activities, and that of a contact's entries."""
    path, rules = kept.resource.path, kept.resource.rules
    list_all = partial(happened.list_entries, kept)
    list_of_contact = partial(happened.list_entries_of_contact, kept)
    is_of_contacts = bool(kept.resource.contact)
    resources = [
        at(
            path,
            GET=reading_list_of_any(list_all, list_of_contact)
            if is_of_contacts
            else reading_list(list_all),
            POST=writing(partial(create, kept), rules),
        ),
        at(
            path + "/{id}",
            GET=reading(partial(happened.show_entry, kept)),
            PUT=writing(partial(happened.update_entry, kept), rules),
            DELETE=writing(partial(happened.delete_entry, kept)),
        ),
    ]
    if is_of_contacts:
        resources.append(at("/contacts/{id}" + path, GET=reading_list(list_of_contact)))
    return resources


HANDLERS = {
    TASKS.type: Handlers(
        list_all=to_do.list_tasks,
        list_of_contact=to_do.list_tasks_of_contact,
        create=to_do.create_task,
        update=to_do.update_task,
        filters=(to_do.COMPLETED,),
    ),
    CONTACT_FIELD_TYPES.type: Handlers(delete=field_types.delete_field_type),
}
"""The resources of entities that are not served in the usual way, by their type."""

FREE = Parameters(is_free=True)

AUTHORIZE = Operation(oauth.show_authorize, parameters=FREE, is_public=True)

LOG_IN = Operation(oauth.log_in, parameters=FREE, is_public=True, has_secret=True)

GIVE_TOKEN = Operation(oauth.give_token, parameters=FREE, is_public=True, has_secret=True)

SURFACE = Surface(
    name="monica",
    resources=(
        resource("/oauth/token", POST=GIVE_TOKEN),
        resource("/oauth/authorize", GET=AUTHORIZE),
        resource("/oauth/login", POST=LOG_IN),
        at("", GET=reading(me.welcome)),
        at("/me", GET=reading(me.show_me)),
        at(
            "/activities",
            GET=reading_list_of_any(
                activities.list_activities, activities.list_activities_of_contact
            ),
            POST=writing(activities.create_activity, validation.ACTIVITY),
        ),
        at(
            "/activities/{id}",
            GET=reading(activities.show_activity),
            PUT=writing(activities.update_activity, validation.ACTIVITY),
            DELETE=writing(activities.delete_activity),
        ),
        at(
            "/contacts",
            GET=reading_list(contacts.list_contacts, SEARCH_PARAMETERS),
            POST=writing(contacts.create_contact, validation.NEW_CONTACT),
        ),
        at(
            "/contacts/{id}",
            GET=reading(contacts.show_contact, CONTACT_PARAMETERS),
            PUT=writing(contacts.update_contact, validation.CONTACT_CHANGE),
            DELETE=writing(contacts.delete_contact),
        ),
        at("/contacts/{id}/activities", GET=reading_list(activities.list_activities_of_contact)),
        *[
            at(
                "/contacts/{id}" + part.path,
                PUT=writing(partial(contact_parts.update_part, part), part.rules),
            )
            for part in (WORK, FOOD, INTRODUCTION)
        ],
        at("/contacts/{id}/setTags", POST=writing(contact_parts.set_tags, validation.TAG_NAMES)),
        at("/contacts/{id}/unsetTag", POST=writing(contact_parts.unset_tag, validation.TAG_IDS)),
        at("/contacts/{id}/unsetTags", POST=writing(contact_parts.unset_tags)),
        at("/tags/{id}/contacts", GET=reading_list(contacts.list_contacts_of_tag)),
        at("/countries", GET=reading_list(facts.list_countries)),
        at("/currencies", GET=reading_list(facts.list_currencies)),
        at("/currencies/{id}", GET=reading(facts.show_currency)),
        *[
            resource
            for kept in RESOURCES.values()
            for resource in entries_at(kept, HANDLERS.get(kept.type, USUAL))
        ],
        at("/reminders/upcoming/{month}", GET=reading(to_do.list_upcoming)),
        *[
            resource
            for kept in (NOTES, CALLS, CONVERSATIONS, JOURNAL)
            for resource in happened_at(kept)
        ],
        *happened_at(LIFE_EVENTS, create=to_do.create_with_reminder),
        at(
            "/conversations/{id}/messages",
            POST=writing(messages.add_message, MESSAGE.rules),
        ),
        at(
            "/conversations/{id}/messages/{message}",
            PUT=writing(messages.update_message, MESSAGE.rules),
            DELETE=writing(messages.delete_message),
        ),
    ),
    authenticate=authenticate,
    respond_error=respond_error,
    rate=60,
    shows_rate=True,
)
