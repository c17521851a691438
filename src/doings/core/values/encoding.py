"""The encoding of text that comes as bytes: it is UTF-8, with or without a byte order mark."""

import codecs

from doings.core.errors import WrongEncoding

HEAD = 4
"""How many bytes tell the encoding of a text."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
"""The byte order marks of other encodings; UTF-32 comes first, as its mark begins with UTF-16's."""

_ZEROS = (
    ((False, True, True, True), "UTF-32"),
    ((True, True, True, False), "UTF-32"),
    ((False, True), "UTF-16"),
    ((True, False), "UTF-16"),
)
"""Which of the first bytes are zero where a text without a mark begins with an ASCII character.

JSON and forms always begin with one, and hold no zero byte in UTF-8.
"""


def utf8_content(text: bytes) -> bytes:
    """The text without a byte order mark; raises WrongEncoding for UTF-16 and UTF-32."""
    if b"\0" in text[:HEAD] or text[:1] in {b"\xff", b"\xfe"}:
        _check_encoding(text[:HEAD])
    return text.removeprefix(codecs.BOM_UTF8)


def _check_encoding(head: bytes) -> None:
    for mark, name in _MARKS:
        if head.startswith(mark):
            raise WrongEncoding(name)
    zeros = tuple(byte == 0 for byte in head)
    for pattern, name in _ZEROS:
        if zeros[: len(pattern)] == pattern:
            raise WrongEncoding(name)
