"""Who sees which settings, and that nothing in them is sent without their forms."""

import re
from random import Random
from urllib.parse import urlencode

import pytest

from doings.auth.principal import ADMIN, READ, WRITE
from doings.core.store.webhooks import WebhookSettings
from doings.live.webhooks.settings import new_webhook
from doings.web.forms import FORM
from doings.web.routes import SURFACE
from doings.web.settings.frame import SECTIONS
from tests.engines import SQLITE_ONLY
from tests.fuzz.values import TEXTS
from tests.serving import Business, Served
from tests.web.visitor import Visitor

pytestmark = SQLITE_ONLY

POSTS = [
    one.path
    for one in SURFACE.resources
    if one.path.startswith("/settings/") and "POST" in one.operations
]


def sections_in(text: str) -> list[str]:
    """The sections that a page leads to."""
    navigation = text[text.index('<nav class="sections"') :].partition("</nav>")[0]
    return re.findall(r'<a href="(?:/settings)?/([a-z]+)"', navigation)


async def test_everything_is_there_for_an_administrator(member: Visitor) -> None:
    """The first section is the first page, and each leads to all others."""
    answer = await member.get("/settings", follow_redirects=True)

    assert answer.url.path == "/settings/credentials"
    for section in SECTIONS:
        page = await member.get(section.url)
        assert page.status_code == 200, section
        assert sections_in(page.text) == [one.name for one in SECTIONS]


@pytest.mark.parametrize(
    ("scopes", "seen"), [((READ, WRITE), ["export", "sessions"]), ((WRITE,), ["sessions"])]
)
async def test_others_see_what_their_scopes_allow(
    visitor: Visitor, acme: Business, served: Served, scopes: tuple[str, ...], seen: list[str]
) -> None:
    """Whatever else they ask for says what is missing."""
    issued = await served.credential(acme.account, scopes=scopes)
    acme.secret = issued.secret
    await visitor.sign_in(acme)

    first = await visitor.get("/settings", follow_redirects=True)
    other = await visitor.get("/settings/webhooks")

    assert first.url.path == f"/settings/{seen[0]}"
    assert sections_in(first.text) == seen
    assert other.status_code == 403
    assert f"needs the scope {ADMIN}" in other.text
    assert " and ".join(scopes) in other.text


async def test_nothing_is_done_without_a_token(member: Visitor) -> None:
    """No other site can send a form in somebody's name."""
    for path in POSTS:
        url = path.replace("{", "").replace("}", "")
        files = {"file": ("a", b"{}")} if path == "/settings/imports" else None
        answer = await member.http.post(url, data={"csrf": "x", "sure": "yes"}, files=files)
        assert answer.status_code == 403, path
        assert "not made for who is signed in" in answer.text


async def test_what_is_not_there_is_not_found(member: Visitor) -> None:
    """A page that is gone, with the way back."""
    for path in (
        "credentials/k0/revoke",
        "webhooks/wh_0",
        "webhooks/wh_0/edit",
        "webhooks/wh_0/remove",
        "imports/jobs/0",
        "imports/jobs/0/progress",
        "imports/runs/99/undo",
        "imports/runs/x/undo",
    ):
        assert (await member.get(f"/settings/{path}")).status_code == 404, path
    for path in ("credentials/k0/revoke", "webhooks/wh_0/on", "imports/jobs/0/start"):
        assert (await member.send(f"/settings/{path}")).status_code == 404, path


async def test_somebody_may_sign_everybody_out(
    member: Visitor, acme: Business, served: Served
) -> None:
    """All sessions of the account end, whatever they were begun with; secrets stay good."""
    other = Visitor(served)
    acme.secret = (await served.credential(acme.account, scopes=(READ,))).secret
    await other.sign_in(acme)
    served.clock.instant += 1

    refused = await other.send("/sign-out", everywhere="account")
    answer = await member.send("/sign-out", everywhere="account")
    after = await other.get("/settings/sessions")
    api = await served.client.get("/v1/activities", headers=acme.bearer)

    assert refused.status_code == 403
    assert answer.headers["location"] == "/sign-in"
    assert after.headers["location"].startswith("/sign-in")
    assert api.status_code == 200


NAMES = (
    "label",
    "scope",
    "expires_on",
    "once",
    "sure",
    "url",
    "description",
    "kinds",
    "links",
    "actor",
    "origin",
    "level",
    "channel",
    "event",
    "format",
    "lane",
    "batch",
    "seen",
    "message",
    "kind",
    "days",
    "place",
    "set",
    "remove",
    "origins",
    "file",
    "dialect",
    "contact",
)
"""The fields of all forms."""


@pytest.mark.parametrize("path", POSTS)
async def test_nothing_odd_in_a_form_breaks_a_page(
    member: Visitor, acme: Business, path: str
) -> None:
    """Whatever is sent is done, refused on a page, or not there."""
    random = Random(path)
    webhook = new_webhook(WebhookSettings(url="https://x.example"), clock=acme.database.clock,
                          is_enabled=False)  # fmt: skip
    await acme.write(lambda writer: writer.add_webhook(webhook))
    url = re.sub(r"\{[a-z]+\}", webhook.id, path)
    token = await member.token()

    for _ in range(12):
        pairs = [(name, random.choice(TEXTS)) for name in random.sample(NAMES, 12)]
        if path.endswith("/imports"):
            fields = {name: (None, value) for name, value in pairs} | {
                "csrf": (None, token.encode()),
                "file": (random.choice(["a", "ü\0", "../x"]), random.choice(TEXTS)),
            }
            answer = await member.http.post(url, files=fields)
        else:
            body = urlencode([("csrf", token), *pairs])
            answer = await member.http.post(url, content=body, headers={"Content-Type": FORM})
        assert answer.status_code < 500 or answer.status_code == 503, (pairs, answer.text)
