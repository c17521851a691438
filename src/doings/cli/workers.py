"""The server's processes: Granian's parent, and workers that stop whenever the parent stops."""

import gc
import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing import Pipe, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server.mp import MPServer

from doings.app import Application, create
from doings.config import Settings
from doings.httpkit.logs import log_what_nobody_catches

GRACE = 30
"""How many seconds a worker has for the answers it owes before it is killed."""

_LOGS: dict[str, Any] = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}
"""Granian's own warnings go where ours go: to the root logger, set up in `httpkit.logs`."""


class _Server(MPServer):
    """Granian; before it asks its workers to stop, requests that wait in them are answered."""

    before_shutdown: Callable[[], None]

    def shutdown(self, exit_code: int = 0) -> None:
        """Stop the workers, which answer what they have accepted."""
        self.before_shutdown()
        super().shutdown(exit_code)  # type: ignore[no-untyped-call]


def serve_with_workers(settings: Settings) -> None:
    """Serve until a signal says stop; raises SystemExit where a worker ended by itself."""
    receiver, sender = Pipe(duplex=False)
    server = _Server(
        "doings.app:create",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.workers,
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=_LOGS,
        workers_kill_timeout=GRACE,
    )
    server.before_shutdown = lambda: sender.send_bytes(b"stop")
    gc.freeze()
    gc.enable()
    try:
        server.serve(target_loader=partial(application_of_worker, receiver), wrap_loader=False)
    except SystemExit:
        # A worker that saw the Ctrl-C before its parent has not failed.
        if not server.interrupt_signal:
            raise


def application_of_worker(stopping: Connection) -> Application:
    """What a worker serves. `stopping` has something to read once the parent is about to stop."""
    # Until it serves, a worker has inherited a handler that only its parent can act on.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A Ctrl-C reaches all processes of a terminal; the parent passes it on as SIGTERM, and Granian
    # hangs in a worker that gets both while it starts.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    application = create()
    log_what_nobody_catches()
    watch = threading.Thread(target=_watch_parent, args=(stopping, application), daemon=True)
    watch.start()
    return application


def _watch_parent(stopping: Connection, application: Application) -> None:
    """Nobody reads from `stopping`, so that it stays readable for every worker."""
    parent = parent_process()
    if parent is None:
        return
    ready = wait([stopping, parent.sentinel])
    application.end_waiting()
    if parent.sentinel in ready:
        os.kill(os.getpid(), signal.SIGTERM)
