"""An interaction stays in order, whatever happens to it."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.activity import Draft
from doings.core.clock import text_from_instant
from doings.core.errors import Conflict
from doings.core.interactions.data import (
    Attendance,
    begun_draft,
    data_in_time,
    data_with,
    members_of_step,
)
from doings.core.interactions.lifecycle import (
    OUT,
    RULES,
    StepName,
    check_step,
    due_at,
    facts_of,
    status_at,
)
from doings.core.values.instants import instant_from_text
from tests.clocks import NOON
from tests.core.interactions.requests import HOUR, OWN, SECRET, draft

STEPS = st.lists(
    st.tuples(st.sampled_from([*get_args(StepName), "sweep"]), st.integers(0, 3 * HOUR)),
    max_size=12,
)


@given(
    steps=STEPS,
    valid_for=st.none() | st.integers(0, 4 * HOUR),
    seconds=st.none() | st.integers(0, 7200),
)
def test_whatever_happens_in_which_order(
    steps: list[tuple[Any, int]], valid_for: int | None, seconds: int | None
) -> None:
    """Data follows the rules, an end is an end, sweeping is seen by nobody and twice is once."""
    terms: dict[str, Any] = {"requirements": SECRET, "expires_in": {"seconds": seconds}}
    if valid_for is not None:
        terms["valid_until"] = text_from_instant(NOON + valid_for)
    data = begun_draft(draft(**terms), OWN).data
    now = NOON
    for step, passed in steps:
        now += passed
        facts = facts_of(data)
        status = status_at(facts, OUT, now)
        if step == "sweep":
            data = data_in_time(data, OUT, now)
            assert data_in_time(data, OUT, now) == data
            assert status_at(facts_of(data), OUT, now) == status == facts_of(data).status
            due = due_at("details.requested", data)
            assert due is None or due > now
        elif status in RULES[step].before:
            check_step(step, status, None)
            data = data_with(data, members_of_step(step, Attendance(), facts, now), now)
            assert facts_of(data).status == RULES[step].after
        else:
            with pytest.raises(Conflict):
                check_step(step, status, None)
        entries = [(entry.status, entry.at) for entry in facts_of(data).timeline or []]
        assert entries[-1][0] == facts_of(data).status
        moments = [instant_from_text(str(at)) for _, at in entries]
        assert moments == sorted(moments)
        assert len({name for name, _ in entries}) == len(entries)
        Draft(kind="details.requested", occurred_at=NOON, data=data)
