"""Reading query parameters; each function raises Malformed naming the parameter."""

import re

from doings.core.errors import Malformed

_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)


def last(query: dict[str, list[str]], name: str) -> str | None:
    """The parameter's value, the last one where it is repeated; None where it is missing."""
    values = query.get(name)
    return values[-1] if values else None


def listed(query: dict[str, list[str]], name: str) -> list[str]:
    """All values of a parameter that is repeated, separated by commas, or spelled `name[]`."""
    values = [*query.get(name, ()), *query.get(f"{name}[]", ())]
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def integer_from_text(text: str) -> int | None:
    """A whole number in decimal digits, or None."""
    return int(text) if _INTEGER.fullmatch(text.strip()) else None


def integer(query: dict[str, list[str]], name: str, default: int, *, least: int, most: int) -> int:
    """A whole number within bounds."""
    text = last(query, name)
    if text is None or text == "":
        return default
    number = integer_from_text(text)
    if number is None or not least <= number <= most:
        raise Malformed(f"must be a whole number from {least} to {most}", name)
    return number


def one_of(query: dict[str, list[str]], name: str, words: tuple[str, ...]) -> str | None:
    """One of a few words, or None where the parameter is missing."""
    text = last(query, name)
    if text is None or text == "":
        return None
    if text not in words:
        raise Malformed(f"must be {' or '.join(words)}", name)
    return text
