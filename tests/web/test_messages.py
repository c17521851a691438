"""How pages say what is wrong."""

import pytest

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


async def test_pages_say_it_so(member: Visitor, acme: Business) -> None:
    """Where a link was used, a field came twice, and a webhook leads nowhere public."""
    link = await member.link()
    await member.get(link)
    token = await member.token()
    twice = {"csrf": token, "body": ["one", "two"]}

    used = await member.get(link)
    several = await member.http.post("/record/note", data=twice)
    form = {"csrf": token, "url": "http://127.0.0.1/", "event": "activity.recorded"}
    private = await member.http.post("/settings/webhooks/new", data=form)

    assert "<code>doings web link</code>" in used.text
    assert "The field body: takes one value" in several.text
    assert "DOINGS_WEBHOOK_ALLOW" in private.text
    assert acme.account.slug == "acme"
