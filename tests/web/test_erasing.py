"""Erasing people on their pages, without scripts."""

import pytest

from tests.builders import note
from tests.engines import SQLITE_ONLY
from tests.serving import Business
from tests.web.couple import ANN, JIM, KEYS, group_of, merged, plain
from tests.web.visitor import Visitor


async def test_erasing_counts_first(member: Visitor, two: Business) -> None:
    """What would go is told, for either way, and nothing has changed; then the name is typed."""
    await two.put("contact", "9", name="Zoë")
    await two.record(note("8", "9", summary="Jim Halpert and Zoë"))

    counted = plain((await member.get(f"{JIM}/erase")).text)
    kept = plain((await member.get(f"{JIM}/erase?activities=unlink")).text)
    assert "activities erased 1 activities that stay without the link 1" in counted
    assert "activities erased 0 activities that stay without the link 2" in kept
    assert await group_of(two, KEYS[0]) == "8"
    answer = await member.send(
        f"{JIM}/erase", activities="erase", name=" Jim Halpert ", reason="asked for it"
    )

    assert answer.status_code == 200
    assert "activities erased 1 activities that stay without the link 1" in plain(answer.text)
    assert (await member.get(JIM)).status_code == 404
    assert "Jim Halpert" not in (await member.get("/timeline")).text
    (entry,) = await two.read(lambda reader: reader.erasures(5, None))
    assert (entry.reason, entry.by, entry.activities) == ("asked for it", two.key, "erase")
    assert entry.entity in answer.text


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "Jim"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "contact:77"}, "name"),
        ({"name": "8", "reason": "x" * 201}, "reason"),
        ({"name": "8", "reason": "a\0b"}, "reason"),
    ],
)
async def test_nobody_is_erased_by_a_slip(
    member: Visitor, two: Business, fields: dict[str, str], field: str
) -> None:
    """The form comes back with what was typed, and says at its field what is wrong."""
    answer = await member.send(f"{JIM}/erase", activities="unlink", **fields)

    assert answer.status_code == 422
    assert f'aria-describedby="{field}-problem' in answer.text
    assert 'name="activities" value="unlink"' in answer.text
    assert await group_of(two, KEYS[0]) == "8"


@SQLITE_ONLY
async def test_a_hold_of_meanwhile_keeps_from_being_erased(member: Visitor, two: Business) -> None:
    """The page says so."""
    token = await member.token()
    await two.write(lambda writer: writer.hold_entity(KEYS[0], "lawsuit"))

    answer = await member.send(f"{JIM}/erase", token=token, name="8")

    assert answer.status_code == 409
    assert "lawsuit" in answer.text
    assert await group_of(two, KEYS[0]) == "8"


@SQLITE_ONLY
async def test_all_that_is_one_person_is_erased_together(member: Visitor, two: Business) -> None:
    """By either id; the page says beforehand that it goes along."""
    await merged(two)

    page = plain((await member.get(f"{ANN}/erase")).text)
    answer = await member.send(f"{ANN}/erase", name="contact:8")

    assert "All ids that are one person go along" in page
    assert answer.status_code == 200
    for path in (JIM, ANN):
        assert (await member.get(path)).status_code == 404


@SQLITE_ONLY
async def test_who_was_deleted_is_erased_from_their_timeline(
    member: Visitor, two: Business
) -> None:
    """Which leads there, as there is no page any more; once they are erased it does not."""
    await two.write(lambda writer: writer.delete_entity(KEYS[0]))

    timeline = (await member.get("/timeline?person=contact:8")).text
    assert f'deleted, <a href="{JIM}/erase">erase</a>' in timeline
    page = (await member.get(f"{JIM}/erase")).text
    answer = await member.send(f"{JIM}/erase", name="contact:8")

    assert "activities erased 1" in plain(page)
    assert answer.status_code == 200
    assert f"{JIM}/erase" not in (await member.get("/timeline?person=contact:8")).text
    assert (await member.get(f"{JIM}/erase")).status_code == 404


@SQLITE_ONLY
async def test_only_people_are_merged_and_erased(member: Visitor, acme: Business) -> None:
    """A thing has no page for either."""
    await acme.put("resource", "r1", name="Room")

    page = (await member.get("/entities/resource:r1")).text
    merging = await member.get("/entities/resource:r1/merge")
    erased = await member.send("/entities/resource:r1/erase", name="Room")

    assert "/merge" not in page
    assert "/erase" not in page
    assert (merging.status_code, erased.status_code) == (404, 404)
