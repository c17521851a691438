"""What people really send as bodies, to all five dialects."""

import gzip
import zlib
from typing import Any

import pytest

from tests.dialects.bytes.vendors import VENDORS, check_shape, sign_in
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

FORM = "application/x-www-form-urlencoded"
CODINGS: dict[str, Any] = {
    "": lambda body: body,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
}


@SQLITE_ONLY
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "mark"])
@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize(
    ("path", "media_type", "body"),
    [
        ("/cobot/acme/api/activities", "application/json", b'{"text":"caf\xc3\xa9"}'),
        ("/cobot/acme/api/activities", FORM, b"text=caf%C3%A9"),
        ("/monica/api/genders", "application/json", b'{"name":"caf\xc3\xa9"}'),
        ("/monica/api/genders", FORM, b"name=caf%C3%A9"),
    ],
)
async def test_a_body_may_come_in_many_ways(  # noqa: PLR0917
    served: Served,
    acme: Business,
    mark: bytes,
    coding: str,
    path: str,
    media_type: str,
    body: bytes,
) -> None:
    """Compressed or not, with a mark or without, JSON or form."""
    headers = {**acme.bearer, "Content-Type": media_type}
    if coding:
        headers["Content-Encoding"] = coding

    answer = await served.client.post(path, content=CODINGS[coding](mark + body), headers=headers)

    assert answer.status_code == 201, answer.text
    assert "café" in answer.text


@SQLITE_ONLY
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("media_type", ["application/json", FORM])
@pytest.mark.parametrize(
    "path", ["/cobot/acme/api/activities", "/monica/api/genders", "/monica/api/contacts"]
)
async def test_another_encoding_is_named(
    served: Served, acme: Business, encoding: str, media_type: str, path: str
) -> None:
    """In a sentence within the vendor's shape."""
    text = '{"text":"x"}' if media_type != FORM else "text=x"
    headers = {**acme.bearer, "Content-Type": media_type}

    answer = await served.client.post(path, content=text.encode(encoding), headers=headers)

    assert answer.status_code == 400
    assert encoding[:6].upper() in answer.text


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/cobot/acme/api/activities"),
        ("POST", "/monica/api/contacts"),
        ("PUT", "/mio/business/v1/settings/webhooks"),
    ],
)
async def test_bodies_are_held_to_their_limits(
    served: Served, acme: Business, method: str, path: str
) -> None:
    """415 for another coding, 413 for what grows too large, 400 for what is cut off."""
    vendor = next(one for one in VENDORS if path.startswith(f"/{one.name}/"))
    headers = {**await sign_in(served, vendor, acme), "Content-Type": "application/json"}
    bomb = gzip.compress(b'{"text":"' + b"x" * 20_000_000 + b'"}')
    table = [("br", b"{}", 415), ("gzip", bomb, 413), ("gzip", bomb[:-9], 413), ("gzip", b"x", 400)]

    for coding, content, status in table:
        answer = await served.client.request(
            method, path, content=content, headers={**headers, "Content-Encoding": coding}
        )
        assert answer.status_code == status, (coding, answer.text)
        check_shape(vendor, answer)


@SQLITE_ONLY
async def test_a_form_in_latin_1_is_refused(served: Served, acme: Business) -> None:
    """Also one of several parts."""
    parts = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\ncaf%s\r\n--b--\r\n'
    table = [
        (FORM, b"text=caf%E9", 400),
        (FORM, b"text=caf\xe9", 400),
        ("multipart/form-data; boundary=b", parts % b"\xe9", 400),
        ("multipart/form-data; boundary=b", parts % b"\xc3\xa9", 201),
    ]

    for media_type, content, status in table:
        headers = {**acme.bearer, "Content-Type": media_type}
        answer = await served.client.post(
            "/cobot/acme/api/activities", content=content, headers=headers
        )
        assert answer.status_code == status, (media_type, content, answer.text)


@pytest.mark.parametrize(
    "body", [b'{"text":"x","source_ids":["m1\\u0000"]}', b'{"text":"x","source_ids":"a\\u0000,m1"}']
)
async def test_an_id_with_a_nul_is_refused_in_a_body(
    served: Served, acme: Business, body: bytes
) -> None:
    """On both engines alike."""
    answer = await served.client.post(
        "/cobot/acme/api/activities",
        content=body,
        headers={**acme.bearer, "Content-Type": "application/json"},
    )

    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["source_ids"])
