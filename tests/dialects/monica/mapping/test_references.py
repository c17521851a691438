"""What refers to an entity by its id is known to the undo of imports."""

from doings.core.defaults import HELD_BY, HELD_BY_KIND, INTRODUCER
from doings.core.entity import CONTACT
from doings.dialects.monica.mapping.contact_attributes import ContactFacts
from doings.dialects.monica.mapping.references import RESOURCES
from doings.dialects.monica.mapping.resources.conversations import CONVERSATIONS


def test_every_reference_of_an_entity_is_known() -> None:
    """Those of resources are in the table, and those of contacts are their attributes."""
    shown = {
        (field.refers_to, (kept.type, field.stored))
        for kept in RESOURCES.values()
        for field in kept.resource.fields
        if field.refers_to
    }

    of_contacts = {name for type_, name in HELD_BY.values() if type_ == CONTACT}
    assert shown == {one for one in HELD_BY.items() if one[1][0] != CONTACT}
    assert {*of_contacts, INTRODUCER} <= set(ContactFacts.__struct_fields__)


def test_every_reference_of_an_activity_is_known() -> None:
    """A conversation names the sort of contact field that it went over."""
    fields = CONVERSATIONS.resource.fields

    shown = {one.refers_to: ("conversation.logged", one.stored) for one in fields if one.refers_to}

    assert shown == HELD_BY_KIND
