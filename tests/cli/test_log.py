"""`doings log`, `doings export --proofs` and `doings verify`: proofs without a server."""

import gzip
import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.proof import verifier

LINES = "".join(
    json.dumps(line) + "\n"
    for line in (
        {"entity": {"type": "contact", "id": "8", "name": "Jim"}},
        {"kind": "note.created", "summary": "first", "links": ["contact:8"]},
        {"kind": "note.created", "summary": "second", "actor": "contact:9"},
    )
)

Line = dict[str, Any]


def exported(cli: Cli, name: str = "out.ndjson") -> list[Line]:
    """The lines of an export of the account with proofs."""
    outcome = cli("export", "--account", "acme", "--proofs", name)
    assert outcome.code == 0, outcome.err
    return [json.loads(line) for line in Path(name).read_text().splitlines()]


def write(lines: list[Line], name: str = "out.ndjson") -> None:
    """Write lines as an export has them."""
    text = "".join(
        json.dumps(one, separators=(",", ":"), ensure_ascii=False) + "\n" for one in lines
    )
    Path(name).write_text(text)


@pytest.fixture
def key(cli: Cli) -> str:
    """The key of an account that has a few entities and activities."""
    cli("account", "create", "acme")
    cli("import", "-", "--account", "acme", stdin=LINES)
    return cli("log", "key", "--account", "acme").out.strip()


def test_an_export_is_verified_with_the_key_alone(cli: Cli, key: str) -> None:
    """By the program, and by one that shares no code with it; the key may be in a file."""
    lines = exported(cli)
    Path("key.txt").write_text(f"{key}\n")

    outcomes = [cli("verify", "out.ndjson", "--key", one) for one in (key, "key.txt")]

    assert [one.code for one in outcomes] == [0, 0]
    assert outcomes[0].out.startswith("verified: ")
    leaves = [line["leaf"] for line in lines if "leaf" in line]
    digests = [b64decode(leaf["digest"]) for leaf in leaves]
    for leaf, digest in zip(leaves, digests, strict=True):
        salt = b64decode(leaf["salt"])
        assert verifier.sha(salt, b"\0", leaf["statement"].encode()) == digest
    _, size, root = verifier.opened(lines[-1]["checkpoint"], key)
    assert (size, root) == (len(leaves), verifier.root([verifier.leaf(one) for one in digests]))


def test_an_export_with_proofs_can_be_imported(cli: Cli, key: str) -> None:
    """As any other; the proofs are passed over."""
    assert key
    exported(cli)
    cli("account", "create", "copy")

    outcome = cli("import", "out.ndjson", "--account", "copy")

    assert "Imported 2 activities" in outcome.out + outcome.err
    assert "0 lines were bad" in outcome.out + outcome.err


def of(lines: list[Line], member: str) -> list[int]:
    """The places of the lines that have a member."""
    return [place for place, line in enumerate(lines) if member in line]


def without(member: str, place: int) -> Callable[[list[Line]], None]:
    """Leaves out one of the lines that have a member."""
    return lambda lines: lines.__delitem__(of(lines, member)[place])


def swap_leaves(lines: list[Line]) -> None:
    """Put two leaves in each other's place, numbered as if they belonged there."""
    one, other = of(lines, "leaf")[:2]
    first, second = lines[one]["leaf"], lines[other]["leaf"]
    lines[one]["leaf"] = {**second, "number": 0}
    lines[other]["leaf"] = {**first, "number": 1}


def edit_statement(lines: list[Line]) -> None:
    """Make a statement say something else."""
    leaf = lines[of(lines, "leaf")[-1]]["leaf"]
    leaf["statement"] = leaf["statement"].replace("second", "third")


def edit_digest(lines: list[Line]) -> None:
    """Let a leaf be another one, which says nothing."""
    leaf = lines[of(lines, "leaf")[3]]["leaf"]
    leaf |= {"digest": "A" * 43 + "=", "salt": None, "statement": None}


def edit_silently(lines: list[Line]) -> None:
    """Make an activity say something else, and take away the salt of the leaf that knows better."""
    activity = lines[of(lines, "kind")[0]]
    activity["summary"] = "other"
    for place in of(lines, "leaf"):
        leaf = lines[place]["leaf"]
        if json.loads(leaf["statement"])["id"] == activity["id"]:
            leaf |= {"salt": None, "statement": None}


def edit_line(lines: list[Line]) -> None:
    """Make an activity say something else."""
    lines[of(lines, "kind")[0]]["summary"] = "other"


def edit_entity(lines: list[Line]) -> None:
    """Make an entity say something else."""
    lines[of(lines, "entity")[-1]]["entity"]["name"] = "Other"


def invent(lines: list[Line]) -> None:
    """Add an activity."""
    place = of(lines, "kind")[0]
    lines.insert(place, {**lines[place], "id": "01900000-0000-7000-8000-000000000000"})


