"""The part of the port that is about activities: one, several, a page, and recording them."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

import msgspec

from doings.core.activity import Activity, Draft
from doings.core.entity import EntityKey
from doings.core.query import DiaryOrder, Key, KindsOrder, Query, RecordedOrder
from doings.core.resuming.cursor import Page
from doings.core.store.rendering import Rendered, Rendering

ActivityRef = int | str
"""An activity's seq, or its id."""


class Recorded(msgspec.Struct, frozen=True):
    """What became of a draft: the seq and id of the activity that now stands for it.

    `is_repeated` says that this activity was there before, under the same (origin, external_id),
    `is_replaced` that it was, and was replaced by the draft.
    """

    seq: int
    id: str
    is_repeated: bool
    is_replaced: bool = False


Replacement = tuple[Activity, Draft]
"""An activity as it is, and what is to stand in its place."""


class ActivityReader(Protocol):
    """Reading activities and their documents."""

    async def activity(self, ref: ActivityRef, *, with_attrs: bool = True) -> Activity:
        """One activity; raises NotFound.

        Without `with_attrs` the entities that it is linked to have no attributes.
        """

    async def activity_by_external_id(self, origin: str, external_id: str) -> Activity | None:
        """The activity that was recorded under this origin and external id, or None."""

    async def recorded_external_ids(self, origin: str, external_ids: Sequence[str]) -> set[str]:
        """Those of the external ids of an origin under which an activity was recorded."""

    async def activities(self, seqs: Sequence[int]) -> list[Activity]:
        """The activities of these seqs, in the order of `seqs`; seqs of none are left out."""

    async def fitting_activities(
        self, seqs: Sequence[int], *, with_attrs: bool = True
    ) -> tuple[list[Activity], int]:
        """The first of these activities, in the order of `seqs`, as many as a page may hold.

        The number says how many of the seqs are covered, at least one. Seqs of none are left out.
        """

    async def rendered(self, seqs: Sequence[int], rendering: Rendering) -> Rendered:
        """The documents of these activities, in the order of `seqs`, as many as a page may hold."""

    async def page(
        self, query: Query, *, with_attrs: bool = True, looks: int | None = None
    ) -> Page[Activity]:
        """At most `query.limit` activities of the timeline, and where to go on at both ends.

        `looks` is how many are looked at where no index finds what is asked for; after that many
        the page `is_cut`. Words and ids elsewhere are found without looking.

        There are fewer where they hold more bytes than a page may. Without `with_attrs` the
        entities that they are linked to have no attributes.
        """

    async def origins(self, query: Query) -> dict[int, str]:
        """Where the first activities that the query finds came from, at most `limit`, by seq."""

    async def rendered_page(
        self, query: Query, rendering: Rendering, *, is_whole: bool = False
    ) -> Page[msgspec.Raw]:
        """The documents of the activities that `page` returns for the query.

        A page that `is_whole` goes on behind the limit whatever it holds. What did not fit is its
        `rest`, which `rendered` gives.
        """

    async def diary(self, query: Query, order: DiaryOrder) -> list[int]:
        """The seqs of `limit` activities of one entity after `skip` others, by the calendar."""

    async def with_contacts(self, order: RecordedOrder, *, skip: int, limit: int) -> list[int]:
        """The seqs of `limit` activities that concern at least one contact, after `skip` others."""

    async def keys_of_kinds(
        self,
        kinds: Sequence[str],
        order: KindsOrder,
        entity: EntityKey | None = None,
        *,
        is_alone_allowed: bool = False,
    ) -> list[Key]:
        """The keys of all activities of these kinds, of an entity's timeline or of the whole.

        It takes longer the more there are. What concerns no contact is left out, unless
        `is_alone_allowed`.
        """


class ActivityWriter(ActivityReader, Protocol):
    """Recording, changing and deleting activities."""

    async def activities_by_external_ids(
        self, origin: str, external_ids: Collection[str]
    ) -> dict[str, Activity]:
        """Those that were recorded under an origin and some of these external ids, by these."""

    async def record(self, drafts: Sequence[Draft]) -> list[Recorded]:
        """Record in this order; a repeated (origin, external_id) leaves the first as it is.

        Returns one `Recorded` for each draft, in their order.
        """

    async def revise(self, ref: ActivityRef, revise: Callable[[Activity], Draft]) -> Activity:
        """Replace an activity by what `revise` makes of it; returns the new one.

        Raises NotFound and what `revise` raises.
        """

    async def replace(self, replacements: Sequence[Replacement]) -> list[Activity]:
        """Replace activities, each named once, by drafts; returns the new ones in their order.

        Their ids, origins and instants of recording stay. Of one that its draft would not change,
        the activity that was given is returned itself.
        """

    async def erase(
        self, ref: ActivityRef, check: Callable[[Activity], None] | None = None
    ) -> Activity:
        """Delete an activity; returns it as it was.

        `check` may raise to prevent that. Raises NotFound and what `check` raises.
        """
