"""Importing files on the pages: tried out, brought in, stopped, and taken back."""

import asyncio
import gzip
import re
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from doings.core.clock import DAY
from doings.core.erasing.erasure import ErasureOrder
from doings.core.errors import Unavailable
from doings.core.presentation.prose import ENCOUNTER
from doings.core.query import Query
from doings.core.store import Writer
from doings.core.store.imports import ImportJob, ImportReport
from doings.importing import importer, jobs
from doings.importing.importer import Importer
from doings.importing.jobs import Runner
from doings.importing.progress import Progress
from tests.builders import note
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.settings.files import line, lines
from tests.web.visitor import Visitor

PATH = "/settings/imports"
MARKUP = "<img src=x onerror=alert(1)>"


async def upload(
    member: Visitor, content: bytes, name: str = "history.ndjson", **fields: str
) -> httpx.Response:
    """Send the form with a file."""
    data = {"csrf": await member.token(PATH), "dialect": "", "contact": "", **fields}
    return await member.http.post(PATH, data=data, files={"file": (name, content)})


async def dropped(member: Visitor, content: bytes, **fields: str) -> tuple[str, str]:
    """Drop a file; the path and the text of its job, once it was tried out."""
    answer = await upload(member, content, **fields)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"]
    return path, await settled(member, path)


async def settled(member: Visitor, path: str) -> str:
    """The page of a job at which nothing is done any more."""
    async with asyncio.timeout(20):
        while True:
            answer = await member.get(path)
            assert answer.status_code == 200, answer.text
            if "data-at-work" not in answer.text:
                return answer.text
            await asyncio.sleep(0.05)


def facts(text: str) -> dict[str, str]:
    """What a page says in its list of facts."""
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", text))


async def total(acme: Business) -> int:
    """How many activities there are."""
    return await acme.read(lambda reader: reader.total(None, None))


async def test_a_file_is_tried_out_and_brought_in(member: Visitor, acme: Business) -> None:
    """Nothing is recorded before somebody says so; then exactly what was said."""
    content = lines(40) + b'\n{"kind": "Note"}\nno json\n' + lines(3)

    path, tried = await dropped(member, content, name=f"{MARKUP}.ndjson")
    before = await total(acme)
    answer = await member.send(f"{path}/start")
    done = await settled(member, answer.headers["location"])
    again = await member.send(f"{path}/start")
    listed = await member.get(PATH)

    assert facts(tried) == {
        "To be recorded": "40 activities",
        "Known already": "3",
        "People and things": "7 made or changed",
        "Refused": "2",
    }
    assert "<b>line 41</b>" in tried
    assert before == 0
    assert await total(acme) == 40
    assert "40 activities recorded, 3 known already, 2 refused; 7 people" in done
    assert "<b>line 42</b>" in done
    assert again.headers["location"] == path
    (run,) = await acme.read(lambda reader: reader.import_runs())
    assert (run.state, run.counts.recorded, run.counts.bad) == ("done", 40, 2)
    assert MARKUP not in tried + done + listed.text
    assert await acme.read(lambda reader: reader.import_file(path.rpartition("/")[2])) == []


