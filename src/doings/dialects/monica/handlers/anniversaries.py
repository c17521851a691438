"""The yearly reminders of a contact's dates, which programs ask for when they send the dates.

A reminder holds the name of its date, so that it moves with the date and goes with it.
"""

from collections.abc import Mapping

import msgspec

from doings.core.defaults import REMINDER
from doings.core.entity import Entity, EntityDraft
from doings.core.store import Reader, Writer
from doings.core.text import json_text, object_from_text
from doings.dialects.monica.handlers.entity_resources import check_room
from doings.dialects.monica.mapping.contact_attributes import ContactFacts, facts_of
from doings.dialects.monica.mapping.contact_input import DateName
from doings.dialects.monica.mapping.resources.entities import draft_of_values
from doings.dialects.monica.mapping.resources.to_do import REMINDERS

ANNIVERSARY_OF = "anniversary_of"
"""The attribute of a reminder that names the date of its contact."""

TITLES: dict[DateName, str] = {
    "birthdate": "Birthday of {}",
    "deceased_date": "Day on which {} died",
    "first_met_date": "Day on which you met {}",
}

Asked = Mapping[DateName, bool]
"""The dates that were sent, and whether each is to be reminded of."""


async def keep_reminders(
    writer: Writer, contact: Entity, asked: Asked, old: Entity | None, *, above: int
) -> None:
    """Make, move or delete the reminders of the dates that were sent.

    `contact` is as it will be, `old` as it was. A date of which only the age is known has none. New
    reminders have numbers greater than `above`.
    Raises TooMuch where the contact has no room for one more.
    """
    had_any = old is not None and any(_is_known(facts_of(old), name) for name in asked)
    if not had_any and not any(asked.values()):
        return
    facts = facts_of(contact)
    found = await _anniversaries(writer, contact) if old is not None else {}
    for name, is_asked in asked.items():
        reminder = found.get(name)
        if is_asked and _is_known(facts, name):
            draft = _draft(contact, facts, name, reminder)
            await _put(writer, contact, draft, reminder, above=above)
        elif reminder is not None:
            await writer.delete_entity(reminder.key)


def _is_known(facts: ContactFacts, name: DateName) -> bool:
    """Whether the contact has this date, and not merely an age."""
    return getattr(facts, name) is not None and not getattr(facts, f"{name}_is_age_based")


async def _anniversaries(reader: Reader, contact: Entity) -> dict[str, Entity]:
    """The reminders of the contact's dates, by the names of the dates."""
    kept = await reader.belongings([contact.seq], [REMINDER])
    reminders = await reader.entities_by_seq(REMINDER, [one.seq for one in kept])
    named = [(object_from_text(one.attrs).get(ANNIVERSARY_OF), one) for one in reminders.values()]
    return {name: one for name, one in named if isinstance(name, str)}


def _draft(contact: Entity, facts: ContactFacts, name: DateName, old: Entity | None) -> EntityDraft:
    values = {
        "title": TITLES[name].format(facts.first_name or contact.name),
        "description": None,
        "initial_date": getattr(facts, name),
        "frequency_type": "year",
        "frequency_number": 1,
        "delible": False,
    }
    # Of contacts that were merged each keeps its own.
    of = contact.id if old is None else old.contact
    draft = draft_of_values(REMINDERS, values, old, of)
    attrs = object_from_text(draft.attrs) | {ANNIVERSARY_OF: name}
    return msgspec.structs.replace(draft, attrs=json_text(attrs))


async def _put(
    writer: Writer, contact: Entity, draft: EntityDraft, old: Entity | None, *, above: int
) -> None:
    if old is not None:
        await writer.put_entity(old.key, lambda _: draft)
        return
    await check_room(REMINDERS, writer, contact)
    await writer.number_entities(REMINDER, [draft], above=above)
