"""Refusals are counted and told of."""

import time

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from doings.core.errors import Busy, NotFound, Problem, TooLarge, TooMuch
from doings.httpkit.bounds import refusals


def counted(bound: str | None) -> float:
    """How often that bound refused something."""
    return REGISTRY.get_sample_value("doings_refusals_total", {"bound": str(bound)}) or 0


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has been told of yet."""
    monkeypatch.setattr(refusals, "_told", {})


@pytest.mark.parametrize(
    "error",
    [Busy("readers", "full"), TooLarge(1), TooMuch("list", Problem("tags", "too many"))],
    ids=type,
)
def test_a_refusal_is_counted_and_told_of_once_a_minute(
    error: Busy | TooLarge | TooMuch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the bound's own name."""
    before = counted(error.bound)
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)

    with capture_logs() as lines:
        refusals.note_refusal(error, {"route": "/activities"})
        refusals.note_refusal(error, {"route": "/activities"})
        now += refusals.QUIET_SECONDS
        refusals.note_refusal(error, {"route": "/stats"})

    assert counted(error.bound) == before + 3
    assert [(line["bound"], line["route"]) for line in lines] == [
        (error.bound, "/activities"),
        (error.bound, "/stats"),
    ]


def test_another_error_is_no_refusal() -> None:
    """It hit no bound."""
    with capture_logs() as lines:
        refusals.note_refusal(NotFound("activity"), {})

    assert lines == []
