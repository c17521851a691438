"""The bodies of deliveries: made when they are sent first, and read again for later attempts.

One that was made for a batch is a list of one, so that it is sent as a list whenever it is sent,
whatever the webhook asks for by then.
"""

from collections.abc import Mapping, Sequence

from doings.core.store import Reader
from doings.core.store.webhooks import Made, Queued, Webhook
from doings.live.webhooks.desk import Desk
from doings.live.webhooks.events import Format, Occasion
from doings.live.webhooks.lanes import Item

ENTITY = "entity."
"""What the events of entities begin with."""

ENTITIES = 16
"""How many bodies about entities are made in one step: their attributes may be long."""


async def made_bodies(
    desk: Desk, account_id: int, webhook: Webhook, items: Sequence[Item]
) -> dict[int, Made]:
    """The bodies of what is sent for the first time, by seq; not all where they are large."""
    lacking = [part for item in items for part in item.parts if not part.has_body]
    if not lacking:
        return {}
    of_entities = [part for part in lacking if part.event.startswith(ENTITY)]
    parts = [part for part in lacking if not part.event.startswith(ENTITY)]
    message = {part.seq: item.message for item in items for part in item.parts}
    form = desk.formats[webhook.settings.format]

    async def render(reader: Reader) -> dict[int, Made]:
        entities = await _made_of_entities(reader, form, of_entities[:ENTITIES], message)
        if not parts:
            return entities
        changes = await reader.changes_by_seq([part.seq for part in parts])
        by_seq = {change.seq: change for change in changes}
        last_seq = max(by_seq, default=parts[-1].seq)
        # Asked again, as another format may have queued them.
        events = {seq: form.wants(webhook.settings, change) for seq, change in by_seq.items()}
        occasions = [Occasion(event, by_seq[seq]) for seq, event in events.items() if event]
        bodies = await form.render(reader, webhook, occasions)
        texts = dict(zip([one.change.seq for one in occasions], bodies, strict=True))
        made = {
            part.seq: Made(part.seq, message[part.seq], texts.get(part.seq))
            for part in parts
            if part.seq <= last_seq
        }
        return made | entities

    made = await desk.store.read(account_id, render)
    return made if webhook.settings.batch == 1 else {seq: _listed(one) for seq, one in made.items()}


def _listed(made: Made) -> Made:
    """As a part of a batch."""
    return made if made.body is None else Made(made.seq, made.message, f"[{made.body}]")


async def _made_of_entities(
    reader: Reader, form: Format, parts: Sequence[Queued], message: Mapping[int, str]
) -> dict[int, Made]:
    """The bodies about entities, as these are now."""
    render = form.render_entity
    event = {part.seq: part.event for part in parts}
    changes = await reader.entity_changes_by_seq(list(event)) if parts else []
    return {
        one.seq: Made(one.seq, message[one.seq], render(event[one.seq], one) if render else None)
        for one in changes
    }


async def bodies_of(
    desk: Desk, account_id: int, webhook: Webhook, item: Item, made: Mapping[int, str]
) -> list[str]:
    """The bodies of an item: those that were `made` just now, the others from an earlier attempt.

    Some are missing where an erasure has taken them away meanwhile. In a batch that is sent again
    it may have taken a part, which was made again.
    """
    kept = [part.seq for part in item.parts if part.seq not in made]
    found = dict(made)
    if kept:
        found |= await desk.store.read(account_id, lambda reader: reader.bodies(webhook.id, kept))
    return [found[part.seq] for part in item.parts if part.seq in found]


def requests_of(bodies: Sequence[str]) -> list[str]:
    """What is sent for the bodies of an item, one request after the other."""
    if len(bodies) == 1:
        return bodies[0].split("\n")
    # One that was made again is no list where the webhook takes no batches any more.
    parts = [one[1:-1] if one.startswith("[") else one for one in bodies]
    return [f"[{','.join(parts)}]"]
