"""How a contact is reached and where it lives: types of contact fields, fields, addresses."""

import httpx
import pytest

from doings.core.clock import SECOND
from doings.core.entity import CONTACT, Entity
from doings.dialects.monica.handlers import entity_resources
from tests.dialects.monica.answers import data_of
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

DEFAULT_TYPES = ["Email", "Phone", "Facebook", "Twitter", "Whatsapp", "Telegram", "LinkedIn"]


async def test_every_account_has_types_of_contact_fields(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """They are shown with times and icons before any of them is stored."""
    listed = await data_of(await monica.get("/contactfieldtypes"))
    shown = await data_of(await monica.get("/contactfieldtypes/1"))

    assert [one["name"] for one in listed] == DEFAULT_TYPES
    assert shown == listed[0]
    assert list(shown) == [
        "id", "uuid", "object", "name", "fontawesome_icon", "protocol", "delible", "type",
        "account", "created_at", "updated_at",
    ]  # fmt: skip
    assert (shown["fontawesome_icon"], shown["delible"]) == ("fa fa-envelope-open-o", False)
    assert shown["created_at"] == shown["updated_at"] == "2026-03-01T12:00:00Z"
    assert await acme.entities(type="contact_field_type") == []


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("limit=4", [1, 2, 3, 4]),
        ("limit=4&page=2", [5, 6, 7, 20]),
        ("limit=4&page=3", [21]),
        ("limit=4&page=4", []),
        ("limit=4&sort=-created_at", [21, 20, 7, 6]),
        ("limit=4&page=2&sort=-created_at", [5, 4, 3, 2]),
        ("limit=4&page=3&sort=-updated_at", [1]),
        ("sort=updated_at", [1, 2, 3, 4, 5, 6, 7, 20, 21]),
    ],
)
async def test_a_list_of_defaults_has_pages(
    monica: httpx.AsyncClient, acme: Business, *, query: str, ids: list[int]
) -> None:
    """As any list has, also where another surface stored some of the type."""
    for number in (20, 21):
        await acme.put("contact_field_type", str(number), name="x")

    answer = (await monica.get(f"/contactfieldtypes?{query}")).json()

    assert [one["id"] for one in answer["data"]] == ids
    assert answer["meta"]["total"] == 9


