"""Which kinds the vendor's seven types and three events can express. No other kind is shown."""

ORIGIN = "agendize"
"""The origin of what was read from the vendor's own answers."""

NOTE = "note"
CONSENT = "consent"
APPOINTMENT = "appointment"
FORM_RESULT = "formResult"
EMAIL = "emailNotification"
TEXT_MESSAGE = "textMessageNotification"
CONFERENCE = "conferenceRegistration"

CREATED, UPDATED, DELETED = "created", "updated", "deleted"
EVENTS = (CREATED, UPDATED, DELETED)

NOUNS = {
    "appointment": APPOINTMENT,
    "note": NOTE,
    "consent": CONSENT,
    "form_result": FORM_RESULT,
    "email": EMAIL,
    "text_message": TEXT_MESSAGE,
    "conference_registration": CONFERENCE,
}
"""Noun to type, in the order of the documentation; the verb is the event."""

TYPES = tuple(NOUNS.values())

KINDS: dict[str, tuple[str, str]] = {
    **{f"{noun}.{event}": (type_, event) for noun, type_ in NOUNS.items() for event in EVENTS},
    "encounter.logged": (NOTE, CREATED),
    "text.posted": (NOTE, CREATED),
}
"""Kind to type and event; its keys are the kind filter of every question put to the store."""

KIND_OF_TYPE: dict[tuple[str, str], str] = {shown: kind for kind, shown in reversed(KINDS.items())}
"""Type and event to the kind that they are read as."""

API = "/api/2.3"
"""Where the vendor's paths begin."""

CONTACT_RECORD = "client"
"""The type of the vendor's own records of people, which may belong to a contact."""

USER = "user"

PATHS = {
    NOTE: "notes",
    CONSENT: "notes",
    APPOINTMENT: "appointments",
    FORM_RESULT: "formResults",
    EMAIL: "emailNotifications",
    TEXT_MESSAGE: "textMessageNotifications",
    CONFERENCE: "conferenceRegistrations",
}
"""Where what an activity is about has its own address, by type."""


def kinds_of_types(types: list[str]) -> tuple[str, ...]:
    """The kinds that any of the types expresses; of all where none is named."""
    return tuple([kind for kind, (type_, _) in KINDS.items() if not types or type_ in types])


def type_of_kind(kind: str) -> str | None:
    """The vendor's type and event for a kind, None where it has none."""
    return " / ".join(KINDS[kind]) if kind in KINDS else None
