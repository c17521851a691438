"""Monica's words, and what of the timeline it can express.

Monica shows activities of every kind, provided that a contact is concerned; what it records itself
is an encounter.
"""

from doings.core.defaults import ACTIVITY_CATEGORY, ACTIVITY_TYPE, GENDER, TAG
from doings.core.entity import CONTACT

ORIGIN = "monica"

RECORDED_KIND = "encounter.logged"

COMPLETED_KIND = "task.completed"

DATED_KINDS = frozenset(
    {
        RECORDED_KIND,
        "call.logged",
        "conversation.logged",
        "life_event.logged",
        "journal_entry.written",
    }
)
"""The kinds recorded here whose `happened_on` is the date that was sent."""

OBJECTS_OF_KINDS = {
    "note.created": "note",
    "text.posted": "note",
    "call.logged": "call",
    "conversation.logged": "conversation",
    "life_event.logged": "lifeevent",
    "journal_entry.written": "entry",
}
"""What the lists beside those of activities call what is in them."""

ATTENDEE = "attendee"
"""The role of the contacts that an activity is recorded with here."""

GENDER_TYPES = ("M", "F", "O", "U", "N")
"""Male, female, other, unknown, none."""

NAMES_OF_GENDERS = {"male": "M", "man": "M", "female": "F", "woman": "F"}
"""The types of genders that a contact of another surface may have in words."""

NUMBERS_OF_FIELD_TYPES = {
    "email": "1",
    "phone": "2",
    "facebook": "3",
    "twitter": "4",
    "whatsapp": "5",
    "telegram": "6",
    "linkedin": "7",
}
"""The numbers of the types of contact fields that every account of Monica's has."""

PHOTO = "photo"
"""The source of an avatar that is a picture of somebody's own."""

AVATAR_COLORS = (
    "#fdb660", "#93521e", "#bd5067", "#b3d5fe", "#ff9807", "#709512", "#5f479a", "#e5e5cd",
)  # fmt: skip

OBJECTS = {
    CONTACT: "contact",
    ACTIVITY_TYPE: "activityType",
    ACTIVITY_CATEGORY: "activityTypeCategory",
    GENDER: "gender",
    TAG: "tag",
}
"""What Monica calls the types of entities in the `object` of its documents."""


def types_of_kind(kind: str) -> str:
    """All of Monica's words for an activity of the kind."""
    other = OBJECTS_OF_KINDS.get(kind)
    return "activity" if other is None else f"activity`, `{other}"


def type_of_kind(kind: str) -> str | None:  # noqa: ARG001 - the question put to every vocabulary
    """Monica's word for an activity of the kind: it has one for all kinds."""
    return "activity"
