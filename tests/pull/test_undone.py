"""What an undo put back, and the service still says otherwise."""

from collections.abc import Sequence

import msgspec
import pytest

from doings.cli.options import with_store
from doings.core.activity import draft_of
from doings.core.store import Store, Writer
from doings.core.timeline import Timeline
from doings.importing.pull.checkpoint import Checkpoint
from tests.cli.conftest import Cli
from tests.pull.conftest import Puller, Vendor
from tests.pull.test_following import encounter, ids_by_name


async def change_the_second(store: Store) -> None:
    """Somebody changes one of them here."""
    timeline = Timeline(store, await store.account("here"), by=None)

    async def work(writer: Writer) -> None:
        there = await writer.activities(range(1, 100))
        (known,) = [one for one in there if one.summary == "Lunch 1"]
        draft = msgspec.structs.replace(draft_of(known), summary="Mine")
        await writer.replace([(known, draft)])

    await timeline.write(work)


def test_a_round_waits_until_what_came_is_taken_back(
    vendor: Vendor, pull: Puller, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the undo has not reached yet would be taken for there already, and then go."""
    vendor.record([encounter(number) for number in range(3)])
    at_home = Checkpoint.at_home

    async def meets_an_undo(checkpoint: Checkpoint, ids: Sequence[str]) -> set[str]:
        if checkpoint.run is not None and ids:
            await checkpoint.timeline.write(lambda writer: writer.undo_import(1, None))
        return await at_home(checkpoint, ids)

    with monkeypatch.context() as patched:
        patched.setattr(Checkpoint, "at_home", meets_an_undo)
        first = pull("monica")
    second = pull("monica")
    cli("import", "undo", "1", "--account", "here")
    again = pull.counts("monica")

    assert (first.code, "import 1 is being undone" in first.err) == (3, True), first.err
    assert (second.code, "`doings import undo 1` goes on" in second.err) == (3, True), second.err
    assert (again["recorded"], len(pull.exported())) == (3, 3)


def test_what_an_undo_put_back_is_changed_by_the_next_pull(
    vendor: Vendor, pull: Puller, cli: Cli
) -> None:
    """As what it took back is recorded again; what somebody changed here since stays."""
    vendor.send("PUT", "/v1/entities/contact/8", {"name": "Jim", "attrs": {"first_name": "Jim"}})
    vendor.record([encounter(number) for number in range(3)])
    pull.counts("monica")
    ids = ids_by_name(vendor)
    for name in ("e0", "e1"):
        vendor.send("PATCH", f"/v1/activities/{ids[name]}", {"summary": f"Dinner {name}"})
    vendor.send("PUT", "/v1/entities/contact/8", {"name": "J", "attrs": {"first_name": "James"}})

    run = pull.counts("monica")["run"]
    cli("import", "undo", str(run), "--account", "here")
    put_back = pull.exported()
    with_store(None, change_the_second)
    again = pull.counts("monica")
    held = pull.exported()

    assert {one["summary"] for one in put_back} == {"Lunch 0", "Lunch 1", "Lunch 2"}
    assert again["updated"] == 1
    assert {one["summary"] for one in held} == {"Dinner e0", "Mine", "Lunch 2"}
    assert {link["name"] for one in held for link in one["links"]} == {"James"}
