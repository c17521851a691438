"""Accounts, their credentials, and the answers kept for repeated requests."""

import pytest

from doings.core.account import Account
from doings.core.clock import DAY
from doings.core.entity import CONTACT, SELF, EntityDraft
from doings.core.erasing.erasure import ErasureOrder
from doings.core.erasing.retention import Rule
from doings.core.errors import Conflict, Invalid, NotFound
from doings.core.query import Word
from doings.core.store import Writer
from doings.core.store.credentials import Credential
from doings.core.store.imports import ImportCounts, ImportJob
from doings.core.store.pulls import PullItem
from doings.core.store.webhooks import Delivery, Webhook, WebhookSettings
from doings.storage.database import Database
from doings.storage.erasing import walk
from doings.storage.sql import statements as sql
from doings.storage.sqlite.engine import SqliteEngine
from doings.storage.transaction import Transaction
from tests.builders import contact, note
from tests.clocks import NOON, TickingClock
from tests.storage.book import Book

ANSWER = '{"status":201,"name":"ü"}'
ONE, TWO = b"\x01" * 32, b"\x02" * 32


def credential(account: Account, key: str, created_at: int = NOON) -> Credential:
    """A credential with all that one can have."""
    return Credential(
        key=key,
        account_id=account.id,
        secret_hash=b"\x00\xff",
        scopes=("read_activities", "admin"),
        label="laptop",
        created_at=created_at,
        expires_at=NOON + DAY,
        last_used_at=None,
    )


async def test_new_account_has_what_each_one_starts_with(book: Book) -> None:
    """Itself as a business, kinds of encounters, genders; and no activity."""
    self_ = await book.read(lambda reader: reader.entity((SELF, "acme")))

    assert self_.name == "Acme"
    assert await book.entities(type="gender") == ["1", "2", "3"]
    assert len(await book.entities(type="activity_type")) == 13
    assert await book.read(lambda reader: reader.total(None, None)) == 0
    assert await book.read(lambda reader: reader.account()) == book.account


async def test_accounts_are_found_by_slug_and_listed(
    database: Database, account: Account, other: Book
) -> None:
    """In the order of their slugs."""
    third = await database.create_account("zeta", name="Z", time_zone="UTC")
    first = await database.create_account("a1-b", name="A", time_zone="UTC")

    assert await database.accounts() == [first, account, other.account, third]
    assert await database.account("acme") == account
    with pytest.raises(NotFound):
        await database.account("Acme")


@pytest.mark.parametrize("slug", ["", "-a", "a-", "A", "a_b", "a b", "x" * 64, "api", "c", "a\n"])
async def test_slug_that_cannot_stand_in_a_path_is_refused(database: Database, slug: str) -> None:
    """Invalid is raised and no account is made."""
    with pytest.raises(Invalid):
        await database.create_account(slug, name="x", time_zone="UTC")
    assert await database.accounts() == []


async def test_slug_that_is_taken_is_refused(database: Database, account: Account) -> None:
    """The first account stays as it is."""
    with pytest.raises(Conflict):
        await database.create_account("acme", name="Another", time_zone="UTC")
    with pytest.raises(Invalid):
        await database.create_account("zone", name="x", time_zone="Mars/Base")

    assert await database.accounts() == [account]


async def run_an_import(writer: Writer) -> None:
    """An import that records an activity and changes an entity."""
    number = await writer.start_import(None, ["file"])
    await writer.follow_import(number)
    await writer.record([note("1")])
    await writer.put_entity(("appointment", "a"), lambda _: EntityDraft(name="imported"))
    await writer.note_import(number, ImportCounts(recorded=1))


async def add_a_file(writer: Writer) -> None:
    """A file that waits to be imported."""
    job = ImportJob(id="job", stage="checked", file="a.ndjson", created_at=0, updated_at=0)
    await writer.add_import_job(job, ["one", "two"])


async def merge_some(writer: Writer) -> None:
    """Of three people two are one, and the third is none of them."""
    people = [("contact", f"twin{number}") for number in range(3)]
    for key in people:
        await writer.put_entity(key, lambda _: EntityDraft(name="Twin"))
    await writer.add_merge(people[0], [people[1]], None)
    await writer.dismiss([people[0], people[2]])


async def pull_something(writer: Writer) -> None:
    """A pull that has seen one thing."""
    pull = await writer.add_pull("monica", "https://example.org/api")
    await writer.put_pull_items(pull.number, [PullItem("31", 1, 1)])


