"""The ways to write a name or an address: accents, apostrophes, HTML and addresses of the web."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from html.entities import codepoint2name

from anyascii import anyascii

HEX = "[0-9a-fA-F]"

GAP = (
    r"(?:[\s\u00a0+*_]|%20|%2[bB]|%0[9aAdD]|&nbsp;|&#160;|&#[xX][aA]0;|\\[nrt]|\\u00[aA]0"
    r"|<[^<>]{0,200}>)+"
)
"""What may stand between two words of a name: white space, tags, and what stands for either.

That is in HTML, in an address of the web, in Markdown, or in JSON that a text holds.
"""

CODED = rf"(?<=%{HEX}{HEX})|(?<=\\[nrtbf])|(?<=\\u{HEX}{HEX}{HEX}{HEX})"
"""Behind a sign that an address of the web or JSON writes with letters and digits."""

START = rf"(?:(?<![^\W_])|{CODED})"
"""Before a name: no other letter."""

END = r"(?![^\W_])"
"""Behind a name: no other letter."""

_MARKS = "[\u0300-\u036f]*"
_LATIN = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
"""The letters with accents that are made of Latin ones."""

_OTHERS = [chr(code) for code in (*range(0x370, 0x530), *range(0x1F00, 0x2000))]
"""The same of Greek and Cyrillic ones."""

PLAIN = {
    ord(letter): anyascii(letter).lower()
    for letter in _LATIN
    if unicodedata.normalize("NFD", letter) == letter
}
"""What the letters are without accents that are no letter with a mark, as `str.translate` takes."""

_APOSTROPHES = "'`\u00b4\u02bc\u2018\u2019"
_DASHES = "-\u2010\u2011\u2012\u2013"
_TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe"}
_ONE_LETTER = {"ae": "äæ", "oe": "öøœ", "ue": "ü", "ss": "ß", "aa": "å"}
_PIECES = re.compile("ae|oe|ue|ss|aa", re.IGNORECASE)
_SIGNS = re.compile(f"{_PIECES.pattern}|.", re.IGNORECASE | re.DOTALL)


def spelled(text: str) -> str:
    """A pattern that finds a text as people and programs write it; its words in this order."""
    words = unicodedata.normalize("NFC", text).split()
    return GAP.join(["".join(map(_sign, _SIGNS.findall(word))) for word in words])


def pieces_of(text: str) -> list[str]:
    """The parts of a text between letters that may be written as one, like ue."""
    return _PIECES.split(text)


def exactly(text: str) -> str:
    """A pattern that finds a text, also as HTML or an address of the web writes it."""
    return "".join(
        [
            _any([*_encoded(sign), re.escape(unicodedata.normalize("NFD", sign))])
            for sign in unicodedata.normalize("NFC", text)
        ]
    )


def orders_of(name: str) -> Iterator[str]:
    """A name, and with its last part first or its first part first."""
    yield name
    last, comma, first = [part.strip() for part in name.partition(",")]
    if comma and last and first and "," not in first:
        yield f"{first} {last}"
        yield f"{last} {first}"
    elif not comma and len(words := name.split()) == 2:  # noqa: PLR2004 - more have no clear order
        yield f"{words[1]} {words[0]}"
        yield f"{words[1]}, {words[0]}"


@cache
def _sign(sign: str) -> str:
    """A pattern for one sign of a name, or for two that are perhaps one letter."""
    if len(sign) > 1:
        letters = "".join([one.upper() if sign[0].isupper() else one
                           for one in _ONE_LETTER[sign.lower()]])  # fmt: skip
        both = "".join(map(_sign, sign))
        return f"(?:{both}|[{letters}]|{unicodedata.normalize('NFD', letters[0])})"
    for alike in (_APOSTROPHES, _DASHES):
        if sign in alike:
            return _any([one for each in alike for one in _encoded(each)])
    if not sign.isalpha():
        return _any([*_encoded(sign), re.escape(unicodedata.normalize("NFD", sign))])
    plain = _plain(sign)
    found = [plain, *_accented().get(plain, [])]
    longer = _TWO_LETTERS.get(sign.lower())
    # Others' codes are left out: with them, to compile the pattern takes long.
    pattern = _any([*_encoded(sign), *found]) + _MARKS
    return f"(?:{_any([longer, longer.title()])}|{pattern})" if longer else pattern


@cache
def _accented() -> dict[str, list[str]]:
    """The letters with accents, by what they are without."""
    found: dict[str, list[str]] = {}
    for letter in [*_LATIN, *_OTHERS]:
        found.setdefault(_plain(letter), []).append(letter)
    return {plain: letters for plain, letters in found.items() if len(plain) == 1}


def _plain(letter: str) -> str:
    """A letter without accents."""
    base = unicodedata.normalize("NFD", letter)[0]
    return anyascii(letter) if letter in _LATIN or base.isascii() else base


def _encoded(sign: str) -> list[str]:
    """Patterns for a sign itself and, where it is no plain letter or digit, for its codes."""
    if sign.isascii() and sign.isalnum():
        return [sign]
    code = ord(sign)
    name = codepoint2name.get(code)
    return [
        re.escape(sign),
        *([f"&{name};"] if name else ["&apos;"] if sign == "'" else []),
        f"&#0*{code};",
        f"&#[xX]0*(?i:{code:x});",
        rf"\\u(?i:{code:04x})",
        f"(?i:{''.join([f'%{byte:02x}' for byte in sign.encode()])})",
    ]


def _any(patterns: list[str]) -> str:
    """A pattern for any of them; single signs become a class, which is quicker."""
    patterns = list(dict.fromkeys(patterns))
    if len(patterns) == 1:
        return patterns[0]
    single = "".join([one for one in patterns if len(one) == 1])
    rest = [one for one in patterns if len(one) != 1]
    return f"(?:{'|'.join([*([f'[{single}]'] if single else []), *rest])})"
