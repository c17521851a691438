"""The page of one activity, without scripts."""

import json
import re
from html import unescape

import msgspec
import pytest

from doings.core.activity import Activity, Draft, Link, draft_of
from doings.core.clock import HOUR
from tests.builders import contact, note
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor

MARKUP = "<script>alert(1)</script><b>\"bold\"</b> & 'it'"


async def recorded(acme: Business, draft: Draft) -> Activity:
    """An activity that is stored."""
    (found,) = await acme.record(draft)
    return await acme.read(lambda reader: reader.activity(found.seq))


async def changed(acme: Business, activity: Activity, **members: object) -> None:
    """The activity with other members."""
    await acme.database.write(
        acme.account.id,
        lambda writer: writer.revise(
            activity.seq, lambda old: msgspec.structs.replace(draft_of(old), **members)
        ),
        by=acme.key,
    )


def views(text: str) -> dict[str, str]:
    """What each API's section says."""
    sections = re.findall(r'<h3 id="view-\d">([^<]+)</h3>(.*?)</section>', text, re.DOTALL)
    return {name: unescape(re.sub(r"<[^>]+>", "", body)) for name, body in sections}


def documents(text: str) -> dict[str, object]:
    """The documents that the APIs' sections show, read again."""
    return {
        name: json.loads(body[body.index("{") :])
        for name, body in views(text).items()
        if "GET " in body
    }


async def test_an_activity_is_shown_as_six_apis_show_it(member: Visitor, acme: Business) -> None:
    """Each document is what the API answers; one that cannot express it says so."""
    activity = await recorded(
        acme, note(contact("8", name="Jim"), summary="hello", body="hello there")
    )

    text = (await member.get(f"/activities/{activity.id}")).text

    shown = documents(text)
    assert list(views(text)) == ["Doings", "Monica", "Invent", "Cobot", "Agendize", "mio.ID"]
    get = member.served.client.get
    own = (await get(f"/v1/activities/{activity.id}", headers=acme.bearer)).json()
    monica = (await get(f"/monica/api/activities/{activity.seq}", headers=acme.bearer)).json()
    invent = (await get("/invent/orgs/c/contacts/8/activities", headers=acme.bearer)).json()
    cobot = (await get("/cobot/acme/api/activities?last=1", headers=acme.bearer)).json()
    agendize = await get(
        "/agendize/api/2.3/activities?clientId=8",
        headers={"apiKey": acme.key, "token": acme.secret},
    )
    assert shown == {
        "Doings": own,
        "Monica": monica["data"],
        "Invent": invent[0],
        "Cobot": cobot[0],
        "Agendize": agendize.json()["items"][0],
    }
    assert "Cannot express it. It has no type for “Note created”" in views(text)["mio.ID"]


@SQLITE_ONLY
async def test_what_concerns_no_contact_is_told(member: Visitor, acme: Business) -> None:
    """By the APIs that show the activities of contacts."""
    activity = await recorded(acme, note(summary="alone"))

    shown = views((await member.get(f"/activities/{activity.id}")).text)

    for name in ("Monica", "Invent", "Agendize"):
        assert "concerns none" in shown[name]


@SQLITE_ONLY
async def test_an_interaction_is_shown_by_mio(member: Visitor, acme: Business) -> None:
    """As its own page shows it."""
    draft = Draft(
        kind="details.requested",
        occurred_at=NOON,
        links=(Link("individual", "i1", "counterpart", "Zoë"),),
        data='{"requirements":[{"code":"email"}]}',
    )
    activity, _ = await acme.database.record(acme.account.id, draft)

    shown = documents((await member.get(f"/activities/{activity.id}")).text)

    assert "mio.ID" in shown
    assert "Invent" not in shown


async def test_history_tells_what_replaced_what(
    member: Visitor, acme: Business, served: Served
) -> None:
    """For each change, with who made it and when; of JSON only what is different."""
    activity = await recorded(acme, note("8", summary="one", data='{"note":{"id":"n"}}'))
    served.clock.instant = NOON + 2 * HOUR
    await changed(acme, activity, summary="two")
    await changed(acme, activity, summary="three", occurred_at=NOON + HOUR, metadata='{"a":1}')

    text = (await member.get(f"/activities/{activity.id}")).text

    steps = re.findall(r"<li><p><b>(\w+)</b>(.*?)</li>", text, re.DOTALL)
    assert [word for word, _ in steps] == ["Recorded", "Changed", "Changed"]
    assert "<del>one</del> <ins>two</ins>" in steps[1][1]
    assert "<del>two</del> <ins>three</ins>" in steps[2][1]
    assert "<dt>a</dt><dd> <ins>1</ins></dd>" in steps[2][1]
    assert "1 March 2026, 13:00:00 CET</del> <ins>1 March 2026, 14:00:00 CET" in steps[2][1]
    assert acme.key in steps[1][1]
    assert "1 March 2026, 15:00:00 CET (just now)" in steps[1][1]