async def make_a_webhook(writer: Writer) -> None:
    """A webhook with a delivery that waits."""
    webhook = Webhook(
        id="wh_1",
        settings=WebhookSettings(url="https://hooks.example.org/"),
        secrets=(),
        key="",
        position=0,
        created_at=0,
        updated_at=0,
    )
    await writer.add_webhook(webhook)
    await writer.queue(
        webhook.id,
        [Delivery(seq=1, message="msg_1", event="activity.created", subject="x", at=0)],
    )


async def test_deleted_account_leaves_no_row(database: Database, book: Book, other: Book) -> None:
    """Whatever table an account has rows in, they are gone, and its neighbour's stay."""
    for one in (book, other):
        activity = await one.record_one("1", summary="word", external_id="e")
        await one.revise(activity.seq, note("1", summary="other"))
        await one.record_one(kind="details.requested", data='{"valid_until":1}')
        await one.put("appointment", "a", contact="1")
        await one.write(
            lambda writer, one=one: writer.add_credential(  # type: ignore[misc]
                credential(one.account, f"key-{one.account.slug}")
            )
        )
        await one.write(lambda writer: writer.remember("k", ONE, ANSWER))
        await one.write(run_an_import)
        await one.write(make_a_webhook)
        await one.record(*[note() for _ in range(256)])
        await database.settle_log(one.account.id)
        await database.engine.write(
            lambda connection, one=one: connection.execute(  # type: ignore[misc]
                sql.SET_RELINK, account_id=one.account.id, entity=1, occurred_at=0, activity_seq=0
            )
        )
        await one.write(merge_some)
        await one.write(pull_something)
        await one.put("contact", "gone", name="Jim Halpert")
        await one.write(lambda writer: writer.hold_entity(("contact", "1"), "claim"))
        await one.write(lambda writer: writer.set_retention([Rule("note.*", 1)]))
        order = ErasureOrder(entity=("contact", "gone"))
        await database.engine.write(
            lambda connection, one=one, order=order: walk.begin(  # type: ignore[misc]
                Transaction(connection, one.account.id, clock=database.clock, by=None), order, b"x"
            )
        )
        await one.write(add_a_file)
    tables = await tables_of(other)
    before = {table: await counts(other, table) for table in tables}

    await database.delete_account("acme")

    for table in tables:
        mine, others = book.account.id, other.account.id
        assert before[table].get(mine, 0) > 0, f"{table} is not tested"
        assert await counts(other, table) == {others: before[table][others]}, table
    assert await database.credential("key-acme") is None
    with pytest.raises(NotFound):
        await database.account("acme")
    with pytest.raises(NotFound):
        await database.delete_account("acme")


async def test_deleted_account_leaves_no_searched_text(book: Book) -> None:
    """Not even for an account that came to have its number."""
    await book.record_one(contact("1", name="word"), summary="word")

    await book.database.delete_account("acme")

    assert await book.seqs(words=(Word("word"),)) == []
    assert await book.entities(q="word") == []


async def tables_of(book: Book) -> list[str]:
    """Every table with an `account_id`."""
    is_sqlite = isinstance(book.database.engine, SqliteEngine)
    rows = await book.rows(SQLITE_TABLES if is_sqlite else POSTGRES_TABLES)
    return [row[0] for row in rows]


SQLITE_TABLES = """
    SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND c.name = 'account_id'"""
POSTGRES_TABLES = """
    SELECT table_name FROM information_schema.columns
    WHERE column_name = 'account_id' AND table_schema = 'public'"""


async def counts(book: Book, table: str) -> dict[int, int]:
    """How many rows each account has."""
    rows = await book.rows(
        f"SELECT account_id, COUNT(*) FROM {table} GROUP BY account_id"  # noqa: S608 - our tables
    )
    return dict(rows)


async def test_number_of_a_deleted_account_is_never_given_again(database: Database) -> None:
    """What outlives an account, like a cached answer, must not become another's."""
    first = await database.create_account("one", name="1", time_zone="UTC")
    await database.delete_account("one")

    again = await database.create_account("one", name="1", time_zone="UTC")

    assert again.id > first.id


