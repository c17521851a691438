"""What may be done with a person on its pages: merging, parting and holding; no scripts."""

import re

import pytest

from tests.counting import statements_of
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.couple import ANN, JIM, KEYS, group_of, merged, plain
from tests.web.visitor import Visitor, titles

MARKUP = "<script>alert(1)</script><b>bold</b>"


async def test_a_suggestion_is_accepted(member: Visitor, two: Business) -> None:
    """It says how likely it is and why; both have one page then, which tells of the other id."""
    page = (await member.get(f"{JIM}/merge")).text
    assert "same e-mail jim@example.org" in page
    assert re.search(r"James Halpert .*contact:77 \d+ %", plain(page))

    answer = await member.send(f"{JIM}/merge", other="contact:77", reason="the same desk")

    assert (answer.status_code, answer.headers["location"]) == (303, JIM)
    assert await group_of(two) == "8"
    for path in (JIM, ANN):
        shown = (await member.get(path)).text
        assert [title.split()[-1] for title in titles(shown)] == ["second", "first"]
        assert "One person with contact:77" in plain(shown)
        assert f"by {two.key}: the same desk" in plain(shown)
    assert "same e-mail" not in (await member.get(f"{JIM}/merge")).text


async def test_a_suggestion_is_refused(member: Visitor, two: Business) -> None:
    """And is made no more, on either page."""
    answer = await member.send(f"{JIM}/dismiss", other="contact:77")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{JIM}/merge")
    for path in (JIM, ANN):
        assert "same e-mail" not in (await member.get(f"{path}/merge")).text
    assert await group_of(two) == "77"


async def test_somebody_is_searched_for(member: Visitor, two: Business) -> None:
    """By words or by an id; neither the person itself nor anybody of another type is found."""
    await two.put("contact", "9", name="Zoë Kuhn")
    await two.put("individual", "9", name="Zoë Kuhn")

    for text in ("zoe", "9", "contact:9"):
        page = (await member.get(f"{JIM}/merge?q={text}")).text
        assert re.findall(r'name="other" value="([^"]+)"', page)[-1] == "contact:9"
        assert "individual:9" not in page
    own = (await member.get(f"{JIM}/merge?q=jim")).text
    none = (await member.get(f"{JIM}/merge?q=nobody")).text
    await member.send(f"{JIM}/merge", other="contact:9", reason="")

    assert 'value="contact:8"' not in own
    assert "Nobody else of this type is called so" in none
    assert await group_of(two, ("contact", "9")) == "8"


@SQLITE_ONLY
async def test_a_merge_that_the_server_made_says_so(member: Visitor, two: Business) -> None:
    """With its reason, on the person's page and on that of all merges."""
    await two.write(
        lambda writer: writer.add_merge(KEYS[0], KEYS[1:], "same e-mail", is_by_itself=True)
    )

    for path in (JIM, "/merges"):
        text = plain((await member.get(path)).text)
        assert "by itself" in text
        assert "same e-mail" in text


async def test_people_are_parted_again(member: Visitor, two: Business) -> None:
    """Once; a second try is told why not."""
    merge = await merged(two)

    first = await member.send(f"{JIM}/part", merge=merge)
    second = await member.send(f"{JIM}/part", merge=merge)
    unknown = await member.send(f"{JIM}/part", merge="x")

    assert (first.status_code, first.headers["location"]) == (303, JIM)
    assert await group_of(two) == "77"
    assert second.status_code == 409
    assert f"The merge {merge} was reverted already." in plain(second.text)
    assert (unknown.status_code, "There is no merge x." in plain(unknown.text)) == (404, True)


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("fields", "status", "problem"),
    [
        ({"other": "contact:8"}, 409, "cannot be merged into itself"),
        ({"other": "contact:404"}, 404, "There is no contact 404"),
        ({"other": "membership:m1"}, 422, "Has to be a contact"),
        ({"other": "x"}, 422, "Choose somebody, or write an id like contact:8"),
        ({"other": ":"}, 422, "Choose somebody"),
        ({}, 422, "Choose somebody"),
        ({"other": "contact:77", "reason": "x" * 201}, 422, "At most 200"),
    ],
)
async def test_what_cannot_be_merged_says_why(
    member: Visitor, two: Business, fields: dict[str, str], status: int, problem: str
) -> None:
    """With what was typed; nothing is merged."""
    answer = await member.send(f"{JIM}/merge", **fields)

    assert answer.status_code == status
    assert problem in plain(answer.text)
    assert fields.get("reason", "") in answer.text
    assert await group_of(two) == "77"


