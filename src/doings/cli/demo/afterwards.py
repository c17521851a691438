"""What becomes of things that were recorded: interactions are attended to, texts are put right.

Each is done once: an interaction that stands elsewhere, or a text that is another one, is left.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doings.core.activity import Activity, Draft, draft_of
from doings.core.clock import instant_from_datetime
from doings.core.interactions.data import Attendance
from doings.core.interactions.lifecycle import RULES, StepName, direction_of, facts_of, status_at
from doings.core.interactions.recording import take_step
from doings.core.store import Writer


class Later(msgspec.Struct, frozen=True):
    """A step of an interaction, or a text in the place of the one that was recorded."""

    at: datetime
    step: StepName | None = None
    body: str | None = None


class Told(msgspec.Struct, frozen=True):
    """A draft to record, and what becomes of it."""

    draft: Draft
    later: tuple[Later, ...] = ()


async def go_on(writer: Writer, told: Sequence[Told]) -> None:
    """Do what is left to do of these, which are recorded."""
    for one in told:
        draft = one.draft
        activity = await writer.activity_by_external_id(draft.origin, draft.external_id or "")
        for later in one.later:
            if activity is not None:
                activity = await _done(writer, activity, draft, later)


async def _done(writer: Writer, activity: Activity, draft: Draft, later: Later) -> Activity:
    if later.step is not None:
        at = instant_from_datetime(later.at)
        status = status_at(facts_of(activity.data), direction_of(activity), at)
        if status in RULES[later.step].before:
            return await take_step(writer, activity.id, later.step, Attendance(), now=at)
    elif activity.body == draft.body and later.body != draft.body:
        changed = msgspec.structs.replace(draft_of(activity), body=later.body)
        return (await writer.replace([(activity, changed)]))[0]
    return activity
