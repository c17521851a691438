"""Making and revoking credentials in the browser."""

import re

import pytest

from doings.core.clock import DAY
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor

PATH = "/settings/credentials"
MARKUP = "<img src=x onerror=alert(1)>"


def secret_in(text: str) -> str:
    """The secret that a page shows."""
    found = re.search(r"<code>(k[0-9a-f]{20}_[^<]+)</code>", text)
    assert found is not None, text
    return found[1]


async def made(member: Visitor, **fields: str) -> str:
    """The answer to the form of a new credential."""
    answer = await member.send(PATH, **{"scope": "read_activities", **fields})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


async def test_a_credential_is_made_and_its_secret_shown_once(
    member: Visitor, served: Served
) -> None:
    """It is good for what was ticked, and the list never says it again."""
    secret = secret_in(await made(member, label=MARKUP))

    bearer = {"Authorization": f"Bearer {secret}"}
    answer = await served.client.get("/v1/activities", headers=bearer)
    refused = await served.client.get("/v1/webhooks", headers=bearer)
    listed = await member.get(PATH)

    assert (answer.status_code, refused.status_code) == (200, 403)
    assert secret not in listed.text
    assert secret.partition("_")[0] in listed.text
    assert MARKUP not in listed.text
    assert "&lt;img" in listed.text


@SQLITE_ONLY
async def test_a_form_that_is_sent_twice_makes_one(member: Visitor, acme: Business) -> None:
    """The second time leads to the list."""
    once = "x" * 22
    await made(member, once=once)

    again = await member.send(PATH, scope="admin", once=once)

    assert again.headers["location"] == f"{PATH}?done=known"
    assert "sent before" in (await member.get(again.headers["location"])).text
    assert len(await acme.read(lambda reader: reader.credentials())) == 2


@SQLITE_ONLY
async def test_it_expires_at_the_end_of_its_last_day(
    member: Visitor, acme: Business, served: Served
) -> None:
    """In the zone of the reader."""
    await made(member, label="short", expires_on="2026-11-23")

    stored = {one.label: one for one in await acme.read(lambda reader: reader.credentials())}
    page = await member.get(PATH)
    served.clock.instant += 400 * DAY
    over = (await member.get("/sign-in")).status_code

    assert stored["short"].expires_at is not None
    assert stored["short"].expires_at % DAY == 23 * 3600 * 1_000_000
    assert "expires <time" in page.text
    assert over == 200


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"scope": "root"}, "scope", "is none of"),
        ({"scope": ""}, "scope", "is none of"),
        ({"label": "x" * 1001}, "label", "At most 1000"),
        ({"label": "\0"}, "label", "NUL"),
        ({"expires_on": "2020-01-01"}, "expires_on", "Must be today or later."),
        ({"expires_on": "tomorrow"}, "expires_on", "Must be a date"),
        ({"expires_on": "2027-02-30"}, "expires_on", "There is no 2027-02-30"),
        ({"expires_on": "9999-12-31"}, "expires_on", ""),
    ],
)
async def test_what_is_wrong_stands_at_its_field(
    member: Visitor, acme: Business, fields: dict[str, str], field: str, reason: str
) -> None:
    """With what was typed, and nothing is made."""
    typed = {"scope": "admin", "label": "kept", **fields}

    answer = await member.send(PATH, **typed)

    assert answer.status_code == 422
    found = re.search(f'id="{field}-problem">([^<]*)<', answer.text)
    assert found is not None, answer.text
    assert reason in found[1].replace("&#39;", "'")
    assert 'role="alert"' in answer.text
    if typed["label"] == "kept":
        assert 'value="kept"' in answer.text
    assert len(await acme.read(lambda reader: reader.credentials())) == 1


async def test_a_revoked_one_ends_its_sessions(
    member: Visitor, acme: Business, served: Served
) -> None:
    """After a question that says what ends."""
    secret = secret_in(await made(member, label="phone"))
    key = secret.partition("_")[0]
    other = Visitor(served)
    own = acme.secret
    acme.secret = secret
    await other.sign_in(acme)
    acme.secret = own
    before = await other.get("/timeline")

    question = await member.get(f"{PATH}/{key}/revoke")
    answer = await member.send(f"{PATH}/{key}/revoke")

    assert before.status_code == 200
    assert "Sessions of browsers" in question.text
    assert answer.headers["location"] == f"{PATH}?done=revoked"
    assert (await other.get("/timeline")).status_code == 303
    assert key not in (await member.get(PATH)).text


@SQLITE_ONLY
async def test_ones_own_is_not_revoked_by_a_slip(member: Visitor, acme: Business) -> None:
    """It has to be ticked that one wants to be signed out."""
    path = f"{PATH}/{acme.key}/revoke"

    asked = await member.send(path)
    still_in = await member.get("/timeline")
    answer = await member.send(path, sure="yes")

    assert asked.status_code == 422
    assert 'id="sure-problem"' in asked.text
    assert still_in.status_code == 200
    assert answer.headers["location"] == "/sign-in"
    assert (await member.get("/timeline")).status_code == 303


@SQLITE_ONLY
async def test_another_accounts_credential_is_not_there(member: Visitor, served: Served) -> None:
    """It is neither shown nor revoked."""
    other = await served.business("other")

    answer = await member.send(f"{PATH}/{other.key}/revoke")

    assert answer.status_code == 404
    assert other.key not in (await member.get(PATH)).text
    assert len(await other.read(lambda reader: reader.credentials())) == 1