async def test_suggestions_for_everybody_are_one_page(member: Visitor, two: Business) -> None:
    """With the newest merges; its forms lead back to it."""
    page = plain((await member.get("/merges")).text)
    assert "Jim Halpert contact:8 and James Halpert contact:77" in page

    merged = await member.send(f"{JIM}/merge", other="contact:77", reason="x", next="/merges")
    after = (await member.get("/merges")).text
    merge = re.search(r'name="merge" value="([^"]+)"', after)
    assert merge is not None
    parted = await member.send(f"{JIM}/part", merge=merge[1], next="/merges")
    dismissed = await member.send(f"{JIM}/dismiss", other="contact:77", next="//evil.example")

    assert [one.headers["location"] for one in (merged, parted)] == ["/merges", "/merges"]
    assert dismissed.headers["location"] == f"{JIM}/merge"
    assert "contact:77 into contact:8" in plain(after)
    assert await group_of(two) == "77"
    assert "No two people share" in plain(after)
    assert "contact:77" not in (await member.get("/merges")).text


@SQLITE_ONLY
async def test_what_cannot_be_dismissed_or_searched_for_says_why(
    member: Visitor, two: Business
) -> None:
    """One that is the same already, one that is not there, and a search for too much."""
    await merged(two)
    words = "%20".join(f"w{number}" for number in range(200))

    same = await member.send(f"{JIM}/dismiss", other="contact:77")
    unknown = await member.send(f"{JIM}/dismiss", other="contact:404")
    nobody = await member.send(f"{JIM}/dismiss", other="?")
    long, many = (
        await member.get(f"{JIM}/merge?q={'x' * 1001}"),
        await member.get(f"{JIM}/merge?q={words}"),
    )

    assert (same.status_code, unknown.status_code, nobody.status_code) == (409, 404, 422)
    assert "These are one person already." in plain(same.text)
    assert (long.status_code, many.status_code) == (422, 422)
    assert 'aria-describedby="q-problem"' in many.text


async def test_a_person_is_put_on_hold_and_released(
    member: Visitor, two: Business, served: Served
) -> None:
    """The page says why and until when; the hold of one that is merged keeps all."""
    await member.send(ANN + "/hold", reason=" lawsuit ", until="2099-12-31")
    served.clock.instant += 1
    await merged(two)

    page = plain((await member.get(JIM)).text)
    kept = await member.get(f"{JIM}/erase")
    await member.send(f"{JIM}/release")
    still = plain((await member.get(JIM)).text)
    answer = await member.send(f"{ANN}/release")

    assert "On hold contact:77 : lawsuit" in page
    assert f"by {two.key}" in page
    assert "until" in page
    assert "2100" in page
    assert "On hold contact:77 : lawsuit" in still
    assert "contact 77 is on hold and cannot be erased" in plain(kept.text).replace(
        "Contact", "contact"
    )
    assert 'name="activities"' not in kept.text
    assert answer.status_code == 303
    assert "lawsuit" not in (await member.get(JIM)).text
    assert await two.read(lambda reader: reader.holds(0, 9, 0)) == []


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("reason", "until", "field"),
    [
        ("", "", "hold"),
        (" ", "", "hold"),
        ("x" * 201, "", "hold"),
        ("a\0b", "", "hold"),
        ("lawsuit", "2020-01-01", "until"),
        ("lawsuit", "9999-12-31", "until"),
        ("lawsuit", "soon", "until"),
    ],
)
async def test_a_hold_needs_a_reason_and_an_end_that_comes(
    member: Visitor, two: Business, reason: str, until: str, field: str
) -> None:
    """What is wrong is said at its field, with what was typed."""
    answer = await member.send(f"{JIM}/hold", reason=reason, until=until)

    assert answer.status_code == 422
    assert f'aria-describedby="{field}-problem"' in answer.text
    assert await two.read(lambda reader: reader.holds(0, 9, 0)) == []


@SQLITE_ONLY
async def test_who_is_no_admin_does_none_of_it(
    visitor: Visitor, served: Served, two: Business
) -> None:
    """There is no button, and what is sent without one is refused; a hold is told."""
    await two.write(lambda writer: writer.hold_entity(KEYS[0], "lawsuit"))
    merge = await merged(two)
    issued = await served.credential(two.account, scopes=("read_activities", "write_activities"))
    two.secret = issued.secret
    await visitor.sign_in(two)

    page = (await visitor.get(JIM)).text
    assert "lawsuit" in page
    assert not re.search(r"/entities/[^\"]+/(part|release|hold|merge|erase)\"", page)
    for path, fields in (
        ("/merge", {"other": "contact:77"}),
        ("/dismiss", {"other": "contact:77"}),
        ("/part", {"merge": merge}),
        ("/hold", {"reason": "x"}),
        ("/release", {}),
        ("/erase", {"name": "8"}),
    ):
        assert (await visitor.send(JIM + path, **fields)).status_code == 403
    for path in (f"{JIM}/merge", f"{JIM}/erase", "/merges"):
        assert (await visitor.get(path)).status_code == 403


