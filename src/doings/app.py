"""The product on one page: settings, the store, and every surface under its path."""

import asyncio
import gc
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

import structlog
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

import doings
from doings.auth.credentials import Authenticator
from doings.auth.limits import FailedSignIns
from doings.auth.log_keys import LogKeys
from doings.config import Settings, base_url, settings_from_environment
from doings.core.background import BackgroundTask
from doings.core.clock import Clock, SystemClock
from doings.core.errors import Misconfigured
from doings.core.import_jobs import ImportJobs
from doings.core.resuming.cursor import CursorSigner
from doings.core.webhooks import Deliveries
from doings.dialects.agendize import deliveries as agendize_deliveries
from doings.dialects.agendize import routes as agendize
from doings.dialects.cobot import deliveries as cobot_deliveries
from doings.dialects.cobot import routes as cobot
from doings.dialects.invent import routes as invent
from doings.dialects.mio import deliveries as mio_deliveries
from doings.dialects.mio import routes as mio
from doings.dialects.monica import routes as monica
from doings.httpkit import operations
from doings.httpkit.bounds.connections import ENDING_OWED_MS, Connections
from doings.httpkit.bounds.waiting import WaitingRoom, streams_room
from doings.httpkit.endpoint import surface_app
from doings.httpkit.input import headers
from doings.httpkit.input.path import escaped_segments, text_from_escaped
from doings.httpkit.kept_answers import KeptAnswers
from doings.httpkit.observing import metrics
from doings.httpkit.observing.logs import end_logs, set_up_logs
from doings.httpkit.observing.loop_watch import LoopWatch
from doings.httpkit.observing.observe import observed
from doings.httpkit.request import Services
from doings.httpkit.surface import Surface
from doings.httpkit.viewing import is_preflight
from doings.importing.jobs import Runner
from doings.live.hub import Hub
from doings.live.webhooks.desk import Desk, Slots
from doings.live.webhooks.destination import Sender, networks_from_texts
from doings.live.webhooks.events import Format
from doings.live.webhooks.holder import own_holder
from doings.live.webhooks.schedule import SCHEDULE
from doings.live.webhooks.worker import Worker
from doings.native import deliveries as standard
from doings.native import docs_page
from doings.native import routes as native
from doings.sharing import feeds, page, script
from doings.storage.database import Database, Upgrade, refuse_upgrade
from doings.storage.opening import log_key_file, open_url
from doings.storage.sql.schema.steps import VERSION
from doings.upkeep import upkeep_of
from doings.web import routes as web
from doings.web.page import prepare

log = structlog.get_logger("doings")

MOUNTS: dict[str, Surface] = {
    "v1": native.SURFACE,
    "docs": docs_page.SURFACE,
    "embed": page.SURFACE,
    "embed.js": script.SURFACE,
    "feeds": feeds.SURFACE,
    "monica": monica.SURFACE,
    "invent": invent.SURFACE,
    "cobot": cobot.SURFACE,
    "agendize": agendize.SURFACE,
    "mio": mio.SURFACE,
}
"""The surfaces by the first part of their path."""

AT_ROOT: tuple[Surface, ...] = (web.SURFACE, operations.SURFACE)
"""Those that are mounted at no path of their own; the last one has all that nobody has."""


async def open_store(
    settings: Settings, clock: Clock | None = None, before_upgrade: Upgrade = refuse_upgrade
) -> Database:
    """Open the database that the settings name; raises Misconfigured.

    One of an older version is left alone, unless `before_upgrade` lets it be brought up to date.
    """
    return await open_url(
        settings.database,
        clock or SystemClock(),
        prepared=settings.prepared_statements,
        before_upgrade=before_upgrade,
        erasure_key=settings.erasure_key,
    )


def check_hosts(settings: Settings) -> None:
    """Refuse a host name for a surface that does not exist; raises Misconfigured."""
    for pattern, surface in settings.hosts.items():
        if surface not in MOUNTS:
            surfaces = ", ".join(MOUNTS)
            raise Misconfigured(f"DOINGS_HOSTS: {pattern}={surface}: the surfaces are {surfaces}")


def formats_of(settings: Settings, clock: Clock) -> dict[str, Format]:
    """How deliveries to webhooks may look."""
    return {
        "standard": standard.FORMAT,
        "cobot": cobot_deliveries.format_of(base_url(settings)),
        "agendize": agendize_deliveries.FORMAT,
        "mio": mio_deliveries.format_of(clock),
    }


