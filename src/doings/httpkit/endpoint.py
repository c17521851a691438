"""From ASGI to a handler and back: routing, sign-in, scope, limits, errors."""

from http import HTTPStatus
from typing import Protocol

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from doings.auth.limits import MinuteLimit, network_of
from doings.core.errors import Busy, DoingsError, TooManyRequests, Unauthenticated
from doings.httpkit.bounds.answers import ROOM, size_held
from doings.httpkit.bounds.head import check_head
from doings.httpkit.bounds.presence import while_present
from doings.httpkit.bounds.refusals import note_refusal
from doings.httpkit.errors import Broken, MethodNotAllowed, NoRoute, Unreadable, UnsupportedCoding
from doings.httpkit.etags import is_unchanged, without_body
from doings.httpkit.input.body import CODINGS
from doings.httpkit.input.path import path_of_segments, segments_from_escaped
from doings.httpkit.observing.logs import error_values
from doings.httpkit.request import READING, Request, Services
from doings.httpkit.routing import Paths
from doings.httpkit.surface import Operation, Resource, Surface
from doings.httpkit.viewing import beyond, is_preflight, respond_preflight

log = structlog.get_logger("doings.http")

REVALIDATE = "private, no-cache"
"""What is answered to one caller is kept for no other, and shown again only after asking here."""

NO_STORE = "no-store"

CUT_OFF = "the body ended before it was whole"

_OK = HTTPStatus.OK.value
"""By itself, as to look up a member of an enum runs Python."""

PREFLIGHT = Operation(respond_preflight, scope=None, is_public=True)
"""What a browser asks before a page of another site may ask for a viewer's timeline."""

SIGN_IN_ERRORS = (Unauthenticated, TooManyRequests)
"""Errors whose line in the log has the caller's address, whatever status the surface gives them:
no credential says who it was, and a caller that guesses can be shut out.
"""


class GetServices(Protocol):
    """The services, which exist once the program has started."""

    def __call__(self) -> Services:
        """The services of this process."""


