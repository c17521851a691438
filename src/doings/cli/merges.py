"""`doings merge`: who stands for whom, letting people be one, and parting them again."""

from typing import Annotated

import typer

from doings.cli.options import AccountOption, DatabaseOption, with_store
from doings.cli.terminal import remark, show_table
from doings.core.clock import text_from_instant
from doings.core.entity import EntityKey
from doings.core.errors import Invalid
from doings.core.people.asking import candidates, not_dismissed
from doings.core.people.suggestions import Suggestion
from doings.core.store import Store
from doings.core.store.merges import Merge
from doings.core.timeline import Timeline

merges = typer.Typer(
    help="Let several records of one person be one, and part them again.", no_args_is_help=True
)

Person = Annotated[str, typer.Argument(metavar="TYPE:ID", help="Who stands for the others.")]
Others = Annotated[list[str], typer.Argument(metavar="TYPE:ID", help="Who is the same person.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")]


@merges.command("list", epilog="$ doings merge list --account co-up")
def list_(account: AccountOption, database: DatabaseOption = None, limit: Limit = 100) -> None:
    """List merges, newest first."""

    async def work(store: Store) -> list[Merge]:
        found = await store.account(account)
        return await store.read(
            found.id, lambda reader: reader.merges(before=None, after=None, limit=limit)
        )

    rows = [
        (
            one.id,
            text_from_instant(one.at),
            ":".join(one.keep),
            " ".join(map(":".join, one.merged)),
            "active" if one.reverted_at is None else "reverted",
            "itself" if one.is_by_itself else one.by or "",
            one.reason or "",
        )
        for one in with_store(database, work)
    ]
    show_table(("ID", "AT", "KEPT", "MERGED", "STATUS", "BY", "REASON"), rows)


@merges.command("add", epilog="$ doings merge add contact:8 contact:77 --account co-up")
def add(
    keep: Person,
    others: Others,
    account: AccountOption,
    reason: Annotated[str | None, typer.Option(help="Why.", show_default=False)] = None,
    database: DatabaseOption = None,
) -> None:
    """Let one person stand for others of the same type."""

    async def work(store: Store) -> Merge:
        found = await store.account(account)
        kept, merged = _key(keep), list(map(_key, others))
        return await store.write(found.id, lambda writer: writer.add_merge(kept, merged, reason))

    made = with_store(database, work)
    remark(f"{':'.join(made.keep)} stands for {', '.join(map(':'.join, made.merged))} from now on.")
    typer.echo(made.id)


@merges.command("revert", epilog="$ doings merge revert ID --account co-up")
def revert(
    merge: Annotated[str, typer.Argument(metavar="ID", help="The merge, from `merge list`.")],
    account: AccountOption,
    database: DatabaseOption = None,
) -> None:
    """Part people again, as if they had never been merged."""

    async def work(store: Store) -> Merge:
        found = await store.account(account)
        return await store.write(found.id, lambda writer: writer.revert_merge(merge))

    done = with_store(database, work)
    remark(f"{', '.join(map(':'.join, done.merged))} stand for themselves again.")


@merges.command("suggest", epilog="$ doings merge suggest --account co-up")
def suggest(account: AccountOption, database: DatabaseOption = None, limit: Limit = 20) -> None:
    """Suggest who may be one person, the likeliest first."""

    async def work(store: Store) -> list[Suggestion]:
        timeline = Timeline(store, await store.account(account), None)
        found = await candidates(timeline)
        return await timeline.read(lambda reader: not_dismissed(reader, found, limit))

    rows = [
        (f"{one.score:.2f}", *map(":".join, one.pair), "; ".join(one.reasons))
        for one in with_store(database, work)
    ]
    show_table(("SCORE", "ONE", "OTHER", "WHY"), rows)


def _key(text: str) -> EntityKey:
    entity_type, colon, entity_id = text.partition(":")
    if not colon:
        raise Invalid.of("TYPE:ID", "a person is named like contact:8")
    return entity_type, entity_id
