"""The server's processes: Granian's parent, and workers that stop whenever the parent stops.

A worker that ends by itself is started again, and the others serve meanwhile.
"""

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from ctypes import c_bool
from functools import partial
from multiprocessing import Pipe, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.sharedctypes import RawValue
from typing import Any

import structlog
from granian import _signals
from granian._granian import WorkerSignal
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer
from prometheus_client.multiprocess import mark_process_dead

from doings.app import Application, create
from doings.config import Settings
from doings.core.budget import HEADERS_BYTES, QUIET_SECONDS
from doings.httpkit.bounds.connections import connection_limit, raise_descriptors
from doings.httpkit.observing.logs import log_what_nobody_catches, set_up_logs

log = structlog.get_logger("doings.workers")

GRACE = 30
"""How many seconds a worker has for the answers it owes before it is killed."""

BACKLOG = 4096
"""Connections that the system keeps until a worker takes them."""

HEAD_BYTES = HEADERS_BYTES + HEADERS_BYTES // 2
"""What the HTTP server takes of a head: more than ours, so that ours is answered by a surface."""

FEW_DESCRIPTORS = 4096
"""A limit below this is told of at the start."""

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
"""Seconds until a worker is started again: twice as many each time that it ended at once."""

AT_ONCE = 5.0
"""So many seconds a worker has to live, or it has ended at once."""

LOOK_SECONDS = 0.25
"""How often a worker that stops looks for connections that only hold it up."""

_LOGS: dict[str, Any] = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}
"""Granian's own warnings go where ours go: to the root logger, see `httpkit.observing.logs`."""


class _Server(MPServer):
    """Granian; before it asks its workers to stop, requests that wait in them are answered.

    It starts a worker again itself: Granian would stop all if one ended twice within seconds.
    """

    before_shutdown: Callable[[], None]
    has_served: Callable[[], bool]
    """Whether a worker ever came so far as to serve: if not, starting again is no use."""

    _ssp: Any
    _shd: Any
    _sso: Any

    def _init_shared_socket(self) -> None:
        """Open one socket for all workers, so that what waits in it outlives each of them."""
        super()._init_shared_socket()  # type: ignore[no-untyped-call]
        if sys.platform != "linux":
            return
        self._shd = self._ssp.build()
        self._sso = socket.socket(fileno=self._shd.get_fd())
        self._ssp = None
        # What a peer does not take is kept so long, and then the system closes the connection: the
        # server hands its answers over and cannot tell. Connections inherit this.
        self._sso.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, QUIET_SECONDS * 1000)

    def _serve_loop(self, spawn_target: object, target_loader: object) -> None:
        """Start workers again until a signal says stop, or none of them has ever served."""
        pauses: dict[int, float] = {}
        due: dict[int, float] = {}
        while not self.interrupt_signal:
            left = min(due.values(), default=float("inf")) - time.monotonic()
            self.main_loop_interrupt.wait(max(left, 0) if due else None)
            self.main_loop_interrupt.clear()
            if self.interrupt_children and not self.has_served():
                return
            while self.interrupt_children:
                index = self.interrupt_children.pop()
                pauses[index] = self._pause_after(index, pauses.get(index))
                due[index] = time.monotonic() + pauses[index]
            for index in [index for index, at in due.items() if at <= time.monotonic()]:
                del due[index]
                self._respawn_workers([index], spawn_target, target_loader)
            if self.reload_signal:
                self._reload(spawn_target, target_loader)  # type: ignore[no-untyped-call]

    def _pause_after(self, index: int, last: float | None) -> float:
        """Tell of a worker that ended; returns how long it is not started again."""
        worker = self.wrks[index]
        if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            mark_process_dead(worker.inner.pid, folder)  # type: ignore[no-untyped-call]
        has_lived = time.monotonic() - worker.birth >= AT_ONCE
        pause = FIRST_PAUSE if last is None or has_lived else min(last * 2, LONGEST_PAUSE)
        log.error(
            "a worker ended and is started again",
            process=worker.inner.pid,
            exit_code=worker.inner.exitcode,
            seconds=pause,
        )
        return pause

    def shutdown(self, exit_code: int = 0) -> None:
        """Stop the workers, which answer what they have accepted."""
        self.before_shutdown()
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]


def serve_with_workers(settings: Settings) -> None:
    """Serve until a signal says stop; raises SystemExit where no worker could start."""
    set_up_logs(settings)
    descriptors = raise_descriptors()
    if descriptors < FEW_DESCRIPTORS:
        log.warning("few descriptors", limit=descriptors, connections=connection_limit())
    receiver, sender = Pipe(duplex=False)
    has_served = RawValue(c_bool, False)  # noqa: FBT003 - its first value
    server = _Server(
        "doings.app:create",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.workers,
        websockets=False,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=QUIET_SECONDS * 1000, max_buffer_size=HEAD_BYTES
        ),
        backlog=BACKLOG,
        backpressure=connection_limit(),
        log_level=LogLevels.warning,
        log_dictconfig=_LOGS,
        workers_kill_timeout=GRACE,
    )
    server.before_shutdown = lambda: sender.send_bytes(b"stop")
    server.has_served = lambda: has_served.value
    gc.freeze()
    gc.enable()
    try:
        server.serve(
            target_loader=partial(application_of_worker, receiver, has_served), wrap_loader=False
        )
    except SystemExit:
        # A worker that saw the Ctrl-C before its parent has not failed.
        if not server.interrupt_signal:
            raise


def application_of_worker(stopping: Connection, has_served: c_bool) -> Application:
    """What a worker serves. `stopping` has something to read once the parent is about to stop.

    `has_served` is shared with the parent, and true once any worker can serve.
    """
    # Until it serves, a worker has inherited a handler that only its parent can act on.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A Ctrl-C reaches all processes of a terminal; the parent passes it on.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    ending = _Ending()
    _signals.set_loop_signals = ending.when_told
    application = create()
    log_what_nobody_catches()

    def note_start() -> None:
        has_served.value = True

    application.on_started = note_start
    watch = threading.Thread(
        target=_watch_parent, args=(stopping, application, ending), daemon=True
    )
    watch.start()
    return application


class _Ending:
    """Ends the worker once: Granian hangs where it is told twice.

    A signal by itself does not do. One that comes before the worker takes signals is lost, and so
    is one while it begins to serve, as uvloop takes signals only while it runs.
    """

    def __init__(self) -> None:
        self._event = WorkerSignal()
        self._first = threading.Lock()

    def end(self) -> None:
        """Let Granian answer what it has accepted and end, now or as soon as it serves."""
        if self._first.acquire(blocking=False):
            self._event.set()

    def when_told(self, loop: asyncio.AbstractEventLoop) -> WorkerSignal:
        """What Granian asks for to be ended by; any signal to end leads here."""
        loop.add_signal_handler(signal.SIGTERM, self.end)
        return self._event


def _watch_parent(stopping: Connection, application: Application, ending: _Ending) -> None:
    """Nobody reads from `stopping`, so that it stays readable for every worker."""
    parent = parent_process()
    if parent is None:
        return
    wait([stopping, parent.sentinel])
    application.end_waiting()
    ending.end()
    while sys.platform == "linux":
        time.sleep(LOOK_SECONDS)
        application.let_go_of_idle()
