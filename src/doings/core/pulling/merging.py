"""What stands in the place of an activity that its service has changed."""

import msgspec

from doings.core.activity import Activity, Draft, Link, draft_of
from doings.core.text import json_text

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def changed_draft(known: Activity, said: Draft, links: tuple[Link, ...] | None = None) -> Draft:
    """The activity as the service shows it now; what is only known here stays.

    `links` instead of the known ones and those that the service says.
    """
    old = draft_of(known)
    return msgspec.structs.replace(
        old,
        kind=said.kind,
        occurred_at=said.occurred_at,
        time_zone=said.time_zone or old.time_zone,
        summary=said.summary,
        body=said.body,
        data=json_text(_members(old.data) | _members(said.data)),
        metadata=json_text(_members(old.metadata) | _members(said.metadata)),
        links=with_links(old.links, said.links) if links is None else links,
    )


def with_links(links: tuple[Link, ...], others: tuple[Link, ...]) -> tuple[Link, ...]:
    """The links, and behind them those of the others that are not among them."""
    there = {(link.key, link.role) for link in links}
    return (*links, *(link for link in others if (link.key, link.role) not in there))