async def test_saved_answers_are_recognized(
    member: Visitor, acme: Business, served: Served
) -> None:
    """Also what comes back to the account that it was saved from."""
    await acme.record(*[note(id_, kind=ENCOUNTER, summary="Lunch") for id_ in ("8", "9")])
    saved = await served.client.get("/monica/api/activities", headers=acme.bearer)
    other = await served.business("other")
    somebody = Visitor(served)
    await somebody.sign_in(other)

    _, same = await dropped(member, saved.content)
    path, fresh = await dropped(somebody, gzip.compress(saved.content))
    await somebody.send(f"{path}/start")
    await settled(somebody, path)

    assert "Read as Monica" in same
    assert "nothing to import" in same
    assert facts(fresh)["To be recorded"] == "2 activities"
    assert await total(other) == 2
    (run,) = await other.read(lambda reader: reader.import_runs())
    assert run.dialect == "monica"


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("content", "fields", "told"),
    [
        (b"", {}, ("file", "empty")),
        (b"  \n", {}, ("file", "empty")),
        (b"%PDF-1.7", {}, ("file", "a PDF")),
        (b"PK\x03\x04", {}, ("file", "archive")),
        (b"\x1f\x8b\x08damaged", {}, ("file", "nothing was imported")),
        (b"<!doctype html><p>Not found</p>", {}, ("file", "web page")),
        (b"a,b\n1,2\n3,4", {}, ("file", "table")),
        (b'{"items": []}', {}, ("file", "no NDJSON")),
        ("{}".encode("utf-16"), {}, ("file", "UTF-8")),
        (lines(1), {"contact": "8"}, ("contact", "ndjson")),
        (lines(1), {"dialect": "agendize"}, ("contact", "say whose")),
        (lines(1), {"dialect": "agendize", "contact": "x" * 300}, ("contact", "")),
        (lines(1), {"dialect": "salesforce"}, ("dialect", "no such API")),
    ],
)
async def test_what_is_no_import_is_refused(
    member: Visitor,
    acme: Business,
    content: bytes,
    fields: dict[str, str],
    told: tuple[str, str],
) -> None:
    """At its field, and nothing is stored."""
    field, reason = told

    answer = await upload(member, content, **fields)

    assert answer.status_code == 422, answer.text
    found = re.search(f'id="{field}-problem">([^<]*)<', answer.text)
    assert found is not None, answer.text
    assert reason in found[1]
    assert await acme.read(lambda reader: reader.import_jobs()) == []


@SQLITE_ONLY
async def test_a_form_without_a_file_is_refused(member: Visitor) -> None:
    """So is a form of another type."""
    data = {"csrf": await member.token(PATH), "contact": "8"}

    missing = await member.http.post(PATH, data=data, files={"other": ("a", b"x")})
    plain = await member.http.post(PATH, data=data)

    assert missing.status_code == 422
    assert "Choose one." in missing.text
    assert 'value="8"' in missing.text
    assert plain.status_code == 415


