"""Folding at the edges of what is taken away; what it finds is tested with the store."""

import pytest

from doings.core.query import words_from_text
from doings.core.values.folding import folded, phrases_of, words_of


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("ب\u08fe", "ب"),
        ("ب\u08ff", "ب"),
        ("क\u0900", "क\u0900"),  # the mark after the last of Arabic is one of Hindi
        ("ב\u05b0", "ב"),
        ("e\u0301", "e"),
        ("É", "e"),
        ("👍🏽", "👍"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_marks_of_some_scripts_are_taken_away(text: str, rest: str) -> None:
    """Those of Latin, Greek, Hebrew and Arabic; in other scripts a mark makes another word."""
    assert folded(text).strip() == rest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Party🎉", ["party", "🎉"]),
        ("🎉🎂", ["🎉🎂", "🎂"]),
        ("👨\u200d👩", ["👨👩", "👩"]),
        ("🇩🇪", ["🇩🇪", "🇪"]),
        ("☎ ⌚", ["☎", "⌚"]),
        ("a → b © • ★", ["a", "b", "★"]),
    ],
)
def test_emoji_are_words(text: str, words: list[str]) -> None:
    """As characters of scripts without spaces are; arrows and signs are none."""
    assert words_of(folded(text)) == words


@pytest.mark.parametrize(
    ("text", "looked_for"),
    [
        ("lunch LUNCH lunch", ["lunch"]),
        ("w* w* w*", ["w*"]),
        ("w* wa* WAB*", ["wab*"]),
        ("wab* w* wa*", ["wab*"]),
        ("w* water", ["water"]),
        ("water w*", ["water"]),
        ("water water*", ["water"]),
        ("water* water", ["water"]),
        ("water wate", ["water", "wate"]),
        ("water* waters", ["waters"]),
        ('"warm water" water', ["warm water"]),
        ('wat* "warm water" warm', ["warm water"]),
        ('"warm water" "water warm"', ["warm water", "water warm"]),
        ('"a warm water" "warm water"', ["a warm water"]),
        ('"warm water" "a warm water"', ["a warm water"]),
        ('"warm water" ater*', ["warm water", "ater*"]),
        ("漢 漢字 漢字学", ["漢字 字学"]),
        ("* ** -", []),
    ],
)
def test_nothing_is_looked_for_twice(text: str, looked_for: list[str]) -> None:
    """What a text with another of the phrases has anyway is left out."""
    phrases = phrases_of(words_from_text(text))

    found = [" ".join(phrase.words) + "*" * phrase.is_prefix for phrase in phrases]
    assert found == looked_for
