"""`doings pull monica --keep-ids`: what was moved is shown under the numbers that it had there."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.acceptance.running import Token
from tests.cli.conftest import Cli
from tests.pull.conftest import Puller, Vendor, new_token

LISTS = (
    "contacts", "activities", "notes", "calls", "conversations", "lifeevents", "journal",
    "activitytypes", "activitytypecategories", "genders", "contactfieldtypes", "tags",
)  # fmt: skip
"""The lists of the account that are compared."""

OF_CONTACT = ("activities", "notes", "calls", "conversations", "lifeevents")
"""The lists of a contact."""

OWN = {"uuid", "account", "created_at", "updated_at"}
"""The members that are the account's own: they do not say where a link leads."""

OWN_NUMBERS = 1_000_000_000


class Api:
    """The Monica API of an account."""

    def __init__(self, client: httpx.Client, vendor: Vendor, token: Token) -> None:
        self.base = vendor.base("monica")
        self._bearer = token.bearer
        self._client = client

    def __call__(self, method: str, path: str, document: object = None) -> Any:  # noqa: ANN401 - JSON
        """What a request answers that succeeds."""
        answer = self._client.request(
            method, f"{self.base}/{path}", json=document, headers=self._bearer
        )
        assert answer.is_success, (path, answer.text)
        return answer.json().get("data", answer.json())

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """A document, or a list of up to a hundred."""
        return self("GET", path)

    def post(self, path: str, **members: object) -> Any:  # noqa: ANN401 - JSON
        """A new entry."""
        return self("POST", path, members)

    def status(self, path: str) -> int:
        """How a path answers."""
        return self._client.get(f"{self.base}/{path}", headers=self._bearer).status_code

    def documents(self, path: str) -> dict[int, str]:
        """The documents of a list as they were sent, but for what is the account's own, by id."""
        return {
            document["id"]: json.dumps(without_own(document))
            for document in self.get(f"{path}?limit=100")
        }


