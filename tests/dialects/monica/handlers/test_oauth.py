"""Tokens for programs: what gets one, what one is good for, and when it ends."""

from typing import Any

import httpx
import pytest

from doings.auth.grants import (
    ACCESS,
    CODE,
    REFRESH,
    Challenge,
    new_code,
    text_of_code,
)
from doings.core.clock import SECOND
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

BACK = "https://app.example.org/back"
VERIFIER = "v" * 43

pytestmark = SQLITE_ONLY


async def ask(served: Served, **members: Any) -> httpx.Response:  # noqa: ANN401 - any JSON
    """Ask for a token."""
    return await served.client.post("/monica/oauth/token", data=members)


async def password(served: Served, acme: Business) -> dict[str, Any]:
    """What the name and the secret of an account get."""
    answer = await ask(
        served, grant_type="password", client_id="2", client_secret="?",
        username="acme", password=acme.secret, scope="",
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def code(served: Served, business: Business, challenge: Challenge | None = None) -> str:
    """The code of somebody who let a program in."""
    services = served.application.services()
    principal = await services.authenticator.by_key(business.key)
    made = new_code(principal, "3", BACK, challenge)
    return text_of_code(served.database.secret, made, now=served.clock.now())


def bearer(token: str) -> dict[str, str]:
    """What a program signs in with."""
    return {"Authorization": f"Bearer {token}"}


async def status(served: Served, token: str, path: str = "/monica/api/me") -> int:
    """What a request with a token is answered."""
    return (await served.client.get(path, headers=bearer(token))).status_code


async def test_name_and_secret_get_tokens(served: Served, acme: Business) -> None:
    """They are answered as Passport does, kept nowhere, and good on Monica's API alone."""
    answer = await served.client.post(
        "/monica/oauth/token",
        json={"grant_type": "password", "username": " Acme", "password": acme.secret},
    )

    document = answer.json()
    assert list(document) == ["token_type", "expires_in", "access_token", "refresh_token"]
    assert (document["token_type"], document["expires_in"]) == ("Bearer", ACCESS // SECOND)
    assert answer.headers["cache-control"] == "no-store"
    assert await status(served, document["access_token"]) == 200
    assert await status(served, document["access_token"], "/v1/activities") == 401
    assert await status(served, document["refresh_token"]) == 401


async def test_a_token_ends_by_itself_and_with_its_credential(
    served: Served, acme: Business
) -> None:
    """A new one is had for the refresh token, until the credential is revoked."""
    first = await password(served, acme)
    served.clock.instant += ACCESS

    assert await status(served, first["access_token"]) == 401
    answer = await ask(
        served, grant_type="refresh_token", client_id="2", refresh_token=first["refresh_token"]
    )
    second = answer.json()
    assert await status(served, second["access_token"]) == 200
    await acme.write(lambda writer: writer.revoke_credential(acme.key))
    assert await status(served, second["access_token"]) == 401
    refused = await ask(
        served, grant_type="refresh_token", client_id="2", refresh_token=second["refresh_token"]
    )
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_request")


async def test_a_token_may_do_no_more_than_its_credential(served: Served, acme: Business) -> None:
    """One of a credential that reads does not write."""
    reader = await served.credential(acme.account, scopes=("read_activities",))
    answer = await ask(served, grant_type="password", username="acme", password=reader.secret)

    token = answer.json()["access_token"]
    assert await status(served, token) == 200
    refused = await served.client.post("/monica/api/genders", headers=bearer(token), json={})
    assert refused.status_code == 401


async def test_a_token_does_not_outlive_its_credential(served: Served, acme: Business) -> None:
    """It says so itself."""
    end = served.clock.now() + 90 * SECOND
    passing = await served.credential(acme.account, expires_at=end)

    answer = await ask(served, grant_type="password", username="acme", password=passing.secret)

    assert answer.json()["expires_in"] == 90


REFUSED: list[tuple[dict[str, Any], int, str, str]] = [
    ({}, 400, "invalid_request", "Check the `grant_type` parameter"),
    ({"grant_type": "x"}, 400, "unsupported_grant_type", "Check that all required"),
    ({"grant_type": "password"}, 400, "invalid_request", "Check the `username` parameter"),
    ({"grant_type": "password", "username": "acme"}, 400, "invalid_request", "`password`"),
    ({"grant_type": "refresh_token"}, 400, "invalid_request", "Check the `refresh_token`"),
    ({"grant_type": "refresh_token", "refresh_token": "x"}, 401, "invalid_request", "decrypt"),
    ({"grant_type": "authorization_code"}, 400, "invalid_request", "Check the `code`"),
    ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_request", "decrypt"),
]


@pytest.mark.parametrize(("members", "status_code", "error", "hint"), REFUSED)
async def test_what_is_missing_or_wrong_is_told(
    served: Served, members: dict[str, Any], status_code: int, error: str, hint: str
) -> None:
    """In OAuth's words."""
    answer = await ask(served, **members)

    document = answer.json()
    assert answer.status_code == status_code
    assert list(document) == ["error", "error_description", "hint", "message"]
    assert document["error"] == error
    assert hint in document["hint"]


async def test_a_wrong_secret_is_told_and_counted(served: Served, acme: Business) -> None:
    """One of another account is wrong as well; after ten the address has to wait."""
    other = await served.business("other")
    pairs = [("acme", other.secret), ("acme", "wrong"), ("nobody", acme.secret)]
    for slug, secret in pairs:
        answer = await ask(served, grant_type="password", username=slug, password=secret)

        assert answer.status_code == 400
        assert answer.json() == {
            "error": "invalid_grant",
            "error_description": "The user credentials were incorrect.",
            "message": "The user credentials were incorrect.",
        }
    answers = [
        await ask(served, grant_type="password", username="acme", password="wrong")
        for _ in range(10)
    ]
    assert answers[-1].status_code == 429
    assert answers[-1].json()["error"]["error_code"] == 34


async def test_refresh_tokens_are_their_program_s(served: Served, acme: Business) -> None:
    """Another program gets nothing for one, and nobody once it is over."""
    tokens = await password(served, acme)
    asked = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}

    foreign = await ask(served, client_id="9", **asked)
    served.clock.instant += REFRESH
    late = await ask(served, client_id="2", **asked)

    assert foreign.json()["hint"] == "Token is not linked to client"
    assert (late.status_code, late.json()["hint"]) == (401, "Token has expired")


async def test_a_code_gets_tokens_once(served: Served, acme: Business) -> None:
    """For the program that it was made for, sent back to where it was sent."""
    text = await code(served, acme)
    asked = {"grant_type": "authorization_code", "code": text, "redirect_uri": BACK}

    foreign = await ask(served, client_id="9", **asked)
    elsewhere = await ask(served, client_id="3", **{**asked, "redirect_uri": BACK + "/"})
    first = await ask(served, client_id="3", **asked)
    second = await ask(served, client_id="3", **asked)

    assert foreign.json()["hint"] == "Authorization code was not issued to this client"
    assert elsewhere.json()["hint"] == "Invalid redirect URI"
    assert await status(served, first.json()["access_token"]) == 200
    assert (second.status_code, second.json()["hint"]) == (
        400, "Authorization code has been revoked",
    )  # fmt: skip


async def test_a_code_is_good_for_minutes(served: Served, acme: Business) -> None:
    """Then it is over."""
    text = await code(served, acme)
    served.clock.instant += CODE

    answer = await ask(
        served, grant_type="authorization_code", code=text, client_id="3", redirect_uri=BACK
    )

    assert answer.json()["hint"] == "Authorization code has expired"


async def test_a_challenge_has_to_be_met(served: Served, acme: Business) -> None:
    """A code that somebody else got hold of is worth nothing to them."""
    text = await code(served, acme, Challenge(VERIFIER))
    asked = {"grant_type": "authorization_code", "code": text, "redirect_uri": BACK}

    without = await ask(served, client_id="3", **asked)
    wrong = await ask(served, client_id="3", code_verifier="w" * 43, **asked)
    right = await ask(served, client_id="3", code_verifier=VERIFIER, **asked)

    assert without.json()["hint"] == "Check the `code_verifier` parameter"
    assert (wrong.json()["error"], wrong.json()["hint"]) == (
        "invalid_grant", "Failed to verify `code_verifier`.",
    )  # fmt: skip
    assert right.status_code == 200


async def test_authorize_leads_to_the_page(served: Served) -> None:
    """With all that the program asked with, and to this server alone."""
    answer = await served.client.get(
        "/monica/oauth/authorize?client_id=3&redirect_uri=https%3A%2F%2Fevil.example&state=a%20b"
    )

    assert answer.status_code == 302
    assert answer.headers["location"] == (
        "http://server/connect?client_id=3&redirect_uri=https%3A%2F%2Fevil.example&state=a%20b"
    )


async def test_a_code_is_no_token(served: Served, acme: Business) -> None:
    """Each purpose has a key of its own."""
    text = await code(served, acme)

    assert await status(served, text) == 401


async def test_a_program_may_say_its_name_by_basic(served: Served, acme: Business) -> None:
    """Its name and secret are escaped first, as OAuth has it; what is in the body counts more."""
    services = served.application.services()
    principal = await services.authenticator.by_key(acme.key)
    made = new_code(principal, "my app/ü", BACK, None)
    text = text_of_code(served.database.secret, made, now=served.clock.now())
    asked = {"grant_type": "authorization_code", "code": text, "redirect_uri": BACK}
    url, by_basic = "/monica/oauth/token", ("my+app%2F%C3%BC", "any")

    other = await served.client.post(url, data={**asked, "client_id": "9"}, auth=by_basic)
    tokens = await served.client.post(url, data=asked, auth=by_basic)
    again = {"grant_type": "refresh_token", "refresh_token": tokens.json()["refresh_token"]}
    renewed = await served.client.post(url, data=again, auth=by_basic)
    unreadable = await served.client.post(url, data=again, headers={"Authorization": "Basic ?"})

    assert other.json()["hint"] == "Authorization code was not issued to this client"
    assert (tokens.status_code, renewed.status_code) == (200, 200)
    assert unreadable.status_code == 400
    assert unreadable.json()["hint"] == "Check the `client_id` parameter"


async def test_apps_log_in_with_a_name_and_a_secret(served: Served, acme: Business) -> None:
    """What they get is as good as any token, and can be had anew without a client's name."""
    answer = await served.client.post(
        "/monica/oauth/login", json={"email": " Acme", "password": acme.secret}
    )

    tokens = answer.json()
    assert list(tokens) == ["token_type", "expires_in", "access_token", "refresh_token"]
    assert answer.headers["cache-control"] == "no-store"
    assert await status(served, tokens["access_token"]) == 200
    again = await ask(served, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.status_code == 200


async def test_a_login_that_fails_is_told_as_monica_tells(served: Served, acme: Business) -> None:
    """With its codes; wrong secrets are counted."""
    url = "/monica/oauth/login"
    missing = await served.client.post(url, json={"password": ["x"]})
    wrong = [
        await served.client.post(url, data={"email": slug, "password": secret})
        for slug, secret in [("acme", "wrong"), ("other", acme.secret)]
    ]
    later = [
        await served.client.post(url, data={"email": "acme", "password": "x"}) for _ in range(10)
    ]

    assert (missing.status_code, missing.json()["error"]) == (
        422,
        {
            "message": ["The email field is required.", "The password field is required."],
            "error_code": 32,
        },
    )
    assert [(one.status_code, one.json()) for one in wrong] == 2 * [
        (401, {"error": {"message": "Not authorized", "error_code": 42}})
    ]
    assert later[-1].status_code == 429
