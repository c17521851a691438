"""What becomes of an activity of Monica's that is seen in another list, or once more. Pure."""

import re
from collections.abc import Sequence

import msgspec

from doings.core.activity import Activity, Draft, Link, draft_of
from doings.core.clock import DAY
from doings.core.defaults import ACTIVITY_TYPE
from doings.core.entity import CONTACT
from doings.core.imports import ImportItem
from doings.core.presentation.title import title
from doings.core.pulling.merging import changed_draft, with_links
from doings.core.text import json_text, object_from_text
from doings.dialects.monica.mapping.resources.activities import ABOUT, without_values
from doings.dialects.monica.mapping.resources.conversations import CONVERSATIONS
from doings.dialects.monica.mapping.resources.saved import ENTRIES, resource_of
from doings.dialects.monica.vocabulary import ATTENDEE

EMOTIONS = "emotions"
"""The member of an activity's data that is not said where there are none."""


def twins(item: ImportItem) -> Sequence[str]:
    """The names that an activity may have in the other lists."""
    draft = item.draft
    if draft is None or draft.external_id is None or resource_of(draft) is not None:
        return ()
    return [f"{name}-{draft.external_id}" for name in ENTRIES]


def saved_twins(item: ImportItem) -> tuple[str, ...]:
    """The names that what an element of a saved list says may have in the other lists.

    Only a Doings shows something in two lists. It does so under one number, which is its own in all
    lists, and under a UUID of version 7; those of Monica are of version 4.
    """
    name = item.draft.external_id if item.draft else None
    if name is None or item.id is None or not _DOINGS_ID.fullmatch(item.id):
        return ()
    listed, _, number = name.rpartition("-")
    return (number,) if listed else tuple(twins(item))


_DOINGS_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def as_one(known: Draft, said: Draft) -> Draft:
    """What two lists say, of which the list of activities says less; the name stays."""
    if resource_of(said) is None:
        return _together(known, said)
    if resource_of(known) is not None:
        # It was joined before, and its day may be that of the list of activities.
        return known
    return msgspec.structs.replace(_together(said, known), external_id=known.external_id)


def joined(known: Activity, whole: Draft, said: Draft) -> Draft:
    """An entry with what only the list of activities says of it: who else was there, and more.

    A summary is shown there besides the text.
    """
    draft, kept = _together(whole, said), resource_of(whole)
    people = {link.key for link in whole.links if link.type == CONTACT}
    is_whole = people <= {link.key for link in said.links}
    if kept is None or kept.summary or not is_whole:
        # A title that names somebody who is deleted there cannot be told from a summary.
        return draft
    return _with_summary(known, draft, said)


def _together(known: Draft, said: Draft) -> Draft:
    """An entry with the people and the day of the list of activities.

    A note says when it was written down, and that list the day on which it happened. A conversation
    that has no messages may have a text there.
    """
    there = {link.key for link in known.links}
    others = [Link(*link.key, ABOUT) for link in said.links if link.key not in there]
    kept = resource_of(known)
    is_on_day = said.occurred_at <= known.occurred_at < said.occurred_at + DAY
    takes_day = kept is not None and kept.moment is None and not is_on_day
    has_text = kept is not CONVERSATIONS or object_from_text(known.data).get("messages")
    return msgspec.structs.replace(
        known,
        body=known.body if has_text else said.body,
        links=(*known.links, *others),
        occurred_at=said.occurred_at if takes_day else known.occurred_at,
    )


def _with_summary(known: Activity, draft: Draft, said: Draft) -> Draft:
    """An entry of one text with the summary that it has in the list of activities.

    Without one that list shows a title, which this computes again to tell the two apart. Where the
    entry has no text but a summary, its own list shows the summary as its text.
    """
    if said.body is None and draft.body is None and draft.kind not in CONVERSATIONS.kinds:
        # With a summary its own list would have shown that: what stands there is a title.
        return msgspec.structs.replace(draft, summary=None)
    body = None if said.body is None and said.summary == draft.body else draft.body
    untitled = msgspec.structs.replace(known, summary=None, body=body, data=draft.data)
    summary = None if said.summary == title(untitled) else said.summary
    return msgspec.structs.replace(draft, summary=summary, body=body)


def changed(known: Activity, said: Draft, _now: int) -> Draft:
    """The activity with the people, type and emotions of now; links to other things stay.

    An entry of another list names one person, who comes in the place of the first, or none.
    """
    draft = changed_draft(known, said)
    kept = resource_of(said)
    if kept is None:
        others = [link for link in draft.links if not _is_shown(link)]
        data = object_from_text(draft.data)
        if EMOTIONS not in object_from_text(said.data):
            data.pop(EMOTIONS, None)
        links = with_links(said.links, tuple(others))
        return msgspec.structs.replace(draft, data=json_text(data), links=links)
    old = draft_of(known)
    first = next((link.key for link in old.links if link.type == CONTACT), None)
    own = {first, *(link.key for link in said.links)} if said.links else set()
    others = [link for link in old.links if link.key not in own]
    summary, body = (draft.summary, draft.body) if kept.summary else _texts(old, said)
    return msgspec.structs.replace(
        draft,
        occurred_at=draft.occurred_at if kept.moment else old.occurred_at,
        summary=summary,
        body=body,
        data=without_values(kept, known.data, said.data),
        links=(*said.links, *others),
    )


def _is_shown(link: Link) -> bool:
    """Whether the list of activities shows a link, so that one it does not show is gone."""
    return link.type == ACTIVITY_TYPE or (link.type == CONTACT and link.role == ATTENDEE)


def _texts(old: Draft, said: Draft) -> tuple[str | None, str | None]:
    """The summary and the body of an entry whose own list shows one text."""
    if said.body == (old.body or old.summary):
        return old.summary, old.body
    return (None if said.body is None else old.summary), said.body
