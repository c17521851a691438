"""The prose of an activity as plain text."""

from doings.core.activity import Activity
from doings.core.values.markup import HTML_KINDS, text_from_html

ENCOUNTER = "encounter.logged"

WITH_TITLES = frozenset({ENCOUNTER, "life_event.logged", "journal_entry.written", "task.completed"})
"""The kinds whose summary and body say two things: neither stands for the other."""


def prose(activity: Activity) -> str | None:
    """The body, or the summary where there is none; of kinds with titles both, as paragraphs."""
    if activity.kind in WITH_TITLES and activity.summary and activity.body:
        return f"{activity.summary}\n\n{activity.body}"
    return plain_body(activity) or activity.summary or None


def plain_body(activity: Activity) -> str | None:
    """The body as text: of one that is HTML what it shows, a line for each block."""
    if activity.body and activity.kind in HTML_KINDS:
        return text_from_html(activity.body)
    return activity.body
