"""A database of an older version is brought up to date when it is opened, and nothing is lost."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from doings.core.entity import CONTACT
from doings.core.errors import Misconfigured
from doings.core.query import words_from_text
from doings.core.store.webhooks import WebhookSettings
from doings.storage import database as opening
from doings.storage.checks.check import check
from doings.storage.database import Database
from doings.storage.engine import Connection
from doings.storage.opening import open_url
from doings.storage.sql import statements
from doings.storage.sql.schema.steps import STEPS
from doings.storage.upkeep.rebuilding import Rebuilding
from tests.builders import note
from tests.clocks import NOON, TickingClock
from tests.storage import servers
from tests.storage.book import Book
from tests.storage.conftest import ENGINES, open_citus

OPENINGS = {**ENGINES, **({"citus": open_citus} if servers.CLUSTER else {})}

LINKS = (
    # entity, activity, roles, position; the activities follow the account's head
    (0, 1, "", -1),
    (0, 2, "", -1),
    ("a", 1, "subject", 0),
    ("1", 1, "subject owner", 1),
    ("2", 1, "actor", 2),
    ("2", 2, "actor subject", 0),
)
"""Rows as the first version stored them."""


LOGGING = 1 + next(place for place, step in enumerate(STEPS) if "log_leaves" in step)
"""The step that brings the log: before it, seqs are taken without a look at how far the log is."""

TAKING_SEQS = {
    name: getattr(statements, name)
    for name in ("ADVANCE_LAST_SEQ", "ADVANCE_LAST_SEQ_AND_CACHE_VERSION")
}


async def opened(
    engine: str, directory: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> Database:
    """The directory's database, by a program that knows so many steps of the schema."""
    monkeypatch.setattr(opening, "STEPS", STEPS[:steps])
    monkeypatch.setattr(opening, "VERSION", steps)
    for name, statement in TAKING_SEQS.items():
        older = statement.replace("head, logged", "head, 0")
        monkeypatch.setattr(statements, name, statement if steps >= LOGGING else older)
    return await OPENINGS[engine](directory, TickingClock())


LENT = (
    ("heads", "merges", "BIGINT NOT NULL DEFAULT 0"),
    ("entities", "group_seq", "BIGINT"),
    ("entities", "merged_by", "BIGINT"),
)
"""Columns that this program needs wherever it writes, and that a step of their own adds."""

MERGING = 1 + next(place for place, step in enumerate(STEPS) if "group_seq" in step)
"""That step."""


async def lend_columns(database: Database) -> None:
    """Let this program fill an older database."""
    for table, column, kind in LENT:
        await alter(database, f"ALTER TABLE {table} ADD COLUMN {column} {kind}")


async def take_columns(database: Database) -> None:
    """Leave the older database as its own program would."""
    for table, column, _ in LENT:
        await alter(database, f"ALTER TABLE {table} DROP COLUMN {column}")


async def alter(database: Database, statement: str) -> None:
    """Change a table."""
    await database.engine.write(lambda connection: connection.execute(statement))


