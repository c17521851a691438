"""What is pulled is what the service serves: Doings stands for each vendor."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.running import Token
from tests.cli.conftest import Cli
from tests.pull.conftest import BASES, Puller, Vendor, new_token

PEOPLE = ("8", "9", "0/a b")
SAME_SECOND = "2026-03-01T12:00:00Z"


def notes() -> list[dict[str, object]]:
    """More than a page of notes, many of them in the same second."""
    return [
        {
            "kind": "note.created",
            "body": f"Note {number}",
            "occurred_at": SAME_SECOND if number % 3 else f"2026-02-{number % 28 + 1:02}T10:00:00Z",
            "links": ["contact:8", *(["contact:9"] if number % 40 == 0 else [])],
            "actor": {"type": "user", "id": "ann", "name": "Ann Lee"},
        }
        for number in range(250)
    ]


def others() -> list[dict[str, object]]:
    """What only some of the services can express."""
    appointment = {"id": "a1", "start": "2026-05-01T10:00:00Z", "end": "2026-05-01T11:00:00Z"}
    lunch = {"emotions": [3], "activity_type_id": 9, "happened_on": "2026-04-02"}
    invoice = {"invoice_number": "R-1", "invoice_id": "i1", "amount": "10.0", "currency": "EUR"}
    return [
        {"kind": "encounter.logged", "summary": "Lunch", "occurred_at": "2026-04-02T12:00:00Z",
         "data": lunch, "links": ["contact:9"]},
        {"kind": "appointment.created", "occurred_at": "2026-04-30T09:00:00Z",
         "data": {"appointment": appointment}, "links": ["contact:0/a b"]},
        {"kind": "invoice.created", "occurred_at": "1999-12-31T23:00:00Z", "data": invoice,
         "links": ["membership:m1"]},
        {"kind": "text.posted", "body": "Soon", "occurred_at": "2031-01-01T00:00:00Z",
         "links": ["membership:m1"]},
    ]  # fmt: skip


def put_people(vendor: Vendor) -> None:
    """People and a membership, with what Monica and Cobot know of them."""
    attrs = {
        "first_name": "Jim",
        "last_name": "Halpert",
        "job": "Sales",
        "birthdate": "1990-01-02",
        "description": "Tall",
        "gender": "Man",
        "is_starred": True,
    }
    jim = vendor.send("PUT", "/v1/entities/contact/8", {"name": "Jim Halpert", "attrs": attrs})
    tags = f"{vendor.base('monica')}/contacts/{jim['seq']}/setTags"
    answer = httpx.post(tags, json={"tags": ["friend", "work"]}, headers=vendor.token.bearer)
    assert answer.is_success, answer.text
    vendor.send("PUT", "/v1/entities/contact/77", {"name": "Nobody Met"})
    plan = {"plan": {"name": "Desk"}, "email": "m@example.org"}
    vendor.send("PUT", "/v1/entities/membership/m1", {"name": "Jim", "attrs": plan})


def summed_up() -> Iterator[dict[str, object]]:
    """Notes, calls and conversations with a summary, with a text, with both and with neither."""
    texts: tuple[dict[str, object], ...] = (
        {"summary": "Sum", "body": "Text"},
        {"summary": "Sum"},
        {"body": "Text"},
        {},
    )
    for day, kind in enumerate(("note.created", "call.logged", "conversation.logged"), 1):
        for hour, text in enumerate(texts, 10):
            occurred_at = f"2026-06-{day:02}T{hour}:00:00Z"
            yield {"kind": kind, "occurred_at": occurred_at, "links": ["contact:77"], **text}


def put_entries(vendor: Vendor) -> None:
    """What Monica keeps beside activities."""
    base, jim = vendor.base("monica"), vendor.get("/v1/entities/contact/8")["seq"]

    def post(path: str, document: dict[str, object]) -> dict[str, Any]:
        answer = httpx.post(f"{base}/{path}", json=document, headers=vendor.token.bearer)
        assert answer.is_success, answer.text
        created: dict[str, Any] = answer.json()["data"]
        return created

    post("notes", {"contact_id": jim, "body": "Likes tea", "is_favorited": True})
    for moment in ("2026-05-04", "2026-05-05T10:30:00Z"):
        call = {"contact_id": jim, "called_at": moment, "content": "Called", "emotions": [3, 4]}
        post("calls", {**call, "contact_called": True})
    talk = {"contact_id": jim, "happened_at": "2026-05-06", "contact_field_type_id": 2}
    number = post("conversations", talk)["id"]
    for text in ("Hello", "Bye"):
        said = {"contact_id": jim, "written_at": "2026-05-06T08:00:00Z", "content": text}
        post(f"conversations/{number}/messages", {**said, "written_by_me": text == "Bye"})
    event = {"contact_id": jim, "happened_at": "2026-05-07", "life_event_type_id": 1}
    unknown = {"happened_at_month_unknown": False, "happened_at_day_unknown": False}
    post(
        "lifeevents",
        {**event, **unknown, "name": "New job", "note": "At last", "has_reminder": False},
    )
    post("journal", {"title": "A day", "post": "It rained"})
    vendor.record(list(summed_up()))
    put_settings_and_tasks(vendor, post)


def put_settings_and_tasks(vendor: Vendor, post: Callable[..., dict[str, Any]]) -> None:
    """What an account of Monica's names for itself, what is kept with people, what is to do."""
    base, jim = vendor.base("monica"), vendor.get("/v1/entities/contact/8")["seq"]

    def put(path: str, document: dict[str, object]) -> None:
        answer = httpx.put(f"{base}/{path}", json=document, headers=vendor.token.bearer)
        assert answer.is_success, answer.text

    signal = post("contactfieldtypes", {"name": "Signal", "protocol": "sgnl:"})["id"]
    put("contactfieldtypes/4", {"name": "X"})
    post("genders", {"name": "Two-spirit", "type": "O"})
    category = post("activitytypecategories", {"name": "Games"})["id"]
    post("activitytypes", {"name": "chess", "activity_type_category_id": category})
    put("activitytypes/1", {"name": "idled", "activity_type_category_id": category})
    post("tags", {"name": "unused"})
    ann = post("contacts", {"first_name": "Ann", "gender_id": 2, "email": "ann@example.org",
               "is_birthdate_known": False, "is_deceased": False,
               "is_deceased_date_known": False})["id"]  # fmt: skip
    for type_, data in ((signal, "@ann"), (2, "+49 30 1")):
        field = {"contact_id": ann, "contact_field_type_id": type_, "data": data}
        post("contactfields", {**field, "labels": ["home", "Boat"]})
    home = {"street": "1 Main St", "country": "DE", "latitude": 52.5, "longitude": 13}
    post("addresses", {"contact_id": ann, "name": "Home", **home})
    put(f"contacts/{ann}/work", {"job": "Cook", "company": "Inn"})
    put(f"contacts/{ann}/food", {"food_preferences": "No nuts"})
    met = {"met_through_contact_id": jim, "general_information": "At a fair", "is_date_known": True}
    put(f"contacts/{ann}/introduction", {**met, "day": 1, "month": 5, "year": 2020})
    put(f"contacts/{jim}/introduction", {"met_through_contact_id": ann, "is_date_known": False})
    for name, is_done in (("Buy salt", False), ("Sell salt", True)):
        post("tasks", {"contact_id": ann, "title": name, "completed": is_done})
    late = post("tasks", {"contact_id": ann, "title": "Call", "description": "Soon",
                "completed": False})["id"]  # fmt: skip
    put(f"tasks/{late}", {"contact_id": ann, "title": "Call", "description": "Soon",
        "completed": True})  # fmt: skip
    post("tasks", {"title": "Rest", "completed": True})
    feast = {"frequency_type": "year", "frequency_number": 1, "initial_date": "2026-05-01"}
    post("reminders", {"contact_id": ann, "title": "Feast", "description": "Cake", **feast})


