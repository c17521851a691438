"""The page where somebody lets a program in, and where it leads."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor, token_in

BACK = "https://app.example.org/back?from=doings"
ASKED = {
    "response_type": "code", "client_id": "3", "redirect_uri": BACK, "state": "s&1",
    "code_challenge": "v" * 43, "code_challenge_method": "plain",
}  # fmt: skip

pytestmark = SQLITE_ONLY


@pytest.fixture
async def listed(served: Served, acme: Business) -> None:
    """The account names where programs may be."""
    redirects = [BACK, "http://127.0.0.1/back", "app.example:/back"]
    await served.database.change_settings(
        acme.account.id, lambda settings: {**settings, "redirects": redirects}
    )


async def ask(visitor: Visitor, **changed: str) -> httpx.Response:
    """Open the page as a program does."""
    params = {name: value for name, value in {**ASKED, **changed}.items() if value}
    return await visitor.get("/monica/oauth/authorize", params=params, follow_redirects=True)


async def decide(visitor: Visitor, decision: str, **changed: str) -> httpx.Response:
    """Answer the question on the page."""
    page = await ask(visitor)
    fields = {**ASKED, **changed, "decision": decision}
    return await visitor.send("/connect", token=token_in(page.text), **fields)


def answer_in(location: str) -> dict[str, list[str]]:
    """What the program is told."""
    assert location.startswith("https://app.example.org/back?from=doings&"), location
    return parse_qs(urlsplit(location).query)


@pytest.mark.usefixtures("listed")
async def test_who_is_not_signed_in_signs_in_first(visitor: Visitor, acme: Business) -> None:
    """And comes back to the question with all that the program asked with."""
    form = await ask(visitor)

    answer = await visitor.send(
        "/sign-in", token=token_in(form.text), account="acme", secret=acme.secret,
        next=str(form.url.params["next"]),
    )  # fmt: skip
    page = await visitor.get(answer.headers["location"])

    assert form.url.path == "/sign-in"
    assert page.status_code == 200, page.text
    assert "Let a program in?" in page.text
    assert 'name="state" value="s&amp;1"' in page.text


@pytest.mark.usefixtures("listed")
async def test_letting_it_in_sends_it_back_with_a_code(member: Visitor, served: Served) -> None:
    """The code gets a token."""
    answer = await decide(member, "allow")

    told = answer_in(answer.headers["location"])
    assert (answer.status_code, told["state"]) == (303, ["s&1"])
    assert answer.headers["cache-control"] == "no-store"
    tokens = await served.client.post(
        "/monica/oauth/token",
        data={
            "grant_type": "authorization_code",
            "client_id": "3",
            "redirect_uri": BACK,
            "code": told["code"][0],
            "code_verifier": "v" * 43,
        },
    )
    bearer = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
    assert (await served.client.get("/monica/api/me", headers=bearer)).status_code == 200


@pytest.mark.usefixtures("listed")
async def test_refusing_is_told(member: Visitor) -> None:
    """Without a code."""
    answer = await decide(member, "deny")

    told = answer_in(answer.headers["location"])
    assert (told["error"], told["state"], "code" in told) == (["access_denied"], ["s&1"], False)


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
    ],
)
async def test_what_there_is_not_is_told_to_the_program(
    member: Visitor, changed: dict[str, str], error: str
) -> None:
    """At its own address."""
    params = {**ASKED, **changed}
    answer = await member.get("/connect", params=params)

    assert answer_in(answer.headers["location"])["error"] == [error]


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    "redirect",
    [
        "",
        "https://evil.example/back",
        "https://app.example.org/back",
        "https://app.example.org/back?from=doings&x=1",
        "https://app.example.org@evil.example/back?from=doings",
        "http://app.example.org/back?from=doings",
        "http://127.0.0.1/elsewhere",
        "https://127.0.0.1/back",
        "javascript:alert(1)",
        "//evil.example",
        "/timeline",
    ],
)
async def test_leads_to_no_other_address(member: Visitor, redirect: str) -> None:
    """Neither by the page nor by its form; the page says what is wrong."""
    page = await ask(member, redirect_uri=redirect)
    sent = await decide(member, "allow", redirect_uri=redirect)

    for answer in (page, sent):
        assert answer.status_code in {400, 422}
        assert "location" not in answer.headers
        assert "does not name this address" in answer.text


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize("redirect", ["http://127.0.0.1:5123/back", "app.example:/back"])
async def test_a_program_on_the_caller_s_machine_takes_any_port(
    member: Visitor, redirect: str
) -> None:
    """And an app has an address of its own; the page's policy lets its form lead there."""
    page = await ask(member, redirect_uri=redirect)

    assert page.status_code == 200
    source = redirect.removesuffix("/back")
    assert f"form-action 'self' {source}" in page.headers["content-security-policy"]


async def test_nothing_is_named_at_first(member: Visitor) -> None:
    """So that nobody is led anywhere."""
    assert (await ask(member)).status_code in {400, 422}


@pytest.mark.usefixtures("listed")
async def test_a_program_has_a_name(member: Visitor) -> None:
    """Which the page shows."""
    nameless = await ask(member, client_id="")
    named = await ask(member, client_id="<b>Phone</b>")

    assert nameless.status_code in {400, 422}
    assert "&lt;b&gt;Phone&lt;/b&gt;" in named.text


@pytest.mark.usefixtures("listed")
async def test_the_form_needs_its_token(member: Visitor) -> None:
    """No other site lets a program in."""
    answer = await member.send("/connect", token="", **ASKED, decision="allow")

    assert answer.status_code == 403
