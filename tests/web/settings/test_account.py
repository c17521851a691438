"""Retention, erasures, export and embedding on their pages."""

import json
import re

import httpx
import pytest

from doings.auth.credentials import issue_address
from doings.core.clock import DAY
from doings.core.erasing.erasure import ErasureOrder
from doings.core.erasing.retention import Rule
from doings.core.store.credentials import View
from tests.builders import note
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY
from tests.serving import Business
from tests.web.visitor import Visitor

RETENTION = "/settings/retention"
EMBEDDING = "/settings/embedding"
MARKUP = "<img src=x onerror=alert(1)>"

pytestmark = SQLITE_ONLY


def seen_in(answer: httpx.Response) -> str:
    """What the forms of a page know of what there is."""
    found = re.search(r'name="seen" value="([^"]*)"', answer.text)
    return found[1] if found else ""


async def rules(acme: Business) -> list[tuple[str, int, str | None]]:
    """The rules that are set."""
    found = await acme.read(lambda reader: reader.retention())
    return [(one.kind, one.days, one.level) for one in found]


async def test_a_rule_is_set_once_it_was_said_what_goes(member: Visitor, acme: Business) -> None:
    """At the place that was chosen; then it can be taken away again."""
    await acme.record(*[note("8", at=NOON - 40 * DAY) for _ in range(3)], note("8"))
    await acme.write(lambda writer: writer.set_retention([Rule("*", 3_000)]))
    new = {"kind": "note.*", "days": "30", "level": "", "place": "0"}

    tried = await member.send(RETENTION, **new)
    before = await rules(acme)
    answer = await member.send(RETENTION, **new, seen=seen_in(tried), set="yes")
    listed = await member.get(RETENTION)
    gone = await member.send(RETENTION, seen=seen_in(listed), remove="0")

    assert "3 activities would be erased" in tried.text
    assert before == [("*", 3_000, None)]
    assert answer.headers["location"] == f"{RETENTION}?done=saved"
    assert "3 are due now" in listed.text
    assert gone.headers["location"] == f"{RETENTION}?done=removed"
    assert await rules(acme) == [("*", 3_000, None)]


async def test_of_two_tabs_the_second_looks_again(member: Visitor, acme: Business) -> None:
    """Rules that it does not know are neither replaced nor removed."""
    seen = seen_in(await member.send(RETENTION, kind="note.*", days="30"))
    await acme.write(lambda writer: writer.set_retention([Rule("call.*", 3)]))

    late = await member.send(RETENTION, kind="note.*", days="30", seen=seen, set="yes")
    removed = await member.send(RETENTION, seen=seen, remove="0")
    no_such = await member.send(RETENTION, seen=seen_in(late), remove="7")

    assert (late.status_code, removed.status_code, no_such.status_code) == (409, 409, 409)
    assert "Somebody changed the rules" in late.text
    assert 'value="note.*"' in late.text
    assert await rules(acme) == [("call.*", 3, None)]


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"kind": "Note"}, "kind", "Must be noun.verb"),
        ({"days": "0"}, "days", "Must be 1 to"),
        ({"days": ""}, "days", "Must be a number"),
        ({"days": "9" * 30}, "days", "Must be"),
        ({"level": "INFO"}, "level", "Must be ERROR"),
        ({"kind": "call.logged"}, "kind", "Never fits"),
    ],
)
async def test_a_wrong_rule_is_told_at_its_field(
    member: Visitor, acme: Business, fields: dict[str, str], field: str, reason: str
) -> None:
    """Trying it as well as setting it."""
    await acme.write(lambda writer: writer.set_retention([Rule("call.*", 3)]))
    typed = {"kind": "note.*", "days": "30", **fields}
    seen = seen_in(await member.get(RETENTION))

    for more in ({}, {"set": "yes", "seen": seen}):
        answer = await member.send(RETENTION, **typed, **more)
        assert answer.status_code == 422
        found = re.search(f'id="{field}-problem">([^<]*)<', answer.text)
        assert found is not None, answer.text
        assert reason in found[1]
    assert await rules(acme) == [("call.*", 3, None)]


