"""Later pulls: what is new, what was changed there, and what was deleted there."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from doings.importing.pull import rounds
from tests.cli.conftest import Cli
from tests.pull.conftest import Puller, Vendor
from tests.pull.proxy import Asked, Given, Switch, proxy, status


def encounter(number: int, *people: str) -> dict[str, object]:
    """An activity that Monica shows."""
    day = f"2026-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
    return {
        "kind": "encounter.logged",
        "summary": f"Lunch {number}",
        "occurred_at": f"{day}T00:00:00Z",
        "data": {"happened_on": day},
        "links": [f"contact:{person}" for person in people or ("8",)],
        "external_id": f"e{number}",
        "origin": "test",
    }


def request(number: int) -> dict[str, object]:
    """An interaction, which mio.ID shows."""
    return {
        "kind": "details.requested",
        "body": f"Request {number}",
        "occurred_at": f"2026-03-{number % 28 + 1:02}T10:00:00Z",
        "links": [{"type": "individual", "id": "p1", "role": "counterpart"}],
        "external_id": f"e{number}",
        "origin": "test",
    }


def ids_by_name(vendor: Vendor) -> dict[str, str]:
    """The ids of the activities of the service by their external ids."""
    items: list[dict[str, Any]] = vendor.get("/v1/activities", limit=200)["items"]
    return {item["external_id"]: item["id"] for item in items}


def test_monica_tells_what_is_new_changed_and_deleted(
    vendor: Vendor, pull_into_either: Puller
) -> None:
    """A later pull does as the service did, into either engine."""
    pull = pull_into_either
    vendor.send("PUT", "/v1/entities/contact/8", {"name": "Jim", "attrs": {"first_name": "Jim"}})
    vendor.record([encounter(number) for number in range(130)])
    assert pull.counts("monica")["recorded"] == 130
    ids = ids_by_name(vendor)

    vendor.send("PATCH", f"/v1/activities/{ids['e3']}", {"summary": "Dinner"})
    vendor.send("PATCH", f"/v1/activities/{ids['e4']}", {"links": ["contact:9"]})
    vendor.send("DELETE", f"/v1/activities/{ids['e5']}")
    vendor.send("PUT", "/v1/entities/contact/8", {"name": "J", "attrs": {"first_name": "James"}})
    vendor.record([encounter(130, "8", "9")])
    second = pull.counts("monica")
    third = pull.counts("monica")

    held = {item["summary"]: item for item in pull.exported()}
    assert (second["recorded"], second["updated"], second["deleted"]) == (1, 2, 1)
    assert (third["recorded"], third["updated"], third["deleted"]) == (0, 0, 0)
    assert len(held) == 130
    assert {"Dinner", "Lunch 130"} <= held.keys()
    assert not {"Lunch 3", "Lunch 5"} & held.keys()
    people = [link for link in held["Lunch 4"]["links"] if link["type"] == "contact"]
    assert len(people) == 1
    assert "James" in {link["name"] for link in held["Lunch 7"]["links"]}


KINDS = (
    "note.created",
    "call.logged",
    "conversation.logged",
    "life_event.logged",
    "journal_entry.written",
)
"""What the lists of Monica's beside that of activities show."""


def entry(kind: str, number: int) -> dict[str, object]:
    """Something that one of these lists shows, and that of activities as well."""
    name = f"{kind}-{number}"
    return {
        "kind": kind,
        "summary": None if kind == "note.created" else name,
        "body": name,
        "occurred_at": "2026-03-01T10:00:00Z",
        "links": ["contact:8"],
        "external_id": name,
        "origin": "test",
    }


