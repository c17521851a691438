"""What a pull from Monica does about settings, people, tasks and reminders that change there."""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.acceptance.running import Token
from tests.cli.conftest import Cli
from tests.pull.conftest import Puller, Vendor, new_token
from tests.pull.proxy import Asked, Given, Switch, proxy, status
from tests.pull.test_following import encounter
from tests.pull.test_round_trips import essence, put_entries, put_people, served


class Monica:
    """A Monica that somebody works with."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self.base = vendor.base("monica")

    def send(self, method: str, path: str, document: object = None) -> Any:  # noqa: ANN401 - JSON
        """What it answers."""
        url = f"{self._vendor.base('monica')}/{path}"
        answer = httpx.request(method, url, json=document, headers=self._vendor.token.bearer)
        assert answer.is_success, answer.text
        return answer.json().get("data")

    def named(self, path: str, name: str) -> dict[str, Any]:
        """The entry of a list that has a name or a title."""
        for one in self.send("GET", f"{path}?limit=100"):
            if name in {one.get("name"), one.get("title"), one.get("first_name")}:
                found: dict[str, Any] = one
                return found
        raise AssertionError(name)


@pytest.fixture
def monica(vendor: Vendor) -> Monica:
    """The vendor as a Monica."""
    return Monica(vendor)


@pytest.fixture
def copy(vendor: Vendor, pull: Puller, cli: Cli) -> Token:
    """An account of the vendor's server that is pulled into, so that both can be compared."""
    token = new_token(cli, vendor.server, "copy")
    pull.account = token.account
    return token


def rename(monica: Monica) -> None:
    """What is changed in the settings."""
    for path, old, new in (
        ("tags", "friend", "pal"),
        ("genders", "Woman", "Lady"),
        ("activitytypecategories", "Games", "Play"),
    ):
        monica.send("PUT", f"{path}/{monica.named(path, old)['id']}", {"name": new})
    signal = monica.named("contactfieldtypes", "Signal")["id"]
    monica.send("PUT", f"contactfieldtypes/{signal}", {"name": "Signal 2"})
    chess, sport = monica.named("activitytypes", "chess"), "activitytypecategories"
    within = {"activity_type_category_id": monica.named(sport, "Sport")["id"]}
    monica.send("PUT", f"activitytypes/{chess['id']}", {"name": "chess", **within})


def change_people(monica: Monica) -> None:
    """What is changed, added and taken away of people."""
    jim, ann = (monica.named("contacts", name)["id"] for name in ("Jim", "Ann"))
    unknown = {"is_birthdate_known": False, "is_deceased": False, "is_deceased_date_known": False}
    monica.send("PUT", f"contacts/{jim}", {"first_name": "Jim", "nickname": "J", **unknown})
    monica.send("PUT", f"contacts/{jim}/introduction", {"is_date_known": False})
    fields = monica.send("GET", f"contacts/{ann}/contactfields")
    phone, email = fields[-1], fields[0]
    monica.send("DELETE", f"contactfields/{phone['id']}")
    changed = {"contact_id": ann, "contact_field_type_id": 1, "data": "a@example.org"}
    monica.send("PUT", f"contactfields/{email['id']}", changed)
    (home,) = monica.send("GET", f"contacts/{ann}/addresses")
    monica.send("PUT", f"addresses/{home['id']}", {"contact_id": ann, "city": "Ulm"})
    monica.send("POST", "addresses", {"contact_id": jim, "street": "2 Side St"})


def change_tasks(monica: Monica) -> None:
    """One is completed, one is opened again, one goes."""
    ann = monica.named("contacts", "Ann")["id"]
    for name, is_done in (("Buy salt", True), ("Sell salt", False)):
        task = {"contact_id": ann, "title": name, "completed": is_done}
        monica.send("PUT", f"tasks/{monica.named('tasks', name)['id']}", task)
    monica.send("DELETE", f"tasks/{monica.named('tasks', 'Rest')['id']}")
    feast = monica.named("reminders", "Feast")["id"]
    every = {"frequency_type": "month", "frequency_number": 2, "initial_date": "2026-06-01"}
    monica.send("PUT", f"reminders/{feast}", {"contact_id": ann, "title": "Feast 2", **every})


def edit_all(monica: Monica) -> None:
    """What is changed in all lists."""
    rename(monica)
    change_people(monica)
    change_tasks(monica)
    sum_up(monica)


