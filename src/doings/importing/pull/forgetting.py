"""Forgetting a pull, like one of an address that was mistyped; what came from it stays."""

from doings.core.errors import Misconfigured
from doings.core.pulling.service import AnyService
from doings.core.store import Reader, Writer
from doings.core.store.pulls import Pull
from doings.core.timeline import Timeline

FORGET = 2000
"""Items that are forgotten in one transaction."""


async def forget(timeline: Timeline, service: AnyService, dialect: str, url: str) -> Pull:
    """Forget how a pull stands and what it has seen; returns how it stood. Raises Misconfigured."""

    async def found(reader: Reader) -> Pull:
        for pull in await reader.pulls():
            if (pull.dialect, pull.url) == (dialect, url):
                await _check_empty(reader, service, pull)
                return pull
        raise Misconfigured(f"{dialect} is not pulled from {url} into {timeline.account.slug}")

    async def drop(writer: Writer) -> Pull:
        pull = await found(writer)
        # A program that pulls may have noted some more meanwhile.
        while await writer.forget_pull_items(pull.number, FORGET):
            continue
        await writer.drop_pull(pull.number)
        return pull

    pull = await timeline.read(found)
    while await timeline.write(lambda writer: writer.forget_pull_items(pull.number, FORGET)):
        continue
    return await timeline.write(drop)


async def _check_empty(reader: Reader, service: AnyService, pull: Pull) -> None:
    """Refuse to forget whose numbers an account has: nothing would keep another service out."""
    if not service.is_one_to_an_account:
        return
    for run in await reader.import_runs():
        is_there = run.state != "undone" or run.kept
        if (run.dialect, run.files) == (pull.dialect, (pull.url,)) and is_there:
            raise Misconfigured(
                f"what came from {pull.url} is there with its numbers, so it is not forgotten;"
                f" `doings import undo {run.number}` takes it back"
            )
