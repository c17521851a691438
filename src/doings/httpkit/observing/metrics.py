"""What `/metrics` shows."""

import platform
from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram

BUILD = Gauge(
    "doings_build_info",
    "Always 1; the labels say which program runs.",
    ["version", "python", "schema"],
    multiprocess_mode="livemax",
)
REQUESTS = Counter(
    "doings_requests", "Requests answered.", ["surface", "route", "method", "status"]
)
LATENCY = Histogram(
    "doings_request_seconds", "From a request's first byte to its answer's last.", ["surface"]
)
RECORDED = Counter("doings_activities_recorded", "Activities recorded, repetitions left out.")
RETAINED = Counter(
    "doings_activities_retention_erased", "Activities erased as they are kept no longer."
)
MERGED = Counter("doings_people_merged", "Merges of people that the server made by itself.")
GROUP_SIZE = Histogram(
    "doings_group_commit_writes",
    "Writes made durable by one commit.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)
QUEUE_DEPTH = Gauge(
    "doings_queue_depth", "Writes waiting for their commit.", multiprocess_mode="livesum"
)
REFUSALS = Counter("doings_refusals", "Requests refused because of a bound.", ["bound"])
WAIT = Histogram(
    "doings_wait_seconds",
    "How long work waited for a reader or for the writer.",
    ["for"],
    buckets=(0.001, 0.005, 0.02, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
STREAMS = Gauge("doings_streams", "Streams that are open.", multiprocess_mode="livesum")
STREAMS_CLOSED = Counter("doings_streams_closed", "Streams that the server closed.", ["reason"])
STALL = Gauge(
    "doings_loop_stall_seconds",
    "The longest that the event loop was kept in the last minute.",
    multiprocess_mode="livemax",
)
KEPT_HITS = Counter("doings_kept_answer_hits", "Answers given again.")
KEPT_MISSES = Counter("doings_kept_answer_misses", "Answers made, as none was kept.")
KEPT_BYTES = Gauge(
    "doings_kept_answer_bytes", "Bytes of answers that are kept.", multiprocess_mode="livesum"
)
WEBHOOK_DELIVERIES = Counter(
    "doings_webhook_deliveries", "Attempts of deliveries, by what came of them.", ["outcome"]
)
WEBHOOK_LAG = Gauge(
    "doings_webhook_lag",
    "Changes that a webhook has not looked at, of the one that is furthest behind.",
    multiprocess_mode="livemax",
)
WEBHOOK_OLDEST = Gauge(
    "doings_webhook_oldest_seconds",
    "How old the oldest change is that is not delivered.",
    multiprocess_mode="livemax",
)


def note_build(version: str, schema: int) -> None:
    """Say which version of the program runs, and which schema of the database it works with."""
    BUILD.labels(version, platform.python_version(), str(schema)).set(1)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def known_method(method: str) -> str:
    """The method, or OTHER for one that is nobody's."""
    return method if method in _METHODS else "OTHER"


def count(surface: str, route: str, method: str, status: int, seconds: float) -> None:
    """Count an answered request; `method` is one that `known_method` gives."""
    requests, latency = _children(surface, route, method, status)
    requests.inc()
    latency.observe(seconds)


@lru_cache(maxsize=4096)
def _children(surface: str, route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    """The two that a request is counted in; to look them up takes as long as to count."""
    return REQUESTS.labels(surface, route, method, str(status)), LATENCY.labels(surface)


def note_wait(kind: str, seconds: float) -> None:
    """Note how long work waited for a "reader" or for the "writer"."""
    _wait_of(kind).observe(seconds)


@lru_cache(maxsize=8)
def _wait_of(kind: str) -> Histogram:
    """The one to observe, as for `_children`."""
    return WAIT.labels(kind)


def note_webhooks(lag: int, oldest_seconds: float) -> None:
    """Note how far the deliveries of webhooks are behind."""
    WEBHOOK_LAG.set(lag)
    WEBHOOK_OLDEST.set(oldest_seconds)


def note_deliveries(outcome: str, count: int) -> None:
    """Note attempts that were "delivered" or have "failed"."""
    WEBHOOK_DELIVERIES.labels(outcome).inc(count)
