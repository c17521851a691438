"""The limits and the default of a schema in words, for people."""

import json
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def limits_of(schema: Schema) -> list[str]:
    """What a value must keep to, like `1 to 200` or `at most 255 characters`; code in backticks."""
    return list(dict.fromkeys(_limits(schema)))


def default_of(schema: Schema) -> str | None:
    """What holds where nothing is given, as JSON, or None where there is no default."""
    return json.dumps(schema["default"], ensure_ascii=False) if "default" in schema else None


def _limits(schema: Schema) -> Iterator[str]:
    yield from _range(schema, "minimum", "maximum", "")
    yield from _range(schema, "minLength", "maxLength", " characters")
    yield from _range(schema, "minItems", "maxItems", " items")
    if "pattern" in schema:
        yield f"`{schema['pattern']}`"
    if "items" in schema:
        yield from (f"each {limit}" for limit in _limits(schema["items"]))
    for choice in schema.get("anyOf", ()):
        yield from _limits(choice)


def _range(schema: Schema, least: str, most: str, unit: str) -> Iterator[str]:
    low, high = schema.get(least), schema.get(most)
    if low is not None and high is not None:
        yield f"{low:,} to {high:,}{unit}"
    elif high is not None:
        yield f"at most {high:,}{unit}"
    elif low is not None:
        yield f"at least {low:,}{unit}"
