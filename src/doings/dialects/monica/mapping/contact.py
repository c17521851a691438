"""Contacts as Monica's documents. Pure: knows nothing of HTTP."""

from collections.abc import Sequence

import msgspec

from doings.core.activity import Activity
from doings.core.clock import second_from_instant
from doings.core.defaults import TAG
from doings.core.entity import Entity, EntityKey
from doings.dialects.monica.documents import (
    Career,
    ContactDocument,
    HowYouMet,
    Information,
    Relationships,
    Relatives,
    SpecialDates,
    Statistics,
)
from doings.dialects.monica.mapping.contact_attributes import ContactFacts, first_met_date
from doings.dialects.monica.mapping.contact_short import contact_short, keys_of_attendee
from doings.dialects.monica.mapping.render_context import RenderContext
from doings.dialects.monica.mapping.resources.activities import activity_document
from doings.dialects.monica.mapping.resources.entities import EntityResource, entity_document
from doings.dialects.monica.mapping.resources.fields import Document
from doings.dialects.monica.mapping.resources.happened import NOTES
from doings.dialects.monica.mapping.resources.members import contact_in, shown_time
from doings.dialects.monica.mapping.resources.people import ADDRESSES, CONTACT_FIELDS
from doings.dialects.monica.mapping.resources.settings import TAGS

NO_RELATIVES = Relatives(total=0, contacts=[])
NO_RELATIONSHIPS = Relationships(NO_RELATIVES, NO_RELATIVES, NO_RELATIVES, NO_RELATIVES)


class ContactParts(msgspec.Struct, frozen=True, kw_only=True):
    """What a contact's full document shows besides the contact itself.

    `activities` and the like are how many it has, `last_activity` is the date of the newest as an
    instant, `last_called` the instant that the newest call shows. `kept` are the addresses, and
    `with_fields` also how it is reached; then the newest notes are shown, too. `introducer` is
    through whom one met.
    """

    activities: int
    last_activity: str | None
    notes: int = 0
    calls: int = 0
    tasks: int = 0
    reminders: int = 0
    last_called: int | None = None
    kept: Sequence[Entity] = ()
    with_fields: bool = False
    newest_notes: Sequence[Activity] = ()
    introducer: Entity | None = None


def keys_of_contact(facts: ContactFacts) -> list[EntityKey]:
    """What a contact's full document refers to: its gender and its tags."""
    return [*keys_of_attendee(facts), *((TAG, str(tag)) for tag in facts.tags)]


def contact_document(
    contact: Entity, facts: ContactFacts, context: RenderContext, parts: ContactParts
) -> ContactDocument:
    """Render a contact in full; `facts` are its attributes, decoded."""
    gender = next((context.entities.get(key) for key in keys_of_attendee(facts)), None)
    short = context.contacts[contact.key] = contact_short(contact, facts, gender, context.api)
    return ContactDocument(
        id=short.id,
        uuid=short.uuid,
        object=short.object,
        hash_id=short.hash_id,
        first_name=short.first_name,
        last_name=short.last_name,
        nickname=short.nickname,
        complete_name=short.complete_name,
        initials=short.initials,
        description=facts.description,
        gender=short.gender,
        gender_type=short.gender_type,
        is_starred=short.is_starred,
        is_partial=short.is_partial,
        is_active=short.is_active,
        is_dead=short.is_dead,
        is_me=short.is_me,
        last_called=shown_time(parts.last_called),
        last_activity_together=parts.last_activity,
        stay_in_touch_frequency=None,
        stay_in_touch_trigger_date=None,
        information=Information(
            relationships=NO_RELATIONSHIPS,
            dates=SpecialDates(short.information.birthdate, short.information.deceased_date),
            career=Career(facts.job, facts.company),
            avatar=short.information.avatar,
            food_preferences=facts.food_preferences,
            how_you_met=HowYouMet(
                general_information=facts.first_met_general_information,
                first_met_date=first_met_date(facts),
                first_met_through_contact=(
                    contact_in(parts.introducer, context) if parts.introducer else None
                ),
            ),
        ),
        addresses=_documents(ADDRESSES, parts.kept, context),
        tags=[entity_document(TAGS, tag, context) for tag in _tags(facts, context)],
        statistics=Statistics(
            number_of_calls=parts.calls,
            number_of_notes=parts.notes,
            number_of_activities=parts.activities,
            number_of_reminders=parts.reminders,
            number_of_tasks=parts.tasks,
            number_of_gifts=0,
            number_of_debts=0,
        ),
        contactFields=(
            _documents(CONTACT_FIELDS, parts.kept, context) if parts.with_fields else msgspec.UNSET
        ),
        notes=(
            [activity_document(NOTES, one, context) for one in parts.newest_notes]
            if parts.with_fields
            else msgspec.UNSET
        ),
        url=short.url,
        account=short.account,
        created_at=second_from_instant(contact.created_at),
        updated_at=second_from_instant(contact.updated_at),
    )


def _documents(
    resource: EntityResource, kept: Sequence[Entity], context: RenderContext
) -> list[Document]:
    """The documents of those that are entries of the resource."""
    return [entity_document(resource, one, context) for one in kept if one.type == resource.type]


def _tags(facts: ContactFacts, context: RenderContext) -> list[Entity]:
    tags = (context.entities.get((TAG, str(number))) for number in dict.fromkeys(facts.tags))
    return [tag for tag in tags if tag is not None]
