"""Folding at the edges of what is taken away; what it finds is tested with the store."""

import pytest

from doings.core.values.folding import folded, words_of


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
