"""Titles are cut between what readers see as characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.presentation.graphemes import cut_before, is_boundary
from doings.core.presentation.title import EXCERPT, title
from tests.builders import activity

CHARACTERS = {
    "a letter and its mark": "e\u0301",
    "two marks": "a\u0323\u0302",
    "a family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "a skin tone": "\U0001f44d\U0001f3fd",
    "a heart in color": "\u2764\ufe0f",
    "a key": "1\ufe0f\u20e3",
    "a flag": "\U0001f1e9\U0001f1ea",
    "the flag of a region": "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067",
    "Hangul in parts": "\u1112\u1161\u11ab",
    "Hangul and a last part": "\ud558\u11ab",
    "Hangul and a vowel": "\ud558\u1161",
    "a Hindi syllable": "\u0915\u094d\u0937\u093f",
    "a Thai vowel": "\u0e01\u0e33",
    "half-width Kana": "\uff76\uff9e",
    "a rainbow flag": "\U0001f3f3\ufe0f\u200d\U0001f308",
}


@pytest.mark.parametrize("character", CHARACTERS.values(), ids=CHARACTERS)
def test_a_character_is_not_cut_in_two(character: str) -> None:
    """The places before and after it are the only ones."""
    text = f"{character}{character}x"

    places = [at for at in range(len(text) + 1) if is_boundary(text, at)]

    length = len(character)
    assert places == [0, length, 2 * length, len(text)]


@pytest.mark.parametrize("character", CHARACTERS.values(), ids=CHARACTERS)
@pytest.mark.parametrize("before", range(EXCERPT - 12, EXCERPT + 2))
def test_a_title_ends_with_a_whole_character(character: str, before: int) -> None:
    """Wherever the limit falls."""
    body = "x" * before + character * 40

    shown = title(activity("note.created", body=body)).partition("x")[2]

    rest = shown.removesuffix("…").lstrip("x")
    assert shown.endswith("…")
    assert rest == character * (len(rest) // len(character))


def test_a_whole_syllable_of_hangul_takes_no_vowel() -> None:
    """One that ends in a consonant is complete."""
    assert is_boundary("\ud55c\u1161", 1)


def test_a_text_after_many_spaces_is_cut_as_well() -> None:
    """What is read of a long text ends between characters, and says that there is more."""
    body = " " * 955 + "e\u0301" * 20

    shown = title(activity("note.created", body=body))

    assert shown.endswith("e\u0301e\u0301…")


def test_a_heap_of_marks_is_cut_somewhere() -> None:
    """A title is never longer than it may be."""
    text = "a" + "\u0301" * 500

    assert cut_before(text, 100) == 100


@given(st.text(), st.data())
def test_a_place_to_cut_is_no_later_than_asked(text: str, data: st.DataObject) -> None:
    """And it is a boundary, unless none is near."""
    at = data.draw(st.integers(0, len(text)))

    place = cut_before(text, at)

    assert place <= at
    assert is_boundary(text, place) or place == at
