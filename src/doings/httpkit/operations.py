"""What those who run the server ask it: is it there, can it serve, what has it done."""

import os

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.responses import JSONResponse, Response

from doings.httpkit.errors import NoRoute
from doings.httpkit.problem import respond_problem
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, Surface, resource

METRICS = b"/metrics"


async def healthz(request: Request) -> Response:  # noqa: ARG001 - a handler's shape
    """200 while the process answers at all."""
    return JSONResponse({"status": "alive"})


async def readyz(request: Request) -> Response:
    """200 while requests can be served; raises Unavailable while the store is away."""
    await request.services.store.ping()
    return JSONResponse({"status": "ready"})


async def metrics(request: Request) -> Response:
    """The metrics of this process, or of all workers where there are several.

    They take no credential, so a proxy shuts this path to the public. It has one spelling alone:
    `/metrics/` or `/%6Detrics` would get past a proxy that compares the path as it came.
    """
    path: bytes = request.scope.get("raw_path") or METRICS
    if path != METRICS:
        raise NoRoute(path.decode("ascii", "replace"))
    registry: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


SURFACE = Surface(
    name="operations",
    resources=(
        resource("/healthz", GET=Operation(healthz, is_public=True)),
        resource("/readyz", GET=Operation(readyz, is_public=True)),
        resource(METRICS.decode(), GET=Operation(metrics, is_public=True)),
    ),
    respond_error=respond_problem,
)
