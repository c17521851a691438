"""Finds what Monica's numbers name, in the paths and bodies of requests."""

from collections.abc import Iterable, Sequence

import msgspec

from doings.core.activity import Activity
from doings.core.entity import CONTACT, Entity
from doings.core.errors import NotFound
from doings.core.store import Reader
from doings.core.store.entities import EntityReader
from doings.dialects.monica.mapping.numbers import ACTIVITY, Numbers
from doings.dialects.monica.vocabulary import ORIGIN


async def shown_by_seq(
    reader: EntityReader, numbers: Numbers, entity_type: str, wanted: Sequence[int]
) -> dict[int, Entity]:
    """The entities of a type that are shown under these numbers as their own id is no number."""
    seqs = [seq for one in wanted if (seq := numbers.own_seq(one)) is not None]
    found = await reader.entities_by_seq(entity_type, seqs) if seqs else {}
    by_number = {numbers.of_entity(one): one for one in found.values()}
    return {one: by_number[one] for one in wanted if one in by_number}


class Lookup(msgspec.Struct, frozen=True):
    """Finds what an account shows under a number."""

    reader: Reader
    numbers: Numbers

    async def contact(self, number: int) -> Entity:
        """The contact who stands for the one with this number; raises NotFound."""
        seq = self.numbers.own_seq(number)
        if not self.numbers.is_kept:
            return await self.reader.entity_by_seq(CONTACT, number)
        if seq is None:
            keys = self.numbers.keys(CONTACT, number)
            found = await self.reader.entities_by_key(keys)
            for contact in found.values():
                return contact
        elif number in await self.contacts([number]):
            return await self.reader.entity_by_seq(CONTACT, seq)
        raise NotFound(CONTACT, number)

    async def named_contact(self, number: int) -> Entity:
        """The contact with this number itself, also while another one stands for it.

        What is recorded goes to whom the request names, so that it is theirs when they are parted.
        Raises NotFound.
        """
        found = await self.contacts([number])
        if number not in found:
            raise NotFound(CONTACT, number)
        return found[number]

    async def contacts(self, numbers: Iterable[int]) -> dict[int, Entity]:
        """The contacts themselves, by their numbers; numbers of none are left out."""
        wanted = list(numbers)
        if not self.numbers.is_kept:
            return await self.reader.entities_by_seq(CONTACT, wanted)
        seqs = [seq for one in wanted if (seq := self.numbers.own_seq(one)) is not None]
        keys = [key for one in wanted for key in self.numbers.keys(CONTACT, one)]
        found = list((await self.reader.named_entities(keys)).values()) if keys else []
        if seqs:
            found += (await self.reader.entities_by_seq(CONTACT, seqs)).values()
        # What has a kept number is not found under one of ours as well.
        by_number = {self.numbers.of_entity(one): one for one in found}
        return {one: by_number[one] for one in wanted if one in by_number}

    async def exists(self, entity_type: str, number: int | None) -> bool:
        """Whether there is an entity of this type with this number."""
        if entity_type == CONTACT:
            return bool(await self.contacts([number or 0]))
        return await self.entity(entity_type, number or 0) is not None

    async def entity(self, entity_type: str, number: int) -> Entity | None:
        """The entity of this type, other than a contact; it may be one shown under its seq."""
        return (await self.entities(entity_type, [number])).get(number)

    async def entities(self, entity_type: str, numbers: Sequence[int]) -> dict[int, Entity]:
        """Those of the entities with these numbers that there are, as above, in two statements."""
        keys = {key: one for one in numbers for key in self.numbers.keys(entity_type, one)}
        by_key = await self.reader.entities_by_key(list(keys)) if keys else {}
        found = {
            number: by_key[key]
            for key, number in reversed(keys.items())
            if key in by_key and self.numbers.of_entity(by_key[key]) == number
        }
        rest = [one for one in numbers if one not in found]
        return found | await shown_by_seq(self.reader, self.numbers, entity_type, rest)

    async def activity(self, number: int, list_: str = ACTIVITY) -> Activity:
        """The activity with this number in a list; raises NotFound."""
        if not self.numbers.is_kept:
            return await self.reader.activity(number)
        found = await self.activity_or_none(number, list_)
        if found is None:
            raise NotFound(list_, number)
        return found

    async def activity_or_none(self, number: int, list_: str = ACTIVITY) -> Activity | None:
        """The activity with this number in a list, or None."""
        found: Activity | None = None
        for external_id in self.numbers.external_ids(list_, number):
            found = await self.reader.activity_by_external_id(ORIGIN, external_id)
            if found is not None:
                return found
        seq = self.numbers.own_seq(number)
        if seq is None:
            return None
        found = next(iter(await self.reader.activities([seq])), None)
        is_it = found is not None and self.numbers.of_activity(found, list_) == number
        return found if is_it else None
