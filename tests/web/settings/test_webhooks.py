"""Webhooks on their pages: made, changed, tried, delivered again, switched and removed."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from doings.core.errors import Busy
from doings.core.store.webhooks import Attempt, Delivery, Made, Outcome, Webhook
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor

PATH = "/settings/webhooks"
URL = "https://hooks.example.org/doings"
MARKUP = "<img src=x onerror=alert(1)>"


async def send(member: Visitor, path: str, **fields: "Fields") -> httpx.Response:
    """Send a form of webhooks."""
    return await member.http.post(path, data={"csrf": await member.token(), **fields})


Fields = str | list[str]
"""A field of a form, or one that is there several times."""

FIELDS: dict[str, Fields] = {
    "url": URL,
    "event": ["activity.created", "activity.updated", "activity.deleted", "activity.erased"],
    "format": "standard",
    "lane": "endpoint",
    "batch": "1",
}


async def made(member: Visitor, **fields: Fields) -> tuple[str, str]:
    """Make a webhook; its id and the page that shows its secret."""
    answer = await send(member, f"{PATH}/new", **{**FIELDS, **fields})
    assert answer.status_code == 200, answer.text
    found = re.search(r"<code>(wh_[0-9a-f]+)</code>", answer.text)
    assert found is not None
    return found[1], answer.text


async def webhooks(acme: Business) -> list[Webhook]:
    """What is stored."""
    return await acme.read(lambda reader: reader.webhooks())


async def test_a_webhook_is_made_and_its_secret_shown_once(member: Visitor, acme: Business) -> None:
    """With its filters; it is told of what happens from now on."""
    await acme.record_one("8")
    id_, page = await made(
        member,
        description=MARKUP,
        kinds="note.*\r\ncall.logged\r\n\r\n",
        links="contact:8",
        level="WARN",
        lane="entity",
        once="x" * 22,
    )

    (webhook,) = await webhooks(acme)
    listed = await member.get(PATH)
    again = await send(member, f"{PATH}/new", **FIELDS, once="x" * 22)

    assert webhook.secrets[0].text in page
    assert webhook.settings.kinds == ("note.*", "call.logged")
    assert webhook.settings.links == ("contact:8",)
    assert (webhook.settings.level, webhook.settings.lane) == ("WARN", "entity")
    assert webhook.settings.events == ()
    assert webhook.position == await acme.read(lambda reader: reader.last_seq())
    assert id_ in listed.text
    assert webhook.secrets[0].text not in listed.text
    assert MARKUP not in page + listed.text
    assert again.headers["location"].endswith("done=known")


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"url": "http://127.0.0.1/"}, "url", ""),
        ({"url": ""}, "url", "Must be an http"),
        ({"url": "javascript:alert(1)"}, "url", "Must be an http"),
        ({"kinds": "note.created\nNote"}, "kinds", "neither noun.verb"),
        ({"links": "8"}, "links", "is not type:id"),
        ({"actor": "jim"}, "actor", "Must be type:id"),
        ({"origin": "A B"}, "origin", "Lower-case letters"),
        ({"channel": "A B"}, "channel", "lower-case word"),
        ({"level": "INFO"}, "level", "no such level"),
        ({"lane": "x"}, "lane", "no such order"),
        ({"format": "x"}, "format", "no such format"),
        ({"batch": "101"}, "batch", "1 to 100"),
        ({"batch": ""}, "batch", "1 to 100"),
        ({"batch": "2", "format": "cobot"}, "batch", "must be 1"),
        ({"event": []}, "event", "Choose one"),
        ({"event": ["x"]}, "event", "no such event"),
        ({"event": ["entity.updated"], "kinds": "note.*"}, "event", "only entities are told"),
        ({"description": "x" * 1001}, "description", "At most 1000"),
    ],
)
async def test_what_is_wrong_stands_at_its_field(
    member: Visitor, acme: Business, fields: dict[str, Fields], field: str, reason: str
) -> None:
    """With what was typed, and nothing is made."""
    answer = await send(member, f"{PATH}/new", **{**FIELDS, "channel": "kept", **fields})

    assert answer.status_code == 422
    found = re.search(f'id="{field}-problem">([^<]*)<', answer.text)
    assert found is not None, answer.text
    assert reason.lower() in found[1].lower()
    assert f'aria-describedby="{field}-problem"' in answer.text
    assert 'value="kept"' in answer.text or "channel" in fields
    assert await webhooks(acme) == []


@SQLITE_ONLY
async def test_there_are_not_too_many(
    member: Visitor, acme: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form says so, with what was typed."""
    monkeypatch.setattr("doings.live.webhooks.settings.WEBHOOKS", 1)
    await made(member)

    answer = await send(member, f"{PATH}/new", **FIELDS)

    assert answer.status_code == 422
    assert "at most 1 webhooks" in answer.text
    assert len(await webhooks(acme)) == 1


