"""What the statements of changes say that are made now, from what is at hand while they are."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from doings.core.activity import Activity, Draft, named_links
from doings.core.clock import new_datetime, text_from_instant
from doings.core.documents.document import raw
from doings.core.entity import EntityDraft, EntityKey
from doings.core.store.activities import Recorded
from doings.proof.leaf import ActivityState, Statement, text_of
from doings.storage.sql.log_rows import Keys, entity_state
from doings.storage.sql.rows import Roles


def of_recorded(  # noqa: PLR0913 - a list for each part of what is recorded
    drafts: Sequence[Draft],
    made: Sequence[Recorded],
    linked: Iterable[tuple[str, Roles]],
    keys: Keys,
    *,
    now: int,
    by: str | None,
) -> list[bytes]:
    """The statements of activities that are recorded now.

    `linked` gives for each what it is linked to: the text of its row, and what that says.
    """
    at = text_from_instant(now)
    statements = []
    for draft, one, (text, roles) in zip(drafts, made, linked, strict=True):
        actor, links = keys.links_of_text(text, roles.items())
        state = ActivityState(
            one.id, one.seq, draft.kind, new_datetime(draft.occurred_at), draft.time_zone,
            draft.summary, draft.body, actor, links, raw(draft.data), raw(draft.metadata),
            draft.level, draft.channels, draft.origin, draft.external_id, at, at,
        )  # fmt: skip
        statement = Statement(one.seq, "created", at, by, draft.kind, "activity", one.id, state)
        statements.append(text_of(statement))
    return statements


def of_changed(
    op: str, activities: Sequence[Activity], first: int, *, at: int, by: str | None
) -> list[bytes]:
    """The statements of changes, with seqs from `first` on, of activities as they are now."""
    return [
        text_of(
            Statement(
                seq,
                op,
                text_from_instant(at),
                by,
                one.kind,
                "activity",
                one.id,
                None if op == "deleted" else _state_of(one, at),
            )
        )
        for seq, one in enumerate(activities, first)
    ]


def of_erased(
    gone: Sequence[tuple[int, str, str]], first: int, *, at: int, by: str | None
) -> list[bytes]:
    """The statements of erasures, with seqs from `first` on, of activities by seq, id and kind."""
    when = text_from_instant(at)
    return [
        text_of(Statement(first + place, "erased", when, by, kind, "activity", id_, None))
        for place, (_, id_, kind) in enumerate(gone)
    ]


def _state_of(activity: Activity, at: int) -> ActivityState:
    """The state of an activity that was changed at an instant."""
    linked = named_links(activity.links)
    keys = Keys((link.entity.seq, link.entity.key) for link in linked)
    actor, links = keys.links((link.entity.seq, link.roles) for link in linked)
    return ActivityState(
        activity.id, activity.seq, activity.kind, text_from_instant(activity.occurred_at),
        activity.time_zone, activity.summary, activity.body, actor, links,
        raw(activity.data), raw(activity.metadata), activity.level, activity.channels,
        activity.origin, activity.external_id,
        text_from_instant(activity.recorded_at), text_from_instant(at),
    )  # fmt: skip


def of_made_entities(
    entities: Sequence[tuple[int, EntityKey, EntityDraft, int | None]], *, now: int, by: str | None
) -> list[bytes]:
    """The statements of entities that are made now."""
    return [
        of_entity("created", seq, EntityChanged(seq, key, draft, now, now), by)
        for seq, key, draft, _ in entities
    ]


class EntityChanged(NamedTuple):
    """What happens to an entity at an instant; without a draft it is deleted."""

    seq: int
    key: EntityKey
    draft: EntityDraft | None
    created_at: int
    at: int


def of_entity(op: str, seq: int, changed: EntityChanged, by: str | None) -> bytes:
    """The statement of a change of an entity, which takes the seq."""
    entity_seq, key, draft, created_at, at = changed
    state = None
    if draft is not None:
        said = (draft.name, draft.attrs, draft.contact)
        state = entity_state(entity_seq, key, said, created_at=created_at, updated_at=at)
    return text_of(Statement(seq, op, text_from_instant(at), by, None, *key, state))
