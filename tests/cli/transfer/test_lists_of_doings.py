"""Importing all saved lists of a Doings, which shows notes, calls and the like in two of them."""

import json
from itertools import permutations

import pytest

from doings.core.account import OWN_NUMBERS
from tests.cli.conftest import Cli

ANN, BEN = {"id": 3, "first_name": "Ann"}, {"id": 4, "first_name": "Ben"}
UUID = "01980000-0000-7000-8000-00000000000"

NOTE = {
    "id": 8, "object": "note", "uuid": f"{UUID}1", "body": "Hello", "contact": ANN,
    "created_at": "2026-03-01T10:00:00Z",
}  # fmt: skip
CALL = {
    "id": 9, "object": "call", "uuid": f"{UUID}2", "content": "Ring", "contact": ANN,
    "called_at": "2026-03-02T10:00:00Z", "created_at": "2026-03-02T10:00:00Z",
}  # fmt: skip


def activity(number: int, uuid: str, day: str, *people: object) -> dict[str, object]:
    """An entry of the list of activities."""
    return {
        "id": number, "object": "activity", "uuid": uuid, "summary": "x", "happened_at": day,
        "attendees": {"contacts": people},
    }  # fmt: skip


LISTS = {
    "activities": [
        activity(8, f"{UUID}1", "2026-02-01", ANN, BEN),
        activity(9, f"{UUID}2", "2026-03-02", ANN),
        activity(10, f"{UUID}3", "2026-03-03", ANN),
    ],
    "notes": [NOTE],
    "calls": [CALL],
}
MONICA = ("import", "--dialect", "monica", "-", "--account", "co-up")


def saved(*names: str) -> str:
    """These lists, one behind the other."""
    return "".join(json.dumps({"data": LISTS[name]}) for name in names)


def exported(cli: Cli) -> list[tuple[str, int]]:
    """The kinds of the activities, and how many people they concern."""
    lines = [json.loads(line) for line in cli("export", "--account", "co-up").out.splitlines()]
    return sorted((one["kind"], len(one["links"])) for one in lines if "kind" in one)


ALL = [("call.logged", 1), ("encounter.logged", 1), ("note.created", 2)]


@pytest.fixture(autouse=True)
def _account(cli: Cli) -> None:
    cli("account", "create", "co-up")


@pytest.mark.parametrize("order", list(permutations(LISTS))[::2], ids="-".join)
def test_what_two_lists_show_is_one_activity(cli: Cli, order: tuple[str, ...]) -> None:
    """In whatever order they come, and once more; it is what its own list says, with everybody."""
    trial = cli(*MONICA, "--dry-run", stdin=saved(*order))
    first = cli(*MONICA, stdin=saved(*order))
    again = cli(*MONICA, stdin=saved(*order))

    assert exported(cli) == ALL
    assert "completed" not in again.out
    assert trial.code == first.code == again.code == 0
    assert trial.out.startswith("Would import 3 activities")
    assert first.out.startswith("Imported 3 activities")
    assert again.out.startswith("Imported 0 activities and 0 entities")


def test_lists_that_come_one_after_the_other_are_joined(cli: Cli) -> None:
    """An undo of the later one leaves what the earlier one had said."""
    cli(*MONICA, stdin=saved("activities"))
    before = exported(cli)
    notes = cli(*MONICA, stdin=saved("notes", "calls"))
    after = exported(cli)

    undone = cli("import", "undo", "2")

    assert notes.out.startswith("Imported 0 activities"), notes.out
    assert after == ALL
    assert undone.code == 0
    assert exported(cli) == before
    assert [kind for kind, _ in before] == ["encounter.logged"] * 3
    assert cli("check").out == "clean\n"


@pytest.mark.parametrize("order", [("notes", "activities"), ("activities", "notes")], ids="-".join)
def test_kept_numbers_are_those_of_both_lists(cli: Cli, order: tuple[str, ...]) -> None:
    """As the Doings that the lists are from has one number for both."""
    cli(*MONICA, "--keep-ids", stdin=saved(*order, "calls"))

    shown = json.loads(cli("export", "--dialect", "monica", "--account", "co-up").out)["data"]

    assert sorted(one["id"] for one in shown) == [8, 9, 10]


def test_equal_numbers_of_a_monica_are_two_things(cli: Cli) -> None:
    """Each of its lists counts from 1, and its UUIDs are of another version."""
    uuid = "a3bb189e-8bf9-4888-9912-ace4e6543002"
    lists = [[activity(8, uuid, "2026-03-01", ANN)], [{**NOTE, "uuid": uuid[:-1] + "3"}]]
    cli(*MONICA, "--keep-ids", stdin="".join(json.dumps({"data": one}) for one in lists))

    shown = json.loads(cli("export", "--dialect", "monica", "--account", "co-up").out)["data"]

    assert [one["id"] if one["id"] < OWN_NUMBERS else None for one in shown] == [8, None]


def test_a_type_of_contact_fields_keeps_its_own_type(cli: Cli) -> None:
    """Also one that only its list says."""
    types = [
        {"id": 12, "object": "contactfieldtype", "name": "Matrix", "type": "matrix"},
    ]
    cli(*MONICA, stdin=json.dumps({"data": types}))

    lines = [json.loads(line) for line in cli("export", "--account", "co-up").out.splitlines()]

    (type_,) = [one["entity"] for one in lines if one["entity"]["type"] == "contact_field_type"]
    assert type_["attrs"]["type"] == "matrix"