@SQLITE_ONLY
async def test_a_webhook_is_changed_unless_somebody_else_did(
    member: Visitor, acme: Business, served: Served
) -> None:
    """Of two tabs the second gets its form back, and may save once more."""
    id_, _ = await made(member)
    path = f"{PATH}/{id_}/edit"
    served.clock.instant += 1
    seen = await _seen(member, path)

    first = await send(member, path, **FIELDS, kinds="note.*", seen=seen)
    second = await send(member, path, **FIELDS, kinds="call.logged", seen=seen)
    again = await send(member, path, **FIELDS, kinds="call.logged", seen=_hidden(second.text))
    wrong = await send(member, path, **{**FIELDS, "url": "x"}, seen=seen)

    assert first.headers["location"] == f"{PATH}/{id_}?done=saved"
    assert second.status_code == 409
    assert "Somebody changed this" in second.text
    assert "call.logged</textarea>" in second.text
    assert again.status_code == 303
    assert wrong.status_code == 422
    (webhook,) = await webhooks(acme)
    assert webhook.settings.kinds == ("call.logged",)


async def _seen(member: Visitor, path: str) -> str:
    return _hidden((await member.get(path)).text)


def _hidden(text: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', text)
    assert found is not None
    return found[1]


@SQLITE_ONLY
async def test_of_a_vendors_webhook_little_is_changed(member: Visitor, acme: Business) -> None:
    """What its own settings cannot show is changed there."""
    id_, _ = await made(member)
    (webhook,) = await webhooks(acme)
    settings = {"options": {"headers": []}, "format": "mio"}
    await acme.write(lambda writer: writer.change_webhook(_with(webhook, settings)))
    seen = await _seen(member, f"{PATH}/{id_}/edit")

    answer = await send(member, f"{PATH}/{id_}/edit", **FIELDS, kinds="note.*", seen=seen)

    assert answer.status_code == 422
    assert "belongs to the settings of mio" in answer.text
    await made(member, url="https://example.org/second")
    second = next(one for one in await webhooks(acme) if one.id != id_)
    await acme.write(lambda writer: writer.change_webhook(_with(second, settings)))
    seen = await _seen(member, f"{PATH}/{second.id}/edit")
    fields = {**FIELDS, "format": "mio", "seen": seen}
    known = await send(member, f"{PATH}/{second.id}/edit", **fields)
    assert known.status_code == 409
    assert "There is such a subscription of mio already" in known.text


def _with(webhook: Webhook, settings: dict[str, Any]) -> Webhook:
    changed = msgspec.structs.replace(webhook.settings, **settings)
    return msgspec.structs.replace(webhook, settings=changed)


async def test_it_is_switched_off_and_on(member: Visitor, acme: Business) -> None:
    """One that failed for days is on again, and what failed waits to be sent."""
    id_, _ = await made(member)
    await acme.write(lambda writer: writer.disable_webhook(id_, "failed for 3 days"))

    page = await member.get(f"{PATH}/{id_}")
    on = await member.send(f"{PATH}/{id_}/on")
    first = (await webhooks(acme))[0].status
    off = await member.send(f"{PATH}/{id_}/off")

    assert "failed for 3 days" in page.text
    assert on.headers["location"] == f"{PATH}/{id_}?done=on"
    assert first == "active"
    assert off.headers["location"] == f"{PATH}/{id_}?done=off"
    assert (await webhooks(acme))[0].status == "disabled"


@SQLITE_ONLY
async def test_a_test_shows_what_was_answered(
    member: Visitor, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also that there was no answer, or no room for another test."""
    id_, _ = await made(member)
    deliveries = served.application.services().deliveries
    answers: Iterator[Attempt | Busy] = iter(
        [
            Attempt(at=served.clock.now(), ms=12, status=200, response=MARKUP),
            Attempt(at=served.clock.now(), ms=15_000, error="no answer"),
            Busy("webhook_tests", "too many tests are being sent"),
        ]
    )

    async def test(_webhook: Webhook) -> Attempt:
        answer = next(answers)
        if isinstance(answer, Busy):
            raise answer
        return answer

    monkeypatch.setattr(deliveries, "test", test)

    good, bad, busy = [await member.send(f"{PATH}/{id_}/test") for _ in range(3)]

    assert "<b>200</b>" in good.text
    assert "The receiver has it." in good.text
    assert MARKUP not in good.text
    assert "no answer" in bad.text
    assert "did not take it" in bad.text
    assert busy.status_code == 503
    assert "Too many tests are being sent." in busy.text


@SQLITE_ONLY
async def test_a_secret_is_rotated_once_for_each_form(member: Visitor, acme: Business) -> None:
    """The new one is shown once; too many are a conflict that the page tells."""
    id_, _ = await made(member)
    before = (await webhooks(acme))[0].secrets[0].text

    answer = await member.send(f"{PATH}/{id_}/rotate", once="y" * 22)
    again = await member.send(f"{PATH}/{id_}/rotate", once="y" * 22)
    (webhook,) = await webhooks(acme)
    for _ in range(8):
        await member.send(f"{PATH}/{id_}/rotate")
    full = await member.send(f"{PATH}/{id_}/rotate")

    assert [one.text for one in webhook.secrets][1:] == [before]
    assert webhook.secrets[0].text in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert again.headers["location"].endswith("done=known")
    assert full.status_code == 409
    assert "secrets sign already" in full.text


async def deliver(acme: Business, id_: str, *seqs: int) -> None:
    """Deliveries that failed or were taken."""
    queue = [
        Delivery(seq=seq, message=f"msg_{seq}", event="activity.created", subject=MARKUP, at=seq)
        for seq in seqs
    ]
    outcomes = [
        Outcome(
            seq=seq,
            status="failed" if seq % 2 else "delivered",
            tries=1,
            next_at=0,
            attempt=Attempt(at=seq, ms=3, status=500 if seq % 2 else 200, response=MARKUP),
        )
        for seq in seqs
    ]
    await acme.write(lambda writer: writer.queue(id_, queue))
    made_bodies = [Made(seq, f"msg_{seq}", "{}") for seq in seqs]
    await acme.write(lambda writer: writer.note_bodies(id_, made_bodies))
    await acme.write(lambda writer: writer.note_outcomes(id_, outcomes))


async def test_deliveries_are_listed_and_sent_again(member: Visitor, acme: Business) -> None:
    """By state, newest first, page by page, with what was answered."""
    id_, _ = await made(member)
    await member.send(f"{PATH}/{id_}/off")
    await deliver(acme, id_, *range(1, 51))

    page = await member.get(f"{PATH}/{id_}")
    older = await member.get(_link(page.text, "Older"))
    last = await member.get(_link(older.text, "Older"))
    newer = await member.get(_link(last.text, "Newer"))
    failed = await member.get(f"{PATH}/{id_}?status=failed&before=nonsense")
    answer = await member.send(f"{PATH}/{id_}/redeliver", message="msg_9")
    missing = await member.send(f"{PATH}/{id_}/redeliver", message="msg_900")
    pending = await member.get(f"{PATH}/{id_}?status=pending")

    assert _messages(page.text) == list(range(50, 30, -1))
    assert _messages(older.text) == list(range(30, 10, -1))
    assert _messages(last.text) == list(range(10, 0, -1))
    assert _messages(newer.text) == _messages(older.text)
    assert _messages(failed.text) == list(range(49, 9, -2))
    assert "failed 25" in page.text
    assert "the last answered 500" in failed.text
    assert MARKUP not in page.text
    assert answer.headers["location"] == f"{PATH}/{id_}?done=waiting"
    assert "once the webhook is switched on" in (await member.get(answer.headers["location"])).text
    assert missing.status_code == 404
    assert _messages(pending.text) == [9]


def _messages(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"<code>msg_(\d+)</code>", text)]


def _link(text: str, name: str) -> str:
    found = re.search(f'<a href="([^"#]+)[^"]*">{name}</a>', text)
    assert found is not None, text
    return found[1].replace("&amp;", "&")


async def test_a_removed_one_is_gone(member: Visitor, acme: Business) -> None:
    """After a question; once more is no mistake."""
    id_, _ = await made(member)

    question = await member.get(f"{PATH}/{id_}/remove")
    answer = await member.send(f"{PATH}/{id_}/remove")
    again = await member.send(f"{PATH}/{id_}/remove")

    assert "Remove this webhook?" in question.text
    assert answer.headers["location"] == f"{PATH}?done=removed"
    assert again.status_code == 303
    assert await webhooks(acme) == []


@SQLITE_ONLY
async def test_another_accounts_webhook_is_not_there(member: Visitor, served: Served) -> None:
    """Neither its page nor its deliveries."""
    other = await served.business("other")
    somebody = Visitor(served)
    await somebody.sign_in(other)
    id_, _ = await made(somebody)

    assert id_ not in (await member.get(PATH)).text
    assert (await member.get(f"{PATH}/{id_}")).status_code == 404
    for act in ("off", "on", "rotate", "redeliver", "test"):
        assert (await member.send(f"{PATH}/{id_}/{act}")).status_code == 404
    await member.send(f"{PATH}/{id_}/remove")
    assert len(await webhooks(other)) == 1
