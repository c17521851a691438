"""What those who run the server ask it: is it there, can it serve, what has it done."""

import os

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.responses import JSONResponse, Response

from doings.httpkit.problem import respond_problem
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, Surface, resource


async def healthz(request: Request) -> Response:  # noqa: ARG001 - a handler's shape
    """200 while the process answers at all."""
    return JSONResponse({"status": "alive"})


async def readyz(request: Request) -> Response:
    """200 while requests can be served; raises Unavailable while the store is away."""
    await request.services.store.ping()
    return JSONResponse({"status": "ready"})


async def metrics(request: Request) -> Response:  # noqa: ARG001 - a handler's shape
    """The metrics of this process, or of all workers where there are several."""
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
        resource("/metrics", GET=Operation(metrics, is_public=True)),
    ),
    respond_error=respond_problem,
)
