"""What every page has: its frame, its policy, its errors, and compression.

A page renders a template of its own with `respond_page`, and extends `frame.html`.
"""

import asyncio
import gzip
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from urllib.parse import quote, urlencode

import jinja2
import msgspec
from starlette.responses import RedirectResponse, Response

from doings.auth.principal import SCOPES
from doings.core.budget import LARGE_BODY
from doings.core.errors import (
    DoingsError,
    Forbidden,
    Invalid,
    TooManyRequests,
    Unauthenticated,
)
from doings.httpkit.errors import STATUS, value_for
from doings.httpkit.input.headers import elements
from doings.httpkit.request import Request
from doings.web.assets import asset_url, version
from doings.web.display import THEMES, display_of
from doings.web.forms import FIELD, form_token, keep_visitor, marked, sentence
from doings.web.remarks import remarks_of
from doings.web.session import viewer_of
from doings.web.unsent import unsent_of

HTML = "text/html; charset=utf-8"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""A page loads from this server alone, and runs nothing that is written into it."""

SIGN_IN = "/sign-in"

WRONG = "there is no such account with this secret"
"""In one sentence for all that can be wrong, so that nobody learns which accounts there are."""

FRAGMENTS = frozenset({"/timeline/part", "/timeline/events"})
"""What scripts ask for: they are told that nobody is signed in, and not led to a form."""


class Place(msgspec.Struct, frozen=True):
    """An entry of the navigation; one that `writes` is for those who may."""

    path: str
    name: str
    writes: bool = False


NAVIGATION = (
    Place("/timeline", "Timeline"),
    Place("/record/note", "Record", writes=True),
    Place("/settings", "Settings"),
)
"""The pages that every page leads to, in their order."""


@cache
def environment() -> jinja2.Environment:
    """Templates escape all that is put into them, and know every name that they use."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("doings.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"sentence": sentence, "marked": marked}
    made.globals |= {"asset": asset_url, "navigation": NAVIGATION, "themes": THEMES}
    return made


@cache
def prepare() -> None:
    """Make ready what the first page would wait for: templates, and compressed files."""
    for name in environment().list_templates():
        environment().get_template(name)
    version()


async def respond_page(
    request: Request, template: str, context: Mapping[str, object], *, status: int = 200
) -> Response:
    """Answer with a page."""
    # Rendered on a thread: a page of long texts would keep others waiting.
    text = await asyncio.to_thread(render, template, {**_frame(request), **context})
    response = await respond_compressed(request, text.encode(), HTML, status=status)
    return _framed(request, response)


def _frame(request: Request) -> dict[str, object]:
    """What `frame.html` shows."""
    return {
        "viewer": viewer_of(request),
        "display": display_of(request),
        "here": address_of(request) if request.method == "GET" else "/",
        "path": request.path,
        "searched": "",
        "remarks": remarks_of(request),
        "meant": [],
        "csrf": form_token(request),
        "csrf_field": FIELD,
    }


def _framed(request: Request, response: Response) -> Response:
    """A page with what a browser has to know of it."""
    response.headers["Content-Security-Policy"] = POLICY
    keep_visitor(request, response)
    return response


def render(template: str, context: dict[str, object]) -> str:
    """A template with its values."""
    return environment().get_template(template).render(context)


async def respond_compressed(
    request: Request, body: bytes, media_type: str, *, status: int = 200
) -> Response:
    """Answer with a body that is compressed if the browser takes that."""
    if not takes_gzip(request):
        return Response(body, status, media_type=media_type)
    if len(body) < LARGE_BODY:
        compressed = gzip.compress(body, 6)
    else:
        compressed = await asyncio.to_thread(gzip.compress, body, 6)
    headers = {"Content-Encoding": "gzip"}
    return Response(compressed, status, headers=headers, media_type=media_type)


