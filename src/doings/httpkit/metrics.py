"""What `/metrics` shows."""

from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter(
    "doings_requests", "Requests answered.", ["surface", "route", "method", "status"]
)
LATENCY = Histogram(
    "doings_request_seconds", "From a request's first byte to its answer's last.", ["surface"]
)
RECORDED = Counter("doings_activities_recorded", "Activities recorded, repetitions left out.")
GROUP_SIZE = Histogram(
    "doings_group_commit_writes",
    "Writes made durable by one commit.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)
QUEUE_DEPTH = Gauge(
    "doings_queue_depth", "Writes waiting for their commit.", multiprocess_mode="livesum"
)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count(surface: str, route: str, method: str, status: int, seconds: float) -> None:
    """Count an answered request; a method that is nobody's counts as OTHER."""
    requests, latency = _children(surface, route, method if method in _METHODS else "OTHER", status)
    requests.inc()
    latency.observe(seconds)


@lru_cache(maxsize=4096)
def _children(surface: str, route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    """The two that a request is counted in; to look them up takes as long as to count."""
    return REQUESTS.labels(surface, route, method, str(status)), LATENCY.labels(surface)
