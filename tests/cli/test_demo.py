"""`doings demo`."""

import json
import re
import stat
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from doings.cli.demo.elsewhere import KINDS
from doings.cli.demo.people import SEEN
from doings.cli.demo.story import story
from doings.core.kinds.rules import CATALOGUE
from doings.core.text import object_from_text
from doings.dialects.monica.mapping.resources.life_events import LIFE_EVENT_TYPES
from doings.dialects.monica.mapping.resources.moments import shown_moment
from tests.cli.conftest import Cli


@pytest.mark.parametrize("end", [date(2026, 11, 23), date(2027, 2, 1), date(2028, 2, 29)])
def test_a_year_has_every_kind(end: date) -> None:
    """And enough of everything to be worth looking at."""
    drafts = [one.draft for one in story(end)]

    assert {draft.kind for draft in drafts} == {*CATALOGUE, *[kind.kind for kind in KINDS]}
    assert 1300 < len(drafts) < 2000
    assert len({draft.external_id for draft in drafts}) == len(drafts)


def test_a_day_has_the_same_story_whenever_it_is_told() -> None:
    """So that a later run adds days and changes none."""
    earlier = {one.draft.external_id: one.draft for one in story(date(2026, 11, 23))}
    later = {one.draft.external_id: one.draft for one in story(date(2026, 12, 24))}

    both = earlier.keys() & later.keys()

    assert len(both) > 1000
    assert all(earlier[one] == later[one] for one in both)


def test_what_monica_shows_of_a_year_is_in_its_words() -> None:
    """Types of life events have its numbers, messages its times; so a pull changes neither."""
    drafts = [one.draft for one in story(date(2026, 11, 23))]
    data = [object_from_text(draft.data) for draft in drafts]
    types = {
        (one["id"], one["name"]) for one in (each.get("life_event_type") for each in data) if one
    }
    times = [message["written_at"] for one in data for message in one.get("messages", ())]

    assert types <= {(type_.number, type_.name) for type_ in LIFE_EVENT_TYPES.values()}
    assert types
    assert times
    assert [shown_moment(time) for time in times] == times


def test_running_it_twice_changes_nothing(cli: Cli) -> None:
    """The second run shows the same calls, with a secret that still works."""
    first = cli("demo")
    before = cli("export", "--account", "demo").out

    second = cli("demo")

    assert first.code == 0
    assert second.out == first.out
    assert " 0 of them new" in second.err
    assert cli("export", "--account", "demo").out == before


def test_it_has_something_of_everything(cli: Cli) -> None:
    """Somebody of all five systems who is one, interactions at every end, failures, changes."""
    cli("demo")
    lines = [json.loads(line) for line in cli("export", "--account", "demo").out.splitlines()]

    activities = [line for line in lines if "kind" in line]
    hers = [one for one in activities if one["origin"] in SEEN]
    statuses = Counter(one["data"]["status"] for one in activities if "status" in one["data"])
    changed = [one for one in activities if one["updated_at"] != one["recorded_at"]]
    assert {one["origin"] for one in hers} == set(SEEN)
    merges = cli("merge", "list", "--account", "demo").out
    assert merges.count("active") == 1
    assert "contact:m-4711 contact:c-8c2f19" in merges
    assert {"ACCEPTED", "COMPLETED", "DECLINED"} <= statuses.keys()
    assert sum(one["level"] == "ERROR" for one in activities) > 10
    assert len(changed) > 40


def test_the_secret_is_readable_for_its_owner_only(cli: Cli, tmp_path: Path) -> None:
    """A demo must not open a server to everybody."""
    cli("demo")

    path = tmp_path / ".doings-demo.json"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(json.loads(path.read_bytes())) == ["key", "secret"]


def test_a_lost_secret_is_made_anew_and_the_old_one_revoked(cli: Cli, tmp_path: Path) -> None:
    """There is never more than one credential of the demo."""
    cli("demo")
    path = tmp_path / ".doings-demo.json"
    old = json.loads(path.read_bytes())["key"]
    path.write_text("{}")

    cli("demo")

    listed = cli("token", "list", "--account", "demo").out
    assert old not in listed
    assert json.loads(path.read_bytes())["key"] in listed


def test_an_account_of_that_name_that_is_not_the_demo_is_left_alone(cli: Cli) -> None:
    """Somebody's own account must not be filled with inventions."""
    cli("account", "create", "demo", "--name", "Demo & Sons")

    outcome = cli("demo")

    assert outcome.code == 1
    assert outcome.err == ("doings: the account demo is 'Demo & Sons', not the demo: left alone\n")


def test_an_address_that_signs_in_comes_first(cli: Cli) -> None:
    """Beside the calls, so that those can be piped; each run makes another one."""
    first, second = cli("demo"), cli("demo")

    links = [
        re.findall(r"http://127\.0\.0\.1:8000/sign-in/\S+", run.err) for run in (first, second)
    ]
    assert [len(found) for found in links] == [1, 1]
    assert links[0] != links[1]
    assert "sign-in" not in first.out