async def test_credential_is_found_by_its_key_alone(database: Database, book: Book) -> None:
    """With the account it belongs to; the secret comes back as the hash it was stored as."""
    stored = credential(book.account, "k1")
    await book.write(lambda writer: writer.add_credential(stored))

    for _ in range(2):
        found = await database.credential("k1")

        assert found is not None
        assert (found.credential, found.account) == (stored, book.account)
    assert await database.credential("K1") is None


async def test_credentials_are_listed_oldest_first(book: Book, other: Book) -> None:
    """Only the account's own credentials are listed."""
    for key, created_at in (("b", NOON), ("a", NOON + 1), ("c", NOON - 1)):
        stored = credential(book.account, key, created_at)
        await book.write(lambda writer, one=stored: writer.add_credential(one))  # type: ignore[misc]

    found = await book.read(lambda reader: reader.credentials())

    assert [one.key for one in found] == ["c", "b", "a"]
    assert await other.read(lambda reader: reader.credentials()) == []


async def test_revoked_credential_is_unknown(database: Database, book: Book, other: Book) -> None:
    """From now on, once, and only by its own account."""
    await book.write(lambda writer: writer.add_credential(credential(book.account, "k")))

    with pytest.raises(NotFound):
        await other.write(lambda writer: writer.revoke_credential("k"))
    await book.write(lambda writer: writer.revoke_credential("k"))

    assert await database.credential("k") is None
    with pytest.raises(NotFound):
        await book.write(lambda writer: writer.revoke_credential("k"))


async def test_last_use_is_noted(database: Database, book: Book) -> None:
    """For many credentials at once; one that was revoked meanwhile is no error."""
    await book.write(lambda writer: writer.add_credential(credential(book.account, "k")))

    await database.note_use({"k": NOON + 5, "gone": NOON})
    await database.note_use({})

    found = await book.read(lambda reader: reader.credentials())
    assert [one.last_used_at for one in found] == [NOON + 5]


async def test_answer_is_replayed_for_the_same_request(book: Book, other: Book) -> None:
    """The same key and body get the same answer, another account's key is another key."""
    await book.write(lambda writer: writer.remember("k", ONE, ANSWER))

    assert await book.write(lambda writer: writer.recall("k", ONE)) == ANSWER
    assert await book.write(lambda writer: writer.recall("other", ONE)) is None
    assert await other.write(lambda writer: writer.recall("k", TWO)) is None


async def test_key_used_with_another_request_is_a_conflict(book: Book) -> None:
    """The answer to another question would be a lie."""
    await book.write(lambda writer: writer.remember("k", ONE, ANSWER))

    with pytest.raises(Conflict):
        await book.write(lambda writer: writer.recall("k", TWO))


async def test_answers_are_forgotten_after_a_day(book: Book, clock: TickingClock) -> None:
    """A key may then be used again, and old keys leave the table when a new one comes."""
    await book.write(lambda writer: writer.remember("old", ONE, ANSWER))
    clock.instant += DAY // 2
    await book.write(lambda writer: writer.remember("new", ONE, ANSWER))
    assert await book.write(lambda writer: writer.recall("old", ONE)) == ANSWER

    clock.instant += DAY // 2

    assert await book.write(lambda writer: writer.recall("old", TWO)) is None
    await book.write(lambda writer: writer.remember("newest", ONE, ANSWER))
    rows = await book.rows("SELECT answer FROM idempotency_keys")
    assert len(rows) == len({"new", "newest"})
    await book.write(lambda writer: writer.remember("old", TWO, ANSWER))
    assert await book.write(lambda writer: writer.recall("old", TWO)) == ANSWER


async def test_keys_are_not_stored_as_they_come(book: Book) -> None:
    """They may be somebody's address; what an older version stored is still known."""
    await book.write(lambda writer: writer.remember("jim@x.example", ONE, ANSWER))
    ((stored,),) = await book.rows("SELECT key FROM idempotency_keys")
    assert "jim" not in stored

    await book.run("UPDATE idempotency_keys SET key = 'jim@x.example'")

    assert await book.write(lambda writer: writer.recall("jim@x.example", ONE)) == ANSWER


async def test_business_is_an_entity_like_others(book: Book) -> None:
    """It may be linked and renamed, and is no contact."""
    await book.put(SELF, "acme", name="Acme Ltd")

    entity = await book.read(lambda reader: reader.entity((SELF, "acme")))

    assert entity.name == "Acme Ltd"
    assert await book.entities(type=CONTACT) == []
    assert EntityDraft(name="Acme Ltd").contact is None
