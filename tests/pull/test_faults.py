"""Services that fail: each ends in a sentence, and the same command goes on."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from doings.importing.pull import client, rounds, run
from tests.cli.conftest import Cli
from tests.pull.conftest import Puller, Vendor
from tests.pull.proxy import Asked, Break, Given, Switch, proxy, status
from tests.pull.test_following import encounter, ids_by_name, request


def on_lists(breaking: Break, *, first: int = 1) -> Break:
    """Breaks all lists of activities but the first ones."""
    lists: list[str] = []

    def broken(asked: Asked, given: Given) -> Given:
        if "activities" not in asked.path:
            return given
        lists.append(asked.path)
        return breaking(asked, given) if len(lists) > first else given

    return broken


def half(_asked: Asked, given: Given) -> Given:
    """Ends the connection within the body."""
    return given._replace(cut=len(given.body) // 2)


def half_a_document(_asked: Asked, given: Given) -> Given:
    """Sends half of the body as if it were all."""
    return given._replace(body=given.body[: len(given.body) // 2])


def large(_asked: Asked, given: Given) -> Given:
    """Sends more than anybody should hold."""
    return given._replace(body=given.body + b" " * 3_000_000)


class Repeating:
    """Answers what was answered to the first list, whatever is asked."""

    def __init__(self) -> None:
        self._kept: Given | None = None

    def __call__(self, asked: Asked, given: Given) -> Given:
        """The first list."""
        if "activities" in asked.path and "detail" not in asked.path:
            self._kept = self._kept or given
            return self._kept
        return given


class Growing:
    """Shows other activities on each page, and says that there are many pages."""

    def __init__(self) -> None:
        self._data: list[dict[str, Any]] = []

    def __call__(self, asked: Asked, given: Given) -> Given:
        """Another page."""
        document = json.loads(given.body)
        if "activities?" not in asked.path:
            return given
        self._data = self._data or document["data"]
        first = 1_000_000 + asked.number * 1000
        document["data"] = [one | {"id": first + at} for at, one in enumerate(self._data[:2])]
        document["meta"]["last_page"] = 1_000_000
        return given._replace(body=json.dumps(document).encode())


def endless_pages(asked: Asked, given: Given) -> Given:
    """Says of each page that there is another one."""
    if "activities?" not in asked.path:
        return given
    document = json.loads(given.body)
    document["has_next"] = True
    return given._replace(body=json.dumps(document).encode())


MOVED = status(302, headers={"Location": "https://elsewhere.example.test/"})
BUSY = status(429, headers={"Retry-After": "4000"})

FAULTS: dict[str, tuple[str, Callable[[], Break], int, str]] = {
    "wrong credentials": ("monica", lambda: on_lists(status(401)), 2, "does not take these"),
    "html": ("monica", lambda: on_lists(status(200, b"<!doctype html>")), 3, "a page of HTML"),
    "500 for long": ("monica", lambda: on_lists(status(500)), 3, "answers 500"),
    "moved": ("monica", lambda: on_lists(MOVED), 3, "leads to"),
    "half a page": ("monica", lambda: on_lists(half), 3, "broke the connection off"),
    "half a document": ("monica", lambda: on_lists(half_a_document), 3, "cut off"),
    "something else": ("monica", lambda: on_lists(status(200, b'["x"]')), 3, "something else"),
    "a large answer": ("monica", lambda: on_lists(large), 3, "with more than"),
    "the same page": ("monica", Repeating, 3, "and shows only"),
    "an endless list": ("monica", Growing, 3, "shows more and more pages"),
    "the same page for mio": ("mio", Repeating, 3, "again and again"),
    "pages without end": ("mio", lambda: endless_pages, 3, "an empty page"),
    "a long wait": ("monica", lambda: on_lists(BUSY), 3, "asks to wait 4000 s"),
}


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_service_that_fails_ends_in_a_sentence_and_is_gone_on_with(
    fault: str, vendor: Vendor, pull: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it is repaired everything is there, once."""
    dialect, broken, code, sentence = FAULTS[fault]
    monkeypatch.setenv("DOINGS_PULL_PATIENCE", "0.3")
    monkeypatch.setattr(client, "PULL_ANSWER_BYTES", 1_048_576)
    monkeypatch.setattr(client, "FIRST_WAIT_S", 0.05)
    make = request if dialect == "mio" else encounter
    vendor.record([make(number) for number in range(130)])

    with proxy(vendor.server.url, Switch(broken())) as between:
        failed = pull(dialect, url=between.url)
        Switch.is_broken = False
        whole = pull(dialect, url=between.url)

    last = failed.err.splitlines()[-1]
    assert (failed.code, sentence in last) == (code, True), failed.err
    assert last.startswith("doings: ")
    assert "Traceback" not in failed.err
    assert (whole.code, len(pull.exported())) == (0, 130), whole.err


