"""Whom a form names: by ticking them, by `type:id`, or by a name, which several may have.

A name that several have, or nobody, is asked about: the form comes back with those to tick.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from doings.core.activity import Link
from doings.core.entity import CONTACT, ID_LENGTH, NAME_LENGTH, TYPE, Entity, EntityDraft, EntityKey
from doings.core.errors import Invalid
from doings.core.store import Reader, Writer
from doings.web.recording.form import Form, What
from doings.web.timeline.reading import named

NAMES = 20
"""How many people a form may name at a time."""

PERSONS = 200
"""How many may be ticked."""

NEW = "new"


class Option(NamedTuple):
    """Somebody to tick: `value` is `type:id`, or `new:` and a name."""

    value: str
    name: str
    hint: str
    is_chosen: bool


class People(msgspec.Struct, frozen=True):
    """Whom a form names: keys of those that are here, and names of those to be made.

    `options` are shown again where the form is; `rest` are the lines that mean nobody yet.
    """

    keys: list[EntityKey]
    new: list[str]
    options: list[Option]
    rest: list[str]
    problem: str | None


async def find_people(reader: Reader, form: Form) -> People:
    """Look up whom a form names."""
    lines = list(dict.fromkeys(filter(None, map(str.strip, form.people.split("\n")))))
    if len(lines) > NAMES or len(form.persons) > PERSONS:
        problem = f"At most {NAMES} names at a time."
        return People([], [], await _options(reader, form.persons), lines, problem)
    ticked = list(form.persons)
    asked: list[str] = []
    rest: list[str] = []
    problems: list[str] = []
    for line in lines:
        found = await _meant_by(reader, line)
        offered = [":".join(entity.key) for entity in found] or [f"{NEW}:{line}"]
        if len(found) == 1:
            ticked.append(offered[0])
        elif not set(ticked) & set(offered):
            asked += offered
            rest.append(line)
            problems.append(_question(line, is_known=bool(found)))
    options = await _options(reader, ticked)
    known = {option.value for option in options}
    gone = [value for value in ticked if value not in known]
    problems += [f"There is no {value} here." for value in gone]
    chosen = [value for value in dict.fromkeys(ticked) if value in known]
    others = [one._replace(is_chosen=False) for one in await _options(reader, asked)]
    return People(
        keys=[_key(value) for value in chosen if not _is_new(value)],
        new=[value.partition(":")[2] for value in chosen if _is_new(value)],
        options=options + [one for one in others if one.value not in known],
        rest=rest,
        problem=" ".join(problems) or None,
    )


def _question(line: str, *, is_known: bool) -> str:
    if not _is_new(f"{NEW}:{line}"):
        return f"At most {NAME_LENGTH} characters in a name, and no NUL."
    if is_known:
        return f"Several are called “{line}”: tick whom you mean."
    return f"Nobody here is called “{line}”: tick the name to add somebody, or write another."


async def _meant_by(reader: Reader, line: str) -> Sequence[Entity]:
    """Whom a line may mean; nobody has an id or a name of ours that is no text."""
    if len(line) > ID_LENGTH or "\0" in line:
        return []
    entity_type, colon, entity_id = line.partition(":")
    if colon and TYPE.fullmatch(entity_type) and 0 < len(entity_id) <= ID_LENGTH:
        by_key = await reader.entities_by_key([(entity_type, entity_id)])
        if by_key:
            return list(by_key.values())
    # A contact's memberships and records elsewhere have the same name, and are seldom meant.
    return await named(reader, line, entity_type=CONTACT) or await named(reader, line)


async def _options(reader: Reader, values: Sequence[str]) -> list[Option]:
    """Those values that mean somebody, to be ticked."""
    keys = [_key(value) for value in values if _is_key(value)]
    known = await reader.entities_by_key(keys) if keys else {}
    options = []
    for value in dict.fromkeys(values):
        if _is_new(value):
            options.append(Option(value, value.partition(":")[2], "somebody new", is_chosen=True))
        elif _is_key(value) and _key(value) in known:
            entity = known[_key(value)]
            options.append(Option(value, entity.name or entity.id, value, is_chosen=True))
    return options


def _is_new(value: str) -> bool:
    """Whether it stands for somebody to be made, whose name may be one."""
    kind, _, name = value.partition(":")
    if kind != NEW or not name.strip():
        return False
    try:
        EntityDraft(name=name)
    except Invalid:
        return False
    return True


def _is_key(value: str) -> bool:
    entity_type, _, entity_id = value.partition(":")
    is_id = 0 < len(entity_id) <= ID_LENGTH and "\0" not in entity_id
    return entity_type != NEW and bool(TYPE.fullmatch(entity_type)) and is_id


def _key(value: str) -> EntityKey:
    entity_type, _, entity_id = value.partition(":")
    return entity_type, entity_id


async def links_to(writer: Writer, people: People, what: What) -> tuple[Link, ...]:
    """Links to them, those made that are new; raises Invalid if somebody is gone meanwhile."""
    known = await writer.entities_by_key(people.keys) if people.keys else {}
    for key in people.keys:
        if key not in known:
            raise Invalid.of("people", f"There is no {':'.join(key)} here any more.")
    made = [await writer.add_entity(CONTACT, EntityDraft(name=name)) for name in people.new]
    keys = [*people.keys, *[entity.key for entity in made]]
    return tuple([Link(*key, what.role) for key in keys])
