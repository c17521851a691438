"""How much one search may look for."""

import pytest

from doings.core.budget import PHRASE_WORDS, SEARCH_WORDS
from doings.core.errors import TooMuch
from doings.core.limits.search import check_search
from doings.core.query import words_from_text

DIFFERENT = [f"word{number}" for number in range(SEARCH_WORDS + 1)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "w* " * 10_000,
        "w " * 10_000,
        " ".join(DIFFERENT[1:]),
        " ".join(DIFFERENT[1:] * 9),
        "x" * 60_000,
        f'"{"a " * PHRASE_WORDS}"',
        "漢" * PHRASE_WORDS,
    ],
    ids=range(8),
)
def test_a_search_may_look_for_so_much(text: str) -> None:
    """However often it says the same, and however long a word is."""
    check_search(words_from_text(text), "q")


@pytest.mark.parametrize(
    "text",
    [
        " ".join(DIFFERENT),
        "* ".join(DIFFERENT),
        " ".join(f'"{word} {word}"' for word in DIFFERENT),
        f'"{"a " * (PHRASE_WORDS + 1)}"',
        "漢" * (PHRASE_WORDS + 2),
        f'"{"a " * PHRASE_WORDS}" b',
    ],
    ids=range(6),
)
def test_a_search_for_more_is_refused(text: str) -> None:
    """The parameter and the bound are named."""
    with pytest.raises(TooMuch) as refused:
        check_search(words_from_text(text), "q")

    assert refused.value.bound == "search_words"
    assert [problem.field for problem in refused.value.problems] == ["q"]
