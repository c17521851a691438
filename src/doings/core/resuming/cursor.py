"""Cursors: opaque, signed tokens that say where a list with its filters goes on."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from doings.core.entity import Entity
from doings.core.errors import Malformed
from doings.core.query import Gap, Key, Query, Side

_SIGNATURE = 12

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a list in the order of the query, and the gaps at its two ends.

    The items are activities, a document of each, or entities. `before` is None at the start of the
    list and `after` at its end. `rest` are the seqs of what belongs to the page, too, and did not
    fit into its bytes: only a page that was asked for whole has any. One that `is_cut` looked at as
    many activities as it may; what it did not come to is behind the gap on that side.
    """

    items: list[T]
    before: Gap | None
    after: Gap | None
    rest: list[int] = []
    is_cut: bool = False


Ends = tuple[Key, Key]
"""The keys of the first and of the last item, in the order of the query."""


def page_of(
    query: Query,
    items: list[T],
    ends: Ends | None,
    *,
    has_more: bool,
    rest: Sequence[int] = (),
) -> Page[T]:
    """The page of these items, with the gaps at its ends.

    `has_more` says whether items follow on the side that the query runs to. On the other side there
    are items if the query did not start at the beginning of the list: after a gap or a skip.

    A gap has a side, older or newer, while a page has a start and an end. A descending list starts
    at the newest activity, so its `before` is the newer gap; an ascending list is the other way
    round. A query whose gap points back to the start of the list reads against its order: then
    `has_more` decides about `before`.
    """
    ahead = query.side
    behind: Side = "newer" if ahead == "older" else "older"
    gaps: dict[Side, Gap | None] = {
        ahead: _gap_at(query, ends, ahead) if has_more else None,
        behind: _gap_at(query, ends, behind) if query.gap is not None or query.skip else None,
    }
    newer, older = gaps["newer"], gaps["older"]
    before, after = (newer, older) if query.is_descending else (older, newer)
    return Page(items, before=before, after=after, rest=list(rest))


def _gap_at(query: Query, ends: Ends | None, side: Side) -> Gap | None:
    """The gap at one end of the items; without items, the place of the query's own gap.

    The gap newer than an item begins one seq after it, as a gap's older side has the smaller keys.
    """
    if ends is None:
        return query.gap and Gap(query.gap.occurred_at, query.gap.seq, side)
    is_last = (side == "older") == query.is_descending
    occurred_at, seq = ends[1] if is_last else ends[0]
    return Gap(occurred_at, seq if side == "older" else seq + 1, side)


def entity_page(entities: list[Entity], gap: Gap | None, *, has_more: bool) -> Page[Entity]:
    """A page of entities, oldest seq first, with gaps at (0, seq).

    `entities` were read from the gap on to its side; `has_more` says whether more follow there.
    """
    walk = Query(is_descending=False, gap=gap)
    items = list(entities)
    if walk.side == "older":
        items.reverse()
    ends = ((0, items[0].seq), (0, items[-1].seq)) if items else None
    return page_of(walk, items, ends, has_more=has_more)


def fingerprint(account_id: int, query: Query) -> bytes:
    """8 bytes that stand for the account, filters and order of a query; not for place and size."""
    return filters_digest(account_id, msgspec.structs.replace(query, gap=None, skip=0, limit=0))


def filters_digest(*filters: object) -> bytes:
    """8 bytes that differ where any of the filters does; filters are values that JSON can hold."""
    return hashlib.blake2b(msgspec.json.encode(filters), digest_size=8).digest()


class CursorSigner:
    """Writes and reads cursors with the installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def token(self, gap: Gap, filters: bytes) -> str:
        """The gap as text that `gap` reads back, given the same filters."""
        body = msgspec.msgpack.encode(gap)
        return urlsafe_b64encode(self._signature(body + filters) + body).rstrip(b"=").decode()

    def gap(self, token: str, filters: bytes, *, field: str = "cursor") -> Gap:
        """Read a token; raises Malformed for garbage and for one made for other filters."""
        try:
            signed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            signature, body = signed[:_SIGNATURE], signed[_SIGNATURE:]
            if hmac.compare_digest(signature, self._signature(body + filters)):
                return msgspec.msgpack.decode(body, type=Gap)
        except ValueError:
            pass
        reason = "not a cursor of this list; take it from an answer with the same filters"
        raise Malformed(reason, field)

    def _signature(self, body: bytes) -> bytes:
        return hashlib.blake2b(body, key=self._secret, digest_size=_SIGNATURE).digest()