def test_monica_tells_what_is_new_changed_and_deleted_in_all_its_lists(
    vendor: Vendor, pull: Puller
) -> None:
    """Each thing is recorded once, as what it is, though two lists show it."""
    vendor.record([entry(kind, number) for kind in KINDS for number in range(3)])
    first = pull.counts("monica")
    ids = ids_by_name(vendor)

    for kind in KINDS:
        vendor.send("PATCH", f"/v1/activities/{ids[f'{kind}-0']}", {"body": f"Edited {kind}"})
        vendor.send("DELETE", f"/v1/activities/{ids[f'{kind}-1']}")
    vendor.send("PATCH", f"/v1/activities/{ids['note.created-2']}", {"links": ["contact:9"]})
    vendor.record([entry(kind, 3) for kind in KINDS])
    second = pull.counts("monica")
    third = pull.counts("monica")

    held = pull.exported()
    people = {one["body"]: [link["id"] for link in one["links"]] for one in held}
    assert [counts["recorded"] for counts in (first, second, third)] == [15, 5, 0]
    assert [counts["deleted"] for counts in (first, second, third)] == [0, 5, 0]
    assert (second["updated"], third["updated"]) == (6, 0)
    assert sorted((one["kind"], one["body"]) for one in held) == sorted(
        (kind, body) for kind in KINDS for body in (f"Edited {kind}", f"{kind}-2", f"{kind}-3")
    )
    assert people["note.created-2"] != people["note.created-3"]
    assert len(people["note.created-2"]) == 1


def test_a_list_that_monica_does_not_have_is_passed_over(vendor: Vendor, pull: Puller) -> None:
    """That is said once, and what was pulled of it before stays when others are deleted."""
    vendor.record([entry(kind, number) for kind in KINDS for number in range(2)])
    id_ = ids_by_name(vendor)["call.logged-1"]

    def without_notes(asked: Asked, given: Given) -> Given:
        return status(404)(asked, given) if "/notes" in asked.path else given

    with proxy(vendor.server.url, Switch(without_notes)) as between:
        Switch.is_broken = False
        pull.counts("monica", url=between.url)
        Switch.is_broken = True
        vendor.send("DELETE", f"/v1/activities/{id_}")
        lacking = pull("monica", url=between.url)
        again = pull("monica", url=between.url)
        Switch.is_broken = False
        vendor.record([entry("note.created", 2)])
        whole = pull("monica", url=between.url)

    held = {one["body"] for one in pull.exported()}
    assert [run.err.count("has no list of notes") for run in (lacking, again, whole)] == [1, 0, 0]
    assert json.loads(lacking.out)["deleted"] == 1
    assert {"note.created-0", "note.created-1", "note.created-2"} <= held
    assert "call.logged-1" not in held


