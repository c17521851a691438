"""Which statements change what is shown, so that nothing is shown from before.

A kept answer holds as long as its account has the same last seq and the same cache version. A kept
document holds as long as the cache version is the same. So a transaction has to move one of the two
with whatever it changes. What moves them is decided here, from the statement, and done where
statements are run: code that writes cannot forget it. A statement counts as one that is seen unless
its table is listed as one that is not.
"""

import re
from functools import lru_cache

_NEVER_KEPT = "what shows them is never kept: it changes without a change in the account"
_PAGES_ONLY = "only pages and commands show them, and neither are kept"
_SEARCH = "what is read from the full text is never kept"

UNSEEN = {
    "webhooks": _NEVER_KEPT,
    "deliveries": _NEVER_KEPT,
    "import_runs": _PAGES_ONLY,
    "import_ranges": _PAGES_ONLY,
    "import_changes": _PAGES_ONLY,
    "import_jobs": _PAGES_ONLY,
    "import_files": _PAGES_ONLY,
    "pulls": _PAGES_ONLY,
    "pull_items": _PAGES_ONLY,
    "search_activities": _SEARCH,
    "search_entities": _SEARCH,
    "idempotency_keys": "they answer requests that write, and those are never kept",
    "deadlines": "they say when to look at an activity, which says itself when it lapses",
    "relinks": "they say what is still to be done",
    "erasing": "they say what is still to be done",
    "log_nodes": "they are hashes of leaves, and are what these come to with or without them",
}
"""(table, why no kept answer shows its rows): writing to any other is a change that is seen."""

_WRITE = re.compile(r"\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(\w+)")

_SHOWN_IN_DOCUMENTS = frozenset({"activities", "entities"})


@lru_cache(maxsize=512)
def is_seen(statement: str) -> bool:
    """Whether an answer may show what the statement writes; a text that is unknown may be shown."""
    found = _WRITE.match(statement)
    return found is None or found[2] not in UNSEEN


@lru_cache(maxsize=512)
def is_replacing(statement: str) -> bool:
    """Whether it changes entries that were there before, and so documents that show them."""
    found = _WRITE.match(statement)
    return found is not None and found[1] != "INSERT INTO" and found[2] in _SHOWN_IN_DOCUMENTS
