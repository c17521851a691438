"""What the benchmark works on: activities of many contacts, one of them busy."""

import json
from collections.abc import Iterator

from doings.core.activity import Draft, Link
from doings.core.clock import text_from_instant

CONTACTS = 1000
USERS = 20
BUSY = "busy"
"""The contact that every hundredth activity concerns: a dozen times a day."""

START = 1_200_000_000_000_000
STEP = 60_000_000
"""One activity a minute."""

KINDS = ("note.created", "encounter.logged", "file.uploaded", "segment.added", "contact.blocked")


def contact_of(number: int) -> str:
    """The contact of an activity."""
    return BUSY if number % 100 == 0 else f"c{(number * 7919) % CONTACTS}"


def data_of(number: int) -> str:
    """The facts of an activity, of the shape of its kind."""
    kind = KINDS[number % len(KINDS)]
    if kind == "note.created":
        return f'{{"note":{{"id":"n{number}"}}}}'
    if kind == "file.uploaded":
        return (
            f'{{"file":{{"id":"f{number}","file_filename":"scan-{number}.pdf","file_size":1024}}}}'
        )
    return "{}"


def drafts(first: int, count: int) -> Iterator[Draft]:
    """Activities number `first` and following."""
    for number in range(first, first + count):
        yield Draft(
            kind=KINDS[number % len(KINDS)],
            occurred_at=START + number * STEP,
            summary=f"Called back about order {number}",
            body="We talked for a while and agreed to meet again in a couple of weeks, at noon.",
            data=data_of(number),
            links=(
                Link("contact", contact_of(number)),
                Link("user", f"u{number % USERS}", "actor", f"User {number % USERS}"),
            ),
        )


def requests(count: int) -> Iterator[Draft]:
    """Requests for data, each to another individual; they happen after all other activities."""
    for number in range(count):
        yield Draft(
            kind="details.requested",
            occurred_at=START + (100_000_000 + number) * STEP,
            body="To send you the contract we need your address.",
            data=(
                '{"requirements":[{"code":"RQ_008","type":"RTP_001","category":"RQC_001",'
                '"items":[{"code":"IT_001","type":"ADDRESS"}]}]}'
            ),
            links=(Link("individual", f"i{number}", "counterpart", f"Individual {number}"),),
        )


def lines(first: int, count: int) -> Iterator[bytes]:
    """The same activities as NDJSON."""
    for draft in drafts(first, count):
        yield (
            json.dumps(
                {
                    "kind": draft.kind,
                    "occurred_at": text_from_instant(draft.occurred_at),
                    "summary": draft.summary,
                    "body": draft.body,
                    "data": json.loads(draft.data),
                    "links": [f"contact:{draft.links[0].id}"],
                    "actor": {"type": "user", "id": draft.links[1].id, "name": draft.links[1].name},
                },
                separators=(",", ":"),
            ).encode()
            + b"\n"
        )
