"""What an undo put back, and the service still says otherwise."""

import msgspec

from doings.cli.options import with_store
from doings.core.activity import draft_of
from doings.core.store import Store, Writer
from doings.core.timeline import Timeline
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
    vendor: Vendor, pull: Puller, cli: Cli
) -> None:
    """What the undo has not reached yet would be taken for there already, and then go."""
    vendor.record([encounter(number) for number in range(3)])
    run = pull.counts("monica")["run"]

    async def begin_to_undo(store: Store) -> None:
        timeline = Timeline(store, await store.account("here"), by=None)
        await timeline.write(lambda writer: writer.undo_import(run, None))

    with_store(None, begin_to_undo)
    meanwhile = pull("monica")
    cli("import", "undo", str(run), "--account", "here")
    again = pull.counts("monica")

    assert (meanwhile.code, f"`doings import undo {run}` goes on" in meanwhile.err) == (3, True)
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
