"""`doings import` and `doings export`: timelines as NDJSON, a line at a time."""

IMPORT_EXAMPLES = ""
EXPORT_EXAMPLES = ""


def import_() -> None:
    """Import."""


def export() -> None:
    """Export."""
