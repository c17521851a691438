"""Monica's published clients, unchanged, against a running server.

Each is given the server's address and a secret of ours in the place of the vendor's.
"""

import httpx
import pytest
from monica import MonicaClient
from monicacrm import MonicaAPI
from monicahq.Client import Client
from monicahq.Session import Session

from tests.acceptance.running import RunningServer, Token
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # what the clients take and send is the same on both engines


AS_SYNCED = {
    "first_name": "Ann", "last_name": "Lee", "nickname": None, "middle_name": None, "gender_id": 2,
    "birthdate_day": None, "birthdate_month": None, "birthdate_year": None,
    "birthdate_is_age_based": False, "birthdate_add_reminder": True,
    "deceased_date_add_reminder": True, "is_birthdate_known": False, "is_deceased": False,
    "is_deceased_date_known": False, "deceased_date_day": None, "deceased_date_month": None,
    "deceased_date_year": None, "deceased_date_is_age_based": None,
}  # fmt: skip
"""A contact as a sync of address books sends it."""


@pytest.fixture
def token(server: RunningServer) -> Token:
    """A credential that reads and writes."""
    return server.token("acme", "read", "write")


@pytest.fixture
def base(server: RunningServer) -> str:
    """The base URL that a client is given."""
    return f"{server.url}/monica/api"


def test_monica_client_tells_who_it_is(base: str, token: Token) -> None:
    """PyPI `monica-client`."""
    client = MonicaClient(token.secret, api_url=base)

    me = client.me()

    assert me["object"] == "user"
    assert me["account"]["id"] == 1


def test_monicacrm_keeps_contacts(base: str, token: Token) -> None:
    """PyPI `monicacrm`: genders, contacts, search, tasks, tags."""
    client = MonicaAPI(token.secret, api_base=base)

    assert client.all_genders == {"Man": 1, "Woman": 2, "Rather not say": 3}
    added = client.add_contact(
        "Ann", "Lee", gender="Woman", birthdate_day=2, birthdate_month=3, birthdate_year=1990
    )["data"]
    client.add_contact("Bob", "Ray", gender="Man", is_deceased=True)
    found, following = client.search_contacts("Ann")

    assert [contact["id"] for contact in found] == [added["id"]]
    assert following is None
    assert (added["gender"], added["gender_type"]) == ("Woman", "F")
    assert added["information"]["dates"]["birthdate"]["date"] == "1990-03-02T00:00:00Z"

    client.task_add("Ann", "Call back", completed=True, completed_at="2020-01-02")
    tasks = httpx.get(f"{base}/tasks", headers=token.bearer, params={"completed": 1}).json()
    assert [one["title"] for one in tasks["data"]] == ["Call back"]

    client.tag_contact("Ann", ["friend", "Old friend"])
    client.untag_contact(added["id"], ["friend"])

    tagged = httpx.get(f"{base}/contacts/{added['id']}", headers=token.bearer).json()["data"]
    assert [tag["name"] for tag in tagged["tags"]] == ["Old friend"]


def test_monicacrm_is_told_of_errors(base: str) -> None:
    """A wrong secret is a 401."""
    client = MonicaAPI("wrong", api_base=base)

    with pytest.raises(OSError, match="401"):
        client.search_contacts("Ann")


def test_monicahq_client_reads_contacts(base: str, token: Token) -> None:
    """PyPI `monicahq-client`, whose session takes a host and is then pointed here."""
    born = {
        "is_birthdate_known": True, "birthdate_day": 2, "birthdate_month": 3,
        "birthdate_year": 1990,
    }  # fmt: skip
    httpx.post(f"{base}/contacts", headers=token.bearer, json={**AS_SYNCED, **born})
    session = Session("localhost", token.secret)
    session.url = base

    assert session.create() is True
    client = Client(session)
    listed = client.search_contacts(limit=100, page=1)
    contact = client.get_contat(listed["data"][0]["id"])

    assert listed["meta"]["total"] == 1
    assert contact["data"]["complete_name"] == "Ann Lee"
    (reminder,) = client.search_reminders()["data"]
    assert client.get_reminder(reminder["id"])["data"] == reminder
    assert reminder["title"] == "Birthday of Ann"


