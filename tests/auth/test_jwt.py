"""Which tokens are good, as a table of those that are not."""

import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from doings.auth.jwt import SECONDS, Claims, _signing_key, claims_from_jwt, issue_jwt
from doings.core.clock import SECOND
from doings.core.errors import Unauthenticated
from tests.clocks import NOON

SECRET = b"s" * 32
NOON_SECONDS = NOON // SECOND
GOOD = {
    "iss": "doings",
    "sub": "k1",
    "account": 7,
    "iat": NOON_SECONDS,
    "exp": NOON_SECONDS + SECONDS,
}


def part(value: object) -> str:
    """One part of a token."""
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def signed(claims: object, secret: bytes = SECRET, algorithm: str = "HS256") -> str:
    """A token that says anything at all."""
    members: Any = claims
    key = _signing_key(secret)
    return jwt.encode({"alg": algorithm}, members, key, algorithms=[algorithm])


def test_token_says_what_it_was_made_for() -> None:
    """Whose, and for an hour."""
    token = issue_jwt(SECRET, key="k1", account_id=7, now=NOON)

    claims = claims_from_jwt(SECRET, token, now=NOON)

    assert claims == Claims(**GOOD)  # type: ignore[arg-type]
    assert claims_from_jwt(SECRET, by_hand({"alg": "HS256"}), now=NOON) == claims


@pytest.mark.parametrize(("seconds", "is_good"), [(0, True), (3599, True), (3600, False)])
def test_token_is_good_for_an_hour(seconds: int, is_good: bool) -> None:  # noqa: FBT001
    """A token is refused as soon as its hour is over, even when it was accepted before."""
    token = issue_jwt(SECRET, key="k1", account_id=7, now=NOON)
    claims_from_jwt(SECRET, token, now=NOON)
    later = NOON + seconds * SECOND

    if is_good:
        assert claims_from_jwt(SECRET, token, now=later).sub == "k1"
    else:
        with pytest.raises(Unauthenticated):
            claims_from_jwt(SECRET, token, now=later)


BODY = part(GOOD)


DEEP = urlsafe_b64encode(b"[" * 9000).decode()
"""JSON that goes deeper than a reader does."""


def by_hand(header: dict[str, object], key: bytes | None = None, *, body: str = BODY) -> str:
    """A token that no library writes, with our signature unless it has a key of its own."""
    text = f"{part(header)}.{body}"
    key = key or hmac.digest(SECRET, b"jwt", "sha256")
    signature = urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")).decode()
    return f"{text}.{signature.rstrip('=')}"


BAD = {
    "another installation's key": signed(GOOD, b"t" * 32),
    "the bare secret as the key": jwt.encode({"alg": "HS256"}, GOOD, OctKey.import_key(SECRET)),
    "alg none": f"{part({'alg': 'none'})}.{BODY}.",
    "alg None": f"{part({'alg': 'None', 'typ': 'JWT'})}.{BODY}.",
    "alg none with a good one's signature": (
        f"{part({'alg': 'none'})}.{BODY}.{signed(GOOD).rpartition('.')[2]}"
    ),
    "no alg": f"{part({'typ': 'JWT'})}.{BODY}.",
    "another alg": signed(GOOD, algorithm="HS512"),
    "alg is no text": f"{part({'alg': 1})}.{BODY}.x",
    "header is no object": f"{part([])}.{BODY}.x",
    "signature cut off": signed(GOOD).rpartition(".")[0] + ".",
    "signature missing": signed(GOOD).rpartition(".")[0],
    "other claims under a good signature": ".".join(
        [signed(GOOD).split(".")[0], part({**GOOD, "account": 8}), signed(GOOD).split(".")[2]]
    ),
    "another issuer": signed({**GOOD, "iss": "elsewhere"}),
    "no subject": signed({name: value for name, value in GOOD.items() if name != "sub"}),
    "no expiry": signed({name: value for name, value in GOOD.items() if name != "exp"}),
    "expiry is no number": signed({**GOOD, "exp": "tomorrow"}),
    "account is no number": signed({**GOOD, "account": "7"}),
    "good from tomorrow on": signed({**GOOD, "nbf": NOON_SECONDS + 86_400}),
    "for somebody else": signed({**GOOD, "aud": "elsewhere"}),
    "a key of its own": by_hand({"alg": "HS256", "jwk": {"kty": "oct", "k": "eA"}}, b"x"),
    "a header without an end": f"{DEEP}.{BODY}.x",
    "claims without an end": by_hand({"alg": "HS256"}, body=DEEP),
    "huge": f"{'a' * 100_000}.{BODY}.x",
    "critical extension": by_hand({"alg": "HS256", "crit": ["b64"], "b64": False}),
    "five parts": ".".join(["a"] * 5),
    "not a token": "k1_secret",
    "empty": "",
    "dots": "..",
    "not ASCII": "é.é.é",
}


@pytest.mark.parametrize("case", BAD)
def test_bad_token_is_refused(case: str) -> None:
    """Always in the same way."""
    with pytest.raises(Unauthenticated):
        claims_from_jwt(SECRET, BAD[case], now=NOON)


@given(st.text() | st.lists(st.text(), min_size=3, max_size=3).map(".".join))
def test_any_text_is_refused(token: str) -> None:
    """Any text as a token raises Unauthenticated."""
    with pytest.raises(Unauthenticated):
        claims_from_jwt(SECRET, token, now=NOON)


@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text()), st.binary())
def test_any_header_and_body_are_refused(header: dict[str, Any], body: bytes) -> None:
    """Any header and body raise Unauthenticated when the signature is not ours."""
    token = f"{part(header)}.{urlsafe_b64encode(body).decode()}.{part('x')}"

    with pytest.raises(Unauthenticated):
        claims_from_jwt(SECRET, token, now=NOON)
