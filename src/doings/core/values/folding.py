"""What text is searched by: folded to words that are alike wherever a reader takes them for alike.

Texts and searches are folded by the same function, before any engine sees them, so that all engines
find the same. In what it returns, words are runs of the digits 0–9, the letters a–z and characters
beyond ASCII; everything else stands between words.

Scripts that are written without spaces have no words to look for. Each character of such a run
becomes a word of itself and the one behind it, the last one a word of itself alone. Two characters
or more are then found as one such word or several in a row, and one as the beginning of a word.
Emoji are dealt with in the same way, without the colours of skin.
"""

import re
import string
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import add

import msgspec

from doings.core.query import Word

LONGEST = 500
"""How many characters of a word count. What is longer is cut alike in texts and in searches."""

SHORT = 24
"""Of how many characters a part of a text is at most that is folded once and remembered."""

_EMOJI = (
    (0x231A, 0x231B),
    (0x23E9, 0x23FA),
    (0x2600, 0x27BF),
    (0x2B1B, 0x2B55),
    (0x1F000, 0x1FAFF),
)
"""Where pictures are that people write and look for; other signs stand between words."""

_UNSPACED = (
    "\u231a\u231b\u23e9-\u23fa\u2600-\u27bf\u2b1b-\u2b55\U0001f000-\U0001faff"  # emoji
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f\U000116d0-\U000116ff"  # Myanmar
    "\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff"  # Hangul
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3021-\u302f\u3031-\u3035\u3038-\u303c\u3040-\u312f\u31a0-\u31bf"
    "\u31f0-\u31ff\U0001aff0-\U0001afff\U0001b000-\U0001b16f"  # Kana, Bopomofo and their marks
    "\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"  # Han
)
"""The scripts without spaces and emoji, as a class of characters."""

_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x3FFFD))
"""Where every character is of Han, also those that are newer than Python's tables."""

_DROPPED = (
    (0x00AD, 0x00AD),  # the soft hyphen
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05BD),  # Hebrew
    (0x05BF, 0x05BF),
    (0x05C1, 0x05C2),
    (0x05C4, 0x05C5),
    (0x05C7, 0x05C7),
    (0x0610, 0x061A),  # Arabic
    (0x061C, 0x061C),
    (0x0640, 0x0640),  # the stroke that lengthens a word
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06DC),
    (0x06DF, 0x06E4),
    (0x06E7, 0x06E8),
    (0x06EA, 0x06ED),
    (0x0898, 0x089F),
    (0x08CA, 0x08E1),
    (0x08E3, 0x08FF),
    (0x10EFD, 0x10EFF),
    (0x1AB0, 0x1AFF),  # more marks of Latin and Greek
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
    (0x180B, 0x180F),  # variants of a character's form
    (0xFE00, 0xFE0F),
    (0xE0100, 0xE01EF),
    (0x200C, 0x200F),  # joiners and directions, which nobody sees
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0xFEFF, 0xFEFF),
    (0x1F3FB, 0x1F3FF),  # colours of skin
)
"""Marks, points and invisible characters: what is left out, and ends no word."""

_MARKED_SCRIPTS = ("LATIN", "GREEK", "HEBREW", "ARABIC")
"""The scripts whose letters lose the marks that they are composed with. Elsewhere a composed letter
is a letter of its own, as Cyrillic й and Kana が are."""

_LETTERS = {
    "æ": "ae",
    "ǽ": "ae",
    "ǣ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
    "ŋ": "n",
    "\u0131": "i",  # without its dot
    "\u0237": "j",
    "\u0451": "\u0435",  # Cyrillic yo, which most write as ye
    "\u0671": "\u0627",  # the alef of a joined article
}
"""Letters that are often typed in another way, and that no rule of Unicode folds."""

_STROKE = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH ")
"""The name of a letter with a stroke or a hook, like ø and ł: Unicode does not take these apart."""


