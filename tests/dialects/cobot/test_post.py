"""Posting a text: what is taken, what is made of it, what is refused."""

import json
from typing import Any

import httpx
import pytest

from tests.dialects.cobot.space import PATH, Space
from tests.engines import SQLITE_ONLY

MEMBER = "f5ed7a30-3edb-5ac2-bca4-d80e20ecb096"


async def test_text_alone_is_enough(space: Space) -> None:
    """It appears to the admins, without a level, now."""
    answer = await space.post(text="Hello")

    assert answer.status_code == 201
    assert answer.json() == {
        "created_at": "2026/03/01 12:00:00 +0000",
        "type": "text",
        "channels": ["admin"],
        "attributes": {"text": "Hello"},
    }


async def test_text_is_stored_clean(space: Space) -> None:
    """The stored, answered and listed text keeps links and no other markup."""
    answer = await space.post(text="<b>See</b> http://x.org<script>")

    kept = 'See <a href="http://x.org">http://x.org</a>'
    assert answer.json()["attributes"] == {"text": kept}
    assert await space.texts() == [kept]
    assert f"    {kept}\n" in await space.html()


@pytest.mark.parametrize(
    ("member", "value", "shown"),
    [
        ("level", "ERROR", "ERROR"),
        ("level", "WARN", "WARN"),
        ("level", "", None),
        ("level", None, None),
        ("channels", ["membership"], ["membership"]),
        ("channels", ["membership", "admin", "membership"], ["membership", "admin"]),
        ("channels", "admin,membership", ["admin", "membership"]),
        ("channels", " membership ", ["membership"]),
        ("channels", ["admin,membership"], ["admin", "membership"]),
        ("channels", [], ["admin"]),
        ("channels", "", ["admin"]),
        ("channels", None, ["admin"]),
    ],
)
async def test_level_and_channels(space: Space, member: str, value: object, shown: object) -> None:
    """Channels as a list or as text with commas."""
    answer = await space.post(text="x", **{member: value})

    assert answer.status_code == 201
    assert answer.json().get(member) == shown


@pytest.mark.parametrize("source_ids", [[MEMBER, "m2"], f"{MEMBER},m2", [f"{MEMBER}, m2"]])
async def test_source_ids(space: Space, source_ids: object) -> None:
    """The text shows in the timeline of each."""
    await space.business.put("membership", "m2")

    answer = await space.post(text="x", source_ids=source_ids)

    assert answer.status_code == 201
    for member in (MEMBER, "m2"):
        assert await space.texts(source_ids=member) == ["x"]