async def test_defaults_are_stored_once_one_is_changed(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """A deleted one stays deleted, and numbers go on behind them; uuids stay."""
    before = await data_of(await monica.get("/contactfieldtypes"))

    changed = await data_of(await monica.put("/contactfieldtypes/7", json={"name": "Xing"}))
    await monica.delete("/contactfieldtypes/3")
    made = await data_of(await monica.post("/contactfieldtypes", json={"name": "Fax"}), 201)

    after = await data_of(await monica.get("/contactfieldtypes?limit=100"))
    assert (changed["name"], changed["fontawesome_icon"]) == ("Xing", "fa fa-linkedin-square")
    assert (made["id"], made["delible"], made["protocol"]) == (8, True, None)
    assert [one["id"] for one in after] == [1, 2, 4, 5, 6, 7, 8]
    assert [one["uuid"] for one in before if one["id"] != 3] == [one["uuid"] for one in after[:-1]]
    assert (await monica.get("/contactfieldtypes/3")).status_code == 404
    assert len(await acme.entities(type="contact_field_type")) == 7


async def test_keeps_how_a_contact_is_reached(
    monica: httpx.AsyncClient, jim: Entity, served: Served
) -> None:
    """Create, show, list, change and delete; labels are found in any case, empty ones left out."""
    body = {"contact_id": str(jim.seq), "contact_field_type_id": "1", "data": " jim@example.org "}

    made = await data_of(
        await monica.post("/contactfields", json={**body, "labels": ["Home", "", "Own"]}), 201
    )
    place = f"/contactfields/{made['id']}"
    served.clock.instant += SECOND
    changed = await data_of(
        await monica.put(place, json={**body, "contact_field_type_id": 2, "data": "555"})
    )
    listed = (await monica.get(f"/contacts/{jim.seq}/contactfields")).json()
    deleted = await monica.delete(place)

    assert list(made) == [
        "id", "uuid", "object", "content", "contact_field_type", "labels", "account", "contact",
        "created_at", "updated_at",
    ]  # fmt: skip
    assert (made["object"], made["content"]) == ("contactfield", "jim@example.org")
    assert made["contact_field_type"]["name"] == "Email"
    assert made["contact"]["complete_name"] == "Jim Halpert"
    assert [(one["object"], one["type"], one["label"]) for one in made["labels"]] == [
        ("contactfieldlabel", "home", "Home"),
        ("contactfieldlabel", "Own", "Own"),
    ]
    assert (changed["content"], changed["contact_field_type"]["name"]) == ("555", "Phone")
    assert [one["type"] for one in changed["labels"]] == ["home", "Own"]
    assert changed["updated_at"] == "2026-03-01T12:00:01Z"
    assert (listed["data"], listed["meta"]["total"]) == ([changed], 1)
    assert deleted.json() == {"deleted": True, "id": made["id"]}
    assert (await monica.get(place)).status_code == 404


@SQLITE_ONLY
async def test_shows_how_a_contact_is_reached_where_that_is_asked(
    monica: httpx.AsyncClient, jim: Entity
) -> None:
    """`with=contactfields`, of one and of all."""
    body = {"contact_id": jim.seq, "contact_field_type_id": 1, "data": "jim@example.org"}
    field = await data_of(await monica.post("/contactfields", json=body), 201)

    (listed,) = await data_of(await monica.get("/contacts?with=contactfields"))
    shown = await data_of(await monica.get(f"/contacts/{jim.seq}?with=contactfields"))
    plain = await data_of(await monica.get(f"/contacts/{jim.seq}"))

    assert listed == shown
    assert shown["contactFields"] == [field]
    assert "contactFields" not in plain
    assert "notes" not in plain


async def test_shows_the_newest_notes_with_how_a_contact_is_reached(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Three, newest first, as they are shown by themselves; of one who is merged, too."""
    ann = await acme.put(CONTACT, "9", name="Ann")
    made = []
    for number, contact in enumerate((jim, jim, ann, jim, jim)):
        body = {"contact_id": contact.seq, "body": f"{number}"}
        made.append(await data_of(await monica.post("/notes", json=body), 201))

    first, second = await data_of(await monica.get("/contacts?with=contactfields"))
    await acme.write(lambda writer: writer.add_merge(ann.key, [jim.key], None))
    (both,) = await data_of(await monica.get("/contacts?with=contactfields"))

    assert (first["notes"], second["notes"]) == ([made[4], made[3], made[1]], [made[2]])
    assert [one["id"] for one in both["notes"]] == [made[at]["id"] for at in (4, 3, 2)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("email:jim@", ["Jim"]),
        ("EMAIL: Jim@Example.org", ["Jim"]),
        ("phone:jim", []),
        ("email:example", []),
        ("nothing: jim", ["Jim"]),
        ("email:", []),
    ],
)
async def test_finds_contacts_by_how_they_are_reached(
    monica: httpx.AsyncClient, acme: Business, jim: Entity, *, query: str, found: list[str]
) -> None:
    """The name of a type, a colon, and the beginning; without such a type all are words."""
    child = await acme.put("contact", "9", name="Child", attrs='{"is_partial":true}')
    for seq, data in ((jim.seq, "jim@example.org"), (jim.seq, "jim@x.y"), (child.seq, "jim@z.z")):
        body = {"contact_id": seq, "contact_field_type_id": 1, "data": data}
        await monica.post("/contactfields", json=body)

    answer = await data_of(await monica.get("/contacts", params={"query": query}))

    assert [one["first_name"] for one in answer] == found


async def test_deleting_a_type_deletes_its_conversations(
    monica: httpx.AsyncClient, jim: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Monica's database does, in parts: one whose type is null breaks clients."""
    monkeypatch.setattr(entity_resources, "ENTRIES_AT_A_TIME", 2)
    for number in (1, 2, 1, 1):
        body = {"contact_id": jim.seq, "contact_field_type_id": number, "happened_at": "2026-03-01"}
        await data_of(await monica.post("/conversations", json=body), 201)
    unknown = await monica.delete("/contactfieldtypes/99")

    deleted = await monica.delete("/contactfieldtypes/1")

    left = await data_of(await monica.get("/conversations"))
    assert deleted.json() == {"deleted": True, "id": 1}
    assert unknown.status_code == 404
    assert [one["contact_field_type"]["id"] for one in left] == [2]
    assert (await monica.get("/contactfieldtypes/1")).status_code == 404


async def test_deleting_a_type_deletes_its_fields(monica: httpx.AsyncClient, jim: Entity) -> None:
    """Those of other types stay."""
    for number in (1, 2):
        body = {"contact_id": jim.seq, "contact_field_type_id": number, "data": "x"}
        await data_of(await monica.post("/contactfields", json=body), 201)

    await monica.delete("/contactfieldtypes/1")

    left = await data_of(await monica.get(f"/contacts/{jim.seq}/contactfields"))
    assert [one["contact_field_type"]["id"] for one in left] == [2]


async def test_keeps_addresses(monica: httpx.AsyncClient, jim: Entity) -> None:
    """Shown by themselves and in the contact; what is not sent becomes null."""
    body = {
        "contact_id": jim.seq,
        "name": "Home",
        "street": "",
        "city": "Scranton",
        "country": "us",
        "latitude": "41.4",
        "longitude": 0,
    }

    made = await data_of(await monica.post("/addresses", json=body), 201)
    place = f"/addresses/{made['id']}"
    in_contact = (await data_of(await monica.get(f"/contacts/{jim.seq}")))["addresses"]
    of_account = await data_of(await monica.get("/addresses"))
    of_contact = await data_of(await monica.get(f"/contacts/{jim.seq}/addresses"))
    changed = await data_of(await monica.put(place, json={"contact_id": jim.seq, "city": "Rome"}))

    assert list(made) == [
        "id", "uuid", "object", "name", "street", "city", "province", "postal_code", "latitude",
        "longitude", "country", "url", "account", "contact", "created_at", "updated_at",
    ]  # fmt: skip
    assert made["country"] == {
        "id": "US", "object": "country", "name": "United States", "iso": "US",
    }  # fmt: skip
    assert (made["street"], made["latitude"], made["longitude"]) == (None, 41.4, 0)
    assert made["url"].endswith(place)
    assert in_contact == of_account == of_contact == [made]
    assert (changed["city"], changed["name"], changed["country"]) == ("Rome", None, None)


@SQLITE_ONLY
async def test_an_address_stays_with_its_contact(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """404 for an update that names another one; a contact field may be given to another."""
    pam = await acme.put("contact", "9", name="Pam")
    address = await data_of(await monica.post("/addresses", json={"contact_id": jim.seq}), 201)
    body = {"contact_id": jim.seq, "contact_field_type_id": 1, "data": "x"}
    field = await data_of(await monica.post("/contactfields", json=body), 201)

    refused = await monica.put(f"/addresses/{address['id']}", json={"contact_id": pam.seq})
    moved = await data_of(
        await monica.put(f"/contactfields/{field['id']}", json={**body, "contact_id": pam.seq})
    )

    assert (refused.status_code, refused.json()["error"]["error_code"]) == (404, 31)
    assert moved["contact"]["id"] == pam.seq


async def test_what_is_kept_with_a_contact_goes_with_it(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """When it is deleted."""
    body = {"contact_id": jim.seq, "contact_field_type_id": 1, "data": "x"}
    await monica.post("/contactfields", json=body)
    await monica.post("/addresses", json={"contact_id": jim.seq})

    await monica.delete(f"/contacts/{jim.seq}")

    assert await data_of(await monica.get("/addresses")) == []
    assert await acme.entities(type="contact_field") == []


@SQLITE_ONLY
async def test_the_email_of_a_new_contact_is_a_contact_field(monica: httpx.AsyncClient) -> None:
    """As Monica keeps it."""
    body = {
        "first_name": "Ann",
        "email": "ann@example.org",
        "is_birthdate_known": 0,
        "is_deceased": "0",
        "is_deceased_date_known": False,
    }

    made = await data_of(await monica.post("/contacts?with=contactfields", json=body), 201)

    (field,) = made["contactFields"]
    assert (field["content"], field["contact_field_type"]["type"]) == ("ann@example.org", "email")


@SQLITE_ONLY
async def test_a_type_that_is_not_stored_yet_is_shown_where_something_refers_to_it(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """As where a file or another surface brought it in; one that was deleted is nothing."""
    attrs = '{"contact_field_type":"1"}'
    await acme.put("contact_field", "x", name="jim@x.org", attrs=attrs, contact=jim.id)
    place = f"/contacts/{jim.seq}/contactfields"

    async def type_of_field() -> object:
        (field,) = await data_of(await monica.get(place))
        return field["contact_field_type"] and field["contact_field_type"]["name"]

    assert await type_of_field() == "Email"
    (found,) = await data_of(await monica.get("/contacts", params={"query": "email:jim@"}))
    assert found["id"] == jim.seq
    assert await acme.entities(type="contact_field_type") == []
    await monica.put("/contactfieldtypes/1", json={"name": "Post"})
    assert await type_of_field() == "Post"
    await acme.write(lambda writer: writer.delete_entity(("contact_field_type", "1")))
    assert await type_of_field() is None
