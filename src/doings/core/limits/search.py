"""How much one search may look for."""

from collections.abc import Sequence

from doings.core.budget import PHRASE_WORDS, SEARCH_WORDS
from doings.core.errors import Problem, TooMuch
from doings.core.query import Word
from doings.core.values.folding import phrases_of


def check_search(words: Sequence[Word], field: str) -> None:
    """Refuse a search for too much; `field` is the parameter that it stands in. Raises TooMuch."""
    if len(words) > SEARCH_WORDS:
        raise TooMuch("search_words", Problem(field, f"at most {SEARCH_WORDS} different words"))
    if sum(len(phrase.words) for phrase in phrases_of(words)) > PHRASE_WORDS:
        reason = f"at most {PHRASE_WORDS} words in all phrases together"
        raise TooMuch("search_words", Problem(field, reason))
