"""A pull that comes by again does not bring back who was erased."""

from tests.cli.conftest import Cli
from tests.pull.conftest import Puller, Vendor
from tests.pull.test_following import encounter

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
