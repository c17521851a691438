"""Documents that were shown lately, to be shown again while nothing they are made of was changed.

Rendering a page takes longer than finding it, and most pages are read again: a timeline that grows
shows the same activities, and one more. The database says when that is over: `heads.revision`
counts whatever was changed in an account that had been there before. So several processes agree,
and none has to be told.
"""

from collections.abc import Sequence
from operator import attrgetter

import msgspec

from doings.core.budget import PAGE_BYTES, fitting_count
from doings.core.rendering import rendered as render
from doings.core.store import Reader
from doings.core.store.rendering import Rendered, Rendering, Uncacheable

MAX_BYTES = 32 * 1024 * 1024
"""How many bytes of documents a process keeps."""

ENTRY_OVERHEAD = 200
"""What keeping a document takes in addition to its bytes, roughly."""

LARGEST_KEPT = 65_536
"""How many bytes a document may have that is kept."""

_SEQ = attrgetter("seq")

Documents = dict[int, msgspec.Raw]
"""Encoded documents by the seq of their activity."""


class _Account:
    """What is kept of an account as of one cache version, by what it was made with."""

    def __init__(self, cache_version: int) -> None:
        self.cache_version = cache_version
        self.documents: dict[object, Documents] = {}


class DocumentCache:
    """The documents that a process keeps. It is for one thread."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self._accounts: dict[int, _Account] = {}
        self._left = max_bytes

    async def rendered(
        self, reader: Reader, seqs: Sequence[int], rendering: Rendering, cache_version: int
    ) -> Rendered:
        """The documents of the first of the activities, in the order of `seqs`, as many as fit.

        `cache_version` is that of the state which the reader sees.
        """
        kept = self._kept(reader.account_id, cache_version, rendering)
        missing = [seq for seq in seqs if seq not in kept]
        found = kept
        if missing:
            activities, covered = await reader.fitting_activities(
                missing, with_attrs=rendering.reads_attrs
            )
            if covered < len(missing):
                seqs = seqs[: seqs.index(missing[covered])]
            encoded = await render(rendering, reader, activities)
            found = dict(zip(map(_SEQ, activities), map(msgspec.Raw, encoded), strict=True))
            self._keep(reader.account_id, cache_version, rendering, _lasting(found, encoded))
            found |= {seq: kept[seq] for seq in seqs if seq in kept}
        documents = [found[seq] for seq in seqs if seq in found]
        if sum(map(len, documents)) > PAGE_BYTES:
            seqs = seqs[: fitting_count([len(found.get(seq, b"")) for seq in seqs])]
            documents = [found[seq] for seq in seqs if seq in found]
        return Rendered(documents, len(seqs))

    def _kept(self, account_id: int, cache_version: int, rendering: Rendering) -> Documents:
        """What is kept as of a cache version; nothing for a reader of an older state."""
        account = self._accounts.get(account_id)
        if account is None or account.cache_version < cache_version:
            account = self._accounts[account_id] = _Account(cache_version)
        elif account.cache_version > cache_version:
            return {}
        return account.documents.get(rendering.about, {})

    def _keep(
        self, account_id: int, cache_version: int, rendering: Rendering, more: Documents
    ) -> None:
        """Keep more; with too many all are dropped, and those still read are soon back."""
        account = self._accounts.get(account_id)
        if not more or account is None or account.cache_version != cache_version:
            return
        kept = account.documents.get(rendering.about)
        if kept is None:
            kept = account.documents[rendering.about] = {}
            # It holds what the caller wrote, like the address of the server.
            self._left -= len(repr(rendering.about))
        self._left -= sum(map(len, more.values())) + ENTRY_OVERHEAD * len(more)
        if self._left < 0:
            self._accounts.clear()
            self._left = self.max_bytes
        else:
            kept.update(more)


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
