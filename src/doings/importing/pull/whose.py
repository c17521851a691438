"""Whose account a pull brings in: at one address each credential may open another account."""

import xxhash

from doings.core.errors import Misconfigured
from doings.core.store.pulls import MARK_ROUND, PullItem
from doings.importing.pull.checkpoint import WHOSE, Checkpoint, run_from


async def begins_anew(checkpoint: Checkpoint, whose: str | None) -> bool:
    """Note whose account there is pulled; raises Misconfigured where it was another one so far.

    `whose` is what the service calls the account, None where it does not tell. Pulls of an older
    version have no such note, and take the first account that comes. Returns whether what was seen
    of another account is forgotten, as nothing is left here that came from it.
    """
    if whose is None:
        return False
    mark = PullItem(WHOSE, (xxhash.xxh3_64_intdigest(whose.encode()) >> 2) + 1, MARK_ROUND)
    before = (await checkpoint.known([WHOSE])).get(WHOSE)
    if before is not None and before.digest == mark.digest:
        return False
    if before is not None:
        await _check_nothing_came(checkpoint)
        await checkpoint.forget()
    number = checkpoint.pull.number
    await checkpoint.timeline.write(lambda writer: writer.put_pull_items(number, [mark]))
    return before is not None


async def _check_nothing_came(checkpoint: Checkpoint) -> None:
    pull, slug = checkpoint.pull, checkpoint.timeline.account.slug
    run = await run_from(checkpoint.timeline, pull.dialect, {pull.url})
    if run is not None:
        raise Misconfigured(
            f"these credentials are of another account of {pull.url} than the one that {slug} is"
            " pulled from; give those of that one, or pull into another account here, or take"
            f" back what came from there: `doings import undo {run.number}`"
        )