def sum_up(monica: Monica) -> None:
    """What is changed in the list of activities of entries that have lists of their own."""
    nobody = monica.named("contacts", "Nobody")["id"]
    shown = [one for one in monica.send("GET", "activities?limit=100") if one["summary"] == "Sum"]
    assert len(shown) == 6
    for one in shown:
        changed = {"summary": "New sum", "description": one["description"]}
        day = one["happened_at"][:10]
        monica.send(
            "PUT", f"activities/{one['id']}", {**changed, "happened_at": day, "contacts": [nobody]}
        )
    call = monica.send("GET", "calls?limit=100")[-1]
    texts = {"summary": "A sum", "description": "A text"}
    moved = {"happened_at": "2020-02-08", "contacts": [nobody]}
    monica.send("PUT", f"activities/{call['id']}", {**texts, **moved})


def delete_some(monica: Monica) -> None:
    """What is deleted: a setting of each sort, a reminder, and a person with a timeline."""
    for path, name in (
        ("tags", "unused"),
        ("genders", "Two-spirit"),
        ("contactfieldtypes", "Signal"),
        ("activitytypes", "chess"),
        ("reminders", "Feast"),
        ("contacts", "Jim"),
    ):
        monica.send("DELETE", f"{path}/{monica.named(path, name)['id']}")


def without_ids(lists: list[Any]) -> Any:  # noqa: ANN401 - JSON
    """What is shown, without ids: titles name somebody who was deleted by hers."""
    shown = json.dumps(essence("monica", lists), sort_keys=True)
    return json.loads(re.sub(r" with (8|monica-\d+):", " with somebody:", shown))


def person(monica: Monica) -> dict[str, object]:
    """What a new contact has to say of itself besides its name."""
    unknown = {"is_birthdate_known": False, "is_deceased": False, "is_deceased_date_known": False}
    return {"gender_id": monica.named("genders", "Woman")["id"], **unknown}


@pytest.mark.parametrize("change", [edit_all, delete_some])
def test_a_later_pull_finds_what_changed(
    change: Callable[[Monica], None], vendor: Vendor, monica: Monica, pull: Puller, copy: Token
) -> None:
    """In each list; and the pull after that changes nothing."""
    database = ("--database", vendor.server.installation.variables["DOINGS_DATABASE"])
    put_people(vendor)
    vendor.record([encounter(number) for number in range(3)])
    put_entries(vendor)
    pull.counts("monica", *database)

    change(monica)
    pull.counts("monica", *database)
    third = pull.counts("monica", *database)

    there, here = (served(vendor.server.url, "monica", token) for token in (vendor.token, copy))
    assert without_ids(here) == without_ids(there)
    assert (third["run"], third["recorded"], third["updated"]) == (None, 0, 0)


@pytest.mark.parametrize("options", [(), ("--keep-ids",)], ids=["ours", "kept"])
def test_what_was_deleted_here_stays_so(
    options: tuple[str, ...], vendor: Vendor, monica: Monica, pull: Puller, copy: Token
) -> None:
    """Also after it was changed there; a Doings shows a note among the activities as well."""
    database = ("--database", vendor.server.installation.variables["DOINGS_DATABASE"])
    ann = monica.send("POST", "contacts", {"first_name": "Ann", **person(monica)})["id"]
    note = {"contact_id": ann, "body": "Before"}
    number = monica.send("POST", "notes", note)["id"]
    tag = monica.send("POST", "tags", {"name": "kin"})["id"]
    pull.counts("monica", *options, *database)
    here = Monica(Vendor(vendor.server, copy))
    (held,) = here.send("GET", "notes")
    here.send("DELETE", f"notes/{held['id']}")
    here.send("DELETE", f"tags/{here.named('tags', 'kin')['id']}")

    monica.send("PUT", f"notes/{number}", {**note, "body": "After"})
    monica.send("PUT", f"tags/{tag}", {"name": "family"})
    again = pull.counts("monica", *options, *database)

    shown = [here.send("GET", path) for path in ("notes", "activities", "tags")]
    assert shown == [[], [], []]
    assert (again["recorded"], again["updated"], again["settings"]) == (0, 0, 0)


