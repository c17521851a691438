"""What somebody saved of a vendor's answers is served again; and there and back, for all kinds."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from doings.core.activity import Draft, Link
from doings.core.clock import HOUR, SECOND
from doings.core.errors import NotFound
from doings.core.imports import Contact
from doings.importing.registry import SAVED
from tests.dialects.dialect import DIALECTS, Dialect
from tests.dialects.samples import SAMPLES
from tests.dialects.saved.saving import SERVER, Desk, less
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

HERE = Path(__file__).parents[1]

OWN = {
    "monica": frozenset(
        {"id", "uuid", "hash_id", "url", "account", "avatar", "created_at", "updated_at"}
    ),
    "mio": frozenset({"updated_at"}),
}
"""What is the server's own by nature, by dialect; each README says so."""

NEW_YEAR = 1_704_085_400 * SECOND
"""When the interaction of mio's example was accepted and not yet over."""


def golden(name: str) -> bytes:
    """An answer of a vendor's documentation."""
    return (HERE / name).read_bytes()


def alike(name: str, answer: Any) -> Any:  # noqa: ANN401 - any JSON
    """An answer without what is the server's own."""
    if name == "mio":
        for activity in answer["activities"]:
            del activity["entity"]["created_at"]
    return less(answer, OWN.get(name, frozenset()))


def desk_for(served: Served, business: Business, name: str) -> Desk:
    """Where answers are brought to, about contact 8 where they do not say so."""
    is_asked = SAVED[name].contact_of_export is Contact.ALWAYS
    return Desk(served, business, name, "8" if is_asked else None)


@pytest.mark.parametrize(
    "name",
    [
        "list_activities",
        "list_activities_of_contact",
        "get_activity",
        "create_activity",
        "update_activity",
    ],
)
async def test_monicas_examples_are_served_again(served: Served, name: str) -> None:
    """Summary, attendees with their dates, genders and types; in the order of the list."""
    business = await served.business(time_zone="Europe/Berlin")
    answer = golden(f"monica/golden/{name}.json")
    data = json.loads(answer)["data"]
    expected = data if isinstance(data, list) else [data]

    tally = await Desk(served, business, "monica").take(answer)
    shown = await served.client.get("/monica/api/activities?limit=100", headers=business.bearer)

    assert (tally.recorded, tally.bad) == (len(expected), 0)
    actual = shown.json()["data"]
    assert len(actual) == len(expected)
    old = alike("monica", expected)
    assert as_told(alike("monica", actual), old) == old


def as_told(actual: Any, expected: Any) -> Any:  # noqa: ANN401 - any JSON
    """As much as the examples tell: older answers have fewer members."""
    if isinstance(expected, dict):
        return {name: as_told(actual[name], value) for name, value in expected.items()}
    if isinstance(expected, list):
        return [as_told(one, other) for one, other in zip(actual, expected, strict=True)]
    return actual


async def test_cobots_example_is_served_again(served: Served) -> None:
    """To the letter."""
    business = await served.business()
    answer = golden("cobot/golden/list.json")

    await Desk(served, business, "cobot").take(answer)
    shown = await served.client.get("/cobot/acme/api/activities?last=9", headers=business.bearer)

    assert json.dumps(shown.json()) == json.dumps(json.loads(answer))


async def test_how_an_answer_was_laid_out_does_not_matter(served: Served) -> None:
    """Nested values are stored without white space, and a second import finds the same activity."""
    business = await served.business()
    facts = {"amount": "1.0", "extra": {"a": [1, {"b": "x \n y"}]}}
    created = {"created_at": "2014/04/01 00:01:02 +0000", "type": "plan_change"}
    answer = [{**created, "channels": ["admin"], "attributes": facts}]
    texts = [json.dumps(answer, indent=indent).encode() for indent in (4, 1, None)]

    tallies = [await Desk(served, business, "cobot").take(text) for text in texts]
    lines = await served.client.get(
        "/v1/activities", headers={"Accept": "application/x-ndjson", **business.bearer}
    )

    assert [(tally.recorded, tally.repeated) for tally in tallies] == [(1, 0), (0, 1), (0, 1)]
    assert [json.loads(line)["data"] for line in lines.text.splitlines()] == [facts]