LISTS = (
    "notes",
    "calls",
    "conversations",
    "lifeevents",
    "journal",
    "activities",
    "contacts",
    "addresses",
    "tasks",
    "reminders",
    "tags",
    "genders",
    "contactfieldtypes",
    "activitytypecategories",
    "activitytypes",
)
"""The lists of Monica's that are compared."""


def interactions() -> list[dict[str, object]]:
    """Requests to other parties."""
    return [
        {
            "kind": "details.requested",
            "occurred_at": f"2026-03-{number % 5 + 1:02}T10:00:00.{number % 2}00Z",
            "body": f"Request {number}",
            "links": [{"type": "individual", "id": "p1", "role": "counterpart", "name": "Pat"}],
            "data": {
                "requirements": [{"code": "RQ_008", "type": "RTP_001", "category": "RQC_001"}]
            },
        }
        for number in range(230)
    ]


def served(url: str, dialect: str, token: Token) -> list[Any]:
    """All that a dialect shows of an account, page after page."""
    base = url + BASES[dialect].format(account=token.account)
    with httpx.Client(timeout=30) as client:
        match dialect:
            case "monica":
                lists = {path: _pages(client, f"{base}/{path}", token) for path in LISTS}
                # Each list has its order, and among activities all of them are shown.
                lists["activities"].sort(key=_day_and_summary)
                return list(lists.values())
            case "cobot":
                span = {"from": "1000-01-02", "to": "9999-12-28"}
                answer = client.get(f"{base}/api/activities", params=span, headers=token.bearer)
                people = client.get(f"{base}/api/memberships", headers=token.bearer)
                return [*answer.json(), *people.json()]
            case "invent":
                return [
                    client.get(
                        f"{base}/orgs/c/contacts/{person.replace('/', '%2F')}/activities",
                        params={"take": 100, "page": page},
                        headers=token.bearer,
                    ).json()
                    for person in PEOPLE
                    for page in (1, 2, 3)
                ]
            case "agendize":
                return [
                    client.get(
                        f"{base}/api/2.3/activities",
                        params={"clientId": person},
                        headers=token.bearer,
                    ).json()
                    for person in PEOPLE
                ]
    return _interactions(base, token)