def edit_checkpoint(lines: list[Line]) -> None:
    """Say that the log is shorter."""
    lines[-1]["checkpoint"] = lines[-1]["checkpoint"].replace("\n2", "\n1", 1)


TAMPERED: dict[str, tuple[Callable[[list[Line]], None], str]] = {
    "an activity is left out": (without("kind", 0), "is missing: the log says that it is there"),
    "an entity is left out": (without("entity", -1), "is missing: the log says that it is there"),
    "a leaf is left out": (without("leaf", 2), "is leaf 3 in the place of leaf 2"),
    "the end is cut off": (lambda lines: lines.__delitem__(slice(-4, None)), "is cut off"),
    "the last leaf is cut off": (without("leaf", -1), "leaves, the checkpoint"),
    "leaves are in another order": (swap_leaves, "leaf 0 says that it is the change 2"),
    "a statement was edited": (edit_statement, "is not the one that was recorded"),
    "a leaf was replaced": (edit_digest, "leaves are not those of the checkpoint"),
    "an edit is called an erasure": (edit_silently, "lost its salt, and no erasure tells of it"),
    "an activity was edited": (edit_line, "was changed: the log says something else"),
    "an entity was edited": (edit_entity, "was changed: the log says something else"),
    "an activity was added": (invent, "is in no leaf of the log"),
    "the checkpoint was edited": (edit_checkpoint, "is not signed by the key"),
    "there are no proofs": (
        lambda lines: lines.__setitem__(slice(None), [one for one in lines if "kind" in one]),
        "made without --proofs",
    ),
    "a line is no JSON of an export": (lambda lines: lines.append({"x": 1}), "cannot be read"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_tampered_with_is_named(cli: Cli, key: str, name: str) -> None:
    """With exit code 1 and where it is."""
    tamper, finding = TAMPERED[name]
    lines = exported(cli)
    tamper(lines)
    write(lines)

    outcome = cli("verify", "out.ndjson", "--key", key)

    assert outcome.code == 1
    assert finding in outcome.out


def test_a_compressed_export_is_verified(cli: Cli, key: str) -> None:
    """As it is imported; one that is damaged, or of another kind, ends in a sentence."""
    exported(cli)
    whole = gzip.compress(Path("out.ndjson").read_bytes())
    files = {"whole.gz": whole, "cut.gz": whole[:-20], "other.zip": b"PK\x03\x04 and more"}

    outcomes = []
    for name, content in files.items():
        Path(name).write_bytes(content)
        outcomes.append(cli("verify", name, "--key", key))

    assert [one.code for one in outcomes] == [0, 2, 2]
    assert outcomes[0].out.startswith("verified: ")
    assert "damaged or cut off; nothing was verified" in outcomes[1].err
    assert "a ZIP archive" in outcomes[2].err


def test_an_erasure_is_told_by_the_log(cli: Cli, key: str) -> None:
    """So its leaves are no edits that pass as one; those of an older version are told as such."""
    cli("erase", "contact:9", "--account", "acme")
    lines = exported(cli)

    outcome = cli("verify", "out.ndjson", "--key", key)

    assert (outcome.code, outcome.out[:9]) == (0, "verified:")
    assert " leaves were erased" in outcome.out
    assert "older" not in outcome.out
    assert "without proof" not in outcome.out
    told = [json.loads(one["leaf"]["statement"] or "{}") for one in lines if "leaf" in one]
    silent = [one["leaf"]["number"] for one in lines if "leaf" in one and not one["leaf"]["salt"]]
    assert sorted(number for one in told for number in one.get("forgets", [])) == silent


@pytest.mark.parametrize(
    ("tamper", "finding"),
    [
        (lambda line: line.update(summary="other"), "was changed: the log says something else"),
        (lambda line: line.clear(), "is missing: the log says that it is there"),
    ],
    ids=["edited", "left out"],
)
def test_what_stays_after_an_erasure_is_proved(
    cli: Cli, key: str, tamper: Callable[[Line], None], finding: str
) -> None:
    """By a leaf that says what it is without the one who is erased; the other verifier says so."""
    both = {"kind": "note.created", "summary": "third", "links": ["contact:8", "contact:9"]}
    cli("import", "-", "--account", "acme", stdin=json.dumps(both) + "\n")
    cli("erase", "contact:9", "--account", "acme")
    lines = exported(cli)
    place = next(place for place in of(lines, "kind") if lines[place]["summary"] == "third")
    said = [json.loads(one["leaf"]["statement"] or "{}") for one in lines if "leaf" in one]
    newest = [one for one in said if one.get("id") == lines[place]["id"]][-1]

    tamper(lines[place])
    write([line for line in lines if line])
    outcome = cli("verify", "out.ndjson", "--key", key)

    assert (newest["op"], newest["document"]["summary"]) == ("updated", "third")
    assert newest["document"]["links"][1]["id"].startswith("erased-")
    assert outcome.code == 1
    assert finding in outcome.out


def checkpoint(lines: list[Line]) -> None:
    """Keep the last checkpoint of an export."""
    Path("old.txt").write_text(lines[-1]["checkpoint"])


def test_a_log_that_grew_begins_with_the_older_one(cli: Cli, key: str) -> None:
    """A checkpoint that was kept is one of its past."""
    checkpoint(exported(cli))
    cli("import", "-", "--account", "acme", stdin='{"kind":"note.created"}\n')
    exported(cli)

    outcome = cli("verify", "out.ndjson", "--key", key, "--checkpoint", "old.txt")

    assert (outcome.code, outcome.out[:9]) == (0, "verified:")


def test_a_log_that_was_rolled_back_is_named(cli: Cli, key: str, tmp_path: Path) -> None:
    """Where the file was put back by hand, and so the log is of the same name."""
    cli("backup", "copy.db")
    cli("import", "-", "--account", "acme", stdin='{"kind":"note.created"}\n')
    checkpoint(exported(cli))
    for end in ("", "-wal", "-shm"):
        (tmp_path / f"doings.db{end}").unlink(missing_ok=True)
    (tmp_path / "copy.db").rename(tmp_path / "doings.db")
    exported(cli)

    shorter = cli("verify", "out.ndjson", "--key", key, "--checkpoint", "old.txt")
    cli("import", "-", "--account", "acme", stdin='{"kind":"note.created"}\n' * 2)
    exported(cli)
    other = cli("verify", "out.ndjson", "--key", key, "--checkpoint", "old.txt")

    assert (shorter.code, other.code) == (1, 1)
    assert "rolled back" in shorter.out
    assert "are not those of the older checkpoint" in other.out


def test_a_restored_backup_is_another_log(cli: Cli, key: str) -> None:
    """Its name has another epoch, so the older checkpoint is not of it."""
    checkpoint(exported(cli))
    cli("backup", "copy.db")
    cli("restore", "copy.db")
    exported(cli)
    new = cli("log", "key", "--account", "acme").out.strip()

    outcomes = [
        cli("verify", "out.ndjson", "--key", key),
        cli("verify", "out.ndjson", "--key", new, "--checkpoint", "old.txt"),
        cli("verify", "out.ndjson", "--key", new),
    ]

    assert [one.code for one in outcomes] == [1, 1, 0]
    assert "the history was replaced" in outcomes[0].out
    assert "the history was replaced" in outcomes[1].out


def test_a_key_that_was_replaced_signs_for_a_time(cli: Cli, key: str, tmp_path: Path) -> None:
    """So that who has the old one can still verify; a stranger's key verifies nothing."""
    outcome = cli("log", "rotate-key")
    keys = cli("log", "key", "--account", "acme").out.split()
    exported(cli)
    verified = [cli("verify", "out.ndjson", "--key", one).code for one in keys]
    (tmp_path / "doings.db.log-key").unlink()
    stranger = cli("log", "key", "--account", "acme").out.strip()

    refused = cli("verify", "out.ndjson", "--key", stranger)

    assert outcome.code == 0
    assert (len(keys), keys[1], verified) == (2, key, [0, 0])
    assert (refused.code, "not signed by the key" in refused.out) == (1, True)


def test_the_file_of_keys_is_its_owners(cli: Cli, key: str, tmp_path: Path) -> None:
    """Beside the database, made at first use."""
    assert key == cli("log", "key", "--account", "acme").out.strip()
    assert (tmp_path / "doings.db.log-key").stat().st_mode & 0o777 == 0o600


def test_a_file_of_no_keys_is_refused(cli: Cli, key: str, tmp_path: Path) -> None:
    """And nothing is exported without a signature."""
    assert key
    for content in (b"x", b'{"keys":[]}', b'{"keys":[{"seed":"AAAA"}]}'):
        (tmp_path / "doings.db.log-key").write_bytes(content)

        outcome = cli("export", "--account", "acme", "--proofs", "none.ndjson")

        assert (outcome.code, "no file of log keys" in outcome.err) == (1, True)
        assert not (tmp_path / "none.ndjson").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "--account", "acme", "--proofs", "--kind", "note.*"),
        ("export", "--account", "acme", "--proofs", "--activities-only"),
        ("verify", "out.ndjson", "--key", "nonsense"),
        ("verify", "missing.ndjson", "--key", "a+b+c"),
        ("verify", "out.ndjson", "--key", "out.ndjson"),
    ],
)
def test_wrong_usage_is_code_2(cli: Cli, key: str, arguments: tuple[str, ...]) -> None:
    """Proofs are of a whole export, and a key is a key."""
    assert key
    exported(cli)

    assert cli(*arguments).code == 2


def test_a_checkpoint_that_is_none_is_refused(cli: Cli, key: str) -> None:
    """With what it should be."""
    exported(cli)

    outcome = cli("verify", "out.ndjson", "--key", key, "--checkpoint", "out.ndjson")

    assert (outcome.code, "--checkpoint: it is no signed checkpoint" in outcome.err) == (2, True)
