"""A server with a short account, a long one, and one whose activities are all alike."""

from typing import Any, NamedTuple

import httpx

from doings.core.clock import HOUR, SystemClock
from doings.storage.opening import open_url
from tests.builders import note
from tests.clocks import NOON
from tests.web.browser.browsing import Account, new_account

LONG = 10_000
"""How many activities the long list has."""

WORDS = "lunch with the team, and then a walk along the river until it was late"


class Site(NamedTuple):
    """A server and its accounts."""

    url: str
    short: Account
    long: Account
    same: Account

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Ask the API of the short account."""
        headers = {"Authorization": f"Bearer {self.short.secret}"}
        answer = httpx.request(method, f"{self.url}/v1{path}", headers=headers, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None


async def fill(url: str) -> tuple[Account, Account, Account]:
    """Fill a new database; returns the accounts in the order of a site."""
    database = await open_url(url, SystemClock(), prepared=True)
    short_id, short = await new_account(database, "short")
    kinds = ("note.created", "call.logged", "call.logged", "call.logged", "email.created")
    drafts = [
        note(
            "8",
            at=NOON - place * 7 * HOUR,
            kind=kinds[place % 5],
            summary=f"{place} {WORDS[: place * 3 % 60]}",
            level={3: "ERROR", 6: "WARN"}.get(place),
        )
        for place in range(120)
    ]
    await database.write(short_id, lambda writer: writer.record(drafts))
    same_id, same = await new_account(database, "same")
    await database.write(
        same_id, lambda writer: writer.record([note(summary="same") for _ in range(700)])
    )
    long_id, long = await new_account(database, "long")
    for start in range(0, LONG, 1000):
        chunk = [
            note(
                "8",
                at=NOON - place * HOUR,
                kind=("note.created", "call.logged")[place % 2],
                summary=f"{place} {WORDS * (place % 4)}",
                level="ERROR" if place == LONG - 1 else None,
            )
            for place in range(start, start + 1000)
        ]
        await database.write(long_id, lambda writer, chunk=chunk: writer.record(chunk))  # type: ignore[misc]
    await database.close()
    return short, long, same
