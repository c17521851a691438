"""What `record.html` shows: the form, whom it names, what may be chosen, and what is wrong."""

from typing import NamedTuple

import msgspec

from doings.core.defaults import ACTIVITY_TYPE
from doings.core.store import Reader
from doings.core.store.entities import EntityQuery
from doings.dialects.monica.mapping.emotions import EMOTIONS
from doings.web.forms import Problems
from doings.web.recording.drafts import Given, Setting, read_form
from doings.web.recording.form import Form, What
from doings.web.recording.people import People, find_people

TYPES = 200
"""How many types of encounters are offered."""


class Choice(NamedTuple):
    """Something to choose."""

    value: str
    name: str
    is_chosen: bool


class Checked(msgspec.Struct, frozen=True):
    """A form with all that belongs to it; `given` is None where something is wrong with it."""

    form: Form
    what: What
    people: People
    types: list[Choice]
    given: Given | None
    problems: Problems


async def checked(reader: Reader, form: Form, what: What, setting: Setting) -> Checked:
    """Look up what a form names, and read it."""
    people = await find_people(reader, form)
    types = await _types(reader, form.type) if what.is_encounter else []
    values = [one.value for one in types]
    given, problems = read_form(form, what, people, values, setting)
    return Checked(form, what, people, types, given, problems)


async def _types(reader: Reader, chosen: str) -> list[Choice]:
    entities = await reader.entities(EntityQuery(type=ACTIVITY_TYPE, limit=TYPES))
    return [
        Choice(entity.id, entity.name or entity.id, entity.id == chosen)
        for entity in entities
        if entity.id.isdecimal()
    ]


def form_context(checked_form: Checked, problems: Problems) -> dict[str, object]:
    """What the template shows of a form; of one that was not sent yet, without problems."""
    form = checked_form.form
    return {
        "form": form,
        "what": checked_form.what,
        "options": checked_form.people.options,
        "rest": "\n".join(checked_form.people.rest),
        "types": checked_form.types,
        "feelings": feelings(form.feelings) if checked_form.what.is_encounter else [],
        "problems": problems,
    }


def feelings(chosen: tuple[str, ...]) -> list[Choice]:
    """All feelings by name; the number of each is its place in the table."""
    numbered = {str(number): name for number, name in enumerate(EMOTIONS, 1)}
    named: dict[str, str] = {}
    for number, name in numbered.items():
        # Two numbers have the same name; the one that is chosen is shown, else the first.
        if name not in named or number in chosen:
            named[name] = number
    return [Choice(named[name], name, named[name] in chosen) for name in sorted(named)]