def test_what_an_activity_lost_there_it_loses_here(
    vendor: Vendor, monica: Monica, pull: Puller
) -> None:
    """Its type and its emotions are shown with it, so one that is not shown any more is gone."""
    ann = monica.send("POST", "contacts", {"first_name": "Ann", **person(monica)})
    said = {"summary": "Lunch", "happened_at": "2026-01-05", "contacts": [ann["id"]]}
    type_ = monica.named("activitytypes", "ate at home")["id"]
    lunch = {**said, "activity_type_id": type_, "emotions": [1]}
    made = monica.send("POST", "activities", lunch)
    pull.counts("monica")
    (before,) = pull.exported()

    monica.send("PUT", f"activities/{made['id']}", said)
    vendor.send("PATCH", f"/v1/activities/{made['uuid']}", {"data": {"emotions": None}})
    counts = pull.counts("monica")

    (after,) = pull.exported()
    linked = [[link["type"] for link in one["links"]] for one in (before, after)]
    assert linked == [["contact", "activity_type"], ["contact"]]
    assert [one["data"].get("emotions") or [] for one in (before, after)] == [[1], []]
    assert counts["updated"] == 1


def test_people_tasks_and_settings_are_counted(monica: Monica, pull: Puller, cli: Cli) -> None:
    """Beside the activities, of which there are none here."""
    ann = monica.send("POST", "contacts", {"first_name": "Ann", **person(monica)})["id"]
    task = monica.send("POST", "tasks", {"contact_id": ann, "title": "Rest", "completed": False})
    monica.send("POST", "tags", {"name": "kin"})
    counted = [pull.counts("monica")]

    monica.send("PUT", f"contacts/{ann}/work", {"job": "Baker"})
    monica.send(
        "POST", "contactfields", {"contact_id": ann, "contact_field_type_id": 1, "data": "a@b.c"}
    )
    changed = {"contact_id": ann, "title": "Rest more", "completed": False}
    monica.send("PUT", f"tasks/{task['id']}", changed)
    monica.send("PUT", f"tags/{monica.named('tags', 'kin')['id']}", {"name": "family"})
    counted += [pull.counts("monica"), pull.counts("monica")]
    monica.send("PUT", f"contacts/{ann}/work", {"job": "Miller"})
    told = cli("pull", "monica", "--from", monica.base, "--account", "here").out

    numbers = [(one["people"], one["tasks"]) for one in counted]
    assert numbers == [(1, 1), (1, 1), (0, 0)]
    assert counted[0]["settings"] > 1
    assert [one["settings"] for one in counted[1:]] == [1, 0]
    assert "Made or changed 1 people, 0 tasks and reminders and 0 settings" in told
    assert {one["recorded"] + one["updated"] for one in counted} == {0}


def test_a_completed_task_is_an_activity_once(vendor: Vendor, monica: Monica, pull: Puller) -> None:
    """Though a Doings shows it among its activities, too; opened again it is none.

    It says what was done, so another title later is the task's only, as it is there.
    """
    put_people(vendor)
    jim = monica.named("contacts", "Jim")["id"]
    task = {"contact_id": jim, "title": "Pay"}
    number = monica.send("POST", "tasks", {**task, "completed": True})["id"]
    kinds = []

    for title, is_done in (("Pay", True), ("Pay", False), ("Pay", True), ("Pay all", True)):
        monica.send("PUT", f"tasks/{number}", {**task, "title": title, "completed": is_done})
        pull.counts("monica")
        kinds.append([(one["kind"], one["summary"]) for one in pull.exported()])

    done = [("task.completed", "Pay")]
    assert kinds == [done, [], done, done]


def test_a_person_who_was_deleted_there_is_deleted_here(
    vendor: Vendor, monica: Monica, pull: Puller, cli: Cli
) -> None:
    """The timeline stays; somebody who is one person with a contact of ours stays, too."""
    vendor.record([encounter(1, "8"), encounter(2, "9"), encounter(3, "7")])
    for id_ in "789":
        vendor.send("PUT", f"/v1/entities/contact/{id_}", {"name": f"P{id_}"})
    pull.counts("monica")
    numbers = {one["first_name"]: one["id"] for one in monica.send("GET", "contacts")}
    merged = f"contact:monica-{numbers['P9']}"
    cli("import", "-", "--account", "here", stdin='{"entity": {"type": "contact", "id": "own"}}')
    joined = cli("merge", "add", "contact:own", merged, "--account", "here")
    for name in ("P8", "P9"):
        monica.send("DELETE", f"contacts/{numbers[name]}")

    counts = pull.counts("monica")
    again = pull.counts("monica")

    people = {link["id"] for one in pull.exported() for link in one["links"]}
    assert joined.code == 0, joined.err
    assert (counts["deleted"], again["deleted"], again["run"]) == (1, 0, None)
    assert len(pull.exported()) == 3
    assert f"monica-{numbers['P8']}" in people
    assert '"id":"own"' in cli("export", "--account", "here").out.replace(" ", "")


