"""The numbers that Monica's API shows and takes. Pure.

Usually they are our own: the seq of a contact or an activity, the number of a tag or a type. An
account that was moved here from a Monica may keep the numbers of that one, so that links which
people saved still lead to the same things. Then a number below OWN_NUMBERS is one of theirs, and it
is read from the name that what was brought from there has: contact `monica-8`, the external id
`note-8`. What was made here has OWN_NUMBERS and its seq.

All places that show a number or are asked for one go through here, or through `lookup`.
"""

import msgspec

from doings.core.account import OWN_NUMBERS, Account
from doings.core.activity import Activity
from doings.core.defaults import ADDRESS, CONTACT_FIELD
from doings.core.entity import CONTACT, Entity, EntityKey
from doings.dialects.monica.vocabulary import OBJECTS_OF_KINDS, ORIGIN

MAX_DIGITS = 18
"""How many digits an id has at most."""

ACTIVITY = "activity"
"""What documents call an entry of the list of activities."""

_MARK = f"{ORIGIN}-"
"""What stands before the numbers of a Monica in the ids of entities."""

_LISTS = (ACTIVITY, *dict.fromkeys(OBJECTS_OF_KINDS.values()))
"""The lists of activities, by what documents call their entries."""

_NUMBERED_BY_SEQ = frozenset({CONTACT, CONTACT_FIELD, ADDRESS})
"""Entities whose ids are seqs; others are numbered within their type."""


class Numbers(msgspec.Struct, frozen=True):
    """How an account numbers what it shows.

    With `is_one_sequence` the Monica whose numbers are kept is one like ours: what it shows in two
    lists, as a note and as an activity, has one number in both.
    """

    is_kept: bool = False
    is_one_sequence: bool = False

    @property
    def before_own(self) -> int:
        """What all ids are greater than that are given out here."""
        return OWN_NUMBERS if self.is_kept else 0

    def of_entity(self, entity: Entity) -> int:
        """The number of an entity."""
        return self.of_id(entity.type, entity.id, entity.seq)

    def of_id(self, entity_type: str, id_: str, seq: int) -> int:
        """The number of the entity with this id and seq.

        One whose id is no number, as another surface made it, is shown under its seq.
        """
        if not self.is_kept:
            own = None if entity_type == CONTACT else _spelled(id_)
            return seq if own is None else own
        kept = _kept(id_.removeprefix(_MARK)) if id_.startswith(_MARK) else None
        if kept is None and entity_type not in _NUMBERED_BY_SEQ:
            kept = _spelled(id_)
        return OWN_NUMBERS + seq if kept is None else kept

    def of_activity(self, activity: Activity, list_: str = ACTIVITY) -> int:
        """The number of an activity in the list whose entries documents call so."""
        if not self.is_kept:
            return activity.seq
        return self._kept_in(list_, activity) or OWN_NUMBERS + activity.seq

    def _kept_in(self, list_: str, activity: Activity) -> int | None:
        if activity.origin != ORIGIN or activity.external_id is None:
            return None
        named, _, digits = activity.external_id.rpartition("-")
        own = named or ACTIVITY
        is_listed = own in _LISTS if self.is_one_sequence else own == list_
        return _kept(digits) if is_listed else None

    def own_seq(self, number: int) -> int | None:
        """The seq of what is shown under this number; None for one that is kept."""
        if not self.is_kept:
            return number
        return number - OWN_NUMBERS if number > OWN_NUMBERS else None

    def keys(self, entity_type: str, number: int) -> list[EntityKey]:
        """The keys that an entity with this number may have besides being found by its seq."""
        keys = []
        if self.is_kept and 0 < number < OWN_NUMBERS:
            keys.append((entity_type, f"{_MARK}{number}"))
        if entity_type != CONTACT and not (self.is_kept and entity_type in _NUMBERED_BY_SEQ):
            keys.append((entity_type, str(number)))
        return keys

    def external_ids(self, list_: str, number: int) -> list[str]:
        """The external ids that an activity of a list with this number may have, best first."""
        if not self.is_kept or not 0 < number < OWN_NUMBERS:
            return []
        others = [one for one in _LISTS if one != list_] if self.is_one_sequence else []
        return [str(number) if one == ACTIVITY else f"{one}-{number}" for one in (list_, *others)]


OUR_NUMBERS = Numbers()


def numbers_of(account: Account) -> Numbers:
    """How an account numbers what it shows."""
    if account.settings == "{}" or account.keeps_ids_of != ORIGIN:
        return OUR_NUMBERS
    return Numbers(is_kept=True, is_one_sequence=account.keeps_one_sequence)


def _spelled(id_: str) -> int | None:
    return int(id_) if id_.isdecimal() and len(id_) <= MAX_DIGITS else None


def _kept(digits: str) -> int | None:
    """The number that digits spell, if it is one that can be kept."""
    if not (digits.isascii() and digits.isdecimal()) or digits.startswith("0"):
        return None
    return int(digits) if len(digits) < len(str(OWN_NUMBERS)) else None
