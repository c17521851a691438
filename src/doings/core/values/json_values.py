"""Reading JSON values that nobody has checked, like an entity's attributes.

Each function takes any value and returns it only if it has the right type.
"""

from typing import Any


def as_text(value: object) -> str | None:
    """The value if it is text, else None."""
    return value if isinstance(value, str) else None


def as_number(value: object) -> int | float | None:
    """The value if it is a number, else None; true and false are no numbers."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def as_integer(value: object) -> int | None:
    """The value if it is a whole number, else None; true and false are no numbers."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_object(value: object) -> dict[str, Any]:
    """The members of the value if it is an object, else none."""
    return value if isinstance(value, dict) else {}


def as_objects(value: object) -> list[dict[str, Any]]:
    """The objects in the value if it is a list, else none."""
    return (
        [element for element in value if isinstance(element, dict)]
        if isinstance(value, list)
        else []
    )
