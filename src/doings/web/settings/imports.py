"""Imports: a file is dropped, tried out, and then brought in; what was brought in is taken back."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core.budget import IMPORT_FILE_BYTES
from doings.core.errors import Conflict, Invalid, NotFound, TooLarge
from doings.core.import_jobs import CSV, FORMATS, NDJSON, VCARD
from doings.core.store import Reader, Writer
from doings.core.store.imports import ImportJob, ImportReport, ImportRun
from doings.httpkit.input.params import Parameters, integer_from_text, last
from doings.httpkit.request import Request
from doings.httpkit.surface import Handler, Operation, resource
from doings.web.forms import Problems, fields_of, problems_at, text_of, upload_of
from doings.web.remarks import WHOLE, knowing, unread
from doings.web.settings.frame import FREE, IMPORTS, lead_to, moment_of, respond_section

RUNS = 20
"""How many imports a page lists."""

WAIT_SECONDS = 2
"""How long an answer waits for work that may be done by then."""

FORM_BYTES = 65_536
"""What a form takes besides its file."""

NAMES = {
    NDJSON: "NDJSON",
    VCARD: "vCards",
    CSV: "a table (CSV)",
    "monica": "Monica",
    "cobot": "Cobot",
    "invent": "Invent",
    "agendize": "Agendize",
    "mio": "mio.ID",
}
"""What a file is read as, in the words of people."""

_FIELDS = {"file": "file", "dialect": "dialect", "contact": "contact"}


class Form(msgspec.Struct, frozen=True):
    """The form, less the file, which a browser lets nobody fill in again."""

    dialect: str = ""
    contact: str = ""


class Shown(msgspec.Struct, frozen=True):
    """What the first page of imports shows."""

    jobs: list[ImportJob]
    runs: list[ImportRun]


def _form_from_fields(fields: Mapping[str, Any]) -> Form:
    return Form(text_of(fields, "dialect"), text_of(fields, "contact").strip())


async def show_imports(request: Request) -> Response:
    """The form, the files that wait, and the imports there were."""
    return await _respond(request, Form())


async def add(request: Request) -> Response:
    """Take a file in and have it tried out; raises Busy."""
    imports, timeline = request.services.imports, request.timeline
    form = Form()
    try:
        with imports.room(timeline.account.id):
            fields, files = await upload_of(request)
            form = _form_from_fields(fields)
            file = files.get("file")
            if file is None or not (file.name or file.content):
                raise Invalid.of("file", "choose one")
            job = await imports.add(
                timeline, file.name, file.content, dialect=form.dialect, contact=form.contact
            )
    except TooLarge:
        problems = {"file": f"Larger than {IMPORT_FILE_BYTES // 1_048_576} MiB."}
        return await _respond(request, form, problems=problems, status=413)
    except Invalid as error:
        problems = problems_at(error, _FIELDS)
        return await _respond(request, form, problems=problems, status=422)
    return await _followed(request, job.id)


async def _followed(request: Request, job_id: str) -> Response:
    """Lead on to a job, once it is done or that takes longer than somebody likes to wait."""
    imports, account_id = request.services.imports, request.principal.account.id
    imports.wake()
    await imports.settled(account_id, job_id, WAIT_SECONDS)
    return lead_to(IMPORTS, "jobs", job_id)


async def show_job(request: Request) -> Response:
    """How far a job is, and what it came to; raises NotFound."""
    return await _respond_job(request, "import_job.html")


async def show_progress(request: Request) -> Response:
    """The part of that page that scripts ask for again and again; raises NotFound."""
    return await _respond_job(request, "import_progress.html")


async def _respond_job(request: Request, template: str) -> Response:
    job = await request.timeline.read(lambda reader: reader.import_job(_job_id(request)))
    share = None if not job.total else min(100, 100 * job.done // job.total)
    counts, undo = job.report.counts, job.report.undo
    context = {
        "job": job,
        "kind": NAMES.get(job.dialect or "", ""),
        "share": share,
        "counts": counts,
        "undo": undo,
        "unnamed": (undo.kept if job.run and job.stage in {"undoing", "undone"} else counts.bad)
        - len(job.report.refused),
        "made": moment_of(request, job.created_at),
        "job_url": f"{IMPORTS.url}/jobs/{job.id}",
        "has_something": counts.add_something,
    }
    return await respond_section(request, IMPORTS, template, context)


async def start(request: Request) -> Response:
    """Import what was tried out; once more for one that is under way is no mistake."""
    await fields_of(request)
    job_id = _job_id(request)

    async def work(writer: Writer) -> None:
        job = await writer.import_job(job_id)
        if job.stage == "checked":
            started = msgspec.structs.replace(
                job, stage="importing", done=0, run=None, report=ImportReport()
            )
            await writer.change_import_job(job, started)

    await request.timeline.write(work)
    return await _followed(request, job_id)


async def discard(request: Request) -> Response:
    """Forget a file; what was recorded of it already stays, and can be undone."""
    await fields_of(request)
    job_id = _job_id(request)
    await request.timeline.write(lambda writer: writer.drop_import_job(job_id))
    return lead_to(IMPORTS, done="discarded")


async def show_undo(request: Request) -> Response:
    """The question whether it is meant; raises NotFound."""
    return await _respond_undo(request, {})


async def undo(request: Request) -> Response:
    """Take back what an import recorded and nobody changed since; raises NotFound."""
    await fields_of(request)
    number, clock = _run_number(request), request.services.clock
    job = ImportJob(
        id=clock.new_id(),
        stage="undoing",
        file="",
        run=number,
        by=request.timeline.by,
        created_at=clock.now(),
        updated_at=clock.now(),
    )

    async def work(writer: Writer) -> str:
        run = await writer.import_run(number)
        for other in await writer.import_jobs():
            if other.run == number and other.stage == "undoing":
                return other.id
            if other.run == number and other.stage == "importing":
                await writer.drop_import_job(other.id)
        if run.state == "undone" and not run.kept:
            raise Conflict("It is taken back already.")
        named = msgspec.structs.replace(job, file=" ".join(run.files))
        await writer.add_import_job(named, ())
        return job.id

    try:
        job_id = await request.timeline.write(work)
    except Conflict as error:
        return await _respond_undo(request, {"form": str(error)}, status=409)
    return await _followed(request, job_id)


def _job_id(request: Request) -> str:
    return request.path_params["id"]


def _run_number(request: Request) -> int:
    number = integer_from_text(request.path_params["run"])
    if number is None:
        raise NotFound("import", request.path_params["run"])
    return number


async def _respond(
    request: Request, form: Form, *, problems: Problems | None = None, status: int = 200
) -> Response:
    before = integer_from_text(last(request.query, "before") or "")

    async def read(reader: Reader) -> Shown:
        runs = await reader.import_runs(before=before, limit=RUNS + 1)
        return Shown(await reader.import_jobs(), runs)

    shown = await request.timeline.read(read)
    more = f"{IMPORTS.url}?before={shown.runs[RUNS - 1].number}" if len(shown.runs) > RUNS else None
    dialects = request.services.imports.dialects
    context = {
        "form": form,
        "choices": [
            ("", "find out"),
            *[(name, NAMES.get(name, name)) for name in (*FORMATS, *dialects)],
        ],
        "most": IMPORT_FILE_BYTES // 1_048_576,
        "most_bytes": IMPORT_FILE_BYTES,
        "jobs": [(one, moment_of(request, one.created_at)) for one in shown.jobs],
        "runs": [(one, moment_of(request, one.started_at)) for one in shown.runs[:RUNS]],
        "names": NAMES,
        "older": more,
    }
    return await respond_section(
        request,
        IMPORTS,
        "imports.html",
        context,
        problems=problems,
        status=status,
        remarks=unread(request, "before", before, WHOLE),
    )


async def _respond_undo(request: Request, problems: Problems, *, status: int = 200) -> Response:
    number = _run_number(request)
    run = await request.timeline.read(lambda reader: reader.import_run(number))
    context = {"run": run, "at": moment_of(request, run.started_at)}
    return await respond_section(
        request, IMPORTS, "import_undo.html", context, problems=problems, status=status
    )


def _operation(
    handle: Handler, body_limit: int | None = None, parameters: Parameters = FREE
) -> Operation:
    return Operation(handle, scope=ADMIN, parameters=parameters, body_limit=body_limit)


RESOURCES = (
    resource(
        IMPORTS.url,
        GET=_operation(show_imports, parameters=knowing("before", "done")),
        POST=_operation(add, IMPORT_FILE_BYTES + FORM_BYTES),
    ),
    resource(f"{IMPORTS.url}/jobs/{{id}}", GET=_operation(show_job)),
    resource(f"{IMPORTS.url}/jobs/{{id}}/progress", GET=_operation(show_progress)),
    resource(f"{IMPORTS.url}/jobs/{{id}}/start", POST=_operation(start)),
    resource(f"{IMPORTS.url}/jobs/{{id}}/discard", POST=_operation(discard)),
    resource(f"{IMPORTS.url}/runs/{{run}}/undo", GET=_operation(show_undo), POST=_operation(undo)),
)
