"""The steps of an interaction that can be taken now, as forms, and what such a form says."""

from collections.abc import Sequence

import msgspec

from doings.core.activity import Activity
from doings.core.errors import Invalid
from doings.core.interactions.data import Attendance
from doings.core.interactions.lifecycle import (
    KINDS,
    RULES,
    Facts,
    StepName,
    direction_of,
    facts_of,
    status_at,
)

LABELS: dict[StepName, str] = {
    "accept": "Accept",
    "decline": "Decline",
    "complete": "Complete",
    "cancel": "Cancel",
}

MESSAGES: frozenset[StepName] = frozenset({"accept", "decline", "cancel"})
"""The steps that take a word to the other party."""

MESSAGE_LENGTH = 2000

LISTS = frozenset({"grant"})
"""The fields that a form may have several times."""


class Grant(msgspec.Struct, frozen=True):
    """Something that is asked for: its place in the list, and what it is called."""

    place: int
    name: str


class StepForm(msgspec.Struct, frozen=True):
    """A step that can be taken."""

    name: StepName
    label: str
    takes_message: bool
    grants: list[Grant]


class Standing(msgspec.Struct, frozen=True):
    """Where an interaction stands: its status in words, and the steps from there."""

    status: str
    steps: list[StepForm]


def standing_of(activity: Activity, now: int, *, is_shared: bool) -> Standing | None:
    """Where an interaction stands; None for an activity of another kind.

    `is_shared` says that the other party has a record of its own, and takes its steps itself.
    """
    if activity.kind not in KINDS:
        return None
    facts, direction = facts_of(activity.data), direction_of(activity)
    status = status_at(facts, direction, now)
    names = [
        name
        for name, rule in RULES.items()
        if status in rule.before and (not is_shared or rule.party in {None, direction})
    ]
    return Standing(_words(status), [_form(name, facts) for name in names])


def _form(name: StepName, facts: Facts) -> StepForm:
    grants = _grants(facts) if name == "accept" else []
    return StepForm(name, LABELS[name], name in MESSAGES, grants)


def _grants(facts: Facts) -> list[Grant]:
    """What can be granted one by one; a requirement is told from the others by its code."""
    codes = [requirement.get("code") for requirement in facts.requirements or []]
    if None in codes or len(set(codes)) < len(codes):
        return []
    return [Grant(place, _words(str(code))) for place, code in enumerate(codes)]


def _words(text: str) -> str:
    return text.replace("_", " ").lower()


def attendance_from_form(
    step: StepName, activity: Activity, message: str, granted: Sequence[str]
) -> Attendance:
    """What a form says; raises Invalid. What is not ticked is declined."""
    if len(message) > MESSAGE_LENGTH or "\0" in message:
        raise Invalid.of("message", f"at most {MESSAGE_LENGTH:,} characters, and no NUL")
    word = (message.strip() or None) if step in MESSAGES else None
    facts = facts_of(activity.data) if activity.kind in KINDS else Facts()
    grants = _grants(facts) if step == "accept" else []
    declined = [grant.place for grant in grants if str(grant.place) not in granted]
    if grants and len(declined) == len(grants):
        raise Invalid.of("grant", "tick what you grant, or decline")
    if not declined:
        return Attendance(notification_message=word)
    requirements = [(facts.requirements or [])[place] for place in declined]
    without_data = [{k: v for k, v in one.items() if k != "data"} for one in requirements]
    text = msgspec.json.encode(without_data)
    return Attendance(declined_requirements=msgspec.Raw(text), notification_message=word)