def without_own(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A document without the members that are the account's own."""
    if isinstance(value, list):
        return [without_own(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: without_own(one) for name, one in value.items() if name not in OWN}


DEAD_OR_NOT = {
    "is_birthdate_known": False,
    "is_deceased": False,
    "is_deceased_date_known": False,
}

AT_SOME_TIME = {"happened_at_month_unknown": False, "happened_at_day_unknown": False}


def fill(there: Api) -> tuple[int, int]:
    """Two people and some of all that a pull brings; the ids of the people."""
    there("DELETE", f"tags/{there.post('tags', name='gone')['id']}")
    jim, pam = (
        there.post("contacts", first_name=name, gender_id=number, **DEAD_OR_NOT)["id"]
        for number, name in enumerate(("Jim", "Pam"), 1)
    )
    there.post(f"contacts/{pam}/setTags", tags=["friend", "work"])
    category = there.post("activitytypecategories", name="Outdoors")["id"]
    type_ = there.post("activitytypes", name="Paddling", activity_type_category_id=category)["id"]
    for number, summary in ((type_, "By boat"), (9, "Lunch"), (None, "Met")):
        there.post(
            "activities", summary=summary, happened_at="2026-04-02", activity_type_id=number,
            contacts=[jim, pam], emotions=[3],
        )  # fmt: skip
    there.post("notes", contact_id=jim, body="Likes tea", is_favorited=True)
    there.post("calls", contact_id=pam, called_at="2026-05-04", content="Called")
    for _ in range(2):
        talk = there.post(
            "conversations", contact_id=jim, happened_at="2026-05-06", contact_field_type_id=2
        )
        for text in ("Hello", "Oops", "Bye"):
            said = {"written_at": "2026-05-06T08:00:00Z", "written_by_me": True, "content": text}
            talk = there.post(f"conversations/{talk['id']}/messages", contact_id=jim, **said)
        oops = talk["messages"][1]["id"]
        there("DELETE", f"conversations/{talk['id']}/messages/{oops}")
    there.post(
        "lifeevents", contact_id=pam, happened_at="2026-05-07", life_event_type_id=1, name="Job",
        has_reminder=False, **AT_SOME_TIME,
    )  # fmt: skip
    there.post("journal", title="A day", post="It rained")
    return jim, pam


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """What both APIs are asked with."""
    with httpx.Client(timeout=30) as opened:
        yield opened


@pytest.fixture
def there(client: httpx.Client, vendor: Vendor) -> Api:
    """The Monica that an account is moved from."""
    return Api(client, vendor, vendor.token)


@pytest.fixture
def here(client: httpx.Client, vendor: Vendor, cli: Cli, pull: Puller) -> Api:
    """A new account of the same server, which is pulled into."""
    token = new_token(cli, vendor.server, "copy")
    pull.account = token.account
    return Api(client, vendor, token)


@pytest.fixture
def options(vendor: Vendor) -> tuple[str, ...]:
    """That its numbers are kept, and which database the account is in."""
    return "--keep-ids", "--database", vendor.server.installation.variables["DOINGS_DATABASE"]


def test_all_that_was_moved_has_its_number_still(
    there: Api, here: Api, pull: Puller, options: tuple[str, ...]
) -> None:
    """In each list and by itself; what is made here has numbers that none there has."""
    jim, pam = fill(there)

    pull.counts("monica", *options)

    paths = [*LISTS, *(f"contacts/{one}/{path}" for one in (jim, pam) for path in OF_CONTACT)]
    for path in paths:
        assert here.documents(path) == there.documents(path), path
    for path in LISTS:
        for number in there.documents(path):
            shown = [without_own(api.get(f"{path}/{number}")) for api in (here, there)]
            assert shown[0] == shown[1]


def test_what_was_moved_goes_on_here(
    there: Api, here: Api, pull: Puller, options: tuple[str, ...]
) -> None:
    """It is changed, added to and deleted by its number; what is new has one that none has there.

    Later pulls go on without being told to.
    """
    jim, pam = fill(there)
    pull.counts("monica", *options)

    add(here, jim, pam)
    change(here, pam)
    talk(here, jim)
    keep(here, jim)

    newer = there.post("notes", contact_id=pam, body="Newer")["id"]
    pull.counts("monica", *options[1:])
    assert here.get(f"notes/{newer}")["contact"]["id"] == pam
    assert here("DELETE", f"contacts/{pam}") == {"deleted": True, "id": pam}
    assert here.status(f"contacts/{pam}") == 404


def add(here: Api, jim: int, pam: int) -> None:
    """Add a contact, an activity and a tag; and have somebody met through somebody."""
    toby = here.post("contacts", first_name="Toby", email="t@example.org", **DEAD_OR_NOT)["id"]
    assert toby > OWN_NUMBERS
    met = here.post("activities", summary="New", happened_at="2026-06-01", contacts=[jim, toby])
    assert met["id"] > OWN_NUMBERS
    assert [one["id"] for one in met["attendees"]["contacts"]] == [jim, toby]
    assert here.get(f"activities/{met['id']}") == met
    assert here.status(f"activities/{met['id'] - OWN_NUMBERS}") == 404
    assert [one["id"] for one in here.get(f"contacts/{toby}/activities")] == [met["id"]]
    tag = here.post("tags", name="later")["id"]
    assert tag > OWN_NUMBERS
    tagged = here.post(f"contacts/{pam}/setTags", tags=["later"])
    assert tag in [one["id"] for one in tagged["tags"]]
    assert [one["id"] for one in here.get(f"tags/{tag}/contacts")] == [pam]
    introduced = here(
        "PUT", f"contacts/{jim}/introduction", {"met_through_contact_id": pam, "is_date_known": 0}
    )
    assert introduced["information"]["how_you_met"]["first_met_through_contact"]["id"] == pam
    worked = here("PUT", f"contacts/{jim}/work", {"job": "Sales"})
    assert worked["information"]["how_you_met"]["first_met_through_contact"]["id"] == pam


def change(here: Api, pam: int) -> None:
    """Change an activity, and delete it."""
    lunch = next(one for one in here.get("activities") if one["summary"] == "Lunch")
    sent = {"summary": "Dinner", "happened_at": "2026-04-02", "contacts": [pam]}
    dinner = here("PUT", f"activities/{lunch['id']}", sent)
    assert (dinner["id"], dinner["summary"]) == (lunch["id"], "Dinner")
    assert here.get(f"activities/{lunch['id']}") == dinner
    assert here("DELETE", f"activities/{lunch['id']}") == {"deleted": True, "id": lunch["id"]}
    assert here.status(f"activities/{lunch['id']}") == 404


def talk(here: Api, jim: int) -> None:
    """Add to a conversation, and change and delete its messages."""
    talk = here.get("conversations")[0]
    path = f"conversations/{talk['id']}/messages"
    first = talk["messages"][0]
    said = {"written_at": "2026-05-07", "written_by_me": False, "content": "Again"}
    longer = here.post(path, contact_id=jim, **said)
    added = longer["messages"][-1]["id"]
    assert longer["id"] == talk["id"]
    assert added > OWN_NUMBERS * 1_000_000
    # A message that was brought here has no times of its own, so it shows the conversation's.
    assert longer["messages"][0] == {**first, "updated_at": longer["updated_at"]}
    assert first["conversation"] == {"id": talk["id"]}
    for message in (first["id"], added):
        changed = here("PUT", f"{path}/{message}", {**said, "content": f"{message}"})
        texts = {one["id"]: one["content"] for one in changed["messages"]}
        assert texts[message] == f"{message}"
        here("DELETE", f"{path}/{message}")
    left = [one["id"] for one in here.get(f"conversations/{talk['id']}")["messages"]]
    assert left == [one["id"] for one in talk["messages"][1:]]


def keep(here: Api, jim: int) -> None:
    """Keep something with a contact."""
    field = here.post("contactfields", contact_id=jim, contact_field_type_id=1, data="j@example")
    address = here.post("addresses", contact_id=jim, name="Home", country="US")
    for path, entry in (("contactfields", field), ("addresses", address)):
        assert entry["id"] > OWN_NUMBERS
        assert entry["contact"]["id"] == jim
        assert here.get(f"{path}/{entry['id']}")["id"] == entry["id"]
        assert here.status(f"{path}/{entry['id'] - OWN_NUMBERS}") == 404
        assert [one["id"] for one in here.get(f"contacts/{jim}/{path}")] == [entry["id"]]
    task = here.post("tasks", contact_id=jim, title="Call", completed=0)
    done = here("PUT", f"tasks/{task['id']}", {"title": "Call", "completed": 1})
    assert (done["id"], done["contact"]["id"], done["completed"]) == (task["id"], jim, True)
    for path in ("tasks", "tasks?completed=1"):
        assert [one["id"] for one in here.get(f"contacts/{jim}/{path}")] == [task["id"]]
    met = {"is_date_known": 1, "day": 1, "month": 2, "year": 2020, "add_reminder": 1}
    here("PUT", f"contacts/{jim}/introduction", met)
    (reminder,) = here.get(f"reminders?contact_id={jim}")
    assert reminder["id"] > OWN_NUMBERS
    assert here.get(f"reminders/{reminder['id']}") == reminder


def test_what_cannot_keep_numbers_is_told(
    cli: Cli, vendor: Vendor, pull: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service without such numbers, and an account that has its own; the status tells who can.

    A pull that brings nothing, as its credential is wrong, leaves the account as it is.
    """
    someone = '{"entity": {"type": "contact", "id": "8"}}'
    with monkeypatch.context() as patched:
        patched.setenv("DOINGS_PULL_SECRET", f"{vendor.token.secret}x")
        wrong = pull("monica", "--keep-ids")
    before = json.loads(cli("account", "list", "--json").out)
    cobot = pull("cobot", "--keep-ids")
    first = pull("monica", "--keep-ids")
    cli("import", "-", "--account", "here", stdin=someone)
    sticky = pull("monica", "--keep-ids")
    cli("account", "create", "full")
    cli("import", "-", "--account", "full", stdin=someone)
    pull.account = "full"
    full = pull("monica", "--keep-ids")

    assert wrong.code == 2, wrong.err
    assert before[0]["keeps_ids_of"] is None
    assert (cobot.code, cobot.out) == (2, "")
    assert "--keep-ids goes with monica, and cobot gives no such numbers" in cobot.err
    assert (first.code, sticky.code) == (0, 0)
    assert (full.code, full.out) == (2, "")
    assert "full is not empty, so it has numbers of its own" in full.err
    (status,) = json.loads(cli("pull", "status", "--json").out)
    assert status["keeps_ids"] is True
    accounts = json.loads(cli("account", "list", "--json").out)
    assert [one["keeps_ids_of"] for one in accounts] == [None, "monica"]