def surface_app(surface: Surface, services: GetServices) -> ASGIApp:
    """The ASGI app that serves a surface; a slash at the end of a path makes no difference."""
    endpoint = _Endpoints(surface, services)
    paths = Paths(
        [(resource.path, endpoint.of(resource)) for resource in surface.resources],
        are_open=[resource.path for resource in surface.resources if resource.is_open],
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["doings"]["surface"] = surface.name
        try:
            segments = segments_from_escaped(scope["segments"])
        except Unreadable as error:
            await endpoint.refuse(error, scope, receive, send)
            return
        scope["path"] = path_of_segments(segments)
        match = paths.find(segments[1:] if scope.get("root_path") else segments)
        if match is None:
            await endpoint.refuse(NoRoute(scope["path"]), scope, receive, send)
            return
        path_endpoint, scope["path_params"] = match
        await path_endpoint(scope, receive, send)

    return app


class _Endpoints:
    def __init__(self, surface: Surface, services: GetServices) -> None:
        self._surface = surface
        self._services = services
        self._rate = MinuteLimit(surface.rate) if surface.rate else None

    def of(self, resource: Resource) -> ASGIApp:
        """The ASGI app of one path."""
        return _PathEndpoint(self, resource)

    async def refuse(self, error: DoingsError, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for a path that the surface does not have, or that cannot be read."""
        scope["doings"]["route"] = "unknown"

        async def handle(request: Request) -> Response:  # noqa: ARG001 - a handler's shape
            raise error

        await self.run(Operation(handle, scope=None), scope, receive, send)

    async def run(self, operation: Operation, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry out an operation and send its answer, or its error."""
        services = self._services()
        limit = operation.body_limit or services.settings.body_limit
        request = Request(services, scope, receive, limit)
        held: tuple[int, int] | None = None
        try:
            check_head(scope)
            authenticate = operation.authenticate or self._surface.authenticate
            if authenticate is not None and not operation.is_public:
                request.authenticated(await authenticate(request))
                self._admit(request, operation)
            request.keep_known(operation.parameters)
            response = await handled(operation, request, receive)
            size = size_held(response)
            if size:
                ROOM.take(request.account_id, size)
                held = (request.account_id, size)
        except DoingsError as error:
            response = self._answer(error, request)
        except ClientDisconnect:
            if scope["method"] in READING:
                scope["doings"]["error"] = "the caller went away"
                return
            # The caller may be there and listen: the server says the same of a chunk that cannot
            # be read, and of a body that is shorter than it was said to be.
            response = self._answer(Unreadable(CUT_OFF), request)
            scope["doings"]["error"] = "the caller went away, or the body is broken"
        except Exception:
            log.exception("defect", **scope["doings"])
            response = self._answer(Broken(), request)
        add_headers(
            response,
            {
                "cache-control": NO_STORE if operation.has_secret else REVALIDATE,
                "vary": self._surface.vary,
                **request.headers,
            },
        )
        response = self._kept(request, response)
        if scope["method"] == "HEAD":
            send = _without_body(send)
        try:
            await response(scope, receive, send)
        finally:
            if held is not None:
                ROOM.give_back(*held)

    def _kept(self, request: Request, response: Response) -> Response:
        """Keep the answer where that is possible; 304 in its place if the caller has it already."""
        is_shown = response.status_code == _OK and request.method in READING
        making = request.scope.get("making")
        if making is not None:
            if is_shown and not self._is_counted:
                making.keep(request, response)
            else:
                making.end()
        if not is_shown:
            return response
        # Asked first, as a look at the headers of an answer takes longer.
        if_none_match = request.header("if-none-match")
        etag = response.headers.get("etag") if if_none_match else None
        if etag is None or not is_unchanged(if_none_match, etag):
            return response
        unchanged = Response(status_code=HTTPStatus.NOT_MODIFIED)
        unchanged.raw_headers = without_body(response.raw_headers)
        return unchanged

    @property
    def _is_counted(self) -> bool:
        """Whether each request to the surface counts, and its answer says so."""
        is_on = self._services().settings.rate_limits == "vendor"
        return is_on and self._rate is not None

    def _admit(self, request: Request, operation: Operation) -> None:
        view = request.principal.view
        if view is not None:
            if not operation.is_viewable:
                raise beyond(view)
        elif operation.scope is not None:
            request.principal.require(operation.scope)
        if self._rate is not None and self._is_counted:
            if "making" in request.scope:
                # Its answers are not kept, so nobody shall wait for this one.
                request.scope["making"].end()
            self._count(self._rate, request)

    def _count(self, rate: MinuteLimit, request: Request) -> None:
        is_by_address = self._surface.rate_by_address
        caller = network_of(request.address) if is_by_address else request.principal.key
        remaining = 0
        try:
            remaining = rate.hit(caller)
        finally:
            if self._surface.shows_rate:
                request.headers["X-RateLimit-Limit"] = str(rate.most)
                request.headers["X-RateLimit-Remaining"] = str(remaining)

    def _answer(self, error: DoingsError, request: Request) -> Response:
        response = self._surface.respond_error(error, request)
        note_refusal(error, request.scope["doings"])
        if isinstance(error, TooManyRequests | Busy):
            response.headers["Retry-After"] = str(error.retry_after)
        if isinstance(error, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(error.allowed)
        if isinstance(error, UnsupportedCoding):
            response.headers["Accept-Encoding"] = ", ".join(CODINGS)
        request.scope["doings"] |= error_values(error)
        if response.status_code == HTTPStatus.UNAUTHORIZED or isinstance(error, SIGN_IN_ERRORS):
            request.scope["doings"]["address"] = request.address
        return response


def add_headers(response: Response, headers: dict[str, str]) -> None:
    """Give an answer headers that it does not have.

    Starlette's own way, which replaces, looks through all headers for each one.
    """
    own = {name for name, _ in response.raw_headers}
    for name, value in headers.items():
        raw_name = name.lower().encode("latin-1")
        if raw_name not in own:
            response.raw_headers.append((raw_name, value.encode("latin-1")))


async def handled(operation: Operation, request: Request, receive: Receive) -> Response:
    """The handler's answer. What only reads ends when its caller leaves."""
    if request.method in READING:
        return await while_present(operation.handle(request), receive)
    return await operation.handle(request)


class _PathEndpoint:
    """The ASGI app of one path, for all its methods."""

    def __init__(self, endpoints: _Endpoints, resource: Resource) -> None:
        self._endpoints = endpoints
        self._route = resource.path
        self._operations = dict(resource.operations)
        if "GET" in self._operations:
            self._operations["HEAD"] = self._operations["GET"]
        self._allowed = tuple(self._operations)
        self._is_viewable = any(one.is_viewable for one in self._operations.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request to the path."""
        scope["doings"]["route"] = self._route
        scope["methods"] = self._allowed
        operation = self._operations.get(scope["method"])
        if operation is None and self._is_viewable and is_preflight(scope):
            operation = PREFLIGHT
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