async def fill_first(book: Book) -> int:
    """Record two activities as the first version did; returns the head before them."""
    await book.put("appointment", "a", contact="1")
    await book.put(CONTACT, "2")
    last_seq = await book.read(lambda reader: reader.last_seq())
    found = {
        id_: (await book.read(lambda reader, key=key: reader.entity(key))).seq  # type: ignore[misc]
        for id_, key in (("a", ("appointment", "a")), ("1", (CONTACT, "1")), ("2", (CONTACT, "2")))
    }
    day = NOON // 86_400_000_000

    async def fill(connection: Connection) -> None:
        for number in (1, 2):
            name = {"account_id": book.account.id, "seq": last_seq + number, "id": f"id{number}"}
            await connection.execute(
                "INSERT INTO activities (account_id, seq, id, kind, occurred_at, data, metadata,"
                " channels, origin, recorded_at, updated_at, has_contact) VALUES (:account_id,"
                """ :seq, :id, 'note.created', :at, '{}', '{}', '["admin"]', 'api', 1, 1, 1)""",
                at=NOON,
                **name,
            )
            await connection.execute(
                "INSERT INTO changes (account_id, seq, activity_seq, activity_id, op, kind, at)"
                " VALUES (:account_id, :seq, :activity, :id, 'created', 'note.created', 1)",
                activity=last_seq + number,
                **name,
            )
        tallies = {(-1, 2026, ""): 2, (-2, 0, "activity.with_contact"): 2}
        tallies[-2, -1_000_000, "activity.with_contact"] = 2
        for entity, activity, roles, position in LINKS:
            seq = found.get(str(entity), 0)
            await connection.execute(
                "INSERT INTO links (account_id, entity, occurred_at, activity_seq, kind, roles,"
                " position) VALUES (:account_id, :entity, :at, :seq, 'note.created', :roles,"
                " :position)",
                account_id=book.account.id,
                entity=seq,
                at=NOON,
                seq=last_seq + activity,
                roles=roles,
                position=position,
            )
            for when in (day, -1_000_000):
                key = (seq, when, "note.created")
                tallies[key] = tallies.get(key, 0) + 1
        for (seq, when, kind), count in tallies.items():
            await connection.execute(
                "INSERT INTO tallies (account_id, entity, day, kind, count)"
                " VALUES (:account_id, :entity, :day, :kind, :count)",
                account_id=book.account.id,
                entity=seq,
                day=when,
                kind=kind,
                count=count,
            )
        await connection.execute(
            "UPDATE heads SET head = :head WHERE account_id = :account_id",
            account_id=book.account.id,
            head=last_seq + 2,
        )

    await book.database.engine.write(fill, account_id=book.account.id)
    return last_seq