async def test_invents_example_is_served_again(served: Served) -> None:
    """To the letter, of the contact that its note names."""
    business = await served.business()
    answer = golden("invent/golden/seed.json")

    await Desk(served, business, "invent", "8").take(answer)
    path = "/invent/orgs/c/contacts/%3Cstring%3E/activities"
    shown = await served.client.get(path, headers=business.bearer)

    assert json.dumps(shown.json()) == json.dumps(json.loads(answer))


async def test_agendizes_example_is_served_again(served: Served) -> None:
    """Exactly the answer of the contact that was named."""
    business = await served.business(time_zone="America/Montreal")
    answer = golden("agendize/golden/answer.json")

    await Desk(served, business, "agendize", "8").take(answer)
    shown = await served.client.get(
        "/agendize/api/2.3/activities?clientId=8", headers=business.bearer
    )

    assert json.dumps(shown.json()) == json.dumps(json.loads(answer))


async def test_mios_example_is_served_again(served: Served) -> None:
    """A detail with what was granted, as long as it may be seen."""
    served.clock.instant = NEW_YEAR
    business = await served.business()
    answer = golden("mio/golden/seed.json")
    expected = json.loads(answer)

    await Desk(served, business, "mio").take(answer)
    headers = await DIALECTS[-1].sign_in(served, business.key, business.secret)
    path = f"/mio/business/v1/activities/{expected['id']}"
    shown = (await served.client.get(path, headers=headers)).json()

    for document in (shown, expected):
        del document["updated_at"], document["entity"]["created_at"]
    assert json.dumps(shown) == json.dumps(expected)


@pytest.fixture
async def business(served: Served) -> Business:
    """An account with an activity of every kind, of a contact that much is known of."""
    business = await served.business(time_zone="Europe/Berlin")
    attrs = {
        "first_name": "Jim",
        "middle_name": "Duncan",
        "last_name": "Halpert",
        "nickname": "Big Tuna",
        "gender": "Rather not say",
        "gender_type": "O",
        "birthdate": "1978-10-01",
        "birthdate_is_year_unknown": True,
        "is_starred": True,
        "is_dead": True,
        "deceased_date": "2026-01-01",
        "avatar": "https://example.org/jim.png",
    }
    await business.put("contact", "8", name="Jim Halpert", attrs=json.dumps(attrs))
    await business.put("individual", "i1", name="Jim Halpert", attrs='{"cifcode":"c-8"}')
    await business.put("user", "u1", name="Ann Perkins", attrs='{"email":"ann@example.org"}')
    await business.put("segment", "s1", name="Regulars", attrs='{"color":"teal"}')
    await business.record(*SAMPLES.values())
    return business


async def test_an_export_is_imported_and_exported_again(
    served: Served, dialect: Dialect, business: Business
) -> None:
    """Into another account, every kind that the dialect has a word for, in the same order."""
    other = await served.business("other", time_zone="Europe/Berlin")
    source = desk_for(served, business, dialect.name)
    target = desk_for(served, other, dialect.name)

    given = await source.give()
    served.clock.instant += HOUR
    tally = await target.take(msgspec.json.encode(given))
    again = await target.give()

    assert tally.bad == 0
    assert tally.recorded == len(dialect.items(given)) > 0
    assert json.dumps(alike(dialect.name, again)) == json.dumps(alike(dialect.name, given))


