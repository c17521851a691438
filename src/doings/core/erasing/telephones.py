"""Telephone numbers: which texts are one, and how else people and programs write it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from phonenumbers import (
    NumberParseException,
    national_significant_number,
    ndd_prefix_for_region,
    parse,
    region_code_for_country_code,
)

from doings.core.erasing.spelling import HEX

_BETWEEN = rf"(?:[\s()./+\u2010-\u2013-]|%20|%2[89bBdDfF]|&nbsp;|&#160;|\\u00{HEX}{HEX}){{0,6}}"
"""What may stand between two digits: signs, also as addresses of the web and HTML have them.

Not more than a few, so that a long row of signs is not gone through for each of them.
"""

NUMBER = re.compile(rf"\d(?:{_BETWEEN}\d){{6}}")
"""What may be a telephone number."""

_WRITTEN = re.compile(
    r"(?:(?:tel|callto|sms|phone|whatsapp):(?://)?)?"
    r"(?P<number>\+?[\d(][\d\s()./\u2010-\u2013-]{5,}\d)"
    r"(?:;.*|\s*(?:x|ext|extension|#)[\s.:]*\d{1,6})?",
    re.IGNORECASE | re.DOTALL,
)
"""A number as a card or a form has it, perhaps a link, perhaps with an extension."""

_NAMES = re.compile(r"phone|mobile|tel|fax|cell|handy|whatsapp|sms", re.IGNORECASE)

_DIGITS = range(7, 16)
"""How many digits a telephone number has; fewer are a date, a price or a room."""

_ALONE = 9
"""From how many digits on a number is meant where nothing is dialled before them."""

_START = rf"(?:(?<!\d)|(?<=%{HEX}{HEX}))"
_ABROAD = rf"(?:\+|%2[bB]|\\u002[bB]|00){_BETWEEN}"


def phone_in(key: str, text: str) -> str | None:
    """The number that a text is, without a link's scheme and an extension; None where it is none.

    It begins with a plus, or the name that it stands under (`key`) says what it is.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None or len(digits_of(found["number"])) not in _DIGITS:
        return None
    number = found["number"]
    is_one = number.startswith("+") or found.start("number") > 0 or _NAMES.search(key) is not None
    return number if is_one else None


def digits_of(phone: str) -> str:
    """The digits of a telephone number, without the zeros that dial abroad."""
    digits = "".join([sign for sign in phone if sign.isdecimal() and sign.isascii()])
    return digits.removeprefix("00")


def phone_pattern(phone: str) -> str:
    """A pattern that finds a number: as it is dialled at home and from abroad."""
    known = _Known.of(phone)
    forms = _forms_at_home(digits_of(phone)) if known is None else _forms_anywhere(known)
    return rf"{_START}(?:{'|'.join(forms)})(?!\d)"


class _Known(NamedTuple):
    """A number whose country is known; `trunk` is dialled before it at home."""

    country: str
    number: str
    trunk: str

    @classmethod
    def of(cls, phone: str) -> "_Known | None":
        """That of a number that is written as it is dialled from abroad."""
        if not phone.strip().startswith(("+", "00")):
            return None
        try:
            number = parse(f"+{digits_of(phone)}")
        except NumberParseException:
            return None
        country = number.country_code or 0
        trunk = ndd_prefix_for_region(region_code_for_country_code(country), strip_non_digits=True)
        return cls(str(country), national_significant_number(number), trunk or "")


def _forms_anywhere(known: _Known) -> Iterator[str]:
    number = _spaced(known.number)
    yield rf"(?:{_ABROAD})?{_spaced(known.country)}{_BETWEEN}(?:0{_BETWEEN})?{number}"
    if known.trunk:
        yield rf"\(?{_spaced(known.trunk)}{_BETWEEN}{number}"
    if not known.trunk or len(known.number) >= _ALONE:
        yield rf"\(?{number}"


def _forms_at_home(digits: str) -> Iterator[str]:
    """Where the country is not known, it may be any."""
    number = _spaced(digits.removeprefix("0"))
    yield rf"{_ABROAD}\d{{1,3}}{_BETWEEN}(?:0{_BETWEEN})?{number}"
    if digits.startswith("0"):
        yield rf"\(?0{_BETWEEN}{number}"
    else:
        # What begins with the code of a country may be written without its plus.
        yield rf"(?:{_ABROAD}|1{_BETWEEN})?\(?{number}"


def _spaced(digits: str) -> str:
    return _BETWEEN.join(digits)
