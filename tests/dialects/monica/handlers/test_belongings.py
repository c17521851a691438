"""What becomes of what is kept with a contact: bounds, erasure, merges."""

import httpx
import pytest

from doings.core.entity import Entity
from tests.builders import contact, note
from tests.dialects.monica.answers import data_of
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served


async def test_a_contact_has_a_thousand_of_a_sort(
    monica: httpx.AsyncClient, acme: Business, jim: Entity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is refused, also where it would be given to it."""
    monkeypatch.setattr("doings.dialects.monica.handlers.entity_resources.LIST_ITEMS", 1)
    pam = await acme.put("contact", "9", name="Pam")
    body = {"contact_id": jim.seq, "contact_field_type_id": 1, "data": "x"}
    await monica.post("/contactfields", json=body)
    of_pam = await data_of(
        await monica.post("/contactfields", json={**body, "contact_id": pam.seq}), 201
    )

    more = await monica.post("/contactfields", json=body)
    given = await monica.put(f"/contactfields/{of_pam['id']}", json=body)

    assert more.status_code == given.status_code == 422
    assert more.json()["error"]["message"] == [
        "The contact id field is invalid: a contact has at most 1 of a sort."
    ]


@SQLITE_ONLY
async def test_one_of_another_surface_is_shown_as_far_as_it_goes(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Attributes of other types count as missing; an id that is no number is the seq."""
    attrs = '{"contact_field_type":[],"labels":[5,"home"],"city":7}'
    field = await acme.put("contact_field", "x", name="y", attrs=attrs, contact=jim.id)

    (shown,) = await data_of(await monica.get(f"/contacts/{jim.seq}/contactfields"))

    assert (shown["id"], shown["content"]) == (field.seq, "y")
    assert shown["contact_field_type"] is None
    assert [label["type"] for label in shown["labels"]] == ["home"]
    assert await data_of(await monica.get(f"/contactfields/{field.seq}")) == shown


async def test_erasing_a_contact_erases_what_is_kept_with_it(
    monica: httpx.AsyncClient, acme: Business, served: Served, jim: Entity
) -> None:
    """Nothing of it is left in the database, and how it was reached is taken out of texts."""
    pam = await acme.put("contact", "9", name="Pam")
    place = f"/contacts/{jim.seq}"
    body = {"contact_id": jim.seq, "contact_field_type_id": 2, "data": "+1 570 555 0199"}
    await monica.post("/contactfields", json=body)
    await monica.post("/contactfields", json={**body, "data": "jim@secret.example"})
    await monica.post(
        "/addresses", json={"contact_id": jim.seq, "name": "Home", "city": "Secretia"}
    )
    await monica.put(f"{place}/work", json={"job": "Secretary"})
    met = {"is_date_known": False, "met_through_contact_id": jim.seq}
    await monica.put(f"/contacts/{pam.seq}/introduction", json=met)
    summary = "Home: wrote to jim@secret.example, rang +1 570-555-0199"
    (activity,) = await acme.record(note(contact("8"), contact("9"), summary=summary))

    await served.client.post(
        "/v1/erasures", headers=acme.bearer, json={"entity": "contact:8", "reason": "asked"}
    )

    rows = await served.database.engine.read(
        lambda connection: connection.fetch("SELECT name, attrs FROM entities")
    )
    shown = (await monica.get(f"/activities/{activity.seq}")).json()["data"]
    introducer = (await monica.get(f"/contacts/{pam.seq}")).json()["data"]["information"]
    assert "ecret" not in str(rows)
    assert shown["summary"] == "Home: wrote to [erased], rang [erased]"
    assert introducer["how_you_met"]["first_met_through_contact"] is None
    assert await data_of(await monica.get("/addresses")) == []


async def test_who_is_one_person_has_what_is_kept_with_each(
    monica: httpx.AsyncClient, acme: Business, served: Served, jim: Entity
) -> None:
    """While a merge holds; afterwards each has its own again."""
    twin = await acme.put("contact", "9", name="Jimmy")
    for one in (jim, twin):
        await monica.post("/addresses", json={"contact_id": one.seq, "city": one.name})
    task = await data_of(
        await monica.post("/tasks", json={"contact_id": twin.seq, "title": "Call"})
    )

    merge = await served.client.post(
        "/v1/merges", headers=acme.bearer, json={"keep": "contact:8", "merge": ["contact:9"]}
    )
    merged = await data_of(await monica.get(f"/contacts/{jim.seq}/addresses"))
    in_contact = (await data_of(await monica.get(f"/contacts/{jim.seq}")))["addresses"]
    done = {"contact_id": jim.seq, "title": "Call", "completed": 1}
    await data_of(await monica.put(f"/tasks/{task['id']}", json=done))
    id_ = merge.json()["id"]
    await served.client.post(f"/v1/merges/{id_}/revert", headers=acme.bearer)
    parted = await data_of(await monica.get(f"/contacts/{twin.seq}/addresses"))

    assert [(one["city"], one["contact"]["id"]) for one in merged] == [
        ("Jim Halpert", jim.seq),
        ("Jimmy", jim.seq),
    ]
    assert in_contact == merged
    assert [(one["city"], one["contact"]["id"]) for one in parted] == [("Jimmy", twin.seq)]
    (completed,) = await data_of(await monica.get("/activities"))
    assert [one["id"] for one in completed["attendees"]["contacts"]] == [twin.seq]


@SQLITE_ONLY
async def test_large_addresses_are_shown_with_their_contacts(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """A page that is large comes in parts and is whole; one contact shows a mebibyte at most."""
    attrs = '{"city":"' + "x" * 250_000 + '"}'
    for contact_id in ("1", "2", "3"):
        await acme.put("contact", contact_id, name=contact_id)
        for number in range(5 if contact_id == "2" else 3):
            await acme.put("address", f"{contact_id}-{number}", attrs=attrs, contact=contact_id)

    listed = await data_of(await monica.get("/contacts"))

    assert [(one["first_name"], len(one["addresses"])) for one in listed] == [
        ("1", 3),
        ("2", 4),
        ("3", 3),
    ]


@SQLITE_ONLY
@pytest.mark.parametrize("path", ["/photos", "/gifts", "/debts", "/contacts/22/relationships"])
async def test_what_is_not_kept_is_unknown(
    monica: httpx.AsyncClient, jim: Entity, *, path: str
) -> None:
    """404, for a body with a file too."""
    answer = await monica.post(path, files={"photo": b"\xff"}, data={"contact_id": str(jim.seq)})

    route = f"monica/api{path}"
    assert answer.status_code == 404
    assert answer.json() == {"message": f"The route {route} could not be found."}


NOT_KEPT = (
    "/statistics", "/compliance", "/compliance/1", "/me/compliance", "/me/compliance/1",
    "/me/contact", "/relationships/1", "/contacts/{}/relationships", "/relationshiptypes",
    "/relationshiptypes/1", "/relationshiptypegroups", "/relationshiptypegroups/1", "/places",
    "/places/1", "/pets", "/pets/1", "/contacts/{}/pets", "/companies", "/companies/1",
    "/occupations", "/occupations/1", "/gifts", "/gifts/1", "/contacts/{}/gifts",
    "/gifts/1/photo/1", "/debts", "/debts/1", "/contacts/{}/debts", "/documents", "/documents/1",
    "/contacts/{}/documents", "/photos", "/photos/1", "/contacts/{}/photos", "/contacts/{}/avatar",
    "/contacts/{}/logs", "/logs",
)  # fmt: skip
"""The paths of Monica 4.1 that are not here."""


@SQLITE_ONLY
async def test_each_path_that_is_not_here_says_so(monica: httpx.AsyncClient, jim: Entity) -> None:
    """Whatever is done there."""
    for path in NOT_KEPT:
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = await monica.request(method, path.format(jim.seq), json={})

            assert (answer.status_code, list(answer.json())) == (404, ["message"]), path