async def test_an_export_holds_what_the_pages_hold(
    served: Served, dialect: Dialect, business: Business
) -> None:
    """All of them, as the API gives them."""
    desk = desk_for(served, business, dialect.name)
    contact = await business.read(lambda reader: reader.entity(("contact", "8")))
    if dialect.name == "monica":
        desk.contact_id = "8"
    path = dialect.list_path("8", contact.seq).replace(f"/{dialect.name}", "", 1)
    headers = await dialect.sign_in(served, business.key, business.secret)

    found: list[Any] = []
    for number in range(1, 100):
        whole = f"{SERVER}/{dialect.name}{path}"
        here = dialect.pages(whole, number, 20) if dialect.pages else whole
        items = dialect.items((await served.client.get(here, headers=headers)).json())
        found += items
        if not items or not dialect.pages:
            break

    given = dialect.items(await desk.give())
    granted = frozenset({"accepted_requirements"})
    assert json.dumps(less(given, granted)) == json.dumps(found)


async def test_importing_twice_changes_nothing(
    served: Served, dialect: Dialect, business: Business
) -> None:
    """Neither here, where it was exported, nor in another account."""
    other = await served.business("other", time_zone="Europe/Berlin")
    answer = msgspec.json.encode(await desk_for(served, business, dialect.name).give())
    target = desk_for(served, other, dialect.name)
    await target.take(answer)
    last_seqs = [await one.last_seq() for one in (business, other)]

    again = await target.take(answer)
    at_home = None
    if dialect.name != "cobot":  # whose activities have no ids to know them by
        at_home = await desk_for(served, business, dialect.name).take(answer)

    assert (again.recorded, again.entities, again.bad) == (0, 0, 0)
    assert at_home is None or (at_home.recorded, at_home.entities) == (0, 0)
    assert [await one.last_seq() for one in (business, other)] == last_seqs


async def test_page_after_page_in_one_file(
    served: Served, dialect: Dialect, business: Business
) -> None:
    """One a line or none between them, the last broken off: what is whole is imported."""
    other = await served.business("other", time_zone="Europe/Berlin")
    answer = msgspec.json.encode(await desk_for(served, business, dialect.name).give())
    empty = {"monica": b'{"data":[]}', "agendize": b'{"items":[]}', "mio": b'{"activities":[]}'}
    target = desk_for(served, other, dialect.name)

    tally = await target.take(empty.get(dialect.name, b"[]"), answer + answer, answer[:-20])

    assert tally.recorded == len(dialect.items(json.loads(answer)))
    assert tally.repeated == tally.recorded
    assert tally.bad == 1