def test_a_place_of_an_older_version_costs_requests_only(
    vendor: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> None:
    """The service is gone through once more, and nothing is recorded twice."""
    monkeypatch.setenv("DOINGS_DATABASE", f"sqlite:///{tmp_path}/older.db")
    pull = Puller(cli, vendor, monkeypatch)
    vendor.record([encounter(number) for number in range(3)])
    pull.counts("monica")
    with closing(sqlite3.connect(tmp_path / "older.db")) as database, database:
        place = '{"place":{"stage":"changed","pages":[1,1],"until":5}}'
        database.execute("UPDATE pulls SET position = ?", (place,))

    again = pull.counts("monica")

    assert (again["recorded"], again["repeated"], again["run"]) == (0, 3, None)


def test_mio_tells_what_is_new_changed_and_deleted(vendor: Vendor, pull: Puller) -> None:
    """Steps that were taken there are taken here, with what was granted."""
    vendor.record([request(number) for number in range(120)])
    assert pull.counts("mio")["recorded"] == 120
    ids = ids_by_name(vendor)

    granted = {"code": "RQ_008", "type": "RTP_001", "data": "+49 30 1"}
    step = {"accepted_requirements": [granted]}
    vendor.send("POST", f"/v1/activities/{ids['e3']}/accept", step)
    vendor.send("DELETE", f"/v1/activities/{ids['e5']}")
    vendor.record([request(120)])
    second = pull.counts("mio")
    third = pull.counts("mio")

    held = {item["external_id"]: item for item in pull.exported()}
    assert (second["recorded"], second["updated"], second["deleted"]) == (1, 1, 1)
    assert (third["recorded"], third["updated"], third["deleted"]) == (0, 0, 0)
    assert held[ids["e3"]]["data"]["accepted_requirements"][0]["data"] == "+49 30 1"
    assert ids["e5"] not in held
    assert len(held) == 120


def test_what_was_changed_or_deleted_here_stays_so(vendor: Vendor, pull: Puller, cli: Cli) -> None:
    """As long as the service says what it said before."""
    vendor.record([encounter(number) for number in range(3)])
    pull.counts("monica")
    (line,) = [one for one in pull.exported() if one["summary"] == "Lunch 1"]
    changed = {**line, "summary": "Changed here"}

    cli("import", "-", "--account", "here", stdin=json.dumps(changed))
    pull.counts("monica")

    assert len(pull.exported()) == 3


def test_an_account_that_is_pulled_from_itself_stays_as_it_is(vendor: Vendor, pull: Puller) -> None:
    """What was handed on from here is known by its id."""
    vendor.record([encounter(number) for number in range(3)])
    pull.account = vendor.token.account

    counts = pull.counts(
        "monica", "--database", vendor.server.installation.variables["DOINGS_DATABASE"]
    )

    assert (counts["recorded"], counts["run"] is None) == (0, False)
    assert len(vendor.get("/v1/activities")["items"]) == 3


@pytest.mark.parametrize("dialect", ["invent", "agendize"])
def test_contacts_come_from_a_file_or_are_those_known(
    dialect: str, vendor: Vendor, pull: Puller, cli: Cli, tmp_path: Path
) -> None:
    """One that the service does not know is named, and is an error only in a file."""
    note = {"kind": "note.created", "body": "Hello", "links": ["contact:8", "contact:9"]}
    vendor.record([note])
    ids = tmp_path / "ids.txt"
    ids.write_text("# who is asked for\n8\nnobody\n\n9\n")

    from_file = pull(dialect, "--contacts", str(ids))
    cli("import", "-", "--account", "here", stdin='{"entity": {"type": "contact", "id": "77"}}')
    known = pull(dialect, "--contacts", "all")

    (held,) = pull.exported()
    assert (from_file.code, "asked for" in from_file.err) == (1, False)
    assert "nobody" in from_file.err
    assert known.code == 0, known.err
    assert known.err.startswith("1 of ")
    assert {"8", "9"} <= {link["id"] for link in held["links"]}


def test_only_what_happened_since_a_day(vendor: Vendor, pull: Puller) -> None:
    """An earlier day asks for the rest."""
    vendor.record([encounter(number) for number in (1, 40, 80)])

    later = pull.counts("monica", "--since", "2026-03-01")
    again = pull.counts("monica")
    earlier = pull.counts("monica", "--since", "2026-02-01")

    recorded = [counts["recorded"] for counts in (later, again, earlier)]
    assert recorded == [1, 0, 1]


@pytest.mark.parametrize("dialect", ["invent", "agendize"])
def test_of_a_contact_only_what_is_new_or_wanted(
    dialect: str, vendor: Vendor, pull: Puller, tmp_path: Path
) -> None:
    """An edit there is an edit here; an earlier day asks for the rest."""
    (tmp_path / "ids").write_text("8")
    options = ("--contacts", str(tmp_path / "ids"))
    note = {"kind": "note.created", "links": ["contact:8"], "origin": "test"}
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 6) for day in range(1, 26)]
    vendor.record(
        [
            {**note, "body": day, "occurred_at": f"{day}T10:00:00Z", "external_id": day}
            for day in days
        ]
    )

    late = pull.counts(dialect, *options, "--since", "2026-05-01")
    early = pull.counts(dialect, *options, "--since", "2026-01-01")
    newest = ids_by_name(vendor)["2026-05-25"]
    vendor.send("PATCH", f"/v1/activities/{newest}", {"body": "Edited"})
    vendor.record([{**note, "body": "New"}])
    later = pull.counts(dialect, *options)

    bodies = [item["body"] for item in pull.exported()]
    assert (late["recorded"], early["recorded"], later["recorded"]) == (25, 100, 1)
    assert (later["updated"], later["refused"]) == (1, 0)
    assert (bodies.count("Edited"), bodies.count("2026-05-25"), len(bodies)) == (1, 0, 126)


