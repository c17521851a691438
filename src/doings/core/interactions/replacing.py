"""Recording drafts that replace what is recorded already under their (origin, external_id)."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from doings.core.account import Account
from doings.core.activity import Activity, Draft
from doings.core.entity import SELF
from doings.core.errors import Conflict
from doings.core.interactions import recording
from doings.core.interactions.data import draft_with_state
from doings.core.interactions.lifecycle import KINDS, check_revision
from doings.core.store import Writer
from doings.core.store.activities import Recorded


class Upsert(NamedTuple):
    """A draft, and whether the caller gave its time; if not, a recorded time stays as it is."""

    draft: Draft
    is_dated: bool


Outcome = Recorded | Conflict
"""What became of a draft; a Conflict where it may not replace what is recorded."""


async def record_or_replace(writer: Writer, upserts: Sequence[Upsert]) -> list[Outcome]:
    """Record what is new and replace what is not; returns what became of each, in their order.

    The outcome is that of recording one after the other: of several with one name the first is
    recorded and each further one replaces the one before. A draft that changes nothing is repeated.
    """
    recorded = await recording.record(writer, [upsert.draft for upsert in upserts])
    outcomes: list[Outcome] = [*recorded]
    rounds = _rounds(recorded)
    if not rounds:
        return outcomes
    own = await writer.account()
    for places in rounds:
        by_seq = {seq: upserts[place] for seq, place in places.items()}
        for seq, outcome in (await _replace(writer, own, by_seq)).items():
            outcomes[places[seq]] = outcome
    return outcomes


async def record_or_replace_one(writer: Writer, upsert: Upsert) -> tuple[Activity, bool]:
    """Record or replace one; returns the activity and whether it is new; raises Conflict."""
    outcome = (await record_or_replace(writer, [upsert]))[0]
    if isinstance(outcome, Conflict):
        raise outcome
    return await writer.activity(outcome.seq), not outcome.is_repeated


def _rounds(recorded: Sequence[Recorded]) -> list[dict[int, int]]:
    """The places of what is repeated, by seq: each seq's first, then each one's second, and so on.

    Those of one round are replaced together, in few statements.
    """
    rounds: list[dict[int, int]] = []
    turns: Counter[int] = Counter()
    for place, outcome in enumerate(recorded):
        if outcome.is_repeated:
            turn = turns[outcome.seq]
            turns[outcome.seq] += 1
            if turn == len(rounds):
                rounds.append({})
            rounds[turn][outcome.seq] = place
    return rounds


async def _replace(writer: Writer, own: Account, upserts: dict[int, Upsert]) -> dict[int, Outcome]:
    """Replace activities, by their seq."""
    outcomes: dict[int, Outcome] = {}
    replacements: list[tuple[Activity, Draft]] = []
    for old in await writer.activities(list(upserts)):
        try:
            replacements.append((old, _replacement(old, upserts[old.seq], own)))
        except Conflict as error:
            outcomes[old.seq] = error
    replaced = await writer.replace(replacements)
    for (old, _), new in zip(replacements, replaced, strict=True):
        outcomes[old.seq] = Recorded(old.seq, old.id, is_repeated=True, is_replaced=new is not old)
    return outcomes


def _replacement(old: Activity, upsert: Upsert, own: Account) -> Draft:
    """The draft that takes the place of an activity; raises Conflict."""
    draft = upsert.draft
    if not upsert.is_dated:
        draft = msgspec.structs.replace(draft, occurred_at=old.occurred_at)
    if old.kind in KINDS and draft.kind in KINDS:
        draft = draft_with_state(draft, old.data, (SELF, own.slug))
    check_revision(old, draft)
    return draft
