"""Signing in and out, and whom a session lets in."""

import re
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from doings.auth.credentials import IssuedCredential
from doings.auth.principal import WRITE
from doings.auth.sessions import LINK, MOST_SIGNED_OUT, SESSION, Session, token_of
from doings.core.clock import SECOND
from doings.core.text import object_from_text
from doings.live import hub
from tests.builders import note
from tests.engines import SQLITE_ONLY
from tests.native.handlers.feed.listening import listening
from tests.serving import Business, Served, serving
from tests.web.visitor import Visitor, token_in

OUT = "/sign-in"


async def is_in(visitor: Visitor) -> bool:
    """Whether the timeline is shown."""
    return (await visitor.get("/timeline")).status_code == 200


@SQLITE_ONLY
async def test_the_first_page_leads_to_the_sign_in(visitor: Visitor) -> None:
    """Which leads on to the description of the API."""
    answer = await visitor.get("/", follow_redirects=True)

    assert answer.url.path == OUT
    assert 'href="/docs"' in answer.text


async def test_account_and_secret_sign_in(visitor: Visitor, acme: Business) -> None:
    """Then the first page is the timeline."""
    answer = await visitor.sign_in(acme)

    assert (answer.status_code, answer.headers["location"]) == (303, "/timeline")
    assert (await visitor.get("/", follow_redirects=True)).url.path == "/timeline"


@SQLITE_ONLY
async def test_the_session_is_for_the_browser_alone(visitor: Visitor, acme: Business) -> None:
    """No script reads it, and no other site sends it along with what changes something."""
    answer = await visitor.sign_in(acme)

    cookie = SimpleCookie(answer.headers["set-cookie"])["doings_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "lax"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    assert answer.headers["cache-control"] == "no-store"


@SQLITE_ONLY
async def test_behind_https_the_session_never_goes_without(tmp_path: Path) -> None:
    """The cookie says so where the address of the installation does."""
    async with serving(tmp_path, public_url="https://doings.example.org") as served:
        business = await served.business()
        visitor = Visitor(served)
        page = await visitor.get("/sign-in")
        cookie = page.headers["set-cookie"].partition(";")[0]
        answer = await visitor.http.post(
            "/sign-in",
            headers={"Cookie": cookie},
            data={"csrf": token_in(page.text), "account": "acme", "secret": business.secret},
        )

    assert "Secure" in answer.headers["set-cookie"]


@SQLITE_ONLY
async def test_leads_back_to_what_was_asked_for(visitor: Visitor, acme: Business) -> None:
    """With its filters."""
    asked = await visitor.get("/timeline?kind=note.%2A&text=a+b")
    form = await visitor.get(asked.headers["location"])

    answer = await visitor.send(
        "/sign-in",
        token=token_in(form.text),
        account="acme",
        secret=acme.secret,
        next="/timeline?kind=note.%2A&text=a+b",
    )

    assert 'value="/timeline?kind=note.%2A&amp;text=a+b"' in form.text
    assert answer.headers["location"] == "/timeline?kind=note.%2A&text=a+b"


@SQLITE_ONLY
@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\n//evil.example",
        "/%0d%0aSet-Cookie: a=b\r\nX: y",
        "javascript:alert(1)",
        "timeline",
        "",
    ],
)
async def test_leads_nowhere_else(visitor: Visitor, acme: Business, elsewhere: str) -> None:
    """An address of another site is none to go on to."""
    token = await visitor.token("/sign-in")

    answer = await visitor.send(
        "/sign-in", token=token, account="acme", secret=acme.secret, next=elsewhere
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/timeline")


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("account", "secret"),
    [("acme", "wrong"), ("other", None), ("acme", ""), ("", None), ("acme", "k0_x"), ("\0", "\0")],
)
async def test_a_wrong_secret_is_told_on_the_form(
    visitor: Visitor, acme: Business, account: str, secret: str | None
) -> None:
    """In one sentence whatever is wrong, with the account that was typed, without the secret."""
    given = acme.secret if secret is None else secret

    answer = await visitor.send(
        "/sign-in", token=await visitor.token("/sign-in"), account=account, secret=given
    )

    assert answer.status_code == 401
    assert "There is no such account with this secret." in answer.text
    assert acme.secret not in answer.text
    assert not await is_in(visitor)


