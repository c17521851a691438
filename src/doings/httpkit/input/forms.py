"""Form bodies as the members that JSON would have: `a=1`, `b[]=1`, `b[0]=1`, `c[d]=1`."""

import asyncio
import re
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser

from doings.core.budget import LIST_ITEMS
from doings.core.errors import Invalid, Malformed, Problem, TooMuch

_KEY = re.compile(r"\[([^\[\]]*)\]")

MAX_FIELDS = 2000

PIECE_BYTES = 16_384
"""How much of a multipart body is parsed at a time."""

NO_LISTS: frozenset[str] = frozenset()

_BYTE_FOR_BYTE = "latin-1"

SEVERAL = "takes one value, and was given several"
"""Why a member is refused that a form has several times."""

Inner = TypeVar("Inner", list[Any], dict[str, Any])


def members_from_form(body: bytes, lists: frozenset[str] = NO_LISTS) -> dict[str, Any]:
    """Read `application/x-www-form-urlencoded`; raises Malformed and Invalid."""
    try:
        text = body.decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Malformed("the form cannot be read") from None
    return members_from_pairs(pairs, lists)


class File(NamedTuple):
    """A file in a form: its name as it was sent, and what it holds."""

    name: str
    content: bytes


async def members_from_multipart(
    body: bytes, content_type: str, lists: frozenset[str] = NO_LISTS
) -> dict[str, Any]:
    """Read `multipart/form-data`, files left out; raises Malformed and Invalid."""
    members, _ = await parts_from_multipart(body, content_type, lists)
    return members


async def parts_from_multipart(
    body: bytes, content_type: str, lists: frozenset[str] = NO_LISTS
) -> tuple[dict[str, Any], dict[str, File]]:
    """Read `multipart/form-data` as members and files, the last of each name.

    Raises Malformed and Invalid.
    """

    async def stream() -> Any:  # noqa: ANN401 - starlette names no type for its streams
        for start in range(0, len(body), PIECE_BYTES):
            yield body[start : start + PIECE_BYTES]
            # The parser is slow with headers, so others are served between the pieces.
            await asyncio.sleep(0)

    try:
        # The last charset counts. With this one each byte is a letter, so that none is guessed at:
        # the library reads what is not UTF-8 as Latin-1, and does not say so.
        headers = Headers({"content-type": f"{content_type}; charset={_BYTE_FOR_BYTE}"})
        parser = MultiPartParser(headers, stream())
        # The body is in memory already, and what is in a file may be nobody else's to read.
        parser.spool_max_size = len(body) + 1
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        raise Malformed("the form cannot be read") from None
    pairs: list[tuple[str, str]] = []
    files: dict[str, File] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            pairs.append((name, value))
        else:
            name_of_file = _text_of(value.filename or "", errors="replace")
            files[_text_of(name)] = File(name_of_file, await value.read())
    await form.close()
    return await asyncio.to_thread(_members_from_parts, pairs, lists), files


def _members_from_parts(pairs: list[tuple[str, str]], lists: frozenset[str]) -> dict[str, Any]:
    return members_from_pairs([(_text_of(name), _text_of(value)) for name, value in pairs], lists)


def _text_of(letters: str, errors: str = "strict") -> str:
    """The text of bytes that were read byte for byte; raises Malformed."""
    try:
        return letters.encode(_BYTE_FOR_BYTE).decode(errors=errors)
    except ValueError:
        raise Malformed("the form is not UTF-8") from None


def members_from_pairs(
    pairs: list[tuple[str, str]], lists: frozenset[str] = NO_LISTS
) -> dict[str, Any]:
    """Put fields together; those that `lists` names are lists without brackets, too.

    Raises Invalid for a member that is given twice and differently: none of its values is better
    than the others. Raises TooMuch for a list that is too long.
    """
    members: dict[str, Any] = {}
    for name, value in pairs:
        head = name.partition("[")[0]
        # The first two say all that counts; a name of a million brackets is not read to its end.
        keys = [found[1] for found in islice(_KEY.finditer(name), 2)]
        if not keys and head in lists:
            keys = [""]
        if not keys:
            _set(members, head, value, head)
        elif len(keys) == 1 and (keys[0] == "" or keys[0].isdecimal()):
            _inner(members, head, []).append(value)
        else:
            _set(_inner(members, head, {}), keys[0], value, f"{head}.{keys[0]}")
    for name, member in members.items():
        if isinstance(member, list) and len(member) > LIST_ITEMS:
            raise TooMuch("list", Problem(name, f"at most {LIST_ITEMS:,} items"))
    return members


def _set(members: dict[str, Any], name: str, value: str, field: str) -> None:
    """Set a member that has one value; raises Invalid where it has another one already."""
    if members.setdefault(name, value) != value:
        raise Invalid.of(field, SEVERAL)


def _inner(members: dict[str, Any], name: str, empty: Inner) -> Inner:
    """The list or object of that name, which begins empty; raises Invalid for what is neither."""
    inner = members.setdefault(name, empty)
    if not isinstance(inner, type(empty)):
        raise Invalid.of(name, SEVERAL)
    return inner
