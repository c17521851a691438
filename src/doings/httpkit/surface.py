"""A surface: one API under one path, with its own routes, sign-in and shape of errors."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.responses import Response

from doings.auth.principal import READ, Principal
from doings.core.errors import DoingsError
from doings.httpkit.input.params import Parameters
from doings.httpkit.request import Request

Handler = Callable[[Request], Awaitable[Response]]
Authenticate = Callable[[Request], Awaitable[Principal]]


class Operation(msgspec.Struct, frozen=True):
    """What one method of one path does, and the scope it takes; a public one takes no credential.

    `body_limit` overrides the installation's; `about` is what a description of the API says. The
    answer of one that `has_secret` is stored nowhere on its way. One that `is_viewable` answers to
    viewers as well, who may see a `View` only. `authenticate` is in the place of the surface's.
    """

    handle: Handler
    scope: str | None = READ
    is_public: bool = False
    body_limit: int | None = None
    about: Any = None
    parameters: Parameters = Parameters()
    has_secret: bool = False
    is_viewable: bool = False
    authenticate: "Authenticate | None" = None


class Resource(msgspec.Struct, frozen=True):
    """A path below the mount, variable segments in braces, with its operations by method.

    Where it `is_open`, its last segment stands for one segment or more.
    """

    path: str
    operations: dict[str, Operation]
    is_open: bool = False


class Surface(msgspec.Struct, frozen=True, kw_only=True):
    """One API. `respond_error` turns any error into the vendor's shape.

    Without `authenticate` it is open to everybody.

    `rate` is the vendor's documented limit, requests a minute, used where limits are switched on;
    `rate_by_address` counts callers by address instead of by credential. `vary` names the headers
    of a request that its answers depend on.
    """

    name: str
    resources: tuple[Resource, ...]
    respond_error: Callable[[DoingsError, Request], Response]
    authenticate: Authenticate | None = None
    rate: int | None = None
    rate_by_address: bool = False
    shows_rate: bool = False
    vary: str = "Authorization"


def resource(path: str, **operations: Operation) -> Resource:
    """A path with its operations, the methods as keywords."""
    return Resource(path, operations)
