"""What all pages have: their policy, their errors, their forms, and how they look."""

import gzip
import re
from pathlib import Path

import pytest

from doings.web.assets import assets, version
from tests.builders import note
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor, token_in

pytestmark = SQLITE_ONLY


async def test_a_page_loads_and_runs_only_what_is_ours(member: Visitor) -> None:
    """The policy allows nothing that is written into the page, and nothing is."""
    answer = await member.get("/timeline")

    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "<style" not in answer.text
    assert not re.search(r"<script(?! type=\"module\" src=\"/static/)", answer.text)
    assert not re.search(r"\s(on[a-z]+|style)=", answer.text)
    assert not re.search(r"(src|href|action)=\"(?!/|#|\?)", answer.text)


@pytest.mark.parametrize("path", ["/timeline/nowhere", "/sign-in/a/b", "/static/x/none.js"])
async def test_what_is_not_there_is_told_on_a_page(member: Visitor, path: str) -> None:
    """With a way back."""
    answer = await member.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/timeline"), ("GET", "/sign-out"), ("DELETE", "/display")]
)
async def test_a_wrong_verb_is_told_which_is_right(member: Visitor, method: str, path: str) -> None:
    """As everywhere."""
    answer = await member.http.request(method, path)

    assert answer.status_code == 405
    assert answer.headers["allow"]


async def test_answers_are_compressed_where_that_is_taken(member: Visitor) -> None:
    """Pages and files."""
    paths = ("/timeline", f"/static/{version()}/feed.js")
    for path in paths:
        plain = await member.get(path, headers={"Accept-Encoding": "gzip;q=0, br"})
        small = await member.get(path, headers={"Accept-Encoding": "br, gzip;q=0.5"})
        assert "content-encoding" not in plain.headers
        assert small.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in small.headers["vary"]


@pytest.mark.parametrize("name", sorted(assets()))
async def test_files_are_kept_for_good_by_their_version(visitor: Visitor, name: str) -> None:
    """Without signing in; of another version the present file is given, and not kept."""
    present = await visitor.get(f"/static/{version()}/{name}")
    other = await visitor.get(f"/static/other/{name}")

    assert present.content == other.content == gzip.decompress(assets()[name].compressed)
    assert "immutable" in present.headers["cache-control"]
    assert other.headers["cache-control"] == "public, no-cache"


@pytest.mark.parametrize("path", ["/sign-out", "/display"])
@pytest.mark.parametrize("token", ["", "x", "%%%", "AAAA" * 12, "é"])
async def test_a_form_needs_its_token(member: Visitor, path: str, token: str) -> None:
    """Without it nothing happens."""
    answer = await member.send(path, token=token, theme="dark")

    assert answer.status_code == 403
    assert "load the page again" in answer.text
    assert (await member.get("/timeline")).status_code == 200


async def test_a_token_is_good_for_one_session(
    member: Visitor, served: Served, acme: Business
) -> None:
    """Of two tabs, one that was loaded before somebody else signed in sends nothing."""
    before = await member.token()
    again = await member.token()
    other = Visitor(served)
    theirs = await other.token("/sign-in")
    await member.sign_in(acme)

    assert before != again
    assert (await member.send("/sign-out", token=theirs)).status_code == 403
    assert (await member.send("/sign-out", token=before)).status_code == 403
    assert (await member.send("/sign-out")).status_code == 303


async def test_two_tabs_may_both_sign_in(visitor: Visitor, acme: Business) -> None:
    """The form that was loaded first is still good."""
    first = token_in((await visitor.get("/sign-in")).text)
    await visitor.sign_in(acme)

    answer = await visitor.send("/sign-in", token=first, account="acme", secret=acme.secret)

    assert answer.status_code == 303


async def test_a_form_is_a_form(member: Visitor) -> None:
    """No other type of body is taken, which other sites could send."""
    answer = await member.http.post("/display", json={"csrf": await member.token()})

    assert answer.status_code == 415


async def test_colours_and_zone_are_kept(member: Visitor, acme: Business) -> None:
    """In the browser; the page comes back as it was."""
    await acme.record(note())
    answer = await member.send("/display", theme="dark", zone="Asia/Tokyo", next="/timeline?text=a")
    page = (await member.get("/timeline")).text

    assert answer.headers["location"] == "/timeline?text=a"
    assert 'data-theme="dark"' in page
    assert "times in Asia/Tokyo" in page
    assert '<span class="clock">21:00</span>' in page


@pytest.mark.parametrize(
    "cookie", ["", "x~y", "dark~No/Where", "~", "a=b", "dark~../../etc/passwd"]
)
async def test_a_display_that_cannot_be_read_is_the_usual_one(member: Visitor, cookie: str) -> None:
    """Whatever somebody wrote into the cookie."""
    member.http.cookies.set("doings_display", cookie)

    answer = await member.get("/timeline")

    assert answer.status_code == 200
    assert "times in Europe/Berlin" in answer.text


async def test_leads_back_to_no_other_site(member: Visitor) -> None:
    """After a choice of colours."""
    answer = await member.send("/display", theme="dark", next="//evil.example")

    assert answer.headers["location"] == "/"


def test_every_icon_that_is_named_is_drawn() -> None:
    """In the one file of icons."""
    from doings.web.timeline import icons  # noqa: PLC0415 - beside what it is compared with

    drawn = set(re.findall(r'<symbol id="([a-z]+)"', assets()["icons.svg"].content.decode()))
    templates = Path(icons.__file__).parent.parent / "templates"
    used = {icon.name for icon in [*icons._BY_NOUN.values(), icons.OTHER]}  # noqa: SLF001
    for template in templates.rglob("*.html"):
        used |= set(re.findall(r"icons\.svg'\) \}\}#([a-z]+)", template.read_text()))

    assert used <= drawn
