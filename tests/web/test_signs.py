"""The signs and colours of an account's own kinds, wherever the pages show activities."""

import re

import pytest

from doings.core.kinds.own import own_kind
from doings.core.kinds.rules import kind_named
from doings.web.timeline.icons import Icon, icon_of
from tests.builders import note
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor

pytestmark = SQLITE_ONLY


async def test_own_kinds_have_their_own_sign(
    member: Visitor, acme: Business, served: Served
) -> None:
    """On the timeline, the page of a person, of an activity and of a search; markup is text."""
    await served.client.put(
        "/v1/kinds/parcel.arrived",
        headers=acme.bearer,
        json={"title": "A parcel: {summary}", "icon": "<b>", "colour": "#FFDD00"},
    )
    activity = await acme.record_one("8", kind="parcel.arrived", summary="shoes")
    await acme.record(note("8"))

    for path, count in (
        ("/timeline", 1),
        ("/entities/contact:8", 2),
        (f"/activities/{activity.id}", 1),
        ("/search?q=shoes", 1),
    ):
        text = (await member.get(path)).text
        assert text.count('fill="#ffdd00"') == count, path
        assert re.search(r'<text x="18" y="18" fill="#14161c"[^>]*>&lt;b&gt;</text>', text), path
        assert "A parcel: shoes" in re.sub("<[^>]+>", "", text)


@pytest.mark.parametrize(
    ("icon", "colour", "shown"),
    [
        (None, None, Icon("receipt", "green")),
        ("🧾", None, Icon("receipt", "green", "🧾")),
        (None, "#000000", Icon("receipt", "green", None, "#000000", "#ffffff")),
        ("VIP", "#ffffff", Icon("receipt", "green", "VIP", "#ffffff", "#14161c", is_long=True)),
        ("sixteen letters!", None, Icon("receipt", "green", "six…", is_long=True)),
        ("👨‍👩‍👧‍👦", "#b3261e", Icon("receipt", "green", "👨‍👩‍👧‍👦", "#b3261e", "#ffffff")),
    ],
)
def test_what_is_not_chosen_goes_by_the_noun(
    icon: str | None, colour: str | None, shown: Icon
) -> None:
    """A family is one character, and on light colours the sign is dark."""
    assert icon_of(own_kind("invoice.framed", title="x", icon=icon, colour=colour)) == shown


def test_kinds_of_the_catalogue_have_symbols() -> None:
    """Those of nobody a dot."""
    assert icon_of(kind_named("note.created")) == Icon("note", "amber")
    assert icon_of(kind_named("some.thing")) == Icon("dot", "plain")
