"""JSON Schema of our types, including the types that msgspec does not know."""

from typing import Any

import msgspec

from doings.core.kinds.formats import DateText, DeadlineText, InstantText

_CUSTOM = (InstantText, DateText, DeadlineText)
"""Types of our own; the annotations that they are used with say all about them."""


def schema_of(kind: type) -> dict[str, Any]:
    """The schema of one type, complete in itself."""
    return msgspec.json.schema(kind, schema_hook=_of_custom_type)


def schemas_of(kinds: list[Any]) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    """The schemas of several types, and the components that they refer to."""
    return msgspec.json.schema_components(
        kinds, schema_hook=_of_custom_type, ref_template="#/components/schemas/{name}"
    )


def _of_custom_type(kind: type) -> dict[str, Any]:
    if kind not in _CUSTOM:
        msg = f"{kind.__name__} has no schema"
        raise TypeError(msg)
    return {}
