"""Documents are encoded together and told apart again."""

import msgspec
import pytest

from doings.core.rendering import encoded_documents


@pytest.mark.parametrize(
    "texts",
    [[], [b"1"], [b'{"a":"\\n"}', b"[]"], [b"{\n}", b"2"], [b"[1,\r\n2]\n", b'"x"', b"null"]],
)
def test_each_document_is_one_whatever_it_holds(texts: list[bytes]) -> None:
    """Each document is one line, even where JSON that is passed through has line ends."""
    assert encoded_documents([msgspec.Raw(text) for text in texts]) == texts
