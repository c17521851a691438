"""Many accounts in one database, each with 100 activities about one contact."""

from pathlib import Path

import msgspec

from bench.measures.pages import work_of
from bench.subjects.servers import opened
from bench.traffic.data import BUSY, drafts
from doings.auth.credentials import issue
from doings.core.activity import Draft, Link

EACH = 100
SAMPLE = 100
"""The accounts that are read from."""


async def fill(database: Path | str, count: int) -> list[tuple[int, str]]:
    """Make them; returns some of their ids, spread evenly, each with a secret that reads it."""
    some = set(range(0, count, max(1, count // SAMPLE)))
    readable = []
    async with opened(database) as store:
        for number in range(count):
            account = await store.create_account(f"a{number}", name="Account", time_zone="UTC")
            await store.write(account.id, work_of(_drafts(number)))
            if number in some:
                issued, credential = issue(
                    account.id, scopes=["read_activities"], now=store.clock.now()
                )
                await store.write(
                    account.id,
                    lambda writer, credential=credential: writer.add_credential(credential),  # type: ignore[misc]
                )
                readable.append((account.id, issued.secret))
    return readable


def _drafts(number: int) -> list[Draft]:
    contact = Link("contact", BUSY)
    return [
        msgspec.structs.replace(draft, links=(contact, draft.links[1]))
        for draft in drafts(number * EACH, EACH)
    ]
