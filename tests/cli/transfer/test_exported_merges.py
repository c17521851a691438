"""Exports and imports of people who were merged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from doings.cli.options import with_store
from doings.core.store import Store
from tests.cli.conftest import Cli
from tests.cli.test_log import Line, exported, write
from tests.cli.transfer.test_ndjson import activities, entities, lines

PEOPLE = lines(
    *[
        {"entity": {"type": "contact", "id": id_, "name": f"Name {id_}"}}
        for id_ in ("8", "77", "5", "6")
    ],
    {"entity": {"type": "membership", "id": "m", "name": "Desk", "contact": "77"}},
    *[
        {"kind": "note.created", "summary": f"of {id_}", "actor": f"contact:{id_}"}
        for id_ in ("8", "77", "5", "6")
    ],
    {"kind": "note.created", "summary": "of both", "links": ["contact:8", "contact:77"]},
    {"kind": "note.created", "summary": "of a thing", "links": ["membership:m"]},
)


def merge(cli: Cli, keep: str, *others: str) -> str:
    """Merge in the account; returns the id."""
    made = cli("merge", "add", keep, *others, "--account", "acme", "--reason", f"as {keep}")
    assert made.code == 0, made.err
    return made.out.strip()


@pytest.fixture
def made(cli: Cli) -> list[str]:
    """The ids of three merges: one that was reverted, one, and one that rests on it."""
    cli("account", "create", "acme")
    cli("account", "create", "copy")
    cli("import", "-", "--account", "acme", stdin=PEOPLE)
    gone = merge(cli, "contact:6", "contact:77")
    cli("merge", "revert", gone, "--account", "acme")
    first = merge(cli, "contact:8", "contact:77")
    return [gone, first, merge(cli, "contact:77", "contact:5")]


def delete_contact(id_: str) -> None:
    """Delete a contact of the account."""

    async def work(store: Store) -> None:
        account = await store.account("acme")
        await store.write(account.id, lambda writer: writer.delete_entity(("contact", id_)))

    with_store(None, work)


def merges(text: str) -> list[Any]:
    """The lines of merges and reverts, without their times."""
    said = [json.loads(line) for line in text.splitlines()]
    found = [one.get("merge") or one.get("revert") for one in said]
    return [{**one, "at": None} for one in found if one]


def same(cli: Cli, *options: str) -> bool:
    """Whether both accounts export the same."""
    one, other = [shown(cli, slug, *options) for slug in ("acme", "copy")]
    return one == other


def shown(cli: Cli, slug: str, *options: str) -> tuple[list[Any], dict[str, Any], list[Any]]:
    """Activities, entities that no new account has, and merges of an account."""
    text = cli("export", "--account", slug, *options).out
    people = {key: one for key, one in entities(text).items() if key[:7] in {"contact", "members"}}
    return [one for one in activities(text) if "kind" in one], people, merges(text)


def test_merges_come_along(cli: Cli, made: list[str]) -> None:
    """With what was reverted; importing again changes nothing, and it can be taken back."""
    _, first, second = made
    cli("export", "--account", "acme", "out.ndjson")
    said = merges(Path("out.ndjson").read_text())

    done = cli("import", "out.ndjson", "--account", "copy")
    again = cli("import", "out.ndjson", "--account", "copy")

    assert done.code == 0, done.err
    assert "4 merges of people were made or reverted" in done.out
    assert "0 activities" in again.out
    assert "merges" not in again.out
    assert [one.get("keep") for one in said] == [
        "contact:6", None, "contact:8", "contact:77",
    ]  # fmt: skip
    assert same(cli)
    assert same(cli, "--activities-only")
    assert "via" in cli("export", "--account", "copy", "--activities-only").out
    assert cli("check").out == "clean\n"
    refused = cli("merge", "revert", first, "--account", "copy")
    assert second in refused.err
    for slug in ("acme", "copy"):
        for one in (second, first):
            assert cli("merge", "revert", one, "--account", slug).code == 0
    assert same(cli, "--activities-only")
    assert "via" not in cli("export", "--account", "copy", "--activities-only").out
    assert cli("check").out == "clean\n"


def test_an_undo_parts_whom_the_import_merged(cli: Cli, made: list[str]) -> None:
    """Then nothing is left of the import."""
    cli("export", "--account", "acme", "out.ndjson")
    number = cli("import", "out.ndjson", "--account", "copy").out.partition("This is run ")[2][:1]

    undone = cli("import", "undo", number)

    assert undone.code == 0, undone.err
    assert "0 were kept" in undone.out
    left = shown(cli, "copy")
    assert left[:2] == ([], {})
    assert cli("check").out == "clean\n"
    assert made


def test_both_histories_are_verified(cli: Cli, made: list[str]) -> None:
    """That of the account that was exported, and that of the one that it was imported into."""
    exported(cli)
    cli("import", "out.ndjson", "--account", "copy")
    for slug in ("acme", "copy"):
        key = cli("log", "key", "--account", slug).out.strip()
        cli("export", "--account", slug, "--proofs", f"{slug}.ndjson")
        verified = cli("verify", f"{slug}.ndjson", "--key", key)
        assert (verified.code, verified.err) == (0, ""), verified.out
    assert made


EDITS = {
    "reason": "other",
    "automatic": True,
    "at": "2020-01-01T00:00:00Z",
    "status": "reverted",
}


def test_an_edited_merge_is_named(cli: Cli, made: list[str]) -> None:
    """Whatever its line says: the log says it as well."""
    key = cli("log", "key", "--account", "acme").out.strip()
    said = exported(cli)
    place = next(number for number, line in enumerate(said) if "merge" in line)
    for name, value in {**EDITS, "id": "other"}.items():
        edited = [dict(line) for line in said]
        edited[place] = {"merge": {**said[place]["merge"], name: value}}
        write(edited, "edited.ndjson")

        verified = cli("verify", "edited.ndjson", "--key", key)

        assert verified.code == 1
        assert f"line {place + 1}" in verified.out or name == "id"
    assert made


def test_a_deleted_one_that_is_parted_stays_deleted(cli: Cli, made: list[str]) -> None:
    """Parting tells of it once more, and that is no sign that it is missing."""
    key = cli("log", "key", "--account", "acme").out.strip()
    delete_contact("8")
    for one in reversed(made):
        cli("merge", "revert", one, "--account", "acme")
    cli("export", "--account", "acme", "--proofs", "out.ndjson")

    verified = cli("verify", "out.ndjson", "--key", key)

    assert verified.code == 0, verified.out


def test_whoever_is_hidden_behind_a_deleted_one_is_not_missed(cli: Cli, made: list[str]) -> None:
    """The log says why they are in no line, and the import knows nothing of them either."""
    cli(
        "import", "-", "--account", "acme", stdin=lines({"kind": "note.created", "actor": "user:1"})
    )
    delete_contact("8")
    key = cli("log", "key", "--account", "acme").out.strip()

    said = exported(cli)
    verified = cli("verify", "out.ndjson", "--key", key)
    imported = cli("import", "out.ndjson", "--account", "copy")

    assert verified.code == 0, verified.out + verified.err
    assert not [one for one in said if "merge" in one]
    assert imported.code == 0, imported.err
    assert made


def drop(name: str) -> Callable[[list[Line]], None]:
    """Leaves out the last line of a name."""

    def change(said: list[Line]) -> None:
        said.remove([one for one in said if name in one][-1])

    return change


def keep_another(said: list[Line]) -> None:
    """Lets another one stand for somebody."""
    [one["merge"] for one in said if "merge" in one][-1]["keep"] = "contact:6"


def invent(said: list[Line]) -> None:
    """Merges somebody."""
    line = {"merge": {"id": "x", "keep": "contact:8", "merged": ["contact:6"]}}
    said.insert(said.index([one for one in said if "merge" in one][-1]), line)


def swap(said: list[Line]) -> None:
    """Lets the merge that was reverted be the other way round."""
    line = next(one["merge"] for one in said if "merge" in one)
    line["keep"], line["merged"] = line["merged"][0], [line["keep"]]


def invent_activity(said: list[Line]) -> None:
    """Records something."""
    said.insert(1, {**next(one for one in said if "kind" in one), "id": "01900000"})


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (drop("merge"), "no line says that contact:5 was merged into contact:8"),
        (drop("revert"), "contact:77 is merged already"),
        (keep_another, "contact:5 is merged into contact:6, the log says into contact:8"),
        (invent, "no leaf tells of the merge x"),
        (swap, "is not as the log tells of it"),
    ],
    ids=["merge", "revert", "keep", "invented", "reverted"],
)
def test_edited_merges_are_found(
    cli: Cli, made: list[str], change: Callable[[list[Line]], None], finding: str
) -> None:
    """A merge is what the leaves of the log say of it, and so is a revert."""
    said = exported(cli)
    key = cli("log", "key", "--account", "acme").out.strip()
    change(said)
    write(said)

    verified = cli("verify", "out.ndjson", "--key", key)

    assert verified.code == 1
    assert finding in verified.out + verified.err
    assert made


def test_what_is_invented_after_an_erasure_is_found(cli: Cli, made: list[str]) -> None:
    """What was erased leaves no place for it; a merge whose reason lost a name is let be."""
    cli(
        "import", "-", "--account", "acme",
        stdin=lines(*[{"entity": {"type": "contact", "id": id_}} for id_ in ("9", "10")]),
    )  # fmt: skip
    cli("merge", "add", "contact:6", "contact:10", "--account", "acme", "--reason", "no contact:9")
    cli("erase", "contact:9", "--account", "acme")
    key = cli("log", "key", "--account", "acme").out.strip()
    said = exported(cli)
    outcomes = [cli("verify", "out.ndjson", "--key", key)]

    for change in (invent, invent_activity):
        changed = [dict(line) for line in said]
        change(changed)
        write(changed)
        outcomes.append(cli("verify", "out.ndjson", "--key", key))

    assert [one.code for one in outcomes] == [0, 1, 1], outcomes[0].out
    assert "without proof" not in outcomes[0].out
    assert made


BAD: dict[str, Any] = {
    "nobody": {"merge": {"keep": "contact:8", "merged": []}},
    "unknown": {"merge": {"keep": "contact:8", "merged": ["contact:404"]}},
    "itself": {"merge": {"keep": "contact:8", "merged": ["contact:8"]}},
    "no people": {"merge": {"keep": "membership", "merged": ["contact:8"]}},
    "long": {"merge": {"keep": "contact:8", "merged": ["contact:77"], "reason": "x" * 201}},
    "no list": {"merge": {"keep": "contact:8", "merged": "contact:77"}},
    "no merge": {"revert": {"merge": "x"}},
    "both": {"merge": {"keep": "contact:8", "merged": ["contact:77"]}, "kind": "note.created"},
}


def test_bad_lines_of_merges_are_reported(cli: Cli) -> None:
    """Each by its number; the good one among them is made, and only once."""
    cli("account", "create", "acme")
    cli("import", "-", "--account", "acme", stdin=PEOPLE)
    good = {"merge": {"keep": "contact:8", "merged": ["contact:77"]}}

    done = cli("import", "-", "--account", "acme", stdin=lines(*BAD.values(), good, good))

    assert done.code == 1
    assert "1 merges of people were made" in done.out
    assert f"{len(BAD) + 1} lines were bad" in done.out
    for number in range(1, len(BAD) + 1):
        assert f"line {number}: " in done.err