async def test_bad_elements_are_told_apart(
    served: Served, dialect: Dialect, business: Business, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its place and the reason; the others are imported."""
    other = await served.business("other", time_zone="Europe/Berlin")
    answer = await desk_for(served, business, dialect.name).give()
    items = dialect.items(answer)
    count = len(items)
    items.insert(1, {"id": []})
    items.append({"type": 5})
    capsys.readouterr()

    tally = await desk_for(served, other, dialect.name).take(msgspec.json.encode(answer))

    assert (tally.recorded, tally.bad) == (count, 2)
    places = {line.partition(":")[0] for line in capsys.readouterr().err.splitlines()}
    assert places == {"element 2", f"element {count + 2}"}


@pytest.mark.parametrize("text", [b"", b" \n", b"\xef\xbb\xbf"])
async def test_nothing_saved_is_nothing_imported(
    served: Served, dialect: Dialect, text: bytes
) -> None:
    """An empty file is none that is wrong."""
    tally = await desk_for(served, await served.business(), dialect.name).take(text)

    assert (tally.recorded, tally.bad) == (0, 0)


@SQLITE_ONLY
@pytest.mark.parametrize("text", [b"oops", b"{", b'{"error":{"code":400}}', b"5", b'"x"', b"null"])
async def test_what_is_no_answer_is_one_that_is_bad(
    served: Served, dialect: Dialect, text: bytes
) -> None:
    """An error that was saved in the place of a list, say."""
    tally = await desk_for(served, await served.business(), dialect.name).take(text)

    assert (tally.recorded, tally.bad) == (0, 1)


async def test_an_account_without_activities_gives_an_empty_list(
    served: Served, dialect: Dialect
) -> None:
    """Which is an answer as well, and can be imported."""
    business = await served.business()
    await business.put("contact", "8")
    desk = desk_for(served, business, dialect.name)

    answer = await desk.give()

    assert dialect.items(answer) == []
    assert (await desk.take(json.dumps(answer).encode())).bad == 0


@pytest.mark.parametrize("name", ["monica", "invent", "agendize"])
async def test_the_list_of_an_unknown_contact_is_no_list(served: Served, name: str) -> None:
    """It is not empty: there is none."""
    desk = Desk(served, await served.business(), name, "99")

    with pytest.raises(NotFound):
        await desk.give()


async def test_monicas_list_of_one_contact(served: Served, business: Business) -> None:
    """Only theirs, as their page shows them."""
    await business.put("contact", "9", name="Pam Beesly")
    draft = Draft(kind="note.created", occurred_at=0, links=(Link("contact", "9"),), body="Hers")
    await business.record(draft)

    answer = await Desk(served, business, "monica", "9").give()

    assert [item["description"] for item in answer["data"]] == ["Hers"]
    assert answer["meta"]["to"] == answer["meta"]["total"] == 1
    assert answer["meta"]["path"].endswith("/activities")


def meeting(number: int, **contact: Any) -> bytes:  # noqa: ANN401 - any members
    """Monica's answer about one activity with one attendee."""
    element = {
        "id": number,
        "summary": f"Meeting {number}",
        "happened_at": "2026-02-03",
        "attendees": {"contacts": [{"id": 8, "first_name": "Jim", **contact}]},
        "activity_type": {"name": "Chess", "activity_type_category": {"name": "Sport"}},
    }
    return json.dumps({"data": element}).encode()


async def test_a_contact_of_monicas_is_one_entity_and_not_one_of_ours(served: Served) -> None:
    """However many activities it attends; what is known is kept, and gaps are filled."""
    business = await served.business()
    await business.put("contact", "8", name="Somebody else")
    desk = Desk(served, business, "monica")

    await desk.take(meeting(1, nickname="Tuna"))
    await desk.take(meeting(2, nickname=None, gender="male"), meeting(3, nickname="Other"))

    assert await business.entities(type="contact") == ["8", "monica-8"]
    jim = await business.read(lambda reader: reader.entity(("contact", "monica-8")))
    assert json.loads(jim.attrs) == {"first_name": "Jim", "nickname": "Tuna", "gender": "male"}
    assert len(await business.timeline("monica-8")) == 3
    assert await business.timeline("8") == []


async def test_types_are_found_by_name_within_their_category_or_made(served: Served) -> None:
    """Once; the category is one of those that every account begins with."""
    business = await served.business()
    before = await business.entities(type="activity_type")
    desk = Desk(served, business, "monica")

    await desk.take(meeting(1), meeting(2))
    await desk.take(meeting(3))
    known = meeting(4).replace(b"Chess", b"played a sport together")
    elsewhere = meeting(5).replace(b"Sport", b"Food")
    await desk.take(known, elsewhere)

    made = [one for one in await business.entities(type="activity_type") if one not in before]
    assert made == ["14", "15"]
    types = [item["activity_type"] for item in (await desk.give())["data"]]
    assert [(one["id"], one["activity_type_category"]["id"]) for one in types] == [
        (14, 2), (14, 2), (14, 2), (4, 2), (15, 3),
    ]  # fmt: skip


async def test_a_contact_that_was_deleted_is_not_made_again_by_the_same_answer(
    served: Served,
) -> None:
    """Its activities are known."""
    business = await served.business()
    desk = Desk(served, business, "monica")
    await desk.take(meeting(1))
    await business.delete("contact", "monica-8")

    await desk.take(meeting(1))

    assert await business.entities(type="contact") == []
