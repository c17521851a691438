"""What every answer must be, whatever was asked: in the surface's shape, and readable."""

import csv
import io
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from tests.fuzz.world import Answer, Case

SHAPES: dict[str, tuple[set[str], ...]] = {
    "monica": (
        {"error"},
        {"message"},
        {"error", "error_description", "message"},
        {"error", "error_description", "hint", "message"},
    ),
    "cobot": ({"error"}, {"errors"}, {"error", "message"}, {"error", "scope"}),
    "invent": ({"message", "code"},),
    "agendize": ({"error"},),
    "mio": ({"code", "message"},),
}
"""The members of an error of each vendor; all other surfaces answer problem details."""

MEANT_500 = {"error": {"message": "Invalid query", "error_code": 40}}
"""What Monica answers, and documents, for an order that the list does not have."""

VOID = frozenset({"br"})


def fault_of(case: Case, answer: Answer) -> str | None:
    """What is wrong with an answer, or None."""
    if "x-request-id" not in answer.headers:
        return "has no X-Request-Id"
    if answer.status == 503 and "retry-after" not in answer.headers:
        return "503 without Retry-After"
    if case.method == "HEAD" or answer.status in {204, 304}:
        return f"{answer.status} with a body" if answer.body else _fault_of_head(answer)
    document, fault = _read(answer)
    if fault is not None:
        return fault
    if answer.status >= 500 and answer.status != 503 and document != MEANT_500:
        return f"a defect: {answer.status}"
    return _fault_of_error(case, answer, document) if answer.status >= 400 else None


def _fault_of_head(answer: Answer) -> str | None:
    """Of an answer without its body; the one that is meant is known by its length."""
    length = str(len(msgspec.json.encode(MEANT_500)))
    is_meant = answer.status == 500 and answer.headers.get("content-length") == length
    is_defect = answer.status in {500, 502, 504} and not is_meant
    return f"a defect: {answer.status}" if is_defect else None


def _read(answer: Answer) -> tuple[Any, str | None]:
    """The document of an answer, and why there is none."""
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    try:
        if media_type.endswith("json") and not media_type.endswith("ndjson"):
            return msgspec.json.decode(answer.body), None
        if media_type == "application/x-ndjson":
            return [msgspec.json.decode(line) for line in answer.body.splitlines()], None
        if media_type == "text/csv":
            return None, _fault_of_csv(answer.body)
        if media_type == "text/html":
            return None, _fault_of_html(answer.body)
    except (ValueError, RecursionError) as error:
        return None, f"{media_type} that cannot be read: {error}"
    answer.body.decode()
    return None, None


def _fault_of_csv(body: bytes) -> str | None:
    csv.field_size_limit(2**24)
    widths = {len(row) for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))}
    return None if len(widths) <= 1 else f"CSV with rows of {widths} cells"


class _Tags(HTMLParser):
    """Notes tags that are not closed, or closed and not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """A tag is open from here on."""
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It must be the one that was opened last."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def _fault_of_html(body: bytes) -> str | None:
    text = body.decode()
    if text.startswith("<!doctype"):
        return None
    tags = _Tags()
    tags.feed(text)
    tags.close()
    wrong = tags.wrong + tags.open
    return f"HTML whose tags do not match: {wrong[:5]}" if wrong else None


def _fault_of_error(case: Case, answer: Answer, document: Any) -> str | None:  # noqa: ANN401
    media_type = answer.headers.get("content-type")
    members = set(document) if isinstance(document, dict) else set()
    mount = unquote_to_bytes(case.path.split(b"/")[1]).decode(errors="replace")
    if mount not in SHAPES:
        is_problem = {"type", "title", "status", "detail"} <= members
        is_good = media_type == "application/problem+json" and is_problem
        # Whatever is no API is a page, and a page says so itself.
        is_good = is_good or (mount != "v1" and media_type == "text/html; charset=utf-8")
    else:
        is_good = media_type == "application/json" and members in SHAPES[mount]
    return None if is_good else f"{answer.status} in another shape: {media_type} {sorted(members)}"
