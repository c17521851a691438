"""Recording, changing and deleting by forms, without scripts."""

import json

import pytest

from doings.core.activity import ACTOR, Draft, Link
from doings.core.clock import HOUR, text_from_instant
from tests.builders import contact, note
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.filling import Fields, fields_in, only, problems, sent
from tests.web.visitor import Visitor, token_in

MARKUP = "<script>alert(1)</script><b>\"bold\"</b> & 'it'"


async def test_a_note_is_recorded(member: Visitor, acme: Business) -> None:
    """With whom it is about, when, and where it came from; the page leads to it."""
    await acme.put("contact", "8", name="Jim")

    answer = await sent(
        member,
        "/record/note",
        body="line one\r\nline two",
        people="Jim",
        on="2026-02-03",
        at="14:05",
    )

    activity = await only(acme)
    assert answer.headers["location"] == f"/activities/{activity.id}"
    assert activity.kind == "note.created"
    assert activity.body == "line one\nline two"
    assert text_from_instant(activity.occurred_at).startswith("2026-02-03T13:05:00")
    assert [link.entity.key for link in activity.links] == [("contact", "8")]
    assert activity.origin == "web"


async def test_a_lunch_is_recorded_as_monica_has_it(member: Visitor, acme: Business) -> None:
    """Type, people and feelings; Monica's clients see them."""
    await acme.put("contact", "8", name="Jim")
    await acme.put("contact", "9", name="Ann")

    answer = await sent(
        member,
        "/record/lunch?person=contact:9",
        summary="Lunch at Luigi's",
        body="It rained.",
        people="contact:8",
        type="9",
        feeling=["1", "44"],
        on="2026-02-03",
        at="",
    )

    assert answer.status_code == 303
    activity = await only(acme)
    assert activity.kind == "encounter.logged"
    assert json.loads(activity.data) == {
        "activity_type_id": 9,
        "emotions": [1, 44],
        "happened_on": "2026-02-03",
    }
    path = f"/monica/api/activities/{activity.seq}"
    shown = (await member.served.client.get(path, headers=acme.bearer)).json()["data"]
    assert shown["activity_type"]["name"] == "ate at a restaurant"
    assert [one["complete_name"] for one in shown["attendees"]["contacts"]] == ["Ann", "Jim"]
    assert [one["name"] for one in shown["emotions"]] == ["adoration", "eagerness"]
    assert shown["happened_at"].startswith("2026-02-03")


@SQLITE_ONLY
async def test_a_call_is_recorded_with_somebody_new(member: Visitor, acme: Business) -> None:
    """Whom nobody knows is asked about, and made once that is meant."""
    first = await sent(member, "/record/call", summary="About the keys", people="Zoë & Co")
    typed = fields_in(first.text)
    second = await member.http.post("/record/call", data={**typed, "person": ["new:Zoë & Co"]})

    assert first.status_code == 422
    assert "Nobody here is called “Zoë & Co”" in problems(first.text)["people"]
    assert typed["summary"] == "About the keys"
    assert second.status_code == 303
    (link,) = (await only(acme)).links
    assert (link.entity.type, link.entity.name) == ("contact", "Zoë & Co")


