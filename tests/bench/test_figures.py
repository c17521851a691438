"""What becomes of the numbers of turns and runs, and how the page and its plots show them."""

from pathlib import Path

import pytest

from bench.reporting.page import performance_text
from bench.reporting.plots import plots
from bench.reporting.report import Comparison, Row
from bench.reporting.results import Result, Session, comparisons_of, keep, sessions
from bench.turns import cell, in_turns, over

TITLE = "LinkBench, latency of a list by load"


def table(*cells: tuple[float, ...]) -> Comparison:
    """A comparison of one column."""
    rows = [Row(f"{place}0%", [numbers]) for place, numbers in enumerate(cells, start=1)]
    return Comparison(TITLE, "ms", ["SQLite, p99"], rows)


def session(found: Comparison) -> Session:
    """A session that gave this."""
    return Session(
        taken_on="2026-01-31",
        commit="0000000",
        machine="a machine",
        python=None,
        databases=None,
        command=None,
        results={"mix": [Result("a figure", ratio=0.756, unit="ms")]},
        comparisons={"mix": [found]},
    )


async def test_the_first_turn_is_dropped() -> None:
    """It warms up; then every side works once in each turn."""
    worked: list[str] = []

    async def work() -> float:
        worked.append("work")
        return len(worked)

    found = await in_turns({"one": work, "other": work}, turns=2)

    assert found == {"one": [3, 5], "other": [4, 6]}


def test_a_figure_has_the_medians_and_the_spread_of_the_turns() -> None:
    """The ratio is that of the medians, the spread goes over the ratios of single turns."""
    figure = over("pages", [10, 30, 20], [10, 10, 40], "a second")

    assert (figure.value, figure.ceiling, figure.spread) == (20, 10, (0.5, 3))
    assert cell([3, 1, 2]) == (1, 2, 3)
    assert cell([3]) == (3,)


def test_several_runs_give_the_spread_of_their_middle_numbers() -> None:
    """Of one run the spread of its turns stays."""
    runs = [[table((1, 2, 9))], [table((1, 3, 9))], [table((1, 4, 9))]]

    assert comparisons_of(runs)[0].rows[0].cells == [(2, 3, 4)]
    assert comparisons_of(runs[:1])[0].rows[0].cells == [(1, 2, 9)]


def test_a_newer_comparison_replaces_the_one_of_the_same_machine(tmp_path: Path) -> None:
    """It has the same title."""
    file = tmp_path / "measurements.json"
    keep(session(table((1,))), file)

    keep(session(table((2,))), file)

    assert [one.comparisons["mix"] for one in sessions(file)] == [[table((2,))]]


def test_the_page_shows_what_is_kept() -> None:
    """A sentence may name a ratio; what was not measured says so."""
    template = "It is {{ratio of a figure}}.\n" + "\n".join(
        f"{{{{{name}}}}}\n" for name in ("sessions", "plot_mix", "mix", "plot_pages", "pages")
    )

    text = performance_text([session(table((1,), (1, 2, 3)))], template)

    assert text.startswith("It is 0.76.\n")
    assert "![mix](plots/mix.svg)" in text
    assert "| 20% | 2 (1 to 3) |" in text
    assert text.endswith("Not measured yet.\n\nNot measured yet.\n")


@pytest.mark.parametrize("template", ["{{sessions}}", "{{sessions}}\n{{mix}}\n{{plot_mixed}}"])
def test_a_template_must_fit_what_is_kept(template: str) -> None:
    """A measure without a place, and a plot that there is not."""
    with pytest.raises(KeyError):
        performance_text([session(table((1,)))], template)


def test_a_sentence_says_that_a_figure_was_not_measured() -> None:
    """Until it is."""
    template = "{{sessions}}\n{{mix}}\nIt is {{ratio of nothing}}."

    text = performance_text([session(table((1,)))], template)

    assert text.endswith("It is (not measured yet).")


def test_a_plot_shows_the_newest_numbers() -> None:
    """The sessions come newest first, and only what is kept is drawn."""
    drawn = plots([session(table((2,), (20,))), session(table((1,), (10,)))])

    assert list(drawn) == ["mix"]
    assert drawn == plots([session(table((2,), (20,)))])
    assert f"<title>{TITLE}, in ms</title>" in drawn["mix"]
    assert drawn["mix"].count("<polyline") == 1