def test_a_contact_whose_pages_loop_ends_in_a_sentence(
    vendor: Vendor, pull: Puller, tmp_path: Path
) -> None:
    """The service's word for the next page leads back to the first one."""
    notes = [
        {"kind": "note.created", "body": f"Note {number}", "links": ["contact:8"],
         "occurred_at": f"2026-01-{number % 28 + 1:02}T10:00:00Z"}
        for number in range(230)
    ]  # fmt: skip
    vendor.record(notes)
    (tmp_path / "ids").write_text("8")

    with proxy(vendor.server.url, Switch(Repeating())) as between:
        failed = pull("invent", "--contacts", str(tmp_path / "ids"), url=between.url)
        Switch.is_broken = False
        whole = pull("invent", "--contacts", str(tmp_path / "ids"), url=between.url)

    assert (failed.code, "again and again" in failed.err) == (3, True), failed.err
    assert (whole.code, len(pull.exported())) == (0, 230), whole.err


def test_what_a_service_deletes_meanwhile_hides_nothing(vendor: Vendor, pull: Puller) -> None:
    """The pages move, and what moved onto a page that was read is read as well."""
    vendor.record([encounter(number) for number in range(250)])
    ids = ids_by_name(vendor)
    late = [name for name in ids if int(name[1:]) < 60]
    deleted: list[str] = []

    def deleting(asked: Asked, given: Given) -> Given:
        if "activities?" in asked.path and "page=1&" in asked.path and not deleted:
            deleted.extend(late[:30])
            for name in deleted:
                vendor.send("DELETE", f"/v1/activities/{ids[name]}")
        return given

    with proxy(vendor.server.url, deleting) as between:
        pull("monica", url=between.url)
        pull("monica", url=between.url)

    assert len(pull.exported()) == 250 - len(deleted)


