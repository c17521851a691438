"""The lines of NDJSON: cutting a stream into them, and decoding one."""

from typing import TypeVar

import msgspec

from doings.core.activity import Draft
from doings.core.budget import LONGEST_LINE
from doings.core.errors import Invalid, Malformed, Problem, TooMuch
from doings.core.values.encoding import utf8_content
from doings.httpkit.input.json_body import problem_from
from doings.native.documents.activities import ActivityInput, ExportedActivity
from doings.native.http.request_body import in_plain_words
from doings.native.mapping import draft_from_document

T = TypeVar("T")

ACTIVITY = msgspec.json.Decoder(ActivityInput)
EXPORTED = msgspec.json.Decoder(ExportedActivity)


_OBJECT = b'{"'
"""How most lines begin, which no other encoding than UTF-8 does."""


def decoded_line(line: bytes, decoder: "msgspec.json.Decoder[T]") -> T:
    """One line of NDJSON; raises Malformed and Invalid."""
    try:
        if not line.startswith(_OBJECT):
            line = utf8_content(line)
        if not line.isascii():
            line.decode()
        return decoder.decode(line)
    except msgspec.ValidationError as error:
        raise Invalid(
            in_plain_words(problem_from(error, kind=decoder.type), decoder.type)
        ) from None
    except UnicodeDecodeError:
        raise Malformed("not UTF-8", "body") from None
    except RecursionError:
        raise Malformed("nested too deeply", "body") from None
    except msgspec.DecodeError as error:
        raise Malformed(f"not JSON: {error}{hint_at_line_ends(line)}", "body") from None


def hint_at_line_ends(line: bytes) -> str:
    """What to add to the reason why a line cannot be read, if its ends may be that reason."""
    return "; lines end with LF or CR LF, not with CR alone" if b"\r" in line.strip() else ""


def draft_from_exported(line: bytes, *, now: int) -> Draft:
    """Read a whole activity document, as exported: what only the server sets is ignored.

    Those are id, seq, recorded_at, updated_at, the links that follow from others, and any member
    that is unknown. Raises Malformed and Invalid.
    """
    return draft_from_document(decoded_line(line, EXPORTED), now=now)


_ENDLESS = f"a line is longer than {LONGEST_LINE:,} bytes"


class LineCutter:
    """Cuts chunks into lines; a line that is too long comes as None and is not kept."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._begun = bytearray()
        self._is_too_long = False
        self._left_out = 0

    def cut(self, chunk: bytes) -> list[bytes | None]:
        """The lines that the chunk completes; raises TooMuch for one that does not end."""
        head, newline, tail = chunk.partition(b"\n")
        self._grow(head)
        if not newline:
            return []
        *whole, rest = tail.split(b"\n")
        limit = self._max_bytes
        lines = [self.end(), *[line if len(line) <= limit else None for line in whole]]
        self._grow(rest)
        return lines

    def end(self) -> bytes | None:
        """The line that was begun."""
        line = None if self._is_too_long else bytes(self._begun)
        self._begun.clear()
        self._is_too_long = False
        self._left_out = 0
        return line

    def _grow(self, part: bytes) -> None:
        if self._is_too_long or len(self._begun) + len(part) > self._max_bytes:
            self._left_out += len(self._begun) + len(part)
            self._begun.clear()
            self._is_too_long = True
            if self._left_out > LONGEST_LINE:
                raise TooMuch("stream", Problem("body", _ENDLESS))
        else:
            self._begun += part
