"""Documents that were shown lately, to be shown again while nothing they are made of was changed.

Rendering a page takes longer than finding it, and most pages are read again: a timeline that grows
shows the same activities, and one more. The database says when that is over: `heads.revision`
counts whatever was changed in an account that had been there before. So several processes agree,
and none has to be told.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from itertools import islice
from operator import attrgetter

import msgspec

from doings.core.budget import PAGE_BYTES, fitting_count
from doings.core.documents.rendering import rendered as render
from doings.core.store import Reader
from doings.core.store.rendering import Rendered, Rendering, Uncacheable

MAX_BYTES = 32 * 1024 * 1024
"""How many bytes of documents a process keeps."""

ENTRY_OVERHEAD = 200
"""What keeping a document takes in addition to its bytes, roughly."""

KEY_OVERHEAD = 800
"""What each key takes in addition to its text, roughly: it has a table of its own."""

LARGEST_KEPT = 65_536
"""How many bytes a document may have that is kept."""

_SEQ = attrgetter("seq")

Documents = dict[int, msgspec.Raw]
"""Encoded documents by the seq of their activity."""

_Key = tuple[int, Hashable]
"""An account, and what its documents are made with."""


class _Kept:
    """What is kept under a key as of one cache version, the least recently shown first."""

    def __init__(self, cache_version: int) -> None:
        self.cache_version = cache_version
        self.documents: Documents = {}


class DocumentCache:
    """The documents that a process keeps, 0 bytes for none. It is for one thread."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._left = max_bytes
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        """The least recently shown first."""

    async def rendered(
        self, reader: Reader, seqs: Sequence[int], rendering: Rendering, cache_version: int
    ) -> Rendered:
        """The documents of the first of the activities, in the order of `seqs`, as many as fit.

        `cache_version` is that of the state which the reader sees.
        """
        key = (reader.account_id, rendering.about)
        found = self._found(key, seqs, cache_version)
        missing = [seq for seq in seqs if seq not in found] if found else seqs
        if missing:
            activities, covered = await reader.fitting_activities(
                missing, with_attrs=rendering.reads_attrs
            )
            if covered < len(missing):
                seqs = seqs[: seqs.index(missing[covered])]
            encoded = await render(rendering, reader, activities)
            made = dict(zip(map(_SEQ, activities), map(msgspec.Raw, encoded), strict=True))
            self._keep(key, _lasting(made, encoded), cache_version)
            found = found | made if found else made
        documents = [found[seq] for seq in seqs if seq in found]
        if sum(map(len, documents)) > PAGE_BYTES:
            seqs = seqs[: fitting_count([len(found.get(seq, b"")) for seq in seqs])]
            documents = [found[seq] for seq in seqs if seq in found]
        return Rendered(documents, len(seqs))

    def _found(self, key: _Key, seqs: Iterable[int], cache_version: int) -> Documents:
        """What is kept of these; nothing for a reader of an older state."""
        kept = self._kept.get(key)
        if kept is None:
            return {}
        if kept.cache_version != cache_version:
            if kept.cache_version < cache_version:
                self._drop(key)
            return {}
        self._kept.move_to_end(key)
        documents = kept.documents
        found = {seq: documents.pop(seq) for seq in seqs if seq in documents}
        documents.update(found)
        return found

    def _keep(self, key: _Key, more: Documents, cache_version: int) -> None:
        """Keep more; where that is too much, the least recently shown go."""
        if not more or not self._max_bytes:
            return
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = _Kept(cache_version)
            self._left -= _size_of_key(key)
        elif kept.cache_version != cache_version:
            # Another read has seen a newer state meanwhile.
            return
        if not kept.documents.keys().isdisjoint(more):
            # Another read has made the same meanwhile.
            more = {seq: text for seq, text in more.items() if seq not in kept.documents}
        kept.documents.update(more)
        self._left -= _size(more.values())
        while self._left < 0:
            self._evict()

    def _evict(self) -> None:
        """Of the documents under the key that was asked for least recently, let half go.

        Those are the ones shown least recently. One by one they would cost each page more.
        """
        key, kept = next(iter(self._kept.items()))
        least = list(islice(kept.documents, len(kept.documents) // 2 or 1))
        self._left += _size(map(kept.documents.pop, least))
        if not kept.documents:
            self._drop(key)

    def _drop(self, key: _Key) -> None:
        kept = self._kept.pop(key)
        self._left += _size(kept.documents.values()) + _size_of_key(key)


def _size(documents: Iterable[bytes | msgspec.Raw]) -> int:
    """How many bytes these take, roughly."""
    sizes = list(map(len, documents))
    return sum(sizes) + ENTRY_OVERHEAD * len(sizes)


def _size_of_key(key: _Key) -> int:
    """What a key takes: it holds what the caller wrote, like the address of the server."""
    return len(repr(key)) + KEY_OVERHEAD


async def rendered_now(reader: Reader, seqs: Sequence[int], rendering: Rendering) -> Rendered:
    """The documents of the first of the activities, as many as fit, of which none is kept."""
    activities, covered = await reader.fitting_activities(seqs, with_attrs=rendering.reads_attrs)
    encoded = await render(rendering, reader, activities)
    count = fitting_count(list(map(len, encoded)))
    if count < len(encoded):
        # Some documents are many times what is stored.
        covered = seqs.index(activities[count].seq)
    return Rendered(list(map(msgspec.Raw, encoded[:count])), covered)


def _lasting(found: Documents, encoded: Sequence[bytes]) -> Documents:
    """Those that may be shown again, unless they are so large that they would drive out others."""
    return {
        seq: document
        for (seq, document), text in zip(found.items(), encoded, strict=True)
        if len(text) <= LARGEST_KEPT and not isinstance(text, Uncacheable)
    }