@SQLITE_ONLY
async def test_guesses_are_counted_with_those_of_every_surface(tmp_path: Path) -> None:
    """Further wrong ones wait; a good one does not."""
    async with serving(tmp_path, failed_sign_ins=2) as served:
        business = await served.business()
        visitor = Visitor(served)
        await served.client.get("/v1/activities", headers={"Authorization": "Bearer k_x"})
        await visitor.get("/sign-in/guess")

        token = await visitor.token("/sign-in")
        answer = await visitor.send("/sign-in", token=token, account="acme", secret="guess")
        link = await visitor.get("/sign-in/guess")
        good = await visitor.sign_in(business)

    assert (answer.status_code, link.status_code) == (429, 429)
    assert int(answer.headers["retry-after"]) > 0
    assert "oo many requests" in answer.text
    assert good.status_code == 303


async def test_a_link_signs_in_once(visitor: Visitor, acme: Business, served: Served) -> None:
    """The second who follows it is told where a new one comes from."""
    link = await visitor.link()
    await visitor.http.head(link)

    first = await visitor.get(link)
    other = Visitor(served)
    second = await other.get(link)

    assert (first.status_code, first.headers["location"]) == (303, "/timeline")
    assert first.headers["cache-control"] == "no-store"
    assert await is_in(visitor)
    assert second.status_code == 401
    assert "used before" in second.text
    assert not await is_in(other)
    assert acme.account.slug == "acme"


@SQLITE_ONLY
async def test_a_link_is_good_for_ten_minutes(
    visitor: Visitor, acme: Business, served: Served
) -> None:
    """One that is over counts as no guess."""
    link = await visitor.link(acme.account.slug)
    served.clock.instant += LINK

    answer = await visitor.get(link)

    assert answer.status_code == 401
    assert "The link is over" in answer.text


async def test_links_share_a_credential_that_can_be_revoked(
    visitor: Visitor, acme: Business
) -> None:
    """Which signs out all that came by one."""
    for _ in range(2):
        await visitor.get(await visitor.link())
    stored = await acme.read(lambda reader: reader.credentials())
    own = [one for one in stored if one.label == "web page"]

    await acme.write(lambda writer: writer.revoke_credential(own[0].key))

    assert len(own) == 1
    assert not await is_in(visitor)
    await visitor.get(await visitor.link())
    assert await is_in(visitor)


@SQLITE_ONLY
async def test_a_session_is_no_link_and_a_link_no_session(visitor: Visitor, acme: Business) -> None:
    """Each is signed for its own purpose."""
    link = (await visitor.link()).rpartition("/")[2]
    await visitor.sign_in(acme)
    session = visitor.http.cookies["doings_session"]

    answer = await visitor.get(f"/sign-in/{session}")
    visitor.http.cookies.set("doings_session", link, domain="server.local", path="/")

    assert answer.status_code == 401
    visitor.http.cookies.clear()
    other = await visitor.get("/timeline", headers={"Cookie": f"doings_session={link}"})
    assert other.status_code == 303


async def sessions(served: Served, acme: Business) -> dict[str, Session]:
    """Sessions that are not good, by why."""
    now = served.clock.now()
    expired = await served.credential(acme.account, expires_at=now + SECOND)
    revoked = await served.credential(acme.account)
    await acme.write(lambda writer: writer.revoke_credential(revoked.key))
    other = await served.business("other")
    served.clock.instant += 2 * SECOND
    return {
        "over": Session("a", acme.key, acme.account.id, now - SESSION),
        "expired": Session("b", expired.key, acme.account.id, now),
        "revoked": Session("c", revoked.key, acme.account.id, now),
        "of another account": Session("d", acme.key, other.account.id, now),
    }


async def test_a_session_ends_with_what_it_stands_on(
    visitor: Visitor, acme: Business, served: Served
) -> None:
    """Its time, its credential, and its account."""
    secret = served.database.secret
    tokens = {
        why: token_of(secret, session) for why, session in (await sessions(served, acme)).items()
    }
    tokens["forged"] = token_of(b"x" * 32, Session("e", acme.key, acme.account.id, 0))
    tokens["garbled"] = "a.b.c"

    for why, token in tokens.items():
        answer = await visitor.get("/timeline", headers={"Cookie": f"doings_session={token}"})
        assert answer.status_code == 303, why
        part = await visitor.get("/timeline/part", headers={"Cookie": f"doings_session={token}"})
        assert part.status_code == 401, why


async def test_signing_out_ends_one_session(
    member: Visitor, acme: Business, served: Served
) -> None:
    """For whoever kept its cookie, too; others of the credential stay."""
    other = Visitor(served)
    await other.sign_in(acme)
    kept = member.http.cookies["doings_session"]

    answer = await member.send("/sign-out")

    assert answer.headers["location"] == OUT
    assert "doings_session" not in member.http.cookies
    assert not await is_in(member)
    stale = await member.get("/timeline", headers={"Cookie": f"doings_session={kept}"})
    assert stale.status_code == 303
    assert await is_in(other)


