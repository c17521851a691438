"""The language of title templates, parsed: a template is a tuple of parts.

| written | means |
|---|---|
| `Sent email` | itself |
| `{amount}`, `{appointment.service.name}` | a member of `data` that is text or a number |
| `{contact}`, `{actor}` | the name of the first entity linked by that type or role, else its id |
| `{contact_name}`, `{contact_id}` | that name, that id, where `data` has no such member |
| `{summary}`, `{body}`, `{text}` | the activity's prose; `text` is the summary, else the body |
| `[invoice {number}](invoice:{invoice_id})` | a link to an entity; plain text if it has no id |
| `{@contact}` | short for `[{contact_name}](contact:{contact_id})` |
| `{? for {contact}}` | an optional part: left out if a placeholder in it is missing |

A title of which a placeholder outside every optional part is missing is the title of the kind.
"""

import re
from functools import lru_cache

import msgspec


class Slot(msgspec.Struct, frozen=True):
    """A placeholder: the names on the path to its value."""

    path: tuple[str, ...]


class Anchor(msgspec.Struct, frozen=True):
    """Parts that are a link to the entity of that type whose id is in the slot."""

    parts: "tuple[Part, ...]"
    type: str
    id: Slot


class Option(msgspec.Struct, frozen=True):
    """Parts that are all shown, or all left out."""

    parts: "tuple[Part, ...]"


Part = str | Slot | Anchor | Option

_TOKEN = re.compile(
    r"""  (?P<literal> [^{}\[\]]+ )
      | \{ (?P<slot> [a-z][a-z0-9_.]* ) \}
      | \{@ (?P<entity> [a-z][a-z0-9_]* ) \}
      | (?P<opening> \{\? | \[ )
      | (?P<option_end> \} )
      | (?P<anchor_end> \]\( (?P<type> [a-z][a-z0-9_]* ) : \{ (?P<id> [a-z][a-z0-9_.]* ) \}\) )
      | (?P<stray> . )""",
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=4096)
def parsed(template: str) -> tuple[Part, ...]:
    """The parts of a template; raises ValueError for one that is not well formed."""
    open_parts: list[tuple[str, list[Part]]] = [("", [])]
    for token in _TOKEN.finditer(template):
        if token["opening"]:
            open_parts.append((token["opening"], []))
        else:
            part = _closed(token, open_parts) or _simple(token)
            open_parts[-1][1].append(part)
    if len(open_parts) > 1:
        raise ValueError(f"{template!r} ends within {open_parts[-1][0]!r}")
    return tuple(open_parts[0][1])


def _closed(token: re.Match[str], open_parts: list[tuple[str, list[Part]]]) -> Part | None:
    expected = {"option_end": "{?", "anchor_end": "["}.get(token.lastgroup or "")
    if expected is None:
        return None
    opening, parts = open_parts.pop()
    if opening != expected:
        raise ValueError(f"{token[0]!r} closes nothing in {token.string!r}")
    if opening == "{?":
        return Option(tuple(parts))
    return Anchor(tuple(parts), token["type"], _slot(token["id"]))


def _simple(token: re.Match[str]) -> Part:
    if token["literal"]:
        return token["literal"]
    if token["slot"]:
        return _slot(token["slot"])
    if token["entity"]:
        entity = token["entity"]
        return Anchor((_slot(f"{entity}_name"),), entity, _slot(f"{entity}_id"))
    raise ValueError(f"{token[0]!r} means nothing in {token.string!r}")


def _slot(path: str) -> Slot:
    return Slot(tuple(path.split(".")))