def takes_gzip(request: Request) -> bool:
    """Whether the caller takes answers that are compressed with gzip."""
    for element in elements(request.header("accept-encoding")):
        coding, *parameters = [part.strip().lower() for part in element.split(";")]
        if coding == "gzip":
            return not any(part in {"q=0", "q=0.0", "q=0.00", "q=0.000"} for part in parameters)
    return False


def address_of(request: Request) -> str:
    """The path and query of the request, to come back to."""
    query: str = request.scope["query_string"].decode("latin-1")
    path = quote(request.path)
    return f"{path}?{query}" if query else path


def redirect(path: str) -> Response:
    """Lead on to a page of ours by a GET."""
    return RedirectResponse(path, status_code=303)


def redirect_with_query(request: Request, path: str) -> Response:
    """Lead on with all that the address has, so that the next page says what does not count."""
    query: str = request.scope["query_string"].decode("latin-1")
    joint = "&" if "?" in path else "?"
    return redirect(f"{path}{joint}{query}" if query else path)


def respond_error(error: DoingsError, request: Request) -> Response:
    """Answer with a page that says what is wrong, or lead to the sign-in."""
    status = value_for(STATUS, error)
    if isinstance(error, Unauthenticated | TooManyRequests) and request.path.startswith(SIGN_IN):
        return _page_of_error(request, "sign_in.html", status, _sign_in_context(error, request))
    if request.path in FRAGMENTS:
        return Response(str(error), status, media_type="text/plain; charset=utf-8")
    if isinstance(error, Unauthenticated):
        if unsent_of(request):
            return _page_of_error(request, "sign_in.html", status, _signed_out(error, request))
        return redirect(_sign_in_path(request))
    reason = str(error)
    if isinstance(error, Invalid):
        reason = "; ".join(f"the field {field}: {why}" for field, why in error.problems)
    if isinstance(error, Forbidden) and error.scope in SCOPES:
        reason = _missing(error.scope, request)
    context = {"status": status, "title": HTTPStatus(status).phrase, "reason": reason}
    context["unsent"] = unsent_of(request)
    return _page_of_error(request, "error.html", status, context)


def _missing(scope: str, request: Request) -> str:
    """What a credential lacks, for somebody who came to a page that is not for it."""
    return (
        f"this page needs the scope {scope}, and you are signed in with a credential that has only"
        f" {' and '.join(request.principal.scopes)}; sign in with another one"
    )


def _page_of_error(
    request: Request, template: str, status: int, context: dict[str, object]
) -> Response:
    text = render(template, _frame(request) | {"remarks": []} | context)
    return _framed(request, Response(text, status, media_type=HTML))


def _sign_in_context(error: DoingsError, request: Request) -> dict[str, object]:
    """The form once more, with what was typed except the secret."""
    typed: dict[str, str] | None = request.scope.get("typed")
    is_wrong = isinstance(error, Unauthenticated) and typed is not None
    typed = typed or {}
    return {
        "problem": WRONG if is_wrong else str(error),
        "account": typed.get("account", ""),
        "next": typed.get("next"),
        "unsent": [],
    }


def _signed_out(error: DoingsError, request: Request) -> dict[str, object]:
    """The form for somebody who was signed out meanwhile, with what they had typed."""
    is_page = "GET" in request.scope["methods"]
    # What has no page of its own was sent from the page above it.
    page = address_of(request) if is_page else quote(request.path, safe="/:").rpartition("/")[0]
    return {"problem": signed_out_text(error), "account": "", "next": page} | {
        "unsent": unsent_of(request)
    }


def signed_out_text(error: DoingsError) -> str:
    """Why somebody has to sign in again."""
    return f"you are not signed in any more: {error}"


def _sign_in_path(request: Request) -> str:
    """The sign-in, which leads back to what was asked for, where that can be asked for again."""
    if request.method not in {"GET", "HEAD"} or request.path == "/":
        return SIGN_IN
    return f"{SIGN_IN}?{urlencode({'next': address_of(request)})}"
