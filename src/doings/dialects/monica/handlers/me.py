"""The handlers of the root of the API, and of the account behind the credential."""

from starlette.responses import Response

from doings.core.clock import second_from_instant
from doings.dialects.monica.documents import (
    Success,
    UserDocument,
    WelcomeDocument,
)
from doings.dialects.monica.operations import ListParams, answer, respond_one

LINKS = {
    "activities_url": "/activities",
    "activity_types_url": "/activitytypes",
    "activity_type_categories_url": "/activitytypecategories",
    "addresses_url": "/addresses",
    "calls_url": "/calls",
    "contact_field_types_url": "/contactfieldtypes",
    "contacts_url": "/contacts",
    "conversations_url": "/conversations",
    "countries_url": "/countries",
    "currencies_url": "/currencies",
    "genders_url": "/genders",
    "journal_url": "/journal",
    "life_events_url": "/lifeevents",
    "notes_url": "/notes",
    "reminders_url": "/reminders",
    "tags_url": "/tags",
    "tasks_url": "/tasks",
    "user_url": "/me",
}


async def welcome(params: ListParams) -> Response:
    """GET /: a greeting, and where everything is."""
    url = params.api.url
    return answer(
        WelcomeDocument(
            success=Success("Welcome to Monica"),
            links={name: url + path for name, path in LINKS.items()},
        )
    )


async def show_me(params: ListParams) -> Response:
    """GET /me: the account as a person, since credentials here are the account's."""
    account = params.request.timeline.account

    created_at = second_from_instant(account.created_at)
    return respond_one(
        UserDocument(
            id=account.id,
            uuid=params.api.identities.uuid(account.id, "user", account.id),
            object="user",
            first_name=account.name,
            last_name=None,
            name=account.name,
            email=None,
            me_contact=None,
            timezone=account.time_zone,
            currency=None,
            locale="en",
            is_policy_compliant=True,
            account=params.api.account,
            created_at=created_at,
            updated_at=created_at,
        )
    )
