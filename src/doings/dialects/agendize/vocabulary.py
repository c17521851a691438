"""The kinds that the vendor's seven types and three events can express; no other is shown."""

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
    "call.logged": (NOTE, CREATED),
    "conversation.logged": (NOTE, CREATED),
    "life_event.logged": (NOTE, CREATED),
    "journal_entry.written": (NOTE, CREATED),
    "task.completed": (NOTE, CREATED),
}
"""Kind to type and event; its keys are the kind filter of every query."""

KIND_OF_TYPE: dict[tuple[str, str], str] = {shown: kind for kind, shown in reversed(KINDS.items())}
"""Type and event to the kind that they are read as."""

API = "/api/2.3"
"""The beginning of the vendor's paths."""

CONTACT_RECORD = "client"
"""The type of the vendor's own records of people, which may belong to a contact."""

USER = "user"

KEPT_DATES = "agendize_dates"
"""The member of an activity's metadata that has dates as they were written."""

PATHS = {
    NOTE: "notes",
    CONSENT: "notes",
    APPOINTMENT: "appointments",
    FORM_RESULT: "formResults",
    EMAIL: "emailNotifications",
    TEXT_MESSAGE: "textMessageNotifications",
    CONFERENCE: "conferenceRegistrations",
}
"""Type to the path below which the thing that an activity is about has its address."""


def kinds_of_types(types: list[str]) -> tuple[str, ...]:
    """The kinds that the types express; all kinds if no type is named."""
    return tuple([kind for kind, (type_, _) in KINDS.items() if not types or type_ in types])


def type_of_kind(kind: str) -> str | None:
    """The vendor's type and event for a kind, None where it has none."""
    return " / ".join(KINDS[kind]) if kind in KINDS else None