@SQLITE_ONLY
async def test_whom_a_name_means_is_asked(member: Visitor, acme: Business) -> None:
    """Where several have it; one is enough, and the others are not meant."""
    await acme.put("contact", "1", name="Jim Halpert")
    await acme.put("contact", "2", name="Jim <i>Beam</i>")

    first = await sent(member, "/record/call", summary="x", people="jim")
    typed = fields_in(first.text)
    second = await member.http.post("/record/call", data={**typed, "person": ["contact:2"]})

    assert "Several are called “jim”" in problems(first.text)["people"]
    assert "Jim &lt;i&gt;Beam&lt;/i&gt;" in first.text
    assert second.status_code == 303
    assert [link.entity.id for link in (await only(acme)).links] == ["2"]


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("path", "typed", "fields"),
    [
        ("note", {"body": " \n "}, {"body"}),
        ("note", {"body": "x", "on": ""}, {"on"}),
        ("note", {"body": "x", "on": "2026-02-30"}, {"on"}),
        ("note", {"body": "x", "on": "0001-01-01"}, {"on"}),
        ("note", {"body": "x", "on": "9999-12-31", "at": "23:59"}, {"on"}),
        ("note", {"body": "x", "at": "25:00"}, {"on"}),
        ("note", {"body": "x", "at": "14:05+01:00"}, {"on"}),
        ("note", {"body": "x", "people": "a\0b"}, {"people"}),
        ("note", {"body": "x", "people": "a" * 2000}, {"people"}),
        ("note", {"body": "x", "people": "\n".join(map(str, range(30)))}, {"people"}),
        ("note", {"body": "x", "person": ["contact:77"]}, {"people"}),
        ("note", {"body": "x", "person": ["new:", "x", "UP:1", "new:a\0"]}, {"people"}),
        ("note", {"body": "a\0b"}, {"body"}),
        ("note", {"body": "x" * 1_000_001}, {"body"}),
        ("lunch", {}, {"summary", "people"}),
        ("lunch", {"summary": "x" * 10_001, "person": ["new:Jim"]}, {"summary"}),
        ("lunch", {"summary": "x", "person": ["new:Jim"], "type": "99"}, {"type"}),
        ("lunch", {"summary": "x", "person": ["new:Jim"], "type": "a\0"}, {"type"}),
        ("lunch", {"summary": "x", "person": ["new:Jim"], "feeling": ["0"]}, {"feeling"}),
        ("lunch", {"summary": "x", "person": ["new:Jim"], "feeling": ["9" * 30]}, {"feeling"}),
        ("call", {"summary": ""}, {"summary", "people"}),
    ],
)
async def test_each_problem_stands_at_its_field(
    member: Visitor, acme: Business, path: str, typed: Fields, fields: set[str]
) -> None:
    """What was typed is kept, and nothing is recorded, nobody made."""
    answer = await sent(member, f"/record/{path}", **typed)

    assert answer.status_code == 422
    assert set(problems(answer.text)) == fields
    kept = fields_in(answer.text)
    for name in ("summary", "body", "on", "at"):
        assert name not in typed or kept.get(name) == typed[name]
    assert await acme.read(lambda reader: reader.total(None, None)) == 0
    assert await acme.read(lambda reader: reader.total_entities("contact")) == 0


async def test_a_form_that_is_sent_twice_records_once(member: Visitor, acme: Business) -> None:
    """Also where it makes somebody."""
    page = fields_in((await member.get("/record/note")).text)
    typed = {**page, "body": "once", "person": ["new:Jim"]}

    answers = [await member.http.post("/record/note", data=typed) for _ in range(2)]

    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert await acme.read(lambda reader: reader.total(None, None)) == 1
    assert await acme.read(lambda reader: reader.total_entities("contact")) == 1


async def test_an_activity_is_changed(member: Visitor, acme: Business) -> None:
    """What was not touched stays to the microsecond, with its links and roles."""
    await acme.put("contact", "8", name="Jim")
    await acme.put("contact", "9", name="Ann")
    activity = await acme.record_one(
        Link("user", "u1", ACTOR),
        contact("8", "host"),
        "9",
        at=NOON + 123_456,
        summary="old",
        body="text\r\nmore",
        data='{"note":{"id":"n"}}',
        metadata='{"a":1.50}',
    )

    answer = await sent(
        member, f"/activities/{activity.id}/edit", summary="new", person=["contact:8"], level="WARN"
    )

    assert answer.headers["location"] == f"/activities/{activity.id}"
    now = await only(acme)
    assert (now.summary, now.body, now.level) == ("new", "text\r\nmore", "WARN")
    assert now.occurred_at == NOON + 123_456
    assert (now.data, now.metadata) == (activity.data, activity.metadata)
    assert {(*link.entity.key, *link.roles) for link in now.links} == {
        ("user", "u1", "actor"),
        ("contact", "8", "host"),
    }


