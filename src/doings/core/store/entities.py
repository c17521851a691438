"""The part of the port that is about entities: the people and things of an account."""

from collections.abc import Callable, Collection, Sequence
from typing import Literal, Protocol

import msgspec

from doings.core.entity import Entity, EntityDraft, EntityKey


class EntityQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which entities, in which order.

    `type` is the only type, `types` any of these, `without` none of these; all types where none is
    named. Each word of `q` begins a word of the entity's name, id or attributes. With `any_word`
    one of them is enough, and it may stand anywhere in the name or in the attributes `among`; that
    is for a single type.
    `holding` is text that the attributes hold as they are stored, which is looked for in every
    entity. `after` is the seq after which the list goes on. `by` is the order: when entities were
    recorded, or last updated. `with_partial` includes contacts that are known only as a relation of
    another contact.
    """

    type: str | None = None
    types: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    q: str | None = None
    any_word: bool = False
    among: tuple[str, ...] = ()
    holding: str | None = None
    after: int | None = None
    is_descending: bool = False
    limit: int = 50
    skip: int = 0
    with_partial: bool = True
    by: Literal["recorded", "updated"] = "recorded"

    @property
    def named_types(self) -> tuple[str, ...]:
        """The types that the entities may have; all where none is named."""
        return self.types if self.type is None else (self.type,)


class Belonging(msgspec.Struct, frozen=True):
    """An entity that belongs to the contact with the seq `contact`; `size` is that of its attrs.

    The contact is the one who stands for it, where several are one person.
    """

    seq: int
    type: str
    contact: int
    updated_at: int
    size: int


class EntityReader(Protocol):
    """Reading entities. A deleted one is returned by `entity_or_none` alone, without its name."""

    async def entities_as_named(self, after: int, limit: int) -> list[Entity]:
        """The next entities with seqs greater than `after`, also those for whom another stands.

        Each is as it would be without merges, and so is the contact that it belongs to.
        """

    async def named_entities(self, keys: Collection[EntityKey]) -> dict[EntityKey, Entity]:
        """Those of the entities of these keys that exist, each as above."""

    def note_cleaning(self, characters: int) -> None:
        """Say how many characters of HTML are cleaned next.

        A read that would keep others waiting meanwhile is broken off here, and begun again where
        it does not.
        """

    async def entity(self, key: EntityKey) -> Entity:
        """One entity; raises NotFound."""

    async def entity_or_none(self, key: EntityKey) -> Entity | None:
        """The entity that stands for a key, also a deleted one; None where there is none."""

    async def entity_by_seq(self, entity_type: str, seq: int) -> Entity:
        """One entity; raises NotFound, also for an entity of another type."""

    async def entities(self, query: EntityQuery) -> list[Entity]:
        """At most `query.limit` entities, in the order that the query asks for.

        They are read whatever they hold; a list for a caller is read by `fitting_entities`.
        """

    async def entity_seqs(self, query: EntityQuery) -> list[int]:
        """The seqs of at most `query.limit` entities, in the order that the query asks for."""

    async def fitting_entities(self, seqs: Sequence[int]) -> tuple[list[Entity], int]:
        """The first of these entities, in the order of `seqs`, as many as a page may hold.

        The number says how many of the seqs are covered, at least one. Seqs of none are left out.
        """

    async def entities_by_key(self, keys: Sequence[EntityKey]) -> dict[EntityKey, Entity]:
        """Entities by their key; keys of no entity are left out."""

    async def deleted_keys(self, keys: Collection[EntityKey]) -> set[EntityKey]:
        """Those of the keys whose entity was deleted, unless an undo of an import did it."""

    async def entities_by_seq(self, entity_type: str, seqs: Sequence[int]) -> dict[int, Entity]:
        """Entities of that type by their seq; seqs of none are left out."""

    async def belongings(self, contacts: Sequence[int], types: Sequence[str]) -> list[Belonging]:
        """What belongs to the contacts with these seqs and has one of these types, by seq.

        Of each contact and type the first `budget.LIST_ITEMS`. Where their own type is among the
        types, these are those who are one person with them.
        """

    async def entity_names(self, entity_type: str) -> list[tuple[int, str, str | None]]:
        """(seq, id, name) of all entities of that type, oldest first.

        Raises TooMuch where there are more than anybody names by hand (`budget.NAMED`).
        """


class EntityWriter(EntityReader, Protocol):
    """Creating, changing and deleting entities."""

    async def put_entity(
        self,
        key: EntityKey,
        revise: Callable[[Entity | None], EntityDraft],
        *,
        is_whole: bool = False,
    ) -> tuple[Entity, bool]:
        """Create or replace an entity; returns it, and whether it was created.

        `revise` makes the draft from the present entity, or from None where there is none. With
        `is_whole` the draft takes nothing from the present one. Raises Invalid and what `revise`
        raises.
        """

    async def add_entity(self, entity_type: str, draft: EntityDraft, *, above: int = 0) -> Entity:
        """Create an entity whose id is `above` and its seq, or a UUID where that id is taken."""

    async def number_entities(
        self, entity_type: str, drafts: Sequence[EntityDraft], *, above: int = 0
    ) -> list[Entity]:
        """Create entities whose ids are the next numbers of their type, greater than `above`."""

    async def delete_entity(self, key: EntityKey) -> Entity:
        """Delete an entity, whose activities stay; returns it as it was. Raises NotFound."""
