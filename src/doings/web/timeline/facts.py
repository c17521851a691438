"""What an activity says beyond its title: facts as names and values, and what a change replaced."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from doings.core.activity import Activity
from doings.core.clock import text_from_instant
from doings.core.presentation.graphemes import cut_before
from doings.core.store.changes import Change
from doings.core.values.instants import instant_from_text
from doings.web.timeline.times import ago_text, exact_text

FACTS = 40
"""How many facts of an activity a timeline shows."""

VALUE_LENGTH = 300
"""How many characters of a value."""

REPLACED_BYTES = 16_384
"""Bytes that a change may keep of the past and still be shown in a timeline."""

decode_any = msgspec.json.Decoder(Any, float_hook=str).decode
_decode = msgspec.json.Decoder(dict[str, Any], float_hook=str).decode
"""Decimal numbers are the text that they were recorded as."""


class Fact(NamedTuple):
    """A name in words, and a value as text."""

    name: str
    value: str


class Revision(msgspec.Struct, frozen=True):
    """When an activity was changed last, and what was there before; None where that is too long."""

    ago: str
    exact: str
    iso: str
    replaced: list[Fact] | None


def facts_of(activity: Activity, time_zone: str, most: int | None = FACTS) -> list[Fact]:
    """What was recorded of an activity, its data first, and how it came here.

    Of what was recorded at most so many, and how many there are besides.
    """
    recorded = [
        *_members(_decode(activity.data), ()),
        *_members(_decode(activity.metadata), ("metadata",)),
    ]
    about = [
        ("kind", activity.kind),
        ("origin", activity.origin),
        ("id there", activity.external_id),
        ("channels", ", ".join(activity.channels)),
        ("time zone", activity.time_zone),
        ("recorded", exact_text(activity.recorded_at, time_zone)),
        ("id", activity.id),
    ]
    shown = recorded[:most]
    if len(recorded) > len(shown):
        shown.append(Fact("…", f"{len(recorded) - len(shown)} more"))
    return shown + [Fact(name, cut(value)) for name, value in about if value]


def facts_of_object(text: str) -> list[Fact]:
    """The values of a stored JSON object, in words."""
    return list(_members(_decode(text), ()))


def revision_of(activity: Activity, change: Change, time_zone: str, now: int) -> Revision:
    """What the newest change of an activity replaced."""
    return Revision(
        ago=ago_text(change.at, now),
        exact=exact_text(change.at, time_zone),
        iso=text_from_instant(change.at),
        replaced=None if change.before is None else _replaced(activity, change.before, time_zone),
    )


def _replaced(activity: Activity, before: str, time_zone: str) -> list[Fact]:
    """The members as they were; of `data` and `metadata` those that are different now."""
    members = msgspec.json.decode(before, type=dict[str, msgspec.Raw])
    facts: list[Fact] = []
    for name, raw in members.items():
        old = decode_any(raw)
        if name in {"data", "metadata"} and isinstance(old, dict):
            facts += _different(old, _decode(getattr(activity, name)))
        else:
            facts += facts_of_member(name, old, time_zone)
    return facts[:FACTS]


def facts_of_member(name: str, value: object, time_zone: str) -> list[Fact]:
    """A member of an activity's document in words; of JSON, the values that it holds."""
    if name in {"data", "metadata"} and isinstance(value, dict):
        return list(_members(value, ()))
    if name == "occurred_at" and isinstance(value, str):
        return [Fact("time", exact_text(instant_from_text(value), time_zone))]
    if name == "links" and isinstance(value, list):
        return [Fact("links", cut(", ".join(map(_linked, value))) or "none")]
    if name == "actor":
        return [Fact("actor", _linked(value) if isinstance(value, dict) else "none")]
    return [Fact(_words(name), _shown(value) or "nothing")]


def _different(old: dict[str, Any], new: dict[str, Any]) -> list[Fact]:
    now = dict(_members(new, ()))
    then = dict(_members(old, ()))
    changed = [Fact(name, value) for name, value in then.items() if now.get(name) != value]
    added = [Fact(name, "nothing") for name in now if name not in then]
    return changed + added


def _linked(link: dict[str, Any]) -> str:
    return str(link.get("name") or f"{link.get('type')} {link.get('id')}")


def _members(value: Any, path: tuple[str, ...]) -> Iterator[Fact]:  # noqa: ANN401 - JSON
    """The values within objects, under the names that lead to them; a list is one value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _members(inner, (*path, str(name)))
    else:
        text = _shown(value)
        if text:
            yield Fact(" · ".join([_words(name) for name in path]), text)


def _shown(value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        if all(not isinstance(element, list | dict) for element in value):
            return cut(", ".join([_shown(element) for element in value[:FACTS]]))
        return cut(msgspec.json.encode(value).decode())
    if isinstance(value, dict):
        return cut(msgspec.json.encode(value).decode())
    return cut(str(value))


def _words(name: str) -> str:
    return cut(name.replace("_", " "), 60)


def cut(text: str, most: int = VALUE_LENGTH) -> str:
    """At most so many characters, none of them in two."""
    return text if len(text) <= most else text[: cut_before(text, most - 1)].rstrip() + "…"
