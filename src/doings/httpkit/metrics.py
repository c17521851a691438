"""What `/metrics` shows."""

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