async def test_the_register_says_that_somebody_was_erased(
    member: Visitor, acme: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newest first, page by page, and never who it was."""
    monkeypatch.setattr("doings.web.settings.erasures.PAGE", 2)
    for number in range(3):
        await acme.put("contact", f"c{number}", name=f"Jim {number}")
        order = ErasureOrder(
            entity=("contact", f"c{number}"), reason=f"{MARKUP} {number}", by=acme.key
        )
        await acme.database.erasures.erase(acme.account.id, order)

    first = await member.get("/settings/erasures")
    link = re.search(r'href="(/settings/erasures\?before=[^"]+)"', first.text)
    assert link is not None
    second = await member.get(link[1])
    odd = await member.get("/settings/erasures?before=%00%ff")

    assert re.findall(r"alert\(1\)&gt; (\d)", first.text) == ["2", "1"]
    assert re.findall(r"alert\(1\)&gt; (\d)", second.text) == ["0"]
    assert "erased-" in first.text
    assert "Jim" not in first.text + second.text
    assert MARKUP not in first.text
    assert odd.status_code == 200


async def test_the_export_makes_an_equal_account(member: Visitor, acme: Business) -> None:
    """Each line is an entity or an activity, as the command writes them."""
    await acme.record(note("8", summary="one"), note("9", summary="two"))

    page = await member.get("/settings/export")
    head = await member.http.head("/settings/export/ndjson")
    answer = await member.get("/settings/export/ndjson")

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert "all 2 activities" in page.text
    assert answer.headers["content-disposition"] == 'attachment; filename="acme.ndjson"'
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert head.headers["content-disposition"] == answer.headers["content-disposition"]
    assert [one["summary"] for one in lines if "kind" in one] == ["one", "two"]
    assert "8" in [one["entity"]["id"] for one in lines if "entity" in one]


async def test_sites_are_set_as_browsers_write_them(member: Visitor, acme: Business) -> None:
    """Other settings stay; empty lets any site do."""
    await acme.write(lambda writer: writer.change_settings(lambda old: {**old, "own": 1}))
    typed = "https://App.example.org/\nhttp://localhost:3000\n\nhttps://app.example.org:443"

    answer = await member.send(EMBEDDING, origins=typed, seen="")
    account = await acme.read(lambda reader: reader.account())
    late = await member.send(EMBEDDING, origins="https://late.example.org", seen="")
    again = await member.send(EMBEDDING, origins="", seen=seen_in(late))

    assert answer.headers["location"] == f"{EMBEDDING}?done=saved"
    assert account.origins == ("http://localhost:3000", "https://app.example.org")
    assert late.status_code == 409
    assert "https://late.example.org</textarea>" in late.text
    assert again.status_code == 303
    account = await acme.read(lambda reader: reader.account())
    assert account.origins is None
    assert json.loads(account.settings)["own"] == 1


async def test_a_wrong_site_is_told(member: Visitor, acme: Business) -> None:
    """At the field, with all that was typed."""
    answer = await member.send(EMBEDDING, origins="https://a.example\nexample.org", seen="")

    assert answer.status_code == 422
    assert "example.org: must be like https://app.example.org." in answer.text
    assert "https://a.example\nexample.org</textarea>" in answer.text
    assert (await acme.read(lambda reader: reader.account())).origins is None


async def test_secret_addresses_are_listed_and_revoked(member: Visitor, acme: Business) -> None:
    """With the timeline that they show; the list of credentials has none of them."""
    view = View(entity=("contact", "8"))
    issued, stored = issue_address(acme.account.id, view, "calendar", now=NOON, label=MARKUP)
    await acme.write(lambda writer: writer.add_credential(stored))

    listed = await member.get(EMBEDDING)
    question = await member.get(f"/settings/credentials/{issued.key}/revoke")
    credentials = await member.get("/settings/credentials")
    await member.send(f"/settings/credentials/{issued.key}/revoke")

    assert issued.key in listed.text
    assert "contact:8" in listed.text
    assert MARKUP not in listed.text
    assert "secret address of contact:8" in question.text
    assert issued.key not in credentials.text
    assert issued.key not in (await member.get(EMBEDDING)).text