def test_stretches_that_a_service_does_not_give_are_halved(
    vendor: Vendor, pull: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it gives them."""
    monkeypatch.setattr(client, "PULL_ANSWER_BYTES", 20_000)
    texts = [
        {"kind": "text.posted", "body": f"{number} {'x' * 100}", "links": ["membership:m1"],
         "occurred_at": f"2026-05-{number % 31 + 1:02}T{number % 24:02}:00:00Z"}
        for number in range(400)
    ]  # fmt: skip
    vendor.record(texts)

    counts = pull.counts("cobot")

    assert counts["recorded"] == 400
    assert len(pull.exported()) == 400


OTHER = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("UPDATE pulls SET version = version + 1")
"""
"""What another program does that pulls the same: it saves how far it is."""


def test_of_two_programs_that_pull_the_same_one_ends(
    vendor: Vendor, pull: Puller, tmp_path: Path
) -> None:
    """With a sentence, and without a trace of its page."""
    vendor.record([encounter(number) for number in range(130)])

    def meanwhile(asked: Asked, given: Given) -> Given:
        if "activities?" in asked.path and "page=2" in asked.path:
            # In a process of its own: within one, two libraries undo each other's locks.
            subprocess.run([sys.executable, "-c", OTHER, str(tmp_path / "doings.db")], check=True)
        return given

    with proxy(vendor.server.url, meanwhile) as between:
        outcome = pull("monica", url=between.url)

    assert (outcome.code, "by another program" in outcome.err) == (3, True), outcome.err
    assert len(pull.exported()) == 100


def test_a_round_goes_on_where_another_program_was(
    vendor: Vendor, pull: Puller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the round that it came between ends with a sentence."""
    vendor.record([encounter(number) for number in range(130)])
    others: list[str] = []

    async def twice(_seconds: float) -> None:
        if len(others) > 1:
            raise KeyboardInterrupt
        others.append("a round")

    def meanwhile(asked: Asked, given: Given) -> Given:
        if "activities?" in asked.path and not others:
            subprocess.run([sys.executable, "-c", OTHER, str(tmp_path / "doings.db")], check=True)
        return given

    monkeypatch.setattr(rounds, "sleep", twice)
    with proxy(vendor.server.url, meanwhile) as between:
        outcome = pull("monica", "--every", "5m", url=between.url)

    assert outcome.err.count("by another program") == 1, outcome.err
    assert len(pull.exported()) == 130


@pytest.mark.parametrize(
    "answer", [status(404), status(200, b'{"message":"maintenance"}')], ids=["404", "200"]
)
def test_details_that_failed_are_asked_for_again(
    answer: Break, vendor: Vendor, pull: Puller
) -> None:
    """By the next pull, until they are there; then no more."""
    vendor.record([request(number) for number in range(3)])
    granted = {"code": "RQ_008", "type": "RTP_001", "data": "+49 30 1"}
    path = f"/v1/activities/{ids_by_name(vendor)['e1']}/accept"
    vendor.send("POST", path, {"accepted_requirements": [granted]})
    breaking = Switch(lambda asked, given: answer(asked, given) if DETAIL in asked.path else given)

    with proxy(vendor.server.url, breaking) as between:
        pull("mio", url=between.url)
        pull("mio", url=between.url)
        Switch.is_broken = False
        healed = pull.counts("mio", url=between.url)
        asked = len(between.lists(DETAIL))
        pull("mio", url=between.url)
        last = len(between.lists(DETAIL))

    told = [one["data"].get("accepted_requirements") for one in pull.exported()]
    assert (healed["updated"], asked, last) == (1, 3, 3)
    assert [one[0]["data"] for one in told if one] == ["+49 30 1"]


DETAIL = "/business/v1/activities/"
"""Where mio.ID shows an activity by itself."""


def test_where_nobody_is_known_the_address_is_asked_about(
    vendor: Vendor, pull: Puller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some contacts of a file; each time the command is given, also with all."""
    monkeypatch.setattr(run, "NOBODY", 5)
    (tmp_path / "ids").write_text("\n".join(str(number) for number in range(30)))
    note = {"kind": "note.created", "body": "A", "occurred_at": "2026-01-01T10:00:00Z"}
    contacts = ("--contacts", str(tmp_path / "ids"))

    with proxy(vendor.server.url) as between:
        outcomes = [pull("invent", *contacts, url=f"{between.url}/nope") for _ in range(2)]
    vendor.record([note | {"links": ["contact:8", "contact:9"]}])
    pull.counts("monica")
    (tmp_path / "ids").write_text("7\n8")
    some = pull("invent", *contacts)
    with proxy(vendor.server.url) as other:
        everybody = pull("invent", "--contacts", "all", url=f"{other.url}/nope")

    assert [one.code for one in (*outcomes, some, everybody)] == [3, 3, 1, 3], everybody.err
    assert all("is --from right" in one.err for one in (*outcomes, everybody))
    assert len(between.asked) == 10


def test_credentials_that_are_taken_back_meanwhile_hide_nothing(
    vendor: Vendor, pull: Puller
) -> None:
    """What was recorded until then is told, and the run that takes it back."""
    vendor.record([encounter(number) for number in range(130)])

    with proxy(vendor.server.url, on_lists(status(401))) as between:
        outcome = pull("monica", url=between.url)

    told = json.loads(outcome.out)
    assert (outcome.code, told["recorded"], told["run"]) == (2, 100, 1)


def test_a_day_that_still_holds_is_told(vendor: Vendor, pull: Puller, cli: Cli) -> None:
    """By a pull that does not name it, and by the status."""
    vendor.record([encounter(1)])
    pull.counts("monica", "--since", "2026-11-01")

    again = pull("monica")

    (shown,) = json.loads(cli("pull", "status", "--json").out)
    assert "only what happened since 2026-11-01" in again.err
    assert shown["since"] == "2026-11-01T00:00:00Z"
    assert "2026-11-01" in cli("pull", "status").out


def test_an_element_without_an_id_is_named_by_its_place(vendor: Vendor, pull: Puller) -> None:
    """As the address of its page, and which one it is there."""
    vendor.record([encounter(1)])

    def nameless(asked: Asked, given: Given) -> Given:
        if "activities?" not in asked.path:
            return given
        return given._replace(body=given.body.replace(b'"id":', b'"no":'))

    with proxy(vendor.server.url, nameless) as between:
        outcome = pull("monica", url=between.url)

    assert "/activities?limit=100&" in outcome.err
    assert ", element 1:" in outcome.err
    assert "{" not in outcome.err


@pytest.mark.parametrize("seconds", ["-1", "5,300", "soon"])
def test_a_patience_is_one_number(seconds: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused is not shown as what is right."""
    monkeypatch.setenv("DOINGS_PULL_PATIENCE", seconds)

    outcome = cli("pull", "status")

    assert (outcome.code, "is not a number of seconds, 0 to" in outcome.err) == (2, True)


def test_a_service_that_asks_to_wait_is_waited_for(vendor: Vendor, pull: Puller) -> None:
    """As long as it asks, and the wait is told."""
    vendor.record([encounter(1)])

    def busy(asked: Asked, given: Given) -> Given:
        return Given(429, {"Retry-After": "1"}, b"{}") if asked.number == 1 else given

    with proxy(vendor.server.url, busy) as between:
        outcome = pull("monica", url=between.url)

    counts = json.loads(outcome.out)
    assert (outcome.code, counts["recorded"]) == (0, 1)
    assert counts["waited_s"] >= 1
    assert between.asked[2].at - between.asked[1].at >= 1
    assert "asks to wait 1 s" in outcome.err


async def test_no_minute_has_more_requests_than_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the minute begins; it is shorter here."""
    monkeypatch.setattr(client, "MINUTE", 0.4)
    limiter = client.limiter_for(30)
    times = []

    for _ in range(70):
        await limiter.acquire()
        times.append(time.monotonic())

    await asyncio.sleep(0)
    most = max(sum(start <= at < start + 0.4 for at in times) for start in times)
    assert 20 < most <= 30
