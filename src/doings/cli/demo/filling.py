"""The work of `doings demo`: fills the account, and says how to look at it."""

from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import typer

from doings.auth.credentials import IssuedCredential
from doings.auth.sessions import issue_link
from doings.cli.access.surfaces import first_calls
from doings.cli.access.web import link_address
from doings.cli.demo import elsewhere, people
from doings.cli.demo.afterwards import Told, go_on
from doings.cli.demo.credential import kept_or_issued
from doings.cli.demo.story import story
from doings.cli.terminal import progress, remark
from doings.config import Settings, base_url
from doings.core.account import Account
from doings.core.clock import SystemClock, local_date
from doings.core.errors import Conflict
from doings.core.kinds.own import SETTING, own_kinds, stored_kind
from doings.core.store import Store, Writer
from doings.importing.importer import Step

DRAFTS_PER_WRITE = 250


class Filled(msgspec.Struct, frozen=True):
    """The demo's credential, how many activities were added, and how many there are in all.

    `link` is the token of a link that signs a browser in.
    """

    credential: IssuedCredential
    link: str
    added: int
    total: int


async def fill(store: Store, folder: Path) -> Filled:
    """Add to the account what is not there yet; raises Conflict where it is somebody else's."""
    account = await _account(store)
    await store.write(account.id, _add_entities)
    await store.write(account.id, _add_kinds)
    told = story(local_date(SystemClock().now(), people.ZONE))
    with progress("Telling the story") as step:
        added = await _record(store, account, told, step)
    credential = await store.write(account.id, lambda writer: kept_or_issued(writer, folder))
    total = await store.read(account.id, lambda reader: reader.total(None, None))
    link = await issue_link(store, account.slug, now=SystemClock().now())
    return Filled(credential, link, added, total)


async def _account(store: Store) -> Account:
    """The demo's account; raises Conflict where somebody else has one of its name."""
    by_slug = {account.slug: account for account in await store.accounts()}
    account = by_slug.get(people.SLUG)
    if account is None:
        return await store.create_account(people.SLUG, name=people.NAME, time_zone=people.ZONE)
    if account.name != people.NAME:
        raise Conflict(f"the account {people.SLUG} is {account.name!r}, not the demo: left alone")
    return account


async def _add_entities(writer: Writer) -> None:
    """Add the entities that are missing; those that are there stay as they are."""
    entities = people.entities()
    known = await writer.entities_by_key([key for key, _ in entities])
    missing = [(key, draft) for key, draft in entities if key not in known]
    for key, draft in missing:
        await writer.put_entity(key, lambda _, draft=draft: draft)  # type: ignore[misc]
    new = {key for key, _ in missing}
    doubles = [key for key, _ in people.doubles() if key in new]
    if doubles:
        await writer.add_merge(people.HER.link.key, doubles, "the same e-mail address everywhere")


async def _add_kinds(writer: Writer) -> None:
    """Add the account's own kinds that are missing."""
    kinds = {kind.kind: stored_kind(kind) for kind in elsewhere.KINDS}

    def with_kinds(settings: dict[str, Any]) -> dict[str, Any]:
        return settings | {SETTING: kinds | settings.get(SETTING, {})}

    known = own_kinds((await writer.account()).settings)
    if not kinds.keys() <= known.keys():
        await writer.change_settings(with_kinds)


async def _record(store: Store, account: Account, told: list[Told], step: Step) -> int:
    """Record what is not there yet, and what became of it; returns how many are new."""
    added = 0
    for start in range(0, len(told), DRAFTS_PER_WRITE):
        added += await store.write(
            account.id, partial(_told, told[start : start + DRAFTS_PER_WRITE])
        )
        step(min(start + DRAFTS_PER_WRITE, len(told)), len(told))
    return added


async def _told(told: list[Told], writer: Writer) -> int:
    recorded = await writer.record([one.draft for one in told])
    await go_on(writer, [one for one in told if one.later])
    return sum(not result.is_repeated for result in recorded)


def show(settings: Settings, filled: Filled) -> None:
    """Say what is there, and how to read it through each surface."""
    remark(f"Account demo ({people.NAME}): {filled.total} activities, {filled.added} of them new.")
    remark("While `doings serve` runs, open this; it signs you in, once within ten minutes:")
    remark("")
    remark(link_address(base_url(settings), filled.link))
    remark("")
    for surface, call in first_calls(people.SLUG, filled.credential, base_url(settings)):
        typer.echo(f"# {surface}\n{call}")