def _pages(client: httpx.Client, url: str, token: Token) -> list[Any]:
    elements: list[Any] = []
    while True:
        params: dict[str, Any] = {"limit": 100, "page": len(elements) // 100 + 1}
        params |= {"with": "contactfields"} if url.endswith("/contacts") else {}
        answer = client.get(url, params=params, headers=token.bearer).json()
        elements += answer["data"]
        if len(elements) >= answer["meta"]["total"]:
            return [*elements, {"years": answer["meta"].get("statistics")}]


def _day_and_summary(document: dict[str, Any]) -> tuple[str, str]:
    return document.get("happened_at", ""), document.get("summary", "")


def _interactions(base: str, token: Token) -> list[Any]:
    pair = base64.b64encode(f"{token.account}:{token.secret}".encode()).decode()
    signed = httpx.post(
        f"{base}/business/v1/auth",
        headers={"x-api-key": token.key, "Authorization": f"Basic {pair}"},
    ).json()
    headers = {"x-api-key": token.key, "Authorization": f"Bearer {signed['token']}"}
    url = f"{base}/business/v1/activities"
    listed: list[Any] = []
    for page in (1, 2, 3):
        answer = httpx.get(url, params={"limit": 100, "page": page}, headers=headers).json()
        listed += answer["activities"]
    accepted = [one["id"] for one in listed if one["status"] == "ACCEPTED"]
    return [*listed, *[httpx.get(f"{url}/{id_}", headers=headers).json() for id_ in accepted]]


OWN = {
    "monica": {
        "id",
        "uuid",
        "hash_id",
        "url",
        "account",
        "created_at",
        "updated_at",
        "avatar",
    },
    "cobot": set(),
    "invent": set(),
    "agendize": {"selfLink"},
    "mio": {"updated_at"},
}
"""The members that are the server's own, as each dialect's README says."""


def essence(dialect: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    """A document without the members that are the server's own."""
    if isinstance(value, list):
        return [essence(dialect, one) for one in value]
    if not isinstance(value, dict):
        return value
    own = OWN[dialect]
    shown = {name: essence(dialect, one) for name, one in value.items() if name not in own}
    if dialect == "mio" and "scoring_level" in shown:
        shown.pop("created_at")
    return shown


@pytest.mark.parametrize("dialect", list(BASES))
def test_what_is_pulled_is_served_again_as_it_was(
    dialect: str, vendor: Vendor, pull: Puller, cli: Cli, tmp_path: Path
) -> None:
    """Also its order within a second; and a second pull records nothing."""
    put_people(vendor)
    vendor.record(interactions() if dialect == "mio" else [*notes(), *others()])
    if dialect == "mio":
        newest = vendor.get("/v1/activities", limit=1)["items"][0]["id"]
        granted = {"code": "RQ_008", "type": "RTP_001", "data": "+49 30 1"}
        vendor.send("POST", f"/v1/activities/{newest}/accept", {"accepted_requirements": [granted]})
    if dialect == "monica":
        put_entries(vendor)
    server = vendor.server
    ids = tmp_path / "ids.txt"
    ids.write_text("\n".join(PEOPLE))
    options = ("--contacts", str(ids)) if dialect in {"invent", "agendize"} else ()
    copy = new_token(cli, server, "copy")
    database = server.installation.variables["DOINGS_DATABASE"]

    pull.account = copy.account
    first = pull.counts(dialect, *options, "--database", database)
    second = pull.counts(dialect, *options, "--database", database)

    there, here = (served(server.url, dialect, token) for token in (vendor.token, copy))
    assert essence(dialect, here) == essence(dialect, there)
    assert first["recorded"] >= 200
    assert (second["recorded"], second["updated"], second["deleted"]) == (0, 0, 0)
    assert second["run"] is None
    assert second["requests"] <= 21
