"""Text that comes as bytes is UTF-8, with or without a mark."""

import pytest

from doings.core.errors import WrongEncoding
from doings.core.values.encoding import utf8_content

JSON = '{"a":"ü"}'


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (b"", b""),
        (b"5", b"5"),
        (b"\xef\xbb\xbf", b""),
        (JSON.encode("utf-8-sig"), JSON.encode()),
        (b"\xef\xbb", b"\xef\xbb"),
        ("é".encode("latin-1"), b"\xe9"),
        (b"a=1&b", b"a=1&b"),
    ],
)
def test_a_mark_is_no_content(text: bytes, content: bytes) -> None:
    """Anything else is left for its reader to judge."""
    assert utf8_content(text) == content


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
@pytest.mark.parametrize("text", [JSON, "[]", "5", "a=1"])
def test_another_encoding_is_named(encoding: str, text: str) -> None:
    """With its mark or without."""
    with pytest.raises(WrongEncoding, match=encoding[:6].upper()):
        utf8_content(text.encode(encoding))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (b"\xfe\xff\x00{\x00}", "UTF-16"),
        (b"\xff\xfe{\x00", "UTF-16"),
        (b"\x00\x00\xfe\xff\x00\x00\x00{", "UTF-32"),
        (b"\xff\xfe\x00\x00{\x00\x00\x00", "UTF-32"),
    ],
)
def test_a_mark_of_either_order_is_known(text: bytes, name: str) -> None:
    """Big and little end first."""
    with pytest.raises(WrongEncoding) as refused:
        utf8_content(text)

    assert refused.value.name == name
