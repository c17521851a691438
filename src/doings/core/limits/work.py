"""How much work a transaction takes to record drafts, so that it can be parted or refused before.

One is what a line by itself takes, some 30 microseconds on SQLite. It is counted for the worst
case: what is linked is new, and no word of a text occurred before.
"""

from doings.core.activity import Draft
from doings.core.interactions.lifecycle import KINDS

LINKS = 8
"""Links that activities usually have; of more, each counts twice, as most of them are new."""

TEXT = 128
"""Characters whose words take as long to index as a line takes."""

LONG_TEXT = 1024
"""Characters beyond which a text counts twice: its words are more often new."""

SEVERAL_WRITES = 24
"""What more it takes to record an interaction on both sides, or to replace a line by the next."""


def work_of(draft: Draft) -> int:
    """The work of recording a draft."""
    links, characters = len(draft.links), len(draft.summary or "") + len(draft.body or "")
    work = 1 + links + characters // TEXT
    if links > LINKS:
        work += links - LINKS
    if characters > LONG_TEXT:
        work += (characters - LONG_TEXT) // TEXT
    return work + SEVERAL_WRITES if draft.kind in KINDS else work