class _Folds(dict[int, str]):
    """What each character is folded to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = fold = _fold(code)
        return fold


def _fold(code: int) -> str:
    """The word character, nothing, or the space that one character of casefolded NFKC becomes."""
    character = chr(code)
    if character in _LETTERS:
        return _LETTERS[character]
    if _is_in(code, _DROPPED):
        return ""
    name = unicodedata.name(character, "")
    if name.startswith(_MARKED_SCRIPTS):
        stroke = _STROKE.match(name)
        character = stroke[1].lower() if stroke else unicodedata.normalize("NFD", character)[0]
    is_word = unicodedata.category(character)[0] in "LNM" or _is_in(code, (*_HAN, *_EMOJI))
    return character if is_word or unicodedata.category(character) == "Co" else " "


def _is_in(code: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(first <= code <= last for first, last in ranges)


_FOLDS = _Folds()
_TRADE_MARK = re.compile("[\u2120\u2122\U0001f16a-\U0001f16c]")
_BREAK_WITHIN = re.compile(f"(?<=[{_UNSPACED}])\u200b+(?=[{_UNSPACED}])")
_UNSPACED_CHARACTER = re.compile(f"[{_UNSPACED}]")
_RUN = re.compile(f"[{_UNSPACED}]+")
_ENDS_IN_ONE = re.compile(f"(?<![{_UNSPACED}])[{_UNSPACED}]$")
_BETWEEN = string.whitespace + string.punctuation
_WORD = re.compile("[0-9a-z\x80-\U0010ffff]+")
_TOO_LONG = re.compile(f"([0-9a-z\x80-\U0010ffff]{{{LONGEST}}})[0-9a-z\x80-\U0010ffff]+")


def folded(text: str) -> str:
    """The words of a text as they are put into an index."""
    if not text.isascii():
        text = _alike(text)
        if _UNSPACED_CHARACTER.search(text):
            text = _RUN.sub(_words_of_run, text)
        return _cut(text)
    return _cut(text.lower())


def _alike(text: str) -> str:
    """Each part of the text folded; most parts are ASCII, or a short word that was met before."""
    return " ".join(
        [
            part.lower() if part.isascii() else (_kept if len(part) <= SHORT else _folded)(part)
            for part in text.split()
        ]
    )


def _folded(part: str) -> str:
    """NFKC, full case folding, and no marks; the same for ASCII is `str.lower`."""
    # The letters of a trade mark are no part of the word before it.
    text = _TRADE_MARK.sub(r" \g<0>", part)
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", _BREAK_WITHIN.sub("", text).translate(_FOLDS))


_kept = lru_cache(maxsize=16_384)(_folded)


def _words_of_run(run: re.Match[str]) -> str:
    text = run[0]
    return f" {' '.join(map(add, text, text[1:]))} {text[-1]} "


def _cut(text: str) -> str:
    if len(text) <= LONGEST or max(map(len, text.split()), default=0) <= LONGEST:
        return text
    return _TOO_LONG.sub(r"\1", text)


def words_of(text: str) -> list[str]:
    """The words of a folded text, in their order."""
    return _WORD.findall(text)


class Phrase(msgspec.Struct, frozen=True):
    """Folded words that stand in a row; `is_prefix`: the last may be a beginning."""

    words: list[str]
    is_prefix: bool = False


def phrases_of(searches: Sequence[Word]) -> list[Phrase]:
    """What is looked for in folded texts, each once; what holds no word to look for is left out.

    Left out, too, is what a text with another of the phrases has anyway, as a text with `wa*` has
    `w*`: an engine would look through all that begins with w for nothing.
    """
    phrases: list[Phrase] = []
    for phrase in map(_phrase, searches):
        if phrase.words and not any(_implies(other, phrase) for other in phrases):
            phrases = [other for other in phrases if not _implies(phrase, other)]
            phrases.append(phrase)
    return phrases


def _implies(one: Phrase, other: Phrase) -> bool:
    """Whether each text with the one has the other."""
    count, rest = len(other.words), other.words[:-1]
    return any(
        one.words[end - count : end - 1] == rest and _ends_alike(one, end, other)
        for end in range(count, len(one.words) + 1)
    )


def _ends_alike(one: Phrase, end: int, other: Phrase) -> bool:
    word, wanted = one.words[end - 1], other.words[-1]
    if other.is_prefix:
        return word.startswith(wanted)
    is_beginning = one.is_prefix and end == len(one.words)
    return word == wanted and not is_beginning


def _phrase(search: Word) -> Phrase:
    """The phrase of a search.

    A run without spaces at its end may go on in the text, so the last character stands by itself
    only where the run is no longer than that, and then as a beginning.
    """
    text = search.text.lower() if search.text.isascii() else _alike(search.text)
    text = text.rstrip(_BETWEEN)
    words = words_of(_cut(_RUN.sub(_words_of_run, text)))
    if not _UNSPACED_CHARACTER.search(text[-1:]):
        return Phrase(words, search.is_prefix)
    if _ENDS_IN_ONE.search(text):
        return Phrase(words, is_prefix=True)
    return Phrase(words[:-1])
