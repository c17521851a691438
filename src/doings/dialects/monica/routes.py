"""The surface: its paths, and what each method does there."""

from functools import partial

from doings.dialects.monica.auth import authenticate
from doings.dialects.monica.errors import respond_error
from doings.dialects.monica.handlers import activities, contacts, me, settings
from doings.dialects.monica.handlers.settings import CATEGORIES, GENDERS, TAGS, TYPES, Setting
from doings.dialects.monica.operations import MOUNT, reading, reading_list, writing
from doings.dialects.monica.params import SEARCH_PARAMETERS
from doings.httpkit.surface import Operation, Resource, Surface, resource


def at(path: str, **operations: Operation) -> Resource:
    """A path of the API; what PUT does, PATCH does too."""
    if "PUT" in operations:
        operations["PATCH"] = operations["PUT"]
    return resource(MOUNT + path, **operations)


def setting_at(path: str, setting: Setting) -> tuple[Resource, Resource]:
    """The paths of one sort of setting."""
    return (
        at(
            path,
            GET=reading_list(partial(settings.list_settings, setting)),
            POST=writing(partial(settings.create_setting, setting)),
        ),
        at(
            path + "/{id}",
            GET=reading(partial(settings.show_setting, setting)),
            PUT=writing(partial(settings.update_setting, setting)),
            DELETE=writing(partial(settings.delete_setting, setting)),
        ),
    )


SURFACE = Surface(
    name="monica",
    resources=(
        at("", GET=reading(me.welcome)),
        at("/me", GET=reading(me.show_me)),
        at(
            "/activities",
            GET=reading_list(activities.list_activities),
            POST=writing(activities.create_activity),
        ),
        at(
            "/activities/{id}",
            GET=reading(activities.show_activity),
            PUT=writing(activities.update_activity),
            DELETE=writing(activities.delete_activity),
        ),
        at(
            "/contacts",
            GET=reading_list(contacts.list_contacts, SEARCH_PARAMETERS),
            POST=writing(contacts.create_contact),
        ),
        at(
            "/contacts/{id}",
            GET=reading(contacts.show_contact),
            PUT=writing(contacts.update_contact),
            DELETE=writing(contacts.delete_contact),
        ),
        at("/contacts/{id}/activities", GET=reading_list(activities.list_activities_of_contact)),
        at("/contacts/{id}/setTags", POST=writing(contacts.set_tags)),
        at("/contacts/{id}/unsetTag", POST=writing(contacts.unset_tag)),
        *setting_at("/activitytypes", TYPES),
        *setting_at("/activitytypecategories", CATEGORIES),
        *setting_at("/genders", GENDERS),
        at("/tags", GET=reading_list(partial(settings.list_settings, TAGS))),
    ),
    authenticate=authenticate,
    respond_error=respond_error,
    rate=60,
    shows_rate=True,
)
