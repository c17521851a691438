"""What another service sends where it is not quite what that service documents."""

import msgspec
import pytest

from doings.core.values.lenient import lenient_decoder


class Part(msgspec.Struct):
    """A part of a document."""

    id: int
    names: list[str] = []


class Whole(msgspec.Struct):
    """A document."""

    id: int
    is_good: bool = False
    parts: list[Part] = []
    part: Part | None = None
    counts: dict[str, int] = {}


decode = lenient_decoder(Whole)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (b'{"id":1}', Whole(1)),
        (b'{"id":"11","is_good":1}', Whole(11, is_good=True)),
        (b'{"id":1,"is_good":null,"parts":null,"part":null}', Whole(1)),
        (b'{"id":1,"part":{"id":"2","names":null}}', Whole(1, part=Part(2))),
        (
            b'{"id":1,"parts":[{"id":2,"names":null},null,{"id":3,"names":[null,"x"]}]}',
            Whole(1, parts=[Part(2), Part(3, ["x"])]),
        ),
    ],
)
def test_null_is_as_if_it_were_missing(text: bytes, whole: Whole) -> None:
    """Wherever it stands, and a number may be a text."""
    assert decode(text) == whole


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"id":null}', "Expected `int`, got `null` - at `$.id`"),
        (b'{"id":1,"parts":[5,{"id":null}]}', "got `int`"),
        (b'{"id":1,"counts":{"a":null}}', "got `null`"),
        (b'{"id":"x","part":{"id":1}}', "got `str`"),
        (b"null", "got `null`"),
    ],
)
def test_what_is_needed_and_is_not_there_is_told(text: bytes, reason: str) -> None:
    """In the words for what was sent."""
    with pytest.raises(msgspec.ValidationError, match=reason.replace("$", r"\$")):
        decode(text)
