"""From ASGI to a handler and back: routing, sign-in, scope, limits, errors."""

from http import HTTPStatus
from typing import Protocol
from urllib.parse import unquote

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from doings.auth.limits import RateLimit
from doings.core.errors import DoingsError, TooManyRequests, Unauthenticated
from doings.httpkit.errors import Broken, MethodNotAllowed, NoRoute
from doings.httpkit.request import Request, Services
from doings.httpkit.routing import Paths
from doings.httpkit.surface import Operation, Resource, Surface

log = structlog.get_logger("doings.http")


SIGN_IN_ERRORS = (Unauthenticated, TooManyRequests)
"""Errors whose line in the log has the caller's address, whatever status the surface gives them:
no credential says who it was, and whoever guesses can be shut out.
"""


class GetServices(Protocol):
    """The services, which exist once the program has started."""

    def __call__(self) -> Services:
        """The services of this process."""


def surface_app(surface: Surface, services: GetServices) -> ASGIApp:
    """The ASGI app that serves a surface; a slash at the end of a path makes no difference."""
    endpoint = _Endpoints(surface, services)
    paths = Paths([(resource.path, endpoint.of(resource)) for resource in surface.resources])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["doings"]["surface"] = surface.name
        scope["path"] = _routed_path(scope)
        match = paths.find(scope["path"].removeprefix(scope.get("root_path", "")))
        if match is None:
            await endpoint.unknown(scope, receive, send)
            return
        path_endpoint, params = match
        scope["path_params"] = params
        if "\0" in scope["path"]:
            scope["path_params"] = {name: part.replace("\0", "/") for name, part in params.items()}
        await path_endpoint(scope, receive, send)

    return app


def _routed_path(scope: Scope) -> str:
    """The path as routes see it: no slash at the end, `/` for the mount itself.

    An escaped slash belongs to its segment: it stands as NUL until the segments are split.
    """
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" in raw.lower():
        escaped = raw.decode("latin-1").replace("%2F", "%00").replace("%2f", "%00")
        path = scope["doings"].get("path_prefix", "") + unquote(escaped)
    root: str = scope.get("root_path", "")
    return path.rstrip("/") if len(path.rstrip("/")) > len(root) else f"{root}/"


class _Endpoints:
    def __init__(self, surface: Surface, services: GetServices) -> None:
        self._surface = surface
        self._services = services
        self._rate = RateLimit(surface.rate) if surface.rate else None

    def of(self, resource: Resource) -> ASGIApp:
        """The ASGI app of one path."""
        return _PathEndpoint(self, resource)

    async def unknown(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for a path that the surface does not have."""
        scope["doings"]["route"] = "unknown"

        async def handle(request: Request) -> Response:
            raise NoRoute(request.path)

        await self.run(Operation(handle, scope=None), scope, receive, send)

    async def run(self, operation: Operation, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry out an operation and send its answer, or its error."""
        services = self._services()
        limit = operation.body_limit or services.settings.body_limit
        request = Request(services, scope, receive, limit)
        try:
            if self._surface.authenticate is not None and not operation.is_public:
                request.authenticated(await self._surface.authenticate(request))
                self._admit(request, operation)
            response = await operation.handle(request)
        except DoingsError as error:
            response = self._answer(error, request)
        except ClientDisconnect:
            scope["doings"]["error"] = "the caller went away"
            return
        except Exception:
            log.exception("defect", **scope["doings"])
            response = self._answer(Broken(), request)
        for name, value in request.headers.items():
            response.headers[name] = value
        if scope["method"] == "HEAD":
            send = _without_body(send)
        await response(scope, receive, send)

    def _admit(self, request: Request, operation: Operation) -> None:
        if operation.scope is not None:
            request.principal.require(operation.scope)
        if self._rate is not None and request.services.settings.rate_limits == "vendor":
            self._count(self._rate, request)

    def _count(self, rate: RateLimit, request: Request) -> None:
        caller = request.address if self._surface.rate_by_address else request.principal.key
        remaining = 0
        try:
            remaining = rate.hit(caller)
        finally:
            if self._surface.shows_rate:
                request.headers["X-RateLimit-Limit"] = str(rate.most)
                request.headers["X-RateLimit-Remaining"] = str(remaining)

    def _answer(self, error: DoingsError, request: Request) -> Response:
        response = self._surface.respond_error(error, request)
        if isinstance(error, TooManyRequests):
            response.headers["Retry-After"] = str(error.retry_after)
        if isinstance(error, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(error.allowed)
        request.scope["doings"]["error"] = str(error)
        if response.status_code == HTTPStatus.UNAUTHORIZED or isinstance(error, SIGN_IN_ERRORS):
            request.scope["doings"]["address"] = request.address
        return response


class _PathEndpoint:
    """The ASGI app of one path, for all its methods."""

    def __init__(self, endpoints: _Endpoints, resource: Resource) -> None:
        self._endpoints = endpoints
        self._route = resource.path
        self._operations = dict(resource.operations)
        if "GET" in self._operations:
            self._operations["HEAD"] = self._operations["GET"]
        self._allowed = tuple(self._operations)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request to the path."""
        scope["doings"]["route"] = self._route
        operation = self._operations.get(scope["method"])
        if operation is None:
            operation = Operation(self._refuse, scope=None)
        await self._endpoints.run(operation, scope, receive, send)

    async def _refuse(self, request: Request) -> Response:
        raise MethodNotAllowed(request.method, self._allowed)


def _without_body(send: Send) -> Send:
    async def headers_only(message: dict[str, object]) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headers_only  # type: ignore[return-value]