@SQLITE_ONLY
async def test_files_are_bounded(
    member: Visitor, acme: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In bytes as they are sent and inflated, in number, and at a time."""
    monkeypatch.setattr("doings.importing.files.IMPORT_FILE_BYTES", 1000)
    monkeypatch.setattr(jobs, "IMPORT_FILES", 1)
    large = await upload(member, gzip.compress(b" " * 10_000 + lines(1)))
    sent = await upload(member, b"x" * (17 * 1024 * 1024))
    await dropped(member, lines(1))
    another = await upload(member, lines(1))
    monkeypatch.setattr(jobs, "ACCOUNT_UPLOADS", 0)
    busy = await upload(member, lines(1))

    assert (large.status_code, sent.status_code) == (422, 413)
    assert "Is larger than" in large.text
    assert "Larger than 16 MiB." in sent.text
    assert another.status_code == 422
    assert "1 files wait already" in another.text
    assert busy.status_code == 503
    assert len(await acme.read(lambda reader: reader.import_jobs())) == 1


@SQLITE_ONLY
async def test_files_that_come_to_nothing_keep_nobody_waiting(
    member: Visitor, acme: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are kept no longer than it takes to see that, and count for none that waits."""
    monkeypatch.setattr(jobs, "IMPORT_FILES", 1)
    await dropped(member, b'{"kind": "nonsense"}')

    path, text = await dropped(member, b'{"kind": "nonsense"}')
    started = await member.send(f"{path}/start")

    assert "nothing to import" in text
    assert await acme.read(lambda reader: reader.import_file(path.rpartition("/")[2])) == []
    assert started.status_code == 303
    assert "its file is gone" in (await member.get(path)).text.replace("Its", "its")


@SQLITE_ONLY
async def test_a_file_is_dropped_again(member: Visitor, acme: Business) -> None:
    """Nothing of it is left."""
    path, _ = await dropped(member, lines(1))

    answer = await member.send(f"{path}/discard")

    assert answer.headers["location"] == f"{PATH}?done=discarded"
    assert (await member.get(path)).status_code == 404
    assert (await member.send(f"{path}/start")).status_code == 404
    assert await acme.read(lambda reader: reader.import_file(path.rpartition("/")[2])) == []


async def test_an_import_is_taken_back(member: Visitor, acme: Business, served: Served) -> None:
    """What somebody changed since is kept, and named."""
    path, _ = await dropped(member, lines(10))
    await member.send(f"{path}/start")
    await settled(member, path)
    served.clock.instant += 1
    newest = (await acme.read(lambda reader: reader.page(Query(limit=1)))).items[0]
    await acme.revise(newest.seq, note("1", summary="changed"))
    (run,) = await acme.read(lambda reader: reader.import_runs())
    undo = f"{PATH}/runs/{run.number}/undo"

    question = await member.get(undo)
    answer = await member.send(undo)
    done = await settled(member, answer.headers["location"])
    listed = await member.get(PATH)

    assert "10 activities and 7 people" in question.text
    assert "9 activities and" in done
    assert newest.id in done
    assert "partly taken back" in listed.text
    assert await total(acme) == 1


@SQLITE_ONLY
async def test_what_is_taken_back_is_so_once(member: Visitor, acme: Business) -> None:
    """The page says so."""
    path, _ = await dropped(member, lines(2))
    await member.send(f"{path}/start")
    await settled(member, path)
    (run,) = await acme.read(lambda reader: reader.import_runs())
    undo = f"{PATH}/runs/{run.number}/undo"
    await settled(member, (await member.send(undo)).headers["location"])

    again = await member.send(undo)

    assert again.status_code == 409
    assert "It is taken back already." in again.text


@SQLITE_ONLY
async def test_another_accounts_imports_are_not_there(member: Visitor, served: Served) -> None:
    """Neither files nor runs."""
    other = await served.business("other")
    somebody = Visitor(served)
    await somebody.sign_in(other)
    path, _ = await dropped(somebody, lines(2), name="theirs.ndjson")
    await somebody.send(f"{path}/start")
    await settled(somebody, path)
    (run,) = await other.read(lambda reader: reader.import_runs())

    assert "theirs" not in (await member.get(PATH)).text
    assert (await member.get(path)).status_code == 404
    assert (await member.send(f"{path}/start")).status_code == 404
    await member.send(f"{path}/discard")
    assert (await somebody.get(path)).status_code == 200
    assert (await member.send(f"{PATH}/runs/{run.number}/undo")).status_code == 404


@SQLITE_ONLY
async def test_an_erasure_forgets_the_files_that_wait(member: Visitor, acme: Business) -> None:
    """They may name the person; what is imported at the time ends."""
    await acme.record(note("8"))
    path, _ = await dropped(member, lines(2))
    order = ErasureOrder(entity=("contact", "8"))

    await acme.database.erasures.erase(acme.account.id, order)

    assert (await member.get(path)).status_code == 404
    assert await acme.read(lambda reader: reader.import_file(path.rpartition("/")[2])) == []


@SQLITE_ONLY
async def test_old_files_are_forgotten(member: Visitor, acme: Business, served: Served) -> None:
    """After a day in which nobody said what to do with them."""
    path, _ = await dropped(member, lines(1))
    served.clock.instant += 2 * DAY
    runner = served.application.services().imports
    assert isinstance(runner, Runner)

    await runner.look()

    assert (await member.get(path)).status_code == 404
    assert await acme.read(lambda reader: reader.import_jobs()) == []


@SQLITE_ONLY
async def test_of_what_is_done_the_newest_is_kept(
    member: Visitor, acme: Business, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that waits is no part of that."""
    monkeypatch.setattr(jobs, "FINISHED_KEPT", 1)
    waiting, _ = await dropped(member, lines(1))
    paths = [(await dropped(member, lines(1)))[0] for _ in range(3)]
    for path in paths:
        await member.send(f"{path}/start")
        await settled(member, path)
    runner = served.application.services().imports
    assert isinstance(runner, Runner)

    await runner.look()

    left = [one.id for one in await acme.read(lambda reader: reader.import_jobs())]
    assert left == [one.rpartition("/")[2] for one in (paths[-1], waiting)]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten items in a transaction."""
    monkeypatch.setattr(importer, "ITEMS_PER_WRITE", 10)


async def started(member: Visitor, acme: Business, served: Served, content: bytes) -> ImportJob:
    """A file that is to be imported, by nobody yet."""
    path, _ = await dropped(member, content)
    runner = served.application.services().imports
    assert isinstance(runner, Runner)
    await runner.stop()
    job_id = path.rpartition("/")[2]

    async def start(writer: Writer) -> ImportJob:
        job = await writer.import_job(job_id)
        begun = msgspec.structs.replace(job, stage="importing", done=0, report=ImportReport())
        await writer.change_import_job(job, begun)
        return begun

    return await acme.write(start)


def failing(after: int) -> Callable[..., Any]:
    """Notes of progress, of which only so many are written."""
    keep, count = Progress.keep, iter(range(after))

    async def kept(self: Progress, writer: Writer, number: int, done: int) -> None:
        if next(count, None) is None:
            raise Unavailable("the database is away")
        await keep(self, writer, number, done)

    return kept


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("after", [0, 1, 4])
async def test_an_import_that_was_broken_off_goes_on(
    member: Visitor, acme: Business, served: Served, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Each transaction says how far it is, so nothing is recorded, refused or counted twice."""
    content = b"\n".join([lines(5), b"bad", lines(44), b"worse", line(99).encode()])
    job = await started(member, acme, served, content)
    services = served.application.services()
    with monkeypatch.context() as patch:
        patch.setattr("doings.importing.progress.Progress.keep", failing(after))
        with pytest.raises(Unavailable):
            await Runner(services.store, served.clock, "http://x", print).look()
    recorded = await total(acme)
    served.clock.instant += 60_000_000

    await Runner(services.store, served.clock, "http://x", print).look()

    assert recorded < 45
    assert await total(acme) == 45
    ended = await acme.read(lambda reader: reader.import_job(job.id))
    (run,) = await acme.read(lambda reader: reader.import_runs())
    assert (ended.stage, run.state) == ("imported", "done")
    assert (run.counts.recorded, run.counts.repeated, run.counts.bad) == (45, 5, 2)
    assert [one.place for one in ended.report.refused] == ["line 6", "line 51"]


@SQLITE_ONLY
@pytest.mark.usefixtures("small_parts")
async def test_one_that_is_stopped_records_no_more(
    member: Visitor, acme: Business, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it recorded stays, as an import that can be taken back."""
    job = await started(member, acme, served, lines(50))
    transact, count = Importer._transact, iter(range(2))  # noqa: SLF001 - between two of these

    async def stopped(self: Any, items: list[Any], done: int) -> Any:  # noqa: ANN401 - as that is
        if next(count, None) is None:
            await acme.write(lambda writer: writer.drop_import_job(job.id))
        return await transact(self, items, done)

    monkeypatch.setattr(Importer, "_transact", stopped)

    await Runner(served.application.services().store, served.clock, "http://x", print).look()

    assert await total(acme) == 20
    (run,) = await acme.read(lambda reader: reader.import_runs())
    assert run.state == "begun"


@SQLITE_ONLY
async def test_two_processes_do_it_once(member: Visitor, acme: Business, served: Served) -> None:
    """While one works, the other leaves it alone."""
    await started(member, acme, served, lines(30))
    store = served.application.services().store
    runners = [Runner(store, served.clock, "http://x", print) for _ in range(2)]

    await asyncio.gather(*[runner.look() for runner in runners])

    assert await total(acme) == 30
    assert len(await acme.read(lambda reader: reader.import_runs())) == 1


@SQLITE_ONLY
async def test_what_breaks_is_told(
    member: Visitor, acme: Business, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that fails says why, and stops no other."""
    job = await started(member, acme, served, lines(3))
    reports: list[Exception] = []
    monkeypatch.setattr(jobs, "read_file", lambda *_: 1 / 0)

    await Runner(
        served.application.services().store, served.clock, "http://x", reports.append
    ).look()

    page = await member.get(f"{PATH}/jobs/{job.id}")
    assert isinstance(reports[0], ZeroDivisionError)
    assert "Something broke in the server" in page.text
    assert (await member.send(f"{PATH}/jobs/{job.id}/discard")).status_code == 303
