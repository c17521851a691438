"""What a form of several parts is read as."""

import time

import pytest

from doings.core.errors import Malformed
from doings.httpkit.input.forms import parts_from_multipart

TYPE = "multipart/form-data; boundary=x"


def _part(name: bytes, value: bytes, more: bytes = b"") -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n' % (name, more, value)


@pytest.mark.parametrize("charset", ["", "; charset=utf-16", "; charset=latin-1"])
async def test_parts_are_utf_8_whatever_charset_they_are_said_to_have(charset: str) -> None:
    """Names, values and the names of files; a file holds what was sent."""
    more = '; filename="Ä😀.csv"'.encode()
    body = _part("ü".encode(), "é😀".encode()) + _part(b"file", b"\xff\xe9", more) + b"--x--\r\n"

    members, files = await parts_from_multipart(body, TYPE + charset)

    assert members == {"ü": "é😀"}
    assert files == {"file": ("Ä😀.csv", b"\xff\xe9")}


@pytest.mark.parametrize("part", [_part(b"a", b"\xe9"), _part(b"\xe9", b"a")])
async def test_parts_that_are_no_utf_8_are_refused(part: bytes) -> None:
    """Nothing is guessed, not even where the same bytes stand in another part as UTF-8."""
    with pytest.raises(Malformed):
        await parts_from_multipart(_part(b"b", "é".encode()) + part + b"--x--\r\n", TYPE)


async def test_many_parts_beside_a_large_file_are_read_at_once() -> None:
    """Reading one field takes no longer the larger the file is."""
    fields = b"".join(_part(b"%d" % n, f"é{n}".encode()) for n in range(900))
    file = _part(b"file", b"x" * 15_000_000, b'; filename="a"')

    begun = time.process_time()
    members, _ = await parts_from_multipart(file + fields + b"--x--\r\n", TYPE)

    assert len(members) == 900
    assert time.process_time() - begun < 3