@SQLITE_ONLY
async def test_another_accounts_people_are_left_alone(
    member: Visitor, two: Business, served: Served
) -> None:
    """Neither shown, nor merged, parted, held or erased."""
    other = await served.business("other")
    for id_ in ("8", "5"):
        await other.put("contact", id_, name="Secret person", attrs='{"email":"jim@example.org"}')
    theirs = await other.write(
        lambda writer: writer.add_merge(("contact", "8"), [("contact", "5")], None)
    )
    assert "ecret person" not in (await member.get("/merges")).text
    for path in ("/merge", "/erase"):
        assert (await member.get(f"/entities/contact:5{path}")).status_code == 404
        assert "ecret person" not in (await member.get(f"{JIM}{path}?q=secret")).text
    for path, fields in (
        ("/entities/contact:5/erase", {"name": "5"}),
        ("/entities/contact:5/hold", {"reason": "x"}),
        ("/entities/contact:5/release", {}),
        (f"{JIM}/merge", {"other": "contact:5"}),
        (f"{JIM}/dismiss", {"other": "contact:5"}),
        (f"{JIM}/part", {"merge": theirs.id}),
    ):
        answer = await member.send(path, **fields)
        assert answer.status_code == 404, path
        assert "ecret person" not in answer.text
    assert await group_of(other, ("contact", "5")) == "8"
    del two


@SQLITE_ONLY
async def test_markup_of_people_is_text(member: Visitor, two: Business) -> None:
    """In names, reasons and what is typed."""
    await two.put("contact", "8", name=MARKUP, attrs='{"email":"jim@example.org"}')
    await two.write(lambda writer: writer.add_merge(KEYS[1], KEYS[:1], MARKUP))
    pages = [await member.get(ANN), await member.get(f"{ANN}/merge?q={MARKUP}")]
    pages.append(await member.send(f"{ANN}/merge", other=MARKUP, reason=MARKUP))
    pages.append(await member.send(f"{ANN}/erase", name=MARKUP, reason=MARKUP))
    await member.send(f"{ANN}/hold", reason=MARKUP)
    await two.put("contact", "1", name=MARKUP, attrs='{"email":"jim@example.org"}')
    pages += [await member.get(path) for path in (ANN, f"{ANN}/erase", "/merges")]

    for page in pages:
        assert "<script>alert" not in page.text
        assert "<b>bold" not in page.text


@SQLITE_ONLY
async def test_statements_do_not_grow_with_people(
    member: Visitor, two: Business, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither with those who are suggested or merged, nor with holds."""
    await merged(two)
    await two.put("contact", "1", name="Jim Halpert")
    await two.write(lambda writer: writer.hold_entity(KEYS[0], "x"))
    paths = (JIM, f"{JIM}/merge?q=jim", "/merges")
    kept = statements_of(served.database.engine, monkeypatch)
    few = []
    for path in paths:
        kept.clear()
        await member.get(path)
        few.append(len(kept))
    for number in range(20, 30):
        await two.put("contact", str(number), name="Jim Halpert")
        await two.write(lambda writer, id_=str(number): writer.hold_entity(("contact", id_), "x"))  # type: ignore[misc]
        if number % 2:
            await two.write(
                lambda writer, id_=str(number): writer.add_merge(KEYS[0], [("contact", id_)], None)  # type: ignore[misc]
            )

    for path, count in zip(paths, few, strict=True):
        kept.clear()
        await member.get(path)
        assert len(kept) <= count, path


async def test_what_rests_on_a_merge_is_parted_first(member: Visitor, two: Business) -> None:
    """It is named in the place of a button, on both pages, and in the API's answer."""
    await two.put("contact", "9", name="J. H.")
    await member.send(f"{ANN}/merge", other="contact:9")
    await member.send(f"{JIM}/merge", other="contact:77")
    (first,) = [
        one
        for one in await two.read(lambda reader: reader.merges(before=None, after=None, limit=9))
        if one.merged == (("contact", "9"),)
    ]

    person, merges = (await member.get(JIM)).text, (await member.get("/merges")).text
    refused = await member.send(f"{JIM}/part", merge=first.id)

    for page in (person, merges):
        assert page.count(">Part again<") == 1
        assert "can be parted again once these are: contact:77" in plain(page)
    assert refused.status_code == 409
    assert "(contact:77)" in plain(refused.text)
    assert 'href="/merges"' in (await member.get("/settings/sessions")).text


@SQLITE_ONLY
@pytest.mark.parametrize("path", [f"{JIM}/merge", "/merges", "/settings/embedding"])
async def test_a_merge_widens_what_was_given_out(member: Visitor, two: Business, path: str) -> None:
    """And that is said where people are merged and where addresses stand."""
    del two

    assert "viewer token" in (await member.get(path)).text.lower()