def deliveries_of(settings: Settings, store: Database) -> Worker:
    """What delivers to webhooks."""
    desk = Desk(
        store=store,
        clock=store.clock,
        holder=own_holder(),
        formats=formats_of(settings, store.clock),
        sender=Sender(networks_from_texts(settings.webhook_allow), version=doings.__version__),
        steps=settings.webhook_schedule or SCHEDULE,
        count=metrics.note_deliveries,
        slots=Slots(),
    )
    return Worker(desk)


def services_of(
    settings: Settings, store: Database, deliveries: Deliveries, hub: Hub, imports: ImportJobs
) -> Services:
    """What the surfaces share, on an open store."""
    failures = FailedSignIns(settings.failed_sign_ins)
    return Services(
        settings=settings,
        store=store,
        clock=store.clock,
        authenticator=Authenticator(store, store.clock, failures),
        cursors=CursorSigner(store.secret),
        waiting=WaitingRoom(),
        deliveries=deliveries,
        streams=hub,
        log_keys=LogKeys(log_key_file(settings)),
        imports=imports,
    )


def watch_store(store: Database) -> None:
    """Let the store tell the metrics what it does."""
    engine = store.engine

    def note_group(size: int) -> None:
        metrics.GROUP_SIZE.observe(size)
        # Where there are several workers, only what is written down can be read by the others.
        metrics.QUEUE_DEPTH.set(store.queue_depth)

    store.on_recorded = metrics.RECORDED.inc
    engine.group_sizes = note_group
    engine.waits = metrics.note_wait
    metrics.QUEUE_DEPTH.set_function(lambda: store.queue_depth)


def _note_failed_import(error: Exception) -> None:
    log.warning("cannot go on with an import", exc_info=error)


def first_parts(surface: Surface) -> set[str]:
    """The first parts of its paths."""
    return {one.path.strip("/").partition("/")[0] for one in surface.resources}


def _mount_of(segments: Sequence[bytes]) -> str:
    """The first part of the path; empty where it has none or cannot be read."""
    try:
        return text_from_escaped(segments[0]) if segments else ""
    except ValueError:
        return ""


def _with_cors(app: ASGIApp, origins: tuple[str, ...]) -> ASGIApp:
    """Let pages of these sites call; those of others may ask with a viewer token.

    A browser asks for the leave of another site's page without the token. So the app itself answers
    that, and not the middleware, which knows no site but these.
    """
    cors = CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["*"],
    )

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        is_foreign = is_preflight(scope) and not cors.is_allowed_origin(
            headers.joined(scope["headers"], "origin") or ""
        )
        await (app if is_foreign else cors)(scope, receive, send)

    return choose


