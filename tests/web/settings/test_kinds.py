"""Own kinds on their page: tried, saved, changed and removed."""

import re
from html import unescape

import httpx
import pytest

from doings.core.kinds.own import own_kinds
from doings.web.settings.kinds import OUTDATED
from tests.engines import SQLITE_ONLY
from tests.serving import Business
from tests.web.visitor import Visitor

pytestmark = SQLITE_ONLY

PATH = "/settings/kinds"
LOOK = {"kind": "parcel.arrived", "title": "Parcel{?: {text}}", "icon": "📦", "colour": "#FFDD00"}


def seen_in(answer: httpx.Response) -> str:
    """What the form of a page knows of what there is."""
    found = re.search(r'name="seen" value="([^"]*)"', answer.text)
    return found[1] if found else ""


def plain(answer: httpx.Response) -> str:
    """What somebody reads of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def kinds(acme: Business) -> dict[str, tuple[str, str, str | None]]:
    """The look of each kind."""
    account = await acme.read(lambda reader: reader.account())
    return {
        name: (kind.template, kind.icon, kind.colour)
        for name, kind in own_kinds(account.settings).items()
    }


async def test_a_look_is_tried_saved_changed_and_removed(member: Visitor, acme: Business) -> None:
    """Trying shows the newest activities with it, and saves nothing."""
    await acme.record_one("8", kind="parcel.arrived", summary="<b>shoes</b>")
    before = plain(await member.get(PATH))

    tried = await member.send(PATH, **LOOK, **{"try": "yes"})
    after_trial = await kinds(acme)
    saved = await member.send(PATH, **LOOK, save="yes")
    form = await member.get(f"{PATH}?kind=parcel.arrived")
    changed = await member.send(PATH, **LOOK | {"icon": ""}, seen=seen_in(form), save="yes")
    after_change = await kinds(acme)
    asked = plain(await member.get(f"{PATH}/parcel.arrived/remove"))
    removed = await member.send(f"{PATH}/parcel.arrived/remove")
    again = await member.send(f"{PATH}/parcel.arrived/remove")

    assert "shown by their names: parcel.arrived 1" in before
    assert "Parcel: <b>shoes</b>" in plain(tried)
    assert "<b>shoes" not in tried.text
    assert 'fill="#ffdd00"' in tried.text
    assert after_trial == {}
    assert saved.headers["location"] == f"{PATH}?done=saved"
    assert 'value="#ffdd00"' in form.text
    assert changed.status_code == 303
    assert after_change == {"parcel.arrived": ("Parcel{?: {text}}", "•", "#ffdd00")}
    assert "Its activities stay" in asked
    assert (removed.status_code, again.status_code) == (303, 404)
    assert await kinds(acme) == {}


async def test_a_kind_that_nobody_recorded_is_tried_with_a_made_up_title(member: Visitor) -> None:
    """All parts of the template are in it."""
    title = "Paid {amount}{? for {@contact}}{?: [bill {id}](invoice:{id})}"

    tried = await member.send(PATH, **LOOK | {"title": title}, **{"try": "yes"})

    assert "Paid «amount» for «contact_name»: bill «id»" in plain(tried)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"kind": ""}, {"kind"}),
        ({"kind": "parcel"}, {"kind"}),
        ({"kind": "note.created"}, {"kind"}),
        ({"kind": "p\0.x", "title": "{"}, {"kind", "title"}),
        ({"title": ""}, {"title"}),
        ({"title": "{? for {x}"}, {"title"}),
        ({"title": "x" * 201, "icon": "x" * 17, "colour": "red"}, {"title", "icon", "colour"}),
        ({"colour": "#12345"}, {"colour"}),
        ({"icon": "a\nb"}, {"icon"}),
    ],
)
@pytest.mark.parametrize("button", ["try", "save"])
async def test_what_is_wrong_is_said_at_its_field(
    member: Visitor, acme: Business, wrong: dict[str, str], fields: set[str], button: str
) -> None:
    """With what was typed, and nothing is saved."""
    answer = await member.send(PATH, **LOOK | wrong, **{button: "yes"})

    assert answer.status_code == 422
    assert set(re.findall(r'aria-describedby="(\w+)-problem"', answer.text)) == fields
    assert await kinds(acme) == {}


async def test_of_two_tabs_the_second_looks_again(member: Visitor, acme: Business) -> None:
    """What it does not know is not replaced, unless it is sent once more."""
    await member.send(PATH, **LOOK, save="yes")

    refused = await member.send(PATH, **LOOK | {"title": "Other"}, save="yes")
    before = await kinds(acme)
    again = await member.send(PATH, **LOOK | {"title": "Other"}, seen=seen_in(refused), save="yes")

    assert refused.status_code == 409
    assert OUTDATED in plain(refused)
    assert before["parcel.arrived"][0] == "Parcel{?: {text}}"
    assert again.status_code == 303
    assert (await kinds(acme))["parcel.arrived"][0] == "Other"


async def test_an_address_names_a_kind(member: Visitor) -> None:
    """One that has no look yet, too; what is no kind is said."""
    new = await member.get(f"{PATH}?kind=parcel.lost")
    odd = await member.get(f"{PATH}?kind=note.created")

    assert 'value="parcel.lost"' in new.text
    assert "must be noun.verb, and none of the catalogue" in plain(odd)
