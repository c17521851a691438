"""How pages say what is wrong."""

import pytest

from doings.core.errors import Invalid
from doings.live.webhooks.destination import checked_url
from doings.web.forms import marked, sentence
from tests.engines import SQLITE_ONLY
from tests.serving import Business
from tests.web.visitor import Visitor

pytestmark = SQLITE_ONLY


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("at most 100", "At most 100."),
        ("is it one?", "Is it one?"),
        ("https://a.example/path: must be like", "https://a.example/path: must be like."),
        ("contact:2 cannot be merged", "contact:2 cannot be merged."),
        ("lunch.logged is no kind", "lunch.logged is no kind."),
        ("monica’s list", "Monica’s list."),
        ("", "."),
    ],
)
def test_what_was_typed_keeps_its_letters(reason: str, told: str) -> None:
    """A word of ours begins with a capital letter."""
    assert sentence(reason) == told


def test_commands_are_marked() -> None:
    """And nothing that was typed is HTML."""
    assert marked("<b> from `doings web link`") == "&lt;b&gt; from <code>doings web link</code>"


def test_an_address_that_is_not_public_names_the_setting() -> None:
    """Somebody who tries a receiver of their own learns how to allow it."""
    with pytest.raises(Invalid, match="DOINGS_WEBHOOK_ALLOW"):
        checked_url("http://127.0.0.1/", ())


async def test_pages_say_it_so(member: Visitor, acme: Business) -> None:
    """Where a link was used, and where a field came twice."""
    link = await member.link()
    await member.get(link)
    token = await member.token()
    twice = {"csrf": token, "body": ["one", "two"]}

    used = await member.get(link)
    several = await member.http.post("/record/note", data=twice)

    assert "<code>doings web link</code>" in used.text
    assert "The field body: takes one value" in several.text
    assert acme.account.slug == "acme"


async def test_a_time_zone_that_is_none_is_refused(member: Visitor) -> None:
    """It would be left out, and nobody would know why the times stay as they are."""
    answer = await member.send("/display", theme="dark", zone="Mars/Phobos")

    assert answer.status_code == 422
    assert "“Mars/Phobos” is no time zone" in answer.text


async def test_what_is_deleted_twice_is_deleted(member: Visitor, acme: Business) -> None:
    """Both ways lead to the page that says so."""
    activity = await acme.record_one("8", summary="x")
    path = f"/activities/{activity.id}"

    for _ in range(2):
        answer = await member.send(f"{path}/delete", seen=str(activity.seq))
        assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert (await member.get(f"{path}/delete")).headers["location"] == path
    assert "deleted" in (await member.get(path)).text


async def test_who_goes_back_from_a_secret_gets_the_page_without(member: Visitor) -> None:
    """The page says which one that is."""
    token = await member.token()
    form = {"csrf": token, "label": "x", "scope": ["read_activities"]}

    answer = await member.http.post("/settings/credentials", data=form)

    assert 'data-instead="/settings/credentials"' in answer.text
