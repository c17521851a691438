"""The kinds that the vendor's eight types can express. No other kind is shown."""

ORIGIN = "invent"
"""The origin of what was read from the vendor's own answers."""

TYPES: dict[str, str] = {
    "note.created": "note_created",
    "encounter.logged": "note_created",
    "text.posted": "note_created",
    "call.logged": "note_created",
    "conversation.logged": "note_created",
    "life_event.logged": "note_created",
    "journal_entry.written": "note_created",
    "task.completed": "note_created",
    "file.uploaded": "file_uploaded",
    "segment.added": "segment_added",
    "segment.removed": "segment_removed",
    "contact.blocked": "contact_blocked",
    "contact.unblocked": "contact_unblocked",
    "contact.unsubscribed": "contact_unsubscribed",
    "contact.resubscribed": "contact_resubscribed",
}
"""Kind to type; a type is read as the first of its kinds."""

KINDS: tuple[str, ...] = tuple(TYPES)
"""The kind filter of every query of this dialect."""

KIND_OF_TYPE: dict[str, str] = {type_: kind for kind, type_ in reversed(TYPES.items())}

NOTE = "note_created"

COLORS = frozenset(
    {
        "red", "orange", "amber", "yellow", "lime", "green", "teal", "cyan", "sky", "blue",
        "indigo", "violet", "purple", "fuchsia", "pink", "rose", "neutral",
    }
)  # fmt: skip
NO_COLOR = "neutral"


def type_of_kind(kind: str) -> str | None:
    """The vendor's type for a kind, None where it has none."""
    return TYPES.get(kind)


def kinds_of_types(types: list[str]) -> tuple[str, ...]:
    """The kinds that any of the types expresses."""
    return tuple([kind for kind, type_ in TYPES.items() if type_ in types])
