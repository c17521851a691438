"""`doings merge`."""

from pathlib import Path

from tests.cli.conftest import Cli

LINES = """
{"entity":{"type":"contact","id":"8","name":"Jim Halpert","attrs":{"email":"jim@example.org"}}}
{"entity":{"type":"contact","id":"77","name":"Halpert, Jim","attrs":{"mail":"Jim@Example.org"}}}
"""


def test_people_are_suggested_merged_listed_and_parted(cli: Cli, tmp_path: Path) -> None:
    """The id that a merge prints is the one that reverts it."""
    file = tmp_path / "people.ndjson"
    file.write_text(LINES.strip())
    cli("account", "create", "co-up")
    cli("import", str(file), "--account", "co-up")

    suggested = cli("merge", "suggest", "--account", "co-up")
    made = cli("merge", "add", "contact:8", "contact:77", "--account", "co-up", "--reason", "Same")
    listed = cli("merge", "list", "--account", "co-up")
    done = cli("merge", "revert", made.out.strip(), "--account", "co-up")
    again = cli("merge", "revert", made.out.strip(), "--account", "co-up")
    unreadable = cli("merge", "add", "8", "77", "--account", "co-up")

    assert "same e-mail jim@example.org" in suggested.out
    assert "contact:8 stands for contact:77" in made.err
    assert "contact:77" in listed.out
    assert "active" in listed.out
    assert "stand for themselves again" in done.err
    assert (again.code, unreadable.code) == (1, 2)
    assert "reverted already" in again.err