def test_what_is_pulled_of_one_person_of_two_is_not_said_of_the_other(
    vendor: Vendor, monica: Monica, pull: Puller, cli: Cli
) -> None:
    """Also what was edited there while both are one here: each has its own once they are parted."""
    vendor.send("PUT", "/v1/entities/contact/8", {"name": "P8", "attrs": {"job": "Cook"}})
    pull.counts("monica")
    (number,) = [one["id"] for one in monica.send("GET", "contacts")]
    own = {"entity": {"type": "contact", "id": "own", "name": "Own", "attrs": {"nickname": "O"}}}
    cli("import", "-", "--account", "here", stdin=json.dumps(own))
    joined = cli("merge", "add", "contact:own", f"contact:monica-{number}", "--account", "here")
    monica.send("PUT", f"contacts/{number}/work", {"job": "Baker"})

    counts = pull.counts("monica")
    again = pull.counts("monica")

    cli("merge", "revert", joined.out.strip(), "--account", "here")
    lines = [json.loads(line) for line in cli("export", "--account", "here").out.splitlines()]
    said = {one["entity"]["id"]: one["entity"] for one in lines if "entity" in one}
    jobs = {id_: one["attrs"].get("job") for id_, one in said.items() if one["type"] == "contact"}
    assert joined.code == 0, joined.err
    assert (counts["people"], again["people"], again["run"]) == (1, 0, None)
    assert jobs == {"own": None, f"monica-{number}": "Baker"}
    assert said["own"]["attrs"] == {"nickname": "O"}
    assert "nickname" not in said[f"monica-{number}"]["attrs"]


def test_somebody_who_is_not_listed_any_more_stays(vendor: Vendor, pull: Puller) -> None:
    """If the service still shows her by herself; she is asked for once, and no more."""
    for id_ in "45":
        vendor.send("PUT", f"/v1/entities/contact/{id_}", {"name": f"P{id_}"})
    vendor.record([encounter(1, "4", "5")])
    pull.counts("monica")
    attrs = {"first_name": "P5", "is_partial": True}
    vendor.send("PUT", "/v1/entities/contact/5", {"name": "P5", "attrs": attrs})

    first, second = pull.counts("monica"), pull.counts("monica")

    assert [counts["deleted"] for counts in (first, second)] == [0, 0]
    assert first["requests"] > second["requests"] == 15


def empty(asked: Asked, given: Given) -> Given:
    """Lists that show nothing, and nothing that can be shown by itself."""
    if "?" not in asked.path:
        return given
    return given._replace(body=b'{"data":[],"meta":{"total":0,"last_page":1}}')


def test_a_service_that_shows_nothing_deletes_nobody(vendor: Vendor, pull: Puller) -> None:
    """It may be broken: that ends in a sentence, until somebody says that they are gone.

    What happened with them stays, about people who are deleted.
    """
    for id_ in "456":
        vendor.send("PUT", f"/v1/entities/contact/{id_}", {"name": f"P{id_}"})
    vendor.record([encounter(number, "4") for number in range(5)])

    def gone(asked: Asked, given: Given) -> Given:
        return empty(asked, given) if "page=" in asked.path else status(404)(asked, given)

    with proxy(vendor.server.url, Switch(gone)) as between:
        Switch.is_broken = False
        pull.counts("monica", url=between.url)
        Switch.is_broken = True
        failed = pull("monica", url=between.url)
        Switch.is_broken = False
        healed = pull.counts("monica", url=between.url)
        Switch.is_broken = True
        told = pull("monica", "--accept-deletions", url=between.url)

    sentence = "shows none of the 3 contacts that are known"
    assert (failed.code, sentence in failed.err) == (3, True), failed.err
    assert (healed["deleted"], healed["run"]) == (0, None)
    assert (told.code, json.loads(told.out)["deleted"] >= 3) == (0, True), told.err
    assert len(pull.exported()) == 5
