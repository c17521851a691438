"""Rows to what the statements of leaves show."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from doings.core.activity import ACTOR, OWNER
from doings.core.clock import text_from_instant
from doings.core.entity import EntityKey
from doings.proof.leaf import ActivityState, EntityState, Links, text_of
from doings.storage.engine import Row
from doings.storage.sql.rows import LinkedSeqs, linked_from_text

NULL = msgspec.Raw(b"null")

NOBODY: EntityKey = ("", "")
"""Stands for an entity that is not there, which only damage makes of a row."""

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_link = msgspec.json.Decoder(dict[str, Any]).decode
_links = msgspec.json.Decoder(list[dict[str, Any]]).decode


class Keys:
    """The JSON of links to entities, by their seqs; made once for all that are linked to one."""

    def __init__(self, keys: Iterable[tuple[int, EntityKey]]) -> None:
        self._keys = dict(keys)
        self._by_text: dict[str, Links] = {}
        self._links: dict[tuple[int, str], msgspec.Raw] = {}
        self._actors: dict[int, msgspec.Raw] = {}

    def links_of_text(self, text: str, roles: Iterable[tuple[int, Sequence[str]]]) -> Links:
        """What `links` gives of these roles, made once for each text: many are linked alike."""
        found = self._by_text.get(text)
        if found is None:
            found = self._by_text[text] = self.links(roles)
        return found

    def links(self, roles: Iterable[tuple[int, Sequence[str]]]) -> Links:
        """The actor and the other links of an activity that is linked so.

        Owners are left out: they follow from the things that are linked, and change with these.
        """
        actor, others = None, []
        for seq, held in roles:
            for role in held:
                if role == ACTOR and actor is None:
                    actor = self._actors.get(seq) or self._actor(seq)
                elif role != OWNER:
                    others.append(self._links.get((seq, role)) or self._link(seq, role))
        return actor, others

    def _actor(self, seq: int) -> msgspec.Raw:
        text = self._actors[seq] = msgspec.Raw(self._text(seq) + "}")
        return text

    def _link(self, seq: int, role: str) -> msgspec.Raw:
        text = f'{self._text(seq)},"role":"{role}"}}'
        link = self._links[seq, role] = msgspec.Raw(text)
        return link

    def _text(self, seq: int) -> str:
        return _key_text(*self._keys.get(seq, NOBODY))


def _key_text(entity_type: str, entity_id: str) -> str:
    """The object that names an entity, without its end."""
    return f'{{"type":"{entity_type}","id":{text_of(entity_id).decode()}'


def readable_links(linked: str) -> LinkedSeqs:
    """What an activity is linked to; nothing where that cannot be read, as its check says."""
    try:
        return linked_from_text(linked)
    except ValueError:
        return ()


def state_from_row(row: Row, keys: Keys) -> ActivityState:
    """The columns are `statements.ACTIVITY`."""
    (seq, id_, kind, occurred_at, time_zone, summary, body, data, metadata, level, channels,
     origin, external_id, recorded_at, updated_at, linked) = row  # fmt: skip
    actor, links = keys.links_of_text(linked, readable_links(linked))
    return ActivityState(
        id_, seq, kind, text_from_instant(occurred_at), time_zone, summary, body, actor, links,
        msgspec.Raw(data), msgspec.Raw(metadata), level, msgspec.Raw(channels), origin,
        external_id, text_from_instant(recorded_at), text_from_instant(updated_at),
    )  # fmt: skip


def members_of_past(before: str) -> dict[str, msgspec.Raw]:
    """The members that a change replaced, as a statement shows them."""
    members = _members(before)
    if "actor" in members:
        actor = _link(members["actor"]) if bytes(members["actor"]) != b"null" else None
        members["actor"] = NULL if actor is None else msgspec.Raw(_named(actor) + "}")
    if "links" in members:
        held = [
            f'{_named(link)},"role":"{link["role"]}"}}'
            for link in _links(members["links"])
            if link["role"] != OWNER
        ]
        members["links"] = msgspec.Raw(f"[{','.join(held)}]")
    return members


def _named(link: Mapping[str, Any]) -> str:
    return _key_text(link["type"], link["id"])


def entity_state(
    seq: int,
    key: EntityKey,
    said: tuple[str | None, str, str | None],
    *,
    created_at: int,
    updated_at: int,
) -> EntityState:
    """What the statement of a change shows of an entity; `said` are name, attrs and contact."""
    name, attrs, contact = said
    return EntityState(
        *key,
        seq,
        name,
        msgspec.Raw(attrs),
        contact,
        text_from_instant(created_at),
        text_from_instant(updated_at),
    )
