"""A pull that comes by again does not bring back who was erased."""

import pytest

from tests.cli.conftest import Cli
from tests.pull.conftest import Puller, Vendor
from tests.pull.test_following import encounter
from tests.pull.test_monica import Monica, person

WORDS = ("Quibble", "privateword")


def test_who_was_erased_here_is_left_out(vendor: Vendor, pull: Puller, cli: Cli) -> None:
    """Whatever the service says anew of them, also after all that was seen is forgotten."""
    person = {"name": "Xaver Quibble", "attrs": {"first_name": "Xaver", "last_name": "Quibble"}}
    vendor.send("PUT", "/v1/entities/contact/8", person)
    vendor.send("PUT", "/v1/entities/contact/9", {"name": "Ann", "attrs": {"first_name": "Ann"}})
    vendor.record([encounter(1), encounter(2, "9"), encounter(3, "8", "9")])
    pull.counts("monica")
    (seen,) = [
        link["id"]
        for line in pull.exported()
        if line["summary"] == "Lunch 1"
        for link in line["links"]
        if link["type"] == "contact"
    ]
    erased = cli("erase", f"contact:{seen}", "--account", "here")
    assert erased.code == 0

    person["attrs"]["description"] = "privateword"  # type: ignore[index]
    vendor.send("PUT", "/v1/entities/contact/8", person)
    vendor.record([encounter(4), encounter(5, "9"), encounter(6, "8", "9")])
    again = pull("monica")
    (run, *_) = cli("import", "list", "--account", "here", "--json").out.split('"run":')[1:]
    cli("import", "undo", run.partition(",")[0], "--account", "here")
    after_undo = pull("monica")

    for outcome in (again, after_undo):
        assert outcome.code == 0, outcome.err
        assert "name somebody who was erased here; erase them there, too" in outcome.err
    held = {line["summary"]: line for line in pull.exported()}
    assert held.keys() == {"Lunch 2", "Lunch 3", "Lunch 5"}
    everything = cli("export", "--account", "here").out
    assert not [word for word in WORDS if word in everything]
    assert "contact 8" not in cli("pull", "status", "--account", "here").out
    assert cli("check").out == "clean\n"


def put_everywhere(monica: Monica, contact: int, word: str, numbers: dict[str, int]) -> None:
    """Something about a person in each list, or something else where that is there already."""
    about = {"contact_id": contact}
    unknown = {"happened_at_month_unknown": False, "happened_at_day_unknown": False}
    event = {"life_event_type_id": 1, "has_reminder": False, **unknown}
    feast = {"frequency_type": "year", "frequency_number": 1, "initial_date": "2026-05-01"}
    documents: dict[str, dict[str, object]] = {
        "notes": {"body": word},
        "calls": {"called_at": "2026-05-04", "content": word},
        "lifeevents": {"happened_at": "2026-05-07", "name": word, "note": word, **event},
        "activities": {"summary": word, "happened_at": "2026-05-08", "contacts": [contact]},
        "tasks": {"title": word, "completed": True},
        "reminders": {"title": word, **feast},
        "contactfields": {"contact_field_type_id": 1, "data": word},
        "addresses": {"street": word, "country": "DE"},
    }
    for path, document in documents.items():
        method, number = ("PUT", f"/{numbers[path]}") if path in numbers else ("POST", "")
        numbers[path] = monica.send(method, f"{path}{number}", {**about, **document})["id"]


@pytest.mark.parametrize("options", [(), ("--keep-ids",)], ids=["ours", "kept"])
def test_who_was_erased_here_comes_back_from_no_list(
    options: tuple[str, ...], vendor: Vendor, pull: Puller, cli: Cli
) -> None:
    """Whatever is changed or new there, also where she was one person with another one."""
    monica, numbers = Monica(vendor), dict[str, int]()
    names = ("Quibble", "Qualm")
    people = [
        monica.send("POST", "contacts", {"first_name": name, **person(monica)}) for name in names
    ]
    first, second = [one["id"] for one in people]
    put_everywhere(monica, first, "privateword", numbers)
    pull.counts("monica", *options)
    one, other = (f"contact:monica-{number}" for number in (first, second))
    merged = cli("merge", "add", one, other, "--account", "here")
    erased = cli("erase", other, "--account", "here")

    put_everywhere(monica, first, "privateword2", numbers)
    put_everywhere(monica, first, "privateword3", {})
    put_everywhere(monica, second, "privateword4", {})
    for number in (first, second):
        monica.send("PUT", f"contacts/{number}/work", {"job": "privateword5"})
    again = pull("monica", *options)

    assert (merged.code, erased.code, again.code) == (0, 0, 0), (merged.err, erased.err, again.err)
    assert "name somebody who was erased here" in again.err
    everything = cli("export", "--account", "here").out
    assert not [word for word in ("privateword", *names) if word in everything]
    assert cli("check").out == "clean\n"