def test_what_other_programs_send(server: RunningServer, base: str, token: Token) -> None:
    """Requests of programs that are not Python's, to an account that speaks Monica 4.1."""
    server.installation.run("account", "set", "acme", "--monica", "4.1")
    with httpx.Client(base_url=base) as client:
        # A mobile app signs in by itself, and lists a contact's tasks by their completion.
        login = {"email": "acme", "password": token.secret}
        url = base.removesuffix("/api") + "/oauth/login"
        bearer = client.post(url, json=login).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {bearer}"
        # A sync of address books sends its page size with all it does.
        ann = client.post("/contacts", params={"limit": 100}, json=AS_SYNCED).json()["data"]
        # Automation joins and splits lists of ids, and sends dates with their times.
        lunch = {"activity_type_id": "1", "summary": "Lunch", "happened_at": "2024-01-02"}
        made = client.post("/activities", json={**lunch, "contacts": [str(ann["id"])]})
        called = {"called_at": "2024-01-02T10:00:00.000Z", "contact_id": str(ann["id"])}
        call = client.post("/calls", json={**called, "content": "x"})
        tasks = client.get(
            f"/contacts/{ann['id']}/tasks", params={"sort": "completed_at", "page": 1, "limit": 20}
        )
        # A tool server repeats the id with what it calls the list.
        repeated = {"action": "list_calls", "id": ann["id"]}
        calls = client.get(f"/contacts/{ann['id']}/calls", params=repeated)
        # Another app asks the account's lists for one contact.
        activities = client.get("/activities", params={"contact_id": ann["id"], "limit": 10})

    statuses = [answer.status_code for answer in (made, call, tasks, calls, activities)]
    assert statuses == [201, 201, 200, 200, 200]
    assert [one["id"] for one in calls.json()["data"]] == [call.json()["data"]["id"]]
    # Calls are activities as well.
    assert [one["id"] for one in activities.json()["data"]] == [
        answer.json()["data"]["id"] for answer in (made, call)
    ]
    assert tasks.json()["data"] == []


def test_monicahq_client_notices_a_wrong_secret(base: str) -> None:
    """Its sign-in returns False: it looks for `success` in the answer."""
    session = Session("localhost", "wrong")
    session.url = base

    assert session.create() is False


def test_a_script_keeps_a_diary(base: str, token: Token) -> None:
    """What the documentation shows by curl: record, list, change, delete."""
    contacts = MonicaAPI(token.secret, api_base=base)
    ids = [
        contacts.add_contact(name, gender="Woman")["data"]["id"] for name in ("Ann", "Bea", "Cleo")
    ]
    with httpx.Client(base_url=base, headers=token.bearer) as client:
        lunch = {"summary": "Lunch", "happened_at": "2018-02-02", "activity_type_id": 9}
        created = client.post("/activities/", json={**lunch, "contacts": ids}).json()["data"]
        changed = client.put(
            f"/activities/{created['id']}", json={**lunch, "contacts": ids[:1]}
        ).json()["data"]
        of_first = client.get(f"/contacts/{ids[0]}/activities").json()
        of_last = client.get(f"/contacts/{ids[2]}/activities").json()
        deleted = client.delete(f"/activities/{created['id']}").json()
        left = client.get("/activities/").json()

    assert created["attendees"]["total"] == 3
    assert changed["attendees"]["total"] == 1
    assert [one["id"] for one in of_first["data"]] == [created["id"]]
    assert of_first["meta"]["statistics"] == {"2018": 1}
    assert of_last["data"] == []
    assert deleted == {"deleted": True, "id": created["id"]}
    assert left["meta"]["total"] == 0