@pytest.mark.parametrize(
    "engine",
    [pytest.param(name, marks=pytest.mark.citus if name == "citus" else ()) for name in OPENINGS],
)
async def test_links_of_the_first_version_are_kept(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order and with all their roles; everything stored twice agrees afterwards."""
    if engine == "citus":
        await servers.cluster_url_for(tmp_path, is_spread=False)
    first = await opened(engine, tmp_path, monkeypatch, 1)
    await lend_columns(first)
    account = await first.create_account("acme", name="Acme", time_zone="UTC")
    last_seq = await fill_first(Book(first, account))
    await take_columns(first)
    await first.close()

    database = await opened(engine, tmp_path, monkeypatch, len(STEPS))
    book = Book(database, account)
    activities = await book.read(lambda reader: reader.activities([last_seq + 1, last_seq + 2]))
    timeline = await book.timeline("2")
    findings = await check(database, lambda _done, _total: None)
    await database.close()

    assert [[(link.entity.id, link.roles) for link in one.links] for one in activities] == [
        [("a", ("subject",)), ("1", ("subject", "owner")), ("2", ("actor",))],
        [("2", ("actor", "subject"))],
    ]
    assert timeline == [last_seq + 2, last_seq + 1]
    assert findings == []


FOLDING = 6
"""The last step that folds texts; a database that has it already finds them at once."""


@pytest.mark.parametrize("steps", range(1, len(STEPS)))
@pytest.mark.parametrize(
    "engine",
    [pytest.param(name, marks=pytest.mark.citus if name == "citus" else ()) for name in OPENINGS],
)
async def test_texts_of_every_earlier_version_are_found(
    engine: str, steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their folded words, once the full text is made again; the check is clean all the time."""
    if engine == "citus":
        await servers.cluster_url_for(tmp_path, is_spread=False)
    first = await opened(engine, tmp_path, monkeypatch, steps)
    if steps < MERGING:
        await lend_columns(first)
    account = await first.create_account("acme", name="Acme", time_zone="UTC")
    book = Book(first, account)
    await book.put(CONTACT, "s", name="鈴木一郎")
    if steps == 1:
        await fill_first(book)
        await book.run(
            "UPDATE activities SET summary = 'Œuvre' WHERE account_id = :id", id=account.id
        )
    else:
        await book.record(note(summary="Œuvre"), note(summary="Œuvre"))
    if steps < MERGING:
        await take_columns(first)
    await first.close()

    database = await opened(engine, tmp_path, monkeypatch, len(STEPS))
    book = Book(database, account)
    findings = await check(database, lambda _done, _total: None)
    before = await book.seqs(words=words_from_text("oeuvre"))
    await Rebuilding(database, lambda _account, _left: None, lambda _error: None).rebuild()
    after = await book.seqs(words=words_from_text("oeuvre"))
    people = await book.entities(q="木")
    findings += await check(database, lambda _done, _total: None)
    await database.close()

    found_before = 0 if steps < FOLDING else 2
    assert (len(before), len(after), people) == (found_before, 2, ["s"])
    assert findings == []


@pytest.mark.parametrize("engine", ENGINES)
async def test_an_older_database_is_left_alone_unless_it_is_to_be_upgraded(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who open it have to say so; the program of its own version still works with it."""
    first = await opened(engine, tmp_path, monkeypatch, len(STEPS) - 1)
    await first.close()
    if engine == "sqlite":
        url = f"sqlite:///{tmp_path / 'doings.db'}"
    else:
        url = await servers.running().url_for(tmp_path)
    monkeypatch.setattr(opening, "STEPS", STEPS)
    monkeypatch.setattr(opening, "VERSION", len(STEPS))

    with pytest.raises(Misconfigured, match="run `doings schema upgrade`"):
        await open_url(url, TickingClock())

    again = await opened(engine, tmp_path, monkeypatch, len(STEPS) - 1)
    await again.close()


BEFORE_WEBHOOKS = 8
"""The last step without a table of webhooks."""


@pytest.mark.parametrize(
    "engine",
    [pytest.param(name, marks=pytest.mark.citus if name == "citus" else ()) for name in OPENINGS],
)
async def test_what_mio_was_told_before_there_were_webhooks_is_one(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins with what happens after the upgrade, and signs; other accounts get none."""
    if engine == "citus":
        await servers.cluster_url_for(tmp_path, is_spread=False)
    options: dict[str, Any] = {
        "type": "ACTIVITY_EVENT",
        "url": "https://example.org/ä",
        "headers": {"X": '"'},
    }
    first = await opened(engine, tmp_path, monkeypatch, BEFORE_WEBHOOKS)
    await lend_columns(first)
    account = await first.create_account("acme", name="Acme", time_zone="UTC")
    await first.change_settings(account.id, lambda _: {"a": 1, "mio.webhook": options})
    other = await first.create_account("other", name="Other", time_zone="UTC")
    await first.change_settings(other.id, lambda _: {"a": {"mio.webhook": options}})
    book = Book(first, account)
    await book.record(note())
    last_seq = await book.read(lambda reader: reader.last_seq())
    await take_columns(first)
    await first.close()

    database = await opened(engine, tmp_path, monkeypatch, len(STEPS))
    (webhook,) = await database.read(account.id, lambda reader: reader.webhooks())
    of_other = await database.read(other.id, lambda reader: reader.webhooks())
    active = await database.active_webhooks()
    await database.close()

    assert (webhook.id, webhook.status, webhook.position) == ("wh_mio", "active", last_seq)
    assert webhook.settings == WebhookSettings(
        url=options["url"], format="mio", lane="entity", options=options
    )
    assert len(bytes.fromhex(webhook.key)) == 32
    assert len(b64decode(webhook.secrets[0].text.removeprefix("whsec_"))) == 48
    assert of_other == []
    assert [one.id for one in active] == ["wh_mio"]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_credentials_of_an_earlier_version_stay_good(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are no secret addresses."""
    first = await opened(engine, tmp_path, monkeypatch, VIEWS - 1)
    await lend_columns(first)
    account = await first.create_account("acme", name="Acme", time_zone="UTC")
    values = {"account_id": account.id, "secret_hash": "00", "scopes": "admin"}
    await first.engine.write(
        lambda connection: connection.execute(
            "INSERT INTO credentials (key, account_id, secret_hash, scopes, created_at)"
            " VALUES ('k1', :account_id, :secret_hash, :scopes, 0)",
            **values,
        )
    )
    await take_columns(first)
    await first.close()

    database = await opened(engine, tmp_path, monkeypatch, len(STEPS))
    found = await database.credential("k1")
    await database.close()

    assert found is not None
    assert (found.credential.scopes, found.credential.view) == (("admin",), None)


VIEWS = next(number for number, step in enumerate(STEPS, 1) if "ADD COLUMN sees" in step)
"""The step since which a credential may be a secret address."""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_merges_of_an_earlier_version_were_made_by_somebody(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server itself made none then."""
    first = await opened(engine, tmp_path, monkeypatch, MERGING)
    account = await first.create_account("acme", name="Acme", time_zone="UTC")
    book = Book(first, account)
    keep, other = [(await book.put(CONTACT, id_)).seq for id_ in ("8", "77")]
    await first.engine.write(
        lambda connection: connection.execute(
            "INSERT INTO merges (account_id, seq, id, keep_seq, merged, through, at)"
            " VALUES (:account_id, 99, 'm', :keep, :other, '', 0)",
            account_id=account.id,
            keep=keep,
            other=str(other),
        )
    )
    await first.close()

    database = await opened(engine, tmp_path, monkeypatch, len(STEPS))
    found = await database.read(account.id, lambda reader: reader.merge("m"))
    await database.close()

    assert (found.merged, found.is_by_itself) == (((CONTACT, "77"),), False)


UNTIL = next(number for number, step in enumerate(STEPS, 1) if "until_at" in step)
"""The step since which a hold may end by itself."""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_holds_of_an_earlier_version_last_until_somebody_ends_them(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they did then."""
    first = await opened(engine, tmp_path, monkeypatch, UNTIL - 1)
    account = await first.create_account("acme", name="Acme", time_zone="UTC")
    seq = (await Book(first, account).put(CONTACT, "8")).seq
    await first.engine.write(
        lambda connection: connection.execute(
            "INSERT INTO holds (account_id, entity, reason, at)"
            " VALUES (:account_id, :entity, 'claim', 0)",
            account_id=account.id,
            entity=seq,
        )
    )
    await first.close()

    database = await opened(engine, tmp_path, monkeypatch, len(STEPS))
    ((_, hold),) = await database.read(account.id, lambda reader: reader.holds(1 << 60, 9, 0))
    await database.close()

    assert (hold.entity, hold.until) == ((CONTACT, "8"), None)


VIA = next(number for number, step in enumerate(STEPS, 1) if "ADD COLUMN via_seq" in step)
"""The step since which a change of an entity notes by whose id it was asked for."""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_people_merged_by_an_earlier_version_get_their_records_back(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written through the merged one since the upgrade is its own again."""
    first = await opened(engine, tmp_path, monkeypatch, VIA - 1)
    await alter(first, "ALTER TABLE entity_changes ADD COLUMN via_seq BIGINT")
    await alter(first, "ALTER TABLE merges ADD COLUMN is_told SMALLINT NOT NULL DEFAULT 0")
    await alter(first, "CREATE TABLE log_forgotten (account_id BIGINT, seq BIGINT, leaves TEXT)")
    account = await first.create_account("acme", name="Acme", time_zone="UTC")
    book = Book(first, account)
    keep, other = (CONTACT, "8"), (CONTACT, "77")
    for key in (keep, other):
        await book.put(*key, name=key[1])
    made = await book.write(lambda writer: writer.add_merge(keep, [other], None))
    await alter(first, "ALTER TABLE entity_changes DROP COLUMN via_seq")
    await alter(first, "ALTER TABLE merges DROP COLUMN is_told")
    await alter(first, "DROP TABLE log_forgotten")
    await first.close()

    database = await opened(engine, tmp_path, monkeypatch, len(STEPS))
    book = Book(database, account)
    await book.put(*other, name="Big Tuna")
    await book.write(lambda writer: writer.revert_merge(made.id))
    names = [(await book.read(lambda reader, key=key: reader.entity(key))).name  # type: ignore[misc]
             for key in (keep, other)]  # fmt: skip
    await database.close()

    assert names == ["8", "Big Tuna"]
