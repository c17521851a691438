"""The proof of a change on the page of its activity, without scripts."""

import re
from html import unescape

import pytest

from doings.auth.log_keys import MISSING, LogKeys
from doings.web.activity.proof import tile_path
from tests.builders import contact, note
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor

pytestmark = SQLITE_ONLY  # where a key is made at first use


async def changed(acme: Business) -> tuple[str, int, int]:
    """An activity that was changed: its id, its seq, and that of the change."""
    activity = await acme.record_one(contact("8", name="Jim"), summary="one")
    await acme.record(note(summary="another"))
    await acme.revise(activity.seq, note("8", summary="two"))
    _, change = await acme.read(lambda reader: reader.history(activity.id))
    return activity.id, activity.seq, change.seq


async def test_the_newest_change_is_proved(member: Visitor, acme: Business, served: Served) -> None:
    """By what `/v1` proves it with; the page says how to verify it without the page."""
    ref, _, seq = await changed(acme)

    text = (await member.get(f"/activities/{ref}")).text
    document = (await member.get(f"/activities/{ref}/proofs/{seq}")).json()

    proof = (await served.client.get(f"/v1/proofs/{seq}", headers=acme.bearer)).json()
    keys = (await served.client.get("/v1/log/key", headers=acme.bearer)).text
    assert document == {"activity": ref, **proof, "keys": keys.split()}
    assert f'data-proof="/activities/{ref}/proofs/{seq}"' in text
    assert proof["checkpoint"] in unescape(text)
    assert keys.strip() in unescape(text)
    assert "doings verify acme.ndjson --key acme.key" in text
    for path in re.findall(r"http://server(/v1/\S+)", text):
        assert (await served.client.get(path, headers=acme.bearer)).status_code == 200


async def test_every_change_can_be_proved(member: Visitor, acme: Business) -> None:
    """The history leads to the proof of each; what is no change of it is left out."""
    ref, first, last = await changed(acme)
    page = f"/activities/{ref}"

    older = (await member.get(f"{page}?proof={first}")).text
    assert f'href="{page}?proof={last}#proof"' in older
    assert f"{page}/proofs/{first}" in older
    for odd in ("0", "-1", "x", "9" * 20, str(last + 1), str(first + 1)):
        assert f"{page}/proofs/{last}" in (await member.get(f"{page}?proof={odd}")).text
        assert (await member.get(f"{page}/proofs/{odd}")).status_code == 404


async def test_what_is_gone_is_proved_as_well(
    member: Visitor, acme: Business, served: Served
) -> None:
    """A deleted one with its last change; of one that was erased, that the leaf is there."""
    ref, _, last = await changed(acme)
    await acme.write(lambda writer: writer.erase(ref))

    deleted = (await member.get(f"/activities/{ref}")).text
    await served.client.post("/v1/erasures", headers=acme.bearer, json={"entity": "contact:8"})
    erased = await member.get(f"/activities/{ref}?proof={last}")
    document = (await member.get(f"/activities/{ref}/proofs/{last}")).json()

    assert re.search(r"/proofs/(\d+)", deleted)[1] > str(last)  # type: ignore[index]
    assert "What the leaf said was erased" in erased.text
    assert (document["salt"], document["statement"]) == (None, None)


async def test_without_a_key_the_page_says_so(
    member: Visitor, acme: Business, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And shows the rest; there is no document."""
    ref, _, last = await changed(acme)
    monkeypatch.setattr(LogKeys, "_named", LogKeys(None)._named)  # noqa: SLF001
    del served

    page = await member.get(f"/activities/{ref}")
    document = await member.get(f"/activities/{ref}/proofs/{last}")

    assert page.status_code == 200
    assert MISSING in page.text
    assert 'id="verify"' not in page.text
    assert document.status_code == 503


async def test_nobody_sees_another_accounts_proof(
    member: Visitor, acme: Business, served: Served
) -> None:
    """Neither by its id nor by its seq."""
    other = await served.business("other")
    ref, _, last = await changed(other)
    own, _, _ = await changed(acme)

    assert (await member.get(f"/activities/{ref}/proofs/{last}")).status_code == 404
    await other.record(*[note() for _ in range(20)])
    assert (await member.get(f"/activities/{own}/proofs/{last + 10}")).status_code == 404


@pytest.mark.parametrize(
    ("number", "width", "path"),
    [
        (0, 256, "000"),
        (7, 3, "007.p/3"),
        (1234067, 256, "x001/x234/067"),
        (1000, 1, "x001/000.p/1"),
    ],
)
def test_tiles_have_addresses(number: int, width: int, path: str) -> None:
    """In groups of three digits."""
    assert tile_path(number, width) == path
