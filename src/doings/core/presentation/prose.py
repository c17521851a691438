"""The prose of an activity as one text."""

from doings.core.activity import Activity

ENCOUNTER = "encounter.logged"


def prose(activity: Activity) -> str | None:
    """The body, or the summary where there is none; for an encounter both, as paragraphs."""
    if activity.kind == ENCOUNTER and activity.summary and activity.body:
        return f"{activity.summary}\n\n{activity.body}"
    return activity.body or activity.summary or None
