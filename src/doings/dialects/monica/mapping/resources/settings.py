"""What an account may name for itself: types of activities, categories, genders and tags. Pure."""

import re

from anyascii import anyascii

from doings.core.defaults import ACTIVITY_CATEGORY, ACTIVITY_TYPE, GENDER, TAG
from doings.dialects.monica.mapping.resources.entities import EntityResource, embedded
from doings.dialects.monica.mapping.resources.fields import Field, Resource, Shown
from doings.dialects.monica.mapping.resources.members import (
    ACCOUNT,
    CREATED_AT,
    ID,
    OBJECT,
    UPDATED_AT,
    UUID,
)
from doings.dialects.monica.validation import (
    INTEGER,
    NAME,
    REQUIRED,
    Exists,
    integer_of,
    one_of,
)
from doings.dialects.monica.vocabulary import GENDER_TYPES


def slug(name: str) -> str:
    """The name as a part of an address: small ASCII letters and digits, with hyphens between.

    A name that has neither is its own.
    """
    text = anyascii(name).lower().replace("@", "-at-")
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"[^a-z0-9\s_-]", "", text)).strip("-") or name


CATEGORIES = EntityResource(
    resource=Resource(
        type=ACTIVITY_CATEGORY,
        object="activityTypeCategory",
        path="/activitytypecategories",
        fields=(Field("name", NAME),),
        members=(ID, UUID, OBJECT, "name", ACCOUNT, CREATED_AT, UPDATED_AT),
        unknown="The selected activity type category id is invalid.",
        created=200,
    ),
    unknown_to_delete="The selected activity type category id is invalid.",
    is_numbered=True,
    dates_of_defaults=False,
    dependent=(ACTIVITY_TYPE, "category"),
)

TYPES = EntityResource(
    resource=Resource(
        type=ACTIVITY_TYPE,
        object="activityType",
        path="/activitytypes",
        fields=(
            Field("name", NAME),
            Field(
                "activity_type_category",
                (REQUIRED, INTEGER, Exists(ACTIVITY_CATEGORY)),
                sent_as="activity_type_category_id",
                stored_as="category",
                store=lambda sent: str(integer_of(sent)),
                show=embedded(CATEGORIES),
                refers_to=ACTIVITY_CATEGORY,
            ),
        ),
        members=(
            ID,
            UUID,
            OBJECT,
            "name",
            Shown("location_type", lambda *_: None),
            "activity_type_category",
            ACCOUNT,
            CREATED_AT,
            UPDATED_AT,
        ),
        unknown="The selected activity type id is invalid.",
        created=200,
    ),
    unknown_to_delete="The selected activity type id is invalid.",
    is_numbered=True,
    dates_of_defaults=False,
)

GENDERS = EntityResource(
    resource=Resource(
        type=GENDER,
        object="gender",
        path="/genders",
        fields=(
            Field("name", (REQUIRED, *NAME)),
            Field("type", (one_of(*GENDER_TYPES),), missing="O"),
        ),
        members=(ID, OBJECT, "name", "type", ACCOUNT, CREATED_AT, UPDATED_AT),
        unknown="The selected gender id is invalid.",
    ),
    unknown_to_delete="The selected gender id is invalid.",
    is_numbered=True,
)

TAGS = EntityResource(
    resource=Resource(
        type=TAG,
        object="tag",
        path="/tags",
        fields=(Field("name", (REQUIRED, *NAME)),),
        members=(
            ID,
            OBJECT,
            "name",
            Shown("name_slug", lambda _, item, __: slug(item.values["name"] or "")),
            ACCOUNT,
            CREATED_AT,
            UPDATED_AT,
        ),
    ),
    is_numbered=True,
)
