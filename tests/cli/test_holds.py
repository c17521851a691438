"""`doings hold`."""

import json

import pytest

from tests.cli.conftest import Cli

LINES = """\
{"entity": {"type": "contact", "id": "8", "name": "Jim Halpert"}}
{"entity": {"type": "contact", "id": "77", "name": "Jimothy"}}
"""


@pytest.fixture
def filled(cli: Cli) -> Cli:
    """The command line, on a database with two people in it."""
    cli("account", "create", "co-up", "--time-zone", "Europe/Berlin")
    assert cli("import", "-", "--account", "co-up", stdin=LINES).code == 0
    return cli


def test_a_hold_is_added_listed_and_ended(filled: Cli) -> None:
    """It keeps somebody from being erased meanwhile; a date is its start in the account's zone."""
    add = ("hold", "add", "contact:8", "--account", "co-up", "--reason", "claim 7")
    added = filled(*add)
    replaced = filled(*add, "--until", "2099-07-01", "--json")
    listed = filled("hold", "list", "--account", "co-up")
    as_json = filled("hold", "list", "--account", "co-up", "--json")
    erased = filled("erase", "contact:8", "--account", "co-up")
    ended = filled("hold", "end", "contact:8", "--account", "co-up")

    (shown,) = json.loads(as_json.out)
    assert added.err == "contact:8 is on hold until you end it.\n"
    assert shown == json.loads(replaced.out)
    assert shown | {"at": ""} == {
        "entity": "contact:8",
        "at": "",
        "until": "2099-06-30T22:00:00Z",
        "by": None,
        "reason": "claim 7",
    }
    assert "contact:8" in listed.out
    assert "claim 7" in listed.out
    assert (erased.code, "is on hold" in erased.err) == (1, True)
    assert (ended.code, ended.err) == (0, "There is no hold on contact:8 any more.\n")
    assert filled("hold", "list", "--account", "co-up", "--json").out == "[]\n"
    assert filled("erase", "contact:8", "--account", "co-up").code == 0


def test_of_people_who_are_one_each_has_its_own_hold(filled: Cli) -> None:
    """Who else keeps them is told, and is not ended by another's id."""
    for id_ in ("contact:8", "contact:77"):
        filled("hold", "add", id_, "--account", "co-up", "--reason", "claim")
    filled("merge", "add", "contact:8", "contact:77", "--account", "co-up")

    first = filled("hold", "end", "contact:8", "--account", "co-up")
    refused = filled("hold", "end", "contact:8", "--account", "co-up")
    second = filled("hold", "end", "contact:77", "--account", "co-up", "--json")

    assert "It is kept all the same: it is one person with contact:77" in first.err
    assert refused.code == 1
    assert "no hold on contact:8 itself, but on contact:77 since before" in refused.err
    assert json.loads(second.out) == {"entity": "contact:77", "still": []}


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["contact"], 2, "TYPE:ID: must be type:id"),
        (["contact:404"], 1, "there is no contact 404"),
        (["contact:8", "--until", "2020-01-01"], 2, "--until: must be in the future"),
        (["contact:8", "--until", "soon"], 2, "--until"),
        (["contact:8", "--reason", " "], 2, "--reason: says why"),
    ],
    ids=["no key", "nobody", "over", "no time", "no reason"],
)
def test_what_cannot_be_put_on_hold_is_told(
    filled: Cli, options: list[str], code: int, said: str
) -> None:
    """In one line, and nothing is on hold then."""
    answer = filled("hold", "add", "--account", "co-up", "--reason", "claim", *options)

    assert answer.code == code
    assert said in answer.err
    assert filled("hold", "list", "--account", "co-up", "--json").out == "[]\n"
