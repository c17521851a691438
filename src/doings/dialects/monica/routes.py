"""The surface: its paths and what each method of theirs does."""

from doings.dialects.monica import activities
from doings.dialects.monica.auth import authenticate
from doings.dialects.monica.errors import answer_error
from doings.dialects.monica.operations import reading, writing
from doings.httpkit.surface import Surface, resource

RESOURCES = (
    resource(
        "/api/activities",
        GET=reading(activities.list_activities),
        POST=writing(activities.create_activity),
    ),
    resource(
        "/api/activities/{id}",
        GET=reading(activities.show_activity),
        PUT=writing(activities.update_activity),
        PATCH=writing(activities.update_activity),
        DELETE=writing(activities.delete_activity),
    ),
    resource(
        "/api/contacts/{id}/activities",
        GET=reading(activities.list_activities_of_contact),
    ),
)

SURFACE = Surface(
    name="monica",
    resources=RESOURCES,
    authenticate=authenticate,
    answer_error=answer_error,
    rate="60/minute",
    shows_rate=True,
)
