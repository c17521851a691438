"""Answers that stand one after the other in a file, and what is added to what is known."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.entity import Entity, EntityDraft
from doings.core.errors import Invalid, Malformed
from doings.core.imports import answers_from_text, decoded_answer, elements_of_list, filled_draft

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('"\\{}[], \né', max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('"\\{}x'), inner),
    max_leaves=8,
)
ERROR_RESPONSES = st.lists(JSON, max_size=3) | st.dictionaries(st.text(), JSON, max_size=3)


@given(
    st.lists(ERROR_RESPONSES, max_size=4),
    st.sampled_from(["", " ", "\n", "\r\n\r\n"]),
    st.sampled_from([None, 2]),
)
def test_answers_are_cut_apart(answers: list[Any], between: str, indent: int | None) -> None:
    """Whatever is between them, pretty or not, braces and quotes in text or not."""
    text = between.join([json.dumps(one, indent=indent) for one in answers])

    found = [json.loads(answer) for answer in answers_from_text(text.encode())]

    assert found == answers


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (b"", []),
        (b"\xef\xbb\xbf[]", [b"[]"]),
        (b"\xef\xbb\xbf[]\r\n\xef\xbb\xbf[1]\xef\xbb\xbf{}", [b"[]", b"[1]", b"{}"]),
        (b" \xef\xbb\xbf\n\xef\xbb\xbf[] \xef\xbb\xbf", [b"[]"]),
        (b'["\xef\xbb\xbf"]', [b'["\xef\xbb\xbf"]']),
        (b"\xef\xbb\xbf", []),
        (b"[1] [2", [b"[1]", b"[2"]),
        (b"[1], [2]", [b"[1]", b", [2]"]),
        (b"oops [2]", [b"oops [2]"]),
        (b"]] []", [b"]", b"]", b"[]"]),
        (b'["a] [b"] "c', [b'["a] [b"]', b'"c']),
        (b"5", [b"5"]),
        (rb'["\ud83d", "\ud83d\uDE00\ude00"]', [rb'["\ufffd","\ud83d\uDE00\ufffd"]']),
        (rb'["\\ud83d", "\"\ud83d"]', [rb'["\\ud83d","\"\ufffd"]']),
    ],
)
def test_what_is_no_json_is_left_to_its_reader(text: bytes, answers: list[bytes]) -> None:
    """Text that is no JSON is passed on, and the answers before it are still found."""
    assert answers_from_text(text) == answers


def test_elements_of_a_list() -> None:
    """The elements keep their exact text; what is no list is refused."""
    assert elements_of_list(b'[{"b": 1.0},2]') == [b'{"b": 1.0}', b"2"]
    with pytest.raises(Invalid):
        elements_of_list(b"{}")
    with pytest.raises(Malformed):
        elements_of_list(b"[1")
    with pytest.raises(Malformed):
        decoded_answer(b"[" * 100_000, list[Any])


def entity(name: str | None, attrs: str, contact: str | None = None) -> Entity:
    """An entity as stored."""
    return Entity(1, "user", "u1", name, attrs, contact, 0, 0, is_deleted=False)


@pytest.mark.parametrize(
    ("known", "said", "filled"),
    [
        (None, EntityDraft(name="Ann"), EntityDraft(name="Ann")),
        (entity("Ann", '{"a":1}'), EntityDraft(), EntityDraft(name="Ann", attrs='{"a":1}')),
        (entity(None, "{}"), EntityDraft(name="Ann"), EntityDraft(name="Ann")),
        (entity("Ann", "{}"), EntityDraft(name="Bob"), EntityDraft(name="Ann")),
        (
            entity(None, '{"b":1.0,"a":null}'),
            EntityDraft(attrs='{"a":2,"b":3,"c":4.50}'),
            EntityDraft(attrs='{"b":1.0,"a":2,"c":4.50}'),
        ),
        (entity(None, "{}", "8"), EntityDraft(contact="9"), EntityDraft(contact="8")),
    ],
)
def test_what_is_known_stays_and_gaps_are_filled(
    known: Entity | None, said: EntityDraft, filled: EntityDraft
) -> None:
    """Name, owner and each attribute by itself, in the order they became known."""
    assert filled_draft(known, said) == filled
