"""What one write may ask: lists are bounded, and looked up with few statements."""

import httpx
import pytest

from doings.core.budget import LIST_ITEMS
from doings.core.entity import Entity
from doings.dialects.monica.handlers import entity_resources
from doings.storage.database import Database
from tests.engines import SQLITE_ONLY
from tests.serving import Business

CONTACT_MEMBERS = {"first_name": "Ann", "is_birthdate_known": False, "is_deceased": False}
LONG = [str(number) for number in range(LIST_ITEMS + 1)]
JSON = {"Content-Type": "application/json"}


def messages(answer: httpx.Response) -> list[str]:
    """The sentences of a refusal."""
    assert (answer.status_code, answer.json()["error"]["error_code"]) == (422, 32)
    found: list[str] = answer.json()["error"]["message"]
    return found


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/contacts/{}/setTags", "tags"),
        ("/contacts/{}/unsetTag", "tags"),
        ("/activities", "contacts"),
        ("/activities", "emotions"),
        ("/contacts", "unknown"),
    ],
)
async def test_a_long_list_is_refused(
    monica: httpx.AsyncClient, jim: Entity, *, path: str, member: str
) -> None:
    """422 in Monica's shape, in JSON and in forms, before anything is looked up."""
    url = path.format(jim.seq)

    in_json = await monica.post(url, json={member: LONG})
    in_form = await monica.post(url, data={f"{member}[]": LONG})

    expected = [f"The {member} field is invalid: at most 1,000 items."]
    assert messages(in_json) == messages(in_form) == expected


async def test_many_tags_take_as_few_statements_as_one(
    monica: httpx.AsyncClient, acme: Business, jim: Entity, statements: list[str]
) -> None:
    """They are looked up together and made together; names that differ in case are one."""
    path = f"/contacts/{jim.seq}/setTags"
    counts: list[int] = []
    for names in (["a"], [f"tag {number}" for number in range(500)] + ["TAG 7"]):
        statements.clear()
        assert (await monica.post(path, json={"tags": names})).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]
    assert await acme.read(lambda reader: reader.total_entities("tag")) == 501
    contact = await acme.read(lambda reader: reader.entity(jim.key))
    assert contact.attrs == '{"tags":[' + ",".join(map(str, range(1, 502))) + "]}"


async def test_a_contact_has_a_thousand_tags_at_most(
    monica: httpx.AsyncClient, acme: Business
) -> None:
    """The next one is refused; those it has may be given again, and taken away."""
    numbers = [1, 2, 3, *range(100, LIST_ITEMS + 97)]
    for number in numbers[:3]:
        await acme.put("tag", str(number), name=f"t{number}")
    jim = await acme.put("contact", "8", attrs=f'{{"tags":{numbers}}}')
    path = f"/contacts/{jim.seq}"

    more = await monica.post(f"{path}/setTags", json={"tags": ["new"]})
    same = await monica.post(f"{path}/setTags", json={"tags": ["T2"]})
    less = await monica.post(f"{path}/unsetTag", json={"tags": [1, 2]})

    assert messages(more) == ["The tags field is invalid: a contact has at most 1,000."]
    assert (same.status_code, less.status_code) == (200, 200)
    assert await acme.read(lambda reader: reader.total_entities("tag")) == 3


async def test_the_types_of_a_category_are_deleted_in_parts(
    monica: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A category may have thousands of them; it goes with the last."""
    monkeypatch.setattr(entity_resources, "ENTRIES_AT_A_TIME", 2)
    for number in range(5):
        body = {"name": f"t{number}", "activity_type_category_id": 2}
        await monica.post("/activitytypes", json=body)
    writes: list[int] = []
    write = Database.write

    async def counted(self: Database, *args: object, **options: object) -> object:
        writes.append(1)
        return await write(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Database, "write", counted)

    answer = await monica.delete("/activitytypecategories/2")

    left = (await monica.get("/activitytypes", params={"limit": 100})).json()["data"]
    assert answer.json() == {"deleted": True, "id": 2}
    assert len(writes) >= 3
    assert all(one["activity_type_category"]["id"] != 2 for one in left)
    assert (await monica.get("/activitytypecategories/2")).status_code == 404


@SQLITE_ONLY
@pytest.mark.parametrize("levels", [101, 490, 900, 5000])
@pytest.mark.parametrize("path", ["/activities", "/contacts", "/activitytypes", "/genders"])
async def test_deep_json_is_refused(monica: httpx.AsyncClient, *, path: str, levels: int) -> None:
    """400 in Monica's shape, wherever it stands in the body."""
    for value in ("[" * levels + "]" * levels, '{"a":' * levels + "1" + "}" * levels):
        answer = await monica.post(path, content='{"name":%s}' % value, headers=JSON)  # noqa: UP031

        assert (answer.status_code, answer.json()["error"]["error_code"]) == (400, 37)


@pytest.mark.parametrize("value", ["1" * 5000, "1e400", "NaN", '"\\ud800"', "[" + "1" * 5000 + "]"])
async def test_odd_values_are_refused(monica: httpx.AsyncClient, *, value: str) -> None:
    """Numbers that are too large, and half of a character."""
    answer = await monica.post("/genders", content='{"name":%s}' % value, headers=JSON)  # noqa: UP031

    assert answer.status_code in {400, 422}
    assert "error" in answer.json()