@SQLITE_ONLY
async def test_an_encounter_is_changed_with_its_choice(member: Visitor, acme: Business) -> None:
    """Its type and feelings are shown, and other members of its data stay."""
    data = '{"activity_type_id":9,"emotions":[3],"happened_on":"2026-03-01","own":1}'
    activity = await acme.record_one("8", kind="encounter.logged", summary="a", data=data)

    path = f"/activities/{activity.id}/edit"
    shown = fields_in((await member.get(path)).text)
    await sent(member, path, feeling=["5"], on="2026-03-02")

    assert (shown["type"], shown["feeling"]) == ("9", ["3"])
    assert json.loads((await only(acme)).data) == {
        "own": 1,
        "activity_type_id": 9,
        "emotions": [5],
        "happened_on": "2026-03-02",
    }


@SQLITE_ONLY
async def test_a_text_with_links_stays_html(member: Visitor, acme: Business) -> None:
    """It is changed as text: what is typed is no markup."""
    html_text = 'see <a href="https://example.org">this</a>'
    activity = await acme.record_one("8", kind="text.posted", body=html_text)
    path = f"/activities/{activity.id}/edit"

    await sent(member, path, level="WARN")
    untouched = (await only(acme)).body
    await sent(member, path, body="a <b> c\r\nd")

    assert untouched == html_text
    assert (await only(acme)).body == "a &lt;b&gt; c\nd"


async def test_of_two_tabs_the_second_sees_what_changed(member: Visitor, acme: Business) -> None:
    """What it typed is kept; saving once more is meant."""
    activity = await acme.record_one("8", summary="old")
    path = f"/activities/{activity.id}/edit"
    page = fields_in((await member.get(path)).text)

    first = await member.http.post(path, data={**page, "summary": "mine"})
    late = await member.http.post(path, data={**page, "summary": "theirs", "body": "typed"})
    kept = fields_in(late.text)
    again = await member.http.post(path, data=kept)

    assert (first.status_code, late.status_code, again.status_code) == (303, 409, 303)
    assert "<del>old</del> <ins>mine</ins>" in late.text
    assert (kept["summary"], kept["body"]) == ("theirs", "typed")
    assert (await only(acme)).summary == "theirs"


async def test_an_activity_is_deleted(member: Visitor, acme: Business) -> None:
    """After a question, and unless somebody changed it meanwhile."""
    activity = await acme.record_one("8", summary="old")
    path = f"/activities/{activity.id}/delete"
    page = fields_in((await member.get(path)).text)
    await sent(member, f"/activities/{activity.id}/edit", summary="changed")

    late = await member.http.post(path, data=page)
    again = await member.http.post(path, data=fields_in(late.text))

    assert late.status_code == 409
    assert "<del>old</del> <ins>changed</ins>" in late.text
    assert again.headers["location"] == f"/activities/{activity.id}"
    assert "This activity was deleted" in (await member.get(f"/activities/{activity.id}")).text
    assert await acme.read(lambda reader: reader.total(None, None)) == 0


@SQLITE_ONLY
async def test_whoever_is_deleted_stays_where_they_were(member: Visitor, acme: Business) -> None:
    """A form cannot name them, and does not take them away."""
    activity = await acme.record_one("8", "9", summary="a")
    await acme.write(lambda writer: writer.delete_entity(("contact", "8")))

    answer = await sent(member, f"/activities/{activity.id}/edit", summary="b", person=[])

    assert answer.status_code == 303
    assert [link.entity.id for link in (await only(acme)).links] == ["8"]


@SQLITE_ONLY
async def test_the_parties_of_an_interaction_stay(member: Visitor, acme: Business) -> None:
    """Its words can be changed."""
    draft = Draft(
        kind="details.requested",
        occurred_at=NOON,
        links=(Link("individual", "i1", "counterpart", "Zoë"),),
    )
    activity, _ = await acme.database.record(acme.account.id, draft)

    answer = await sent(member, f"/activities/{activity.id}/edit", summary="please")

    assert answer.status_code == 303
    assert (await only(acme)).summary == "please"
    assert (await only(acme)).links == activity.links