class Application:
    """The ASGI application; its store is open between the lifespan's start and end."""

    def __init__(
        self, settings: Settings, open_it: Callable[[Settings], Awaitable[Database]] = open_store
    ) -> None:
        check_hosts(settings)
        self.settings = settings
        self._open = open_it
        self._services: Services | None = None
        self._kept_answers: KeptAnswers | None = None
        self._store: Database | None = None
        self._hub: Hub | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._upkeep: tuple[BackgroundTask, ...] = ()
        self._deliveries: Worker | None = None
        self._imports: Runner | None = None
        self._loop_watch = LoopWatch()
        self._connections = Connections(settings.port)
        self.on_started: Callable[[], None] = lambda: None
        """Told once the application can serve."""
        self._apps = {name: surface_app(surface, self.services) for name, surface in MOUNTS.items()}
        roots = [(surface, surface_app(surface, self.services)) for surface in AT_ROOT]
        self._root = roots[-1][1]
        self._at_root = {part: app for one, app in roots for part in first_parts(one)}
        app: ASGIApp = self._dispatch
        if settings.cors_origins:
            app = _with_cors(app, settings.cors_origins)
        self._observed = observed(app)

    def services(self) -> Services:
        """The services of this process; there are none before it has started."""
        if self._services is None:
            msg = "the application has not started"
            raise RuntimeError(msg)
        return self._services

    async def start(self) -> None:
        """Open the store; raises Misconfigured."""
        self._store = await self._open(self.settings)
        watch_store(self._store)
        metrics.note_build(doings.__version__, VERSION)
        self._deliveries = deliveries_of(self.settings, self._store)
        self._hub = Hub(self._store, self._store.clock, streams_room())
        self._imports = Runner(
            self._store, self._store.clock, base_url(self.settings), _note_failed_import
        )
        self._services = services_of(
            self.settings, self._store, self._deliveries, self._hub, self._imports
        )
        self._loop = asyncio.get_running_loop()
        self._kept_answers = KeptAnswers(
            self._store, self._services.authenticator, self.settings.kept_answers_bytes
        )
        self._upkeep = upkeep_of(self._store)
        for task in self._upkeep:
            task.start()
        self._deliveries.start()
        self._imports.start()
        self._loop_watch.start()
        self._connections.start()
        self._loop.run_in_executor(None, prepare)

    def end_waiting(self) -> None:
        """Answer all that wait for changes and end all streams: the server is about to stop.

        It may be called from another thread.
        """
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_waiting)

    def _end_waiting(self) -> None:
        if self._store is not None and self._hub is not None:
            self._store.end_waiting()
            self._hub.end()

    def let_go_of_idle(self) -> None:
        """Close the connections that have no request: the server would wait for one on each."""
        self._connections.let_go(0, ENDING_OWED_MS)

    async def stop(self) -> None:
        """Write what was accepted and close the store."""
        await self._connections.stop()
        if self._hub is not None:
            await self._hub.stop()
        await self._loop_watch.stop()
        if self._deliveries is not None:
            await self._deliveries.stop()
        if self._imports is not None:
            await self._imports.stop()
        for task in self._upkeep:
            await task.stop()
        await self.services().authenticator.flush()
        if self._store is not None:
            await self._store.close()
        end_logs()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            peer = scope.get("client")
            self._connections.busy.add(peer)
            try:
                await self._observed(scope, receive, send)
            finally:
                self._connections.busy.discard(peer)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except Misconfigured as error:
            log.error("cannot start", reason=str(error))  # noqa: TRY400 - a sentence, no trace
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        self.on_started()
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = await self._kept_answers.find(scope) if self._kept_answers else None
        if kept is not None:
            scope["doings"].update(kept.about)
            await kept.send(scope, send)
            return
        scope["segments"] = escaped_segments(scope)
        mounted = self._by_host(scope) or self._by_path(scope)
        try:
            await mounted(scope, receive, send)
        finally:
            if "making" in scope:
                scope["making"].end()

    def _by_path(self, scope: Scope) -> ASGIApp:
        name = _mount_of(scope["segments"])
        app = self._apps.get(name)
        if app is None:
            return self._at_root.get(name, self._root)
        scope["root_path"] = f"/{name}"
        return app

    def _by_host(self, scope: Scope) -> ASGIApp | None:
        """The surface that the `hosts` setting mounts at the request's host name.

        A pattern that starts with `*.` stands for one label, which becomes the first part of the
        path: that is where such a surface expects the name of the space.
        """
        if not self.settings.hosts:
            return None
        host = headers.joined(scope["headers"], "host") or ""
        # A dot at its end says that the name is whole, which it is here in any case.
        name = host.partition(":")[0].lower().removesuffix(".")
        label, _, parent = name.partition(".")
        surface = self.settings.hosts.get(name)
        if surface is None and (surface := self.settings.hosts.get(f"*.{parent}")):
            scope["path_prefix"] = f"/{label}"
            scope["segments"] = [quote(label).encode(), *scope["segments"]]
        if surface is None:
            return None
        scope["by_host"] = True
        return self._apps[surface]


ALLOCATIONS = 20_000
"""How many new objects Python looks through for garbage at a time: a batch of activities makes tens
of thousands, none of them garbage before it is recorded.
"""

SWITCH_SECONDS = 0.0005
"""How long the event loop waits for Python while another thread computes. Answering takes several
such waits, so Python's own 5 ms made short pages slow beside one long read.
"""


def create(open_it: Callable[[Settings], Awaitable[Database]] = open_store) -> Application:
    """The application of a server process, set up from its environment."""
    settings = settings_from_environment(os.environ)
    set_up_logs(settings)
    application = Application(settings, open_it)
    # What is loaded by now stays for good, and is never looked through again.
    gc.freeze()
    gc.set_threshold(ALLOCATIONS)
    sys.setswitchinterval(SWITCH_SECONDS)
    return application