def test_an_undone_pull_can_be_pulled_again(vendor: Vendor, pull: Puller, cli: Cli) -> None:
    """An undo takes back what the run recorded, and what was seen of the service is forgotten."""
    vendor.record([encounter(number) for number in range(3)])
    run = pull.counts("monica")["run"]

    undone = cli("import", "undo", str(run), "--account", "here")
    again = pull.counts("monica")

    assert undone.code == 0, undone.err
    assert (again["recorded"], again["run"] > run) == (3, True)


def test_an_undone_pull_leaves_what_others_use(vendor: Vendor, pull: Puller, cli: Cli) -> None:
    """A tag that somebody has who came by a file, too."""
    vendor.send("PUT", "/v1/entities/tag/7", {"name": "friend"})
    vendor.send("PUT", "/v1/entities/contact/8", {"name": "Jim", "attrs": {"tags": [7]}})
    run = pull.counts("monica")["run"]
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Pam\nCATEGORIES:friend\nEND:VCARD\n"
    cli("import", "-", "--format", "vcard", "--account", "here", stdin=card)

    undone = cli("import", "undo", str(run), "--account", "here")

    assert [line for line in undone.err.splitlines() if "tag" in line] == [
        "kept entity tag:1: in use"
    ]


def test_the_status_says_how_a_pull_stands(vendor: Vendor, pull: Puller, cli: Cli) -> None:
    """As a table and as JSON, with the run that `import list` shows as well."""
    vendor.record([encounter(1)])
    counts = pull.counts("monica")

    (shown,) = json.loads(cli("pull", "status", "--json").out)
    table = cli("pull", "status", "--account", "here").out
    (run,) = json.loads(cli("import", "list", "--account", "here", "--json").out)

    assert (shown["state"], shown["run"], shown["next"]) == ("done", counts["run"], None)
    assert shown["counts"]["recorded"] == 1
    assert shown["from"] == vendor.base("monica") == run["source"]
    assert (run["run"], run["recorded"], run["undone_at"]) == (counts["run"], 1, None)
    assert "monica" in table


def test_a_pull_goes_on_every_so_often(vendor: Vendor, pull: Puller, cli: Cli) -> None:
    """With `--once` it ends after a round, and the status says when the next one is due."""
    vendor.record([encounter(1)])

    counts = pull.counts("monica", "--every", "5m", "--once")

    (shown,) = json.loads(cli("pull", "status", "--json").out)
    assert counts["recorded"] == 1
    assert shown["next"] > shown["ended_at"]


def test_rounds_follow_one_another(
    vendor: Vendor, pull: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round that fails is told, and the next one goes on."""
    vendor.record([encounter(1)])
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == ROUNDS:
            raise KeyboardInterrupt
        Switch.is_broken = len(pauses) == 1
        vendor.record([encounter(1 + len(pauses))])

    monkeypatch.setattr(rounds, "sleep", pause)
    monkeypatch.setenv("DOINGS_PULL_PATIENCE", "0.1")
    with proxy(vendor.server.url, Switch(status(500))) as between:
        Switch.is_broken = False
        outcome = pull("monica", "--every", "5m", url=between.url)

    recorded = [json.loads(line)["recorded"] for line in outcome.out.splitlines()]
    assert (recorded, pauses) == ([1, 0, 2], [300.0] * ROUNDS)
    assert "the next round goes on there" in outcome.err


ROUNDS = 3
"""How many rounds the test follows."""


def test_a_service_is_reached_through_a_proxy(
    vendor: Vendor, pull: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of the environment."""
    vendor.record([encounter(1)])

    with proxy(vendor.server.url) as between:
        monkeypatch.setenv("HTTP_PROXY", between.url)
        counts = pull.counts("monica", url="http://monica.example.test")

    assert counts["recorded"] == 1
    assert len(between.asked) == counts["requests"]