@SQLITE_ONLY
async def test_a_long_history_goes_on(member: Visitor, acme: Business) -> None:
    """On another page, of which each change is told once."""
    activity = await recorded(acme, note("8", summary="v0"))
    for number in range(1, 61):
        await changed(acme, activity, summary=f"v{number}")

    first = (await member.get(f"/activities/{activity.id}")).text
    link = re.search(r'href="([^"#]+)#history">Later', first)
    assert link is not None
    second = (await member.get(unescape(link[1]))).text

    told = re.findall(r"<del>(v\d+)</del>(?: <ins>(v\d+)</ins>)?", first + second)
    assert [before for before, _ in told] == [f"v{number}" for number in range(60)]
    assert {after for _, after in told if after} >= {"v60", "v1"}
    assert "Later changes" not in second


@SQLITE_ONLY
async def test_a_deleted_activity_has_its_history(member: Visitor, acme: Business) -> None:
    """And nothing else."""
    activity = await recorded(acme, note("8", summary="gone"))
    await acme.database.write(acme.account.id, lambda writer: writer.erase(activity.id))

    answer = await member.get(f"/activities/{activity.id}")

    assert answer.status_code == 200
    assert "This activity was deleted" in answer.text
    assert "<del>gone</del>" in answer.text
    assert views(answer.text) == {}


@SQLITE_ONLY
async def test_markup_is_text(member: Visitor, acme: Business) -> None:
    """In the title, the facts, the history and the documents."""
    activity = await recorded(
        acme,
        note(
            contact("8", name=MARKUP),
            summary=MARKUP,
            body=MARKUP,
            metadata=json.dumps({MARKUP: MARKUP}),
        ),
    )
    await changed(acme, activity, summary=f"{MARKUP}!")

    text = (await member.get(f"/activities/{activity.id}")).text

    assert "<script>alert" not in text
    assert "<b>&#34;bold" not in text
    assert '<b>"bold' not in text
    assert documents(text)["Doings"]["summary"] == f"{MARKUP}!"  # type: ignore[index]


@SQLITE_ONLY
async def test_a_long_document_is_cut(member: Visitor, acme: Business) -> None:
    """The page says how much is left out."""
    activity = await recorded(acme, note("8", body="long " * 100_000))

    text = (await member.get(f"/activities/{activity.id}")).text

    assert "more characters are not shown here" in text
    assert len(text) < 600_000


@SQLITE_ONLY
@pytest.mark.parametrize(
    "ref", ["x", "01900000-0000-7000-8000-000000000001", "1", "01900000-0000-7000"]
)
async def test_what_is_no_activity_is_not_found(member: Visitor, ref: str) -> None:
    """On a page."""
    answer = await member.get(f"/activities/{ref}")

    assert answer.status_code == 404


async def test_another_accounts_activity_is_not_found(
    member: Visitor, acme: Business, served: Served
) -> None:
    """Neither it nor its history."""
    del acme
    other = await served.business("other")
    activity = await recorded(other, note("8", summary="secret"))

    answer = await member.get(f"/activities/{activity.id}")

    assert answer.status_code == 404
    assert "secret" not in answer.text


@SQLITE_ONLY
async def test_the_timeline_leads_to_each_activity(member: Visitor, acme: Business) -> None:
    """By its time."""
    activity = await recorded(acme, note("8", summary="hello"))

    text = (await member.get("/timeline")).text

    assert f'<a href="/activities/{activity.id}"><time' in text


async def test_what_was_erased_is_told_and_no_more(member: Visitor, acme: Business) -> None:
    """Neither the activity's page nor that of whom it was about says what it was."""
    activity = await recorded(acme, note(contact("8", name="Jim"), summary="secret"))
    shared = await recorded(acme, note("8", "9", summary="lunch with Jim"))
    answer = await member.served.client.post(
        "/v1/erasures", headers=acme.bearer, json={"entity": "contact:8"}
    )
    assert answer.status_code == 200, answer.text

    gone = await member.get(f"/activities/{activity.id}")
    rest = await member.get(f"/activities/{shared.id}")
    person = await member.get("/entities/contact:8")
    renamed = await member.send("/entities/contact:8", name="Jim", seen="x")
    edit = await member.get(f"/activities/{shared.id}/edit")

    assert gone.status_code == 200
    assert "This activity was erased" in gone.text
    assert "secret" not in gone.text
    assert (rest.status_code, edit.status_code) == (200, 200)
    for page in (rest, edit):
        assert "Jim" not in page.text
    assert person.status_code in {303, 404}
    assert renamed.status_code in {404, 409}
