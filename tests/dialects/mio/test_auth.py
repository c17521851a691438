"""Signing in: who gets a token, and which tokens open what."""

import json
from base64 import b64encode, urlsafe_b64encode

import pytest

from doings.auth.jwt import SECONDS, issue_jwt
from doings.auth.principal import ADMIN, WRITE
from doings.core.clock import SECOND
from tests.dialects.mio.client import ACTIVITIES, ROOT, WEBHOOKS, Mio
from tests.serving import Business, Served

AUTH = f"{ROOT}/auth"
EVERYTHING = [ACTIVITIES, f"{ACTIVITIES}/x", WEBHOOKS, f"{ROOT}/unknown", "/mio"]


def basic(text: str) -> str:
    """A header of Basic sign-in."""
    return f"Basic {b64encode(text.encode()).decode()}"


@pytest.mark.parametrize("header", ["Authorization-Key", "x-api-key"])
async def test_sign_in(served: Served, acme: Business, header: str) -> None:
    """The key in either header, slug and secret as Basic: a token for an hour."""
    answer = await Mio(served, acme).sign_in(**{header: acme.key})

    assert answer.status_code == 200
    assert list(answer.json()) == ["token", "token_type", "expires_in"]
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 3600


async def test_wrong_sign_in(served: Served, acme: Business) -> None:
    """401 in the vendor's shape, for any mistake."""
    other = await served.business("other")
    good = basic(f"acme:{acme.secret}")
    headers: list[dict[str, str]] = [
        {},
        {"Authorization": good},
        {"Authorization-Key": acme.key},
        {"Authorization-Key": acme.key, "Authorization": f"Bearer {acme.secret}"},
        {"Authorization-Key": acme.key, "Authorization": "Basic %%%"},
        {"Authorization-Key": acme.key, "Authorization": "Basic /w=="},
        {"Authorization-Key": acme.key, "Authorization": basic("acme")},
        {"Authorization-Key": acme.key, "Authorization": basic("acme:wrong")},
        {"Authorization-Key": acme.key, "Authorization": basic(f"other:{acme.secret}")},
        {"Authorization-Key": other.key, "Authorization": good},
        {"Authorization-Key": "unknown", "Authorization": good},
    ]

    for number, header in enumerate(headers):
        client = served.client_at(f"10.0.0.{number}")
        answer = await client.post(AUTH, headers=header)
        assert answer.status_code == 401, header
        assert list(answer.json()) == ["code", "message"]
        assert answer.json()["code"] == "unauthorized"


async def test_token_with_and_without_bearer(mio: Mio) -> None:
    """As the documentation words it, the header is the token itself."""
    token = mio.headers["Authorization"].removeprefix("Bearer ")

    for header in (f"Bearer {token}", f"bearer  {token}", token, f" {token} "):
        answer = await mio.get(headers={"Authorization": header})
        assert answer.status_code == 200, header


async def test_expired_token(mio: Mio) -> None:
    """Good for an hour, and then as often as one likes no failed sign-in."""
    mio.served.clock.instant += SECONDS * SECOND - 1
    before = await mio.get()
    mio.served.clock.instant += 1

    after = [(await mio.get()).status_code for _ in range(15)]

    assert before.status_code == 200
    assert after == [401] * 15
    assert (await mio.sign_in()).status_code == 200


async def test_token_of_another_installation(served: Served, mio: Mio, acme: Business) -> None:
    """Its signature is not ours."""
    token = issue_jwt(b"x" * 32, key=acme.key, account_id=acme.account.id, now=served.clock.instant)

    assert (await mio.get(headers={"Authorization": f"Bearer {token}"})).status_code == 401


async def test_token_without_a_signature(mio: Mio) -> None:
    """`alg: none` is no algorithm."""
    _, claims, signature = mio.headers["Authorization"].split(".")
    header = urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")

    for token in (f"{header}.{claims}.", f"{header}.{claims}.{signature}"):
        answer = await mio.get(headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401


async def test_token_beside_another_key(served: Served, mio: Mio) -> None:
    """403, whether the key is another account's, another of ours, or none."""
    other = await served.business("other")
    second = await served.credential(mio.business.account)

    for key in (other.key, second.key, "unknown"):
        answer = await mio.get(headers={"x-api-key": key})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_another_accounts_token_beside_our_key(served: Served, mio: Mio) -> None:
    """403, too: a token and its key belong together."""
    other = await Mio(served, await served.business("other")).signed_in()

    answer = await mio.get(headers={"Authorization": other.headers["Authorization"]})

    assert answer.status_code == 403


async def test_token_that_claims_another_account(served: Served, mio: Mio) -> None:
    """Only we could have made it, and we did not mean it."""
    token = issue_jwt(
        served.database.secret, key=mio.business.key, account_id=99, now=served.clock.instant
    )

    assert (await mio.get(headers={"Authorization": token})).status_code == 401


async def test_revoked_credential(mio: Mio) -> None:
    """Its tokens are worth nothing from then on."""
    await mio.business.write(lambda writer: writer.revoke_credential(mio.business.key))

    assert (await mio.get()).status_code == 401
    assert (await mio.sign_in()).status_code == 401


async def test_credential_that_expires_before_its_token(served: Served, acme: Business) -> None:
    """The earlier end counts."""
    issued = await served.credential(acme.account, expires_at=served.clock.instant + 60 * SECOND)
    acme.key, acme.secret = issued
    client = await Mio(served, acme).signed_in()
    served.clock.instant += 60 * SECOND

    assert (await client.get()).status_code == 401


async def test_missing_credentials(mio: Mio) -> None:
    """401 before everything else, and no failed sign-in."""
    for path in EVERYTHING:
        for header in (
            {},
            {"Authorization": mio.headers["Authorization"]},
            {"x-api-key": mio.business.key},
        ):
            answer = await mio.served.client.get(path + "?limit=x", headers=header)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert (await mio.get()).status_code == 200


async def test_guessing_is_slowed_down(mio: Mio) -> None:
    """Ten bad tokens in a minute, then 429 in the vendor's shape."""
    for _ in range(10):
        answer = await mio.get(headers={"Authorization": "Bearer a.b.c"})
        assert answer.status_code == 401

    answer = await mio.get(headers={"Authorization": "Bearer a.b.c"})

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert "retry-after" in answer.headers
    assert (await mio.sign_in()).status_code == 200
    assert (await mio.get()).status_code == 200


@pytest.mark.parametrize(
    ("scope", "statuses"), [(WRITE, (403, 403, 403)), (ADMIN, (403, 403, 404))]
)
async def test_scopes(
    served: Served, acme: Business, scope: str, statuses: tuple[int, ...]
) -> None:
    """Reading activities and setting webhooks are two things."""
    acme.key, acme.secret = await served.credential(acme.account, scopes=(scope,))
    client = await Mio(served, acme).signed_in()

    answers = [await client.get(path) for path in EVERYTHING[:3]]

    assert tuple(answer.status_code for answer in answers) == statuses


async def test_other_methods_and_paths(mio: Mio) -> None:
    """In the vendor's shape."""
    get = await mio.served.client.get(AUTH, headers=mio.headers)
    post = await mio.served.client.post(ACTIVITIES, headers=mio.headers)
    head = await mio.served.client.head(ACTIVITIES + "/", headers=mio.headers)
    unknown = await mio.get(f"{ROOT}/unknown")

    assert (get.status_code, get.json()["code"]) == (405, "method_not_allowed")
    assert (post.status_code, post.json()["code"]) == (405, "method_not_allowed")
    assert (head.status_code, head.content) == (200, b"")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