CHANNELS = "must be a list of admin and membership"


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("members", "errors"),
    [
        ({}, {"text": ["can't be blank"]}),
        ({"text": ""}, {"text": ["can't be blank"]}),
        ({"text": " \n"}, {"text": ["can't be blank"]}),
        ({"text": None}, {"text": ["can't be blank"]}),
        ({"text": "<b> </b><!-- x -->"}, {"text": ["can't be blank"]}),
        ({"text": 5}, {"text": ["must be text"]}),
        ({"text": "\0x"}, {"text": ["may not contain NUL"]}),
        ({"text": "x\0"}, {"text": ["may not contain NUL"]}),
        ({"text": "\0"}, {"text": ["may not contain NUL"]}),
        ({"text": "<b>\0</b>x"}, {"text": ["may not contain NUL"]}),
        ({"text": "x", "source_ids": ["a\0"]}, {"source_ids": ["may not contain NUL"]}),
        ({"text": ["x"]}, {"text": ["must be text"]}),
        ({"text": "x", "level": "INFO"}, {"level": ["must be ERROR, WARN or empty"]}),
        ({"text": "x", "level": "error"}, {"level": ["must be ERROR, WARN or empty"]}),
        ({"text": "x", "level": 1}, {"level": ["must be ERROR, WARN or empty"]}),
        ({"text": "x", "level": ["ERROR"]}, {"level": ["must be ERROR, WARN or empty"]}),
        ({"text": "x", "channels": ["sms"]}, {"channels": [CHANNELS]}),
        ({"text": "x", "channels": "admin,sms"}, {"channels": [CHANNELS]}),
        ({"text": "x", "channels": [1]}, {"channels": [CHANNELS]}),
        ({"text": "x", "channels": {"admin": True}}, {"channels": [CHANNELS]}),
        ({"text": "x", "source_ids": [1]}, {"source_ids": ["must be a list of ids"]}),
        ({"text": "x", "source_ids": 1}, {"source_ids": ["must be a list of ids"]}),
        ({"text": "x", "source_ids": [str(number) for number in range(201)]},
         {"source_ids": ["at most 200"]}),
        ({"text": "x", "source_ids": [MEMBER, "nobody"]},
         {"source_ids": ["nobody is no membership of this space"]}),
        ({"level": "X", "channels": "y", "source_ids": 1},
         {"text": ["can't be blank"], "level": ["must be ERROR, WARN or empty"],
          "channels": [CHANNELS], "source_ids": ["must be a list of ids"]}),
    ],
)  # fmt: skip
async def test_wrong_members(
    space: Space, members: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    """422, every field at once, and nothing is recorded."""
    answer = await space.post(**members)

    assert (answer.status_code, answer.json()) == (422, {"errors": errors})
    assert await space.listed() == []


async def test_other_things_than_memberships_are_no_sources(space: Space) -> None:
    """Contacts, deleted memberships, those of another space."""
    other = await space.served.business("other")
    await other.put("membership", "theirs")
    await space.business.put("contact", "8")
    await space.business.put("membership", "gone")
    await space.business.delete("membership", "gone")

    for source_id in ("8", "gone", "theirs"):
        answer = await space.post(text="x", source_ids=[source_id])
        assert answer.json() == {
            "errors": {"source_ids": [f"{source_id} is no membership of this space"]}
        }


@SQLITE_ONLY
@pytest.mark.parametrize("content", ["", "[]", "5", '"text"', "null"])
async def test_body_without_members_has_no_text(space: Space, content: str) -> None:
    """The body can be parsed, and the missing text is answered with 422."""
    headers = {**space.business.bearer, "Content-Type": "application/json"}

    answer = await space.served.client.post(PATH, content=content, headers=headers)

    assert (answer.status_code, answer.json()) == (422, {"errors": {"text": ["can't be blank"]}})


@SQLITE_ONLY
@pytest.mark.parametrize("content", [b"{", b'{"text":"\xff"}', b'{"text":"\\ud800"}', b"[" * 5000])
async def test_broken_json(space: Space, content: bytes) -> None:
    """400."""
    headers = {**space.business.bearer, "Content-Type": "application/json"}

    answer = await space.served.client.post(PATH, content=content, headers=headers)

    assert (answer.status_code, answer.json()) == (400, {"error": "bad_request"})


@SQLITE_ONLY
async def test_body_over_the_limit(space: Space) -> None:
    """413."""
    answer = await space.post(text="x" * 1_048_576)

    assert (answer.status_code, answer.json()) == (413, {"error": "payload_too_large"})


async def test_text_that_grows_too_long_by_its_links(space: Space) -> None:
    """The field is named as the client knows it."""
    answer = await space.post(text="http://x.org " * 60_000)

    assert (answer.status_code, answer.json()) == (
        422,
        {"errors": {"text": ["at most 1000000 characters"]}},
    )


@pytest.mark.parametrize(
    "form",
    [
        f"text=Hi+there&level=WARN&channels=admin&channels=membership&source_ids={MEMBER}",
        f"text=Hi+there&level=WARN&channels[]=admin&channels[]=membership&source_ids[]={MEMBER}",
        f"text=Hi%20there&level=WARN&channels=admin,membership&source_ids={MEMBER}",
        f"text=Hi+there&level=WARN&channels%5B0%5D=admin,membership&source_ids={MEMBER}",
    ],
)
async def test_form(space: Space, form: str) -> None:
    """Lists repeated, with brackets, or with commas."""
    answer = await space.post_form(form)

    assert answer.status_code == 201
    assert answer.json()["level"] == "WARN"
    assert answer.json()["channels"] == ["admin", "membership"]
    assert await space.texts(source_ids=MEMBER) == ["Hi there"]


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("form", "field", "reason"),
    [
        ("text=a&text=b", "text", "takes one value, and was given several"),
        ("text=a&text=", "text", "takes one value, and was given several"),
        ("text=a&text[]=b", "text", "takes one value, and was given several"),
        ("text[]=a&text=b", "text", "takes one value, and was given several"),
        ("text=a&text[x]=b", "text", "takes one value, and was given several"),
        ("text=a&level=WARN&level=ERROR", "level", "takes one value, and was given several"),
        ("text=%00a", "text", "may not contain NUL"),
    ],
)
async def test_form_that_says_two_things(space: Space, form: str, field: str, reason: str) -> None:
    """422, and nothing is recorded; what is said twice alike is said once."""
    answer = await space.post_form(form)

    assert (answer.status_code, answer.json()) == (422, {"errors": {field: [reason]}})
    assert await space.listed() == []
    assert (await space.post_form("text=a&text=a&level=&level=")).status_code == 201


async def test_multipart_form(space: Space) -> None:
    """A form in the encoding that browsers use for files is read."""
    fields = [("text", "Hi"), ("channels", "admin"), ("channels", "membership")]
    request = httpx.Request(
        "POST", "http://x", files=[(name, (None, value)) for name, value in fields]
    )
    headers = {**space.business.bearer, "Content-Type": request.headers["content-type"]}

    answer = await space.served.client.post(PATH, content=request.read(), headers=headers)

    assert answer.json()["channels"] == ["admin", "membership"]


async def test_post_of_the_vendors_ruby_gem(space: Space) -> None:
    """`client.post 'co-up', '/activities', {text: …}`: JSON, a bearer, and its own Accept."""
    headers = {
        "Authorization": f"Bearer {space.business.secret}",
        "Content-Type": "application/json",
        "Accept": "*/*",
        "Accept-Encoding": "gzip, deflate",
        "User-Agent": "rest-client/2.1.0 (linux x86_64) ruby/3.2.2p53",
    }
    body = json.dumps({"text": "From Ruby", "channels": ["membership"], "source_ids": [MEMBER]})

    posted = await space.served.client.post(PATH, content=body, headers=headers)
    listed = await space.served.client.get(
        f"{PATH}?from=2026-03-01%2000%3A00%3A00%20%2B0000&to=2026-03-01%2023%3A59%3A59%20%2B0000",
        headers=headers,
    )

    assert posted.status_code == 201
    assert listed.json() == [posted.json()]


async def test_answer_to_a_post_is_json_whatever_is_accepted(space: Space) -> None:
    """There is no other form of it."""
    headers = {**space.business.bearer, "Accept": "text/html"}

    answer = await space.served.client.post(PATH, json={"text": "x"}, headers=headers)

    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