async def test_signing_out_everywhere_ends_all_of_a_credential(
    member: Visitor, acme: Business, served: Served
) -> None:
    """Those of another credential stay, and those that begin afterwards are good."""
    other, another = Visitor(served), Visitor(served)
    await other.sign_in(acme)
    spare = await served.credential(acme.account)
    await another.sign_in(Business(acme.database, acme.account, spare))
    served.clock.instant += 1

    await member.send("/sign-out", everywhere="yes")

    assert not await is_in(other)
    assert await is_in(another)
    served.clock.instant += 1
    await other.sign_in(acme)
    assert await is_in(other)


@SQLITE_ONLY
async def test_what_was_signed_out_takes_no_more_room(
    member: Visitor, acme: Business, served: Served
) -> None:
    """Too many end all sessions of the account; what is over anyway is forgotten."""

    def fill(settings: dict[str, object]) -> dict[str, object]:
        now = served.clock.now()
        return settings | {"signed_out": {f"s{number}": now for number in range(MOST_SIGNED_OUT)}}

    await served.database.change_settings(acme.account.id, fill)
    other = Visitor(served)
    await other.sign_in(acme)
    await member.send("/sign-out")

    account = await served.database.account("acme")
    assert object_from_text(account.settings)["signed_out"] == {"*": served.clock.now()}
    assert not await is_in(other)


@SQLITE_ONLY
async def test_a_credential_that_may_not_read_is_told_so(
    visitor: Visitor, acme: Business, served: Served
) -> None:
    """With a page."""
    writer: IssuedCredential = await served.credential(acme.account, scopes=(WRITE,))
    await visitor.sign_in(Business(acme.database, acme.account, writer))

    answer = await visitor.get("/timeline")

    assert answer.status_code == 403
    assert "This page needs the scope read_activities" in answer.text


async def test_signing_out_ends_streams(
    member: Visitor, acme: Business, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of that session, a moment later; the credential's own stay."""
    monkeypatch.setattr(hub, "CREDENTIAL_SECONDS", 0.01)
    kept = member.http.cookies["doings_session"]
    app = served.application
    session = {"cookie": f"doings_session={kept}"}
    async with (
        listening(app, acme, path="/timeline/events", headers=session) as own,
        listening(app, acme) as other,
    ):
        await member.send("/sign-out")
        closing = await own.wait_for("closing")
        await acme.record(note())
        await other.wait_for("created")

    assert closing.data == {"reason": "revoked"}


async def test_a_request_with_two_hosts_gets_a_page_that_says_so(visitor: Visitor) -> None:
    """The page of the error needs no address of this server."""
    answer = await visitor.http.get("/", headers=[("Host", "a.example"), ("Host", "b c")])

    assert answer.status_code == 400
    assert "host" in answer.text


async def test_what_was_typed_is_shown_to_somebody_who_was_signed_out(
    visitor: Visitor, acme: Business, served: Served
) -> None:
    """And the sign-in says why, and leads back; a form of another site is not shown."""
    spare = await served.credential(acme.account)
    await visitor.sign_in(Business(acme.database, acme.account, spare))
    token = await visitor.token("/record/note")
    await acme.write(lambda writer: writer.revoke_credential(spare.key))

    bare = await visitor.get("/timeline", follow_redirects=True)
    typed = {"summary": "<b>long", "person": "8", "on": "2026-03-01", "sure": "2026-03-02"}
    sent = await visitor.send("/record/note", token=token, **typed)
    visitor.http.cookies.clear()
    foreign = await visitor.send("/record/note", token=token, summary="call 555")
    same = {"Sec-Fetch-Site": "same-origin"}
    form = {"csrf": token, "reason": "a court"}
    posted = await visitor.http.post("/entities/contact:8/hold", data=form, headers=same)

    assert "You are not signed in any more: the credential was revoked." in bare.text
    assert sent.status_code == 401
    assert "&lt;b&gt;long</textarea>" in sent.text
    assert token not in sent.text
    assert re.findall(r'<label class="field">(\w+)\n  <textarea', sent.text) == [
        "Summary",
        "Person",
        "Date",
    ]
    assert 'name="next" value="/record/note"' in sent.text
    assert foreign.status_code == 303
    assert 'name="next" value="/entities/contact:8"' in posted.text


@SQLITE_ONLY
async def test_a_form_made_for_another_session_is_shown_once_more(
    member: Visitor, acme: Business
) -> None:
    """So that what was typed is not lost."""
    token = await member.token("/record/note")
    await member.sign_in(acme)

    answer = await member.send("/record/note", token=token, summary="a long story")

    assert answer.status_code == 403
    assert "a long story</textarea>" in answer.text
