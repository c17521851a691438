"""Reading what another service sends where it is not quite what that service documents."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

MOST_NULLS = 50
"""Places of one element that may hold null where the shape takes none."""

_NULL_AT = re.compile(r"got `null` - at `\$([^`]*)`$")
_PART = re.compile(r"\.([^.\[]+)|(\[[^\]]*\])")

_NULL = b"null"

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


def lenient_decoder(shape: type[T]) -> Callable[[bytes], T]:
    """What decodes JSON into a shape; it raises ValueError and RecursionError.

    What does not fit is read once more: null where the shape takes none is as if the member were
    missing, and numbers may be written as texts. Decimal numbers of no certain type are
    `msgspec.Raw`. Only what does not fit is slower.
    """
    decode = msgspec.json.Decoder(shape, float_hook=msgspec.Raw).decode
    decode_texts = msgspec.json.Decoder(shape, float_hook=msgspec.Raw, strict=False).decode

    def decoded(text: bytes) -> T:
        try:
            return decode(text)
        except msgspec.ValidationError as error:
            first = error
        for _ in range(MOST_NULLS):
            try:
                return decode_texts(text)
            except msgspec.ValidationError as error:
                place = _NULL_AT.search(str(error))
            if place is None:
                break
            text = _without_null(text, _PART.findall(place[1]))
        raise first

    return decoded


def _without_null(text: bytes, path: list[tuple[str, str]]) -> bytes:
    """The JSON without the null at a place: a member's name, or all elements of a list."""
    (name, _), *rest = path or [("", "")]
    parts: dict[Any, msgspec.Raw]
    try:
        parts = _members(text) if name else dict(enumerate(_elements(text)))
    except msgspec.ValidationError:  # another element of the same list is something else
        return text
    for at, part in list(parts.items()):
        if at == name or not name:
            value = _without_null(bytes(part), rest) if rest else bytes(part)
            if value == _NULL:
                del parts[at]
            else:
                parts[at] = msgspec.Raw(value)
    return _encode(parts if name else list(parts.values()))
