"""Where text may be cut: between what readers see as characters, never inside one.

These are the extended grapheme clusters of Unicode (UAX 29), by the tables of Python's unicodedata.
Where those tables say too little, two characters count as one: a title may end a little earlier.
"""

import unicodedata

LONGEST = 64
"""How far back a place to cut is looked for. No script has longer clusters; a heap of marks may."""

_JOINER = "\u200d"
_EXTENDING = frozenset({"Mn", "Me", "Mc"})
_ALSO_EXTENDING = frozenset("\u200c\u200d\uff9e\uff9f\u0e33\u0eb3")
"""The joiners, half-width voiced sound marks, and vowels of Thai and Lao that are no marks."""

_SKIN_TONES = range(0x1F3FB, 0x1F400)

_TAGS = range(0xE0020, 0xE0080)
"""What makes flags of regions, like that of Scotland."""

_REGIONAL = range(0x1F1E6, 0x1F200)
"""The letters that make flags of countries, two by two."""

_PREPENDED = frozenset("\u06dd\u070f\u08e2\u0d4e\U000110bd\U000110cd") | {
    chr(code) for code in (*range(0x600, 0x606), 0x890, 0x891, 0x111C2, 0x111C3, 0x11A3A)
}
"""What goes with the character that follows it."""

_LINKING = 9
"""The combining class of a virama, which joins the consonants around it."""


def cut_before(text: str, at: int) -> int:
    """The last place up to `at` where no character is cut in two; `at` where there is none near."""
    for place in range(at, max(at - LONGEST, 0), -1):
        if is_boundary(text, place):
            return place
    return at


def is_boundary(text: str, at: int) -> bool:
    """Whether one character ends and another begins before `text[at]`."""
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if before == "\r" and after == "\n":
        return False
    if before.isascii() and after.isascii():
        return True
    if _is_regional(before) and _is_regional(after):
        return _regionals_before(text, at) % 2 == 0
    return not (_extends(after) or _takes_more(before, after) or _is_one_syllable(before, after))


def _extends(character: str) -> bool:
    """Whether a character belongs to the one before it."""
    code = ord(character)
    return (
        character in _ALSO_EXTENDING
        or code in _SKIN_TONES
        or code in _TAGS
        or unicodedata.category(character) in _EXTENDING
    )


def _takes_more(before: str, after: str) -> bool:
    """Whether a character goes with the one after it, like emoji that are joined."""
    if before == _JOINER or before in _PREPENDED:
        return not after.isspace()
    return unicodedata.combining(before) == _LINKING and after.isalpha()


def _is_one_syllable(before: str, after: str) -> bool:
    """Whether two parts of Hangul, letters or syllables, stand in one block."""
    first, second = _hangul(before), _hangul(after)
    return (first, second) in _BLOCKS


_BLOCKS = frozenset(
    {
        *[("L", second) for second in ("L", "V", "LV", "LVT")],
        *[(first, second) for first in ("LV", "V") for second in ("V", "T")],
        *[(first, "T") for first in ("LVT", "T")],
    }
)


def _hangul(character: str) -> str:
    """Leading consonant, vowel, trailing consonant, or a syllable of two or three; else empty."""
    code = ord(character)
    if code in _SYLLABLES:
        return "LV" if code in _OPEN_SYLLABLES else "LVT"
    return next((name for name, ranges in _JAMO.items() if any(code in one for one in ranges)), "")


_SYLLABLES = range(0xAC00, 0xD7A4)
_OPEN_SYLLABLES = range(0xAC00, 0xD7A4, 28)
"""Those that end in a vowel: each is followed by its 27 syllables with a trailing consonant."""

_JAMO = {
    "L": (range(0x1100, 0x1160), range(0xA960, 0xA97D)),
    "V": (range(0x1160, 0x11A8), range(0xD7B0, 0xD7C7)),
    "T": (range(0x11A8, 0x1200), range(0xD7CB, 0xD7FC)),
}


def _is_regional(character: str) -> bool:
    return ord(character) in _REGIONAL


def _regionals_before(text: str, at: int) -> int:
    """How many of the letters that make flags stand before a place, one after the other."""
    count = 0
    while count < at and _is_regional(text[at - 1 - count]):
        count += 1
    return count