PATHS = ("/record/note", "/record/lunch", "/activities/{id}/edit", "/activities/{id}/delete")


@SQLITE_ONLY
@pytest.mark.parametrize("scopes", [("read_activities",), ("write_activities",)])
async def test_forms_are_for_who_may_read_and_write(
    visitor: Visitor, served: Served, acme: Business, scopes: tuple[str, ...]
) -> None:
    """Others see none, and what they send is refused."""
    activity = await acme.record_one("8", summary="old")
    issued = await served.credential(acme.account, scopes=scopes)
    acme.secret = issued.secret
    signed_in = await visitor.sign_in(acme)
    assert signed_in.status_code == 303
    refused = await visitor.get("/timeline/nowhere")

    for path in PATHS:
        place = path.format(id=activity.id)
        assert (await visitor.get(place)).status_code == 403
        data = {"csrf": token_in(refused.text), "body": "x", "summary": "x", "on": "2026-03-01"}
        assert (await visitor.http.post(place, data=data)).status_code == 403
    assert (await only(acme)).summary == "old"
    if "read_activities" in scopes:
        page = (await visitor.get(f"/activities/{activity.id}")).text
        assert "/edit" not in page
        assert "/record" not in page


@SQLITE_ONLY
async def test_forms_need_their_token(member: Visitor, acme: Business) -> None:
    """Without it nothing happens."""
    activity = await acme.record_one("8", summary="old")

    for path in PATHS:
        place = path.format(id=activity.id)
        answer = await member.http.post(place, data={"body": "x", "csrf": "x"})
        assert answer.status_code == 403
    assert (await only(acme)).summary == "old"


async def test_another_accounts_activity_cannot_be_changed(
    member: Visitor, acme: Business, served: Served
) -> None:
    """Nor its people be named."""
    del acme
    other = await served.business("other")
    await other.put("contact", "8", name="Secret")
    activity = await other.record_one("8", summary="old", at=NOON - HOUR)
    token = await member.token()

    for what in ("edit", "delete"):
        path = f"/activities/{activity.id}/{what}"
        data = {"csrf": token, "seen": str(activity.seq), "on": "2026-03-01", "summary": "x"}
        assert (await member.get(path)).status_code == 404
        assert (await member.http.post(path, data=data)).status_code == 404
    answer = await sent(member, "/record/call", summary="x", person=["contact:8"], people="Secret")
    assert answer.status_code == 422
    assert (await only(other)).summary == "old"


@SQLITE_ONLY
@pytest.mark.parametrize("path", ["/record/lunch", "/record/note"])
async def test_markup_is_text(member: Visitor, path: str) -> None:
    """In every field that comes back."""
    answer = await sent(
        member,
        path,
        summary=MARKUP,
        body=f"{MARKUP}</textarea>",
        people=MARKUP,
        on=MARKUP,
        at=MARKUP,
    )

    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert fields_in(answer.text)["body"] == f"{MARKUP}</textarea>"


@SQLITE_ONLY
async def test_there_are_three_forms(member: Visitor) -> None:
    """One leads to the others, with whom it is about; others there are not."""
    start = await member.get("/record?person=contact:8")
    page = await member.get("/record/note?person=contact:8")
    none = await member.get("/record/party")

    assert start.headers["location"] == "/record/note?person=contact:8"
    assert 'href="/record/lunch?person=contact:8"' in page.text
    assert none.status_code == 404


@SQLITE_ONLY
async def test_a_note_with_a_summary_of_its_own(member: Visitor, acme: Business) -> None:
    """Can be changed in both."""
    activity = await acme.record_one("8", summary="s", body="b")

    fields = fields_in((await member.get(f"/activities/{activity.id}/edit")).text)

    assert (fields["summary"], fields["body"]) == ("s", "b")
    assert note().kind == activity.kind
