"""Full text on SQLite: FTS5, with the account and the seq packed into the rowid.

Texts and searches come folded (`core.values.folding`). The tokenizer `ascii` only cuts them at what
is no letter or digit of ASCII; what lies beyond ASCII it takes as it is.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

from doings.core.query import Word
from doings.core.values.folding import folded, phrases_of, words_of
from doings.storage.engine import Connection, SearchSql, Texts

SEARCH_TABLES = """
    CREATE VIRTUAL TABLE search_activities USING fts5(
        summary, body, content='', contentless_delete=1,
        tokenize='unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE search_entities USING fts5(
        text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
"""
"""As the first step of the schema makes them."""

FOLDED_TABLES = """
    DROP TABLE search_activities;
    DROP TABLE search_entities;
    CREATE VIRTUAL TABLE search_activities USING fts5(
        summary, body, content='', contentless_delete=1, tokenize='ascii');
    CREATE VIRTUAL TABLE search_entities USING fts5(
        text, content='', contentless_delete=1, tokenize='ascii');
"""
"""As they have been since texts are folded before SQLite sees them."""

# The rowid of the search tables is the account and the seq in one number, so that a search is
# bound to its account by a range.
_ROW = "((:account_id << 40) | :seq)"
_RANGE = "rowid > ((:account_id << 40) | :after) AND rowid < ((:account_id + 1) << 40)"
_BLOCK = "id >= ((:account_id << 40) | :first) AND id < ((:account_id << 40) + :end)"


def indexed(_account_id: int, *texts: str | None) -> tuple[str | None, ...]:
    """The texts folded: SQLite cuts them into words."""
    return tuple([folded(text) if text else text for text in texts])


def match_text(_account_id: int, searches: Sequence[Word]) -> str | None:
    """The words in FTS5's syntax, each phrase quoted so that nothing in it is syntax."""
    phrases = [
        f'"{" ".join(phrase.words)}"{"*" if phrase.is_prefix else ""}'
        for phrase in phrases_of(searches)
    ]
    return " AND ".join(phrases) or None


async def unlike(
    connection: Connection,
    account_id: int,
    table: str,
    rows: Mapping[int, tuple[bytes, Texts]],
) -> set[int]:
    """The seqs of the rows that do not have as many words as their texts, or are not found by one.

    `rows` holds by seq what SQLite keeps of a row, which is how many words each column has, and the
    texts that it should hold. The words themselves cannot be read back. So each word of these texts
    is looked for once, among all of these rows.
    """
    seqs_of_word: dict[str, set[int]] = {}
    found: set[int] = set()
    for seq, (counts, texts) in rows.items():
        words = [words_of(folded(text)) if text else [] for text in texts]
        if counts != b"".join([_varint(len(in_column)) for in_column in words]):
            found.add(seq)
        for word in chain.from_iterable(words):
            seqs_of_word.setdefault(word, set()).add(seq)
    statement = _FOUND_BETWEEN.format(table=table)
    bounds = {"first": min(rows, default=0), "last": max(rows, default=0)}
    for word, seqs in seqs_of_word.items():
        with_word = await connection.fetch(
            statement, account_id=account_id, words=f'"{word}"', **bounds
        )
        found |= seqs ^ {seq for (seq,) in with_word} & rows.keys()
    return found


_FOUND_BETWEEN = """
    SELECT rowid & 1099511627775 FROM {table}
    WHERE {table} MATCH :words AND rowid >= ((:account_id << 40) | :first)
        AND rowid <= ((:account_id << 40) | :last)"""


def _varint(number: int) -> bytes:
    """A number as SQLite writes it: seven bits a byte, all but the last with the eighth bit set."""
    found = [number & 0x7F]
    while number := number >> 7:
        found.append(number & 0x7F | 0x80)
    return bytes(reversed(found))


def _list(table: str) -> str:
    return f"SELECT id & 1099511627775, sz FROM {table}_docsize WHERE {_BLOCK}"


SEARCH = SearchSql(
    add_activity=f"""
        INSERT INTO search_activities (rowid, summary, body) VALUES ({_ROW}, :summary, :body)""",
    remove_activity=f"DELETE FROM search_activities WHERE rowid = {_ROW}",
    find_activities=f"""
        SELECT rowid & 1099511627775 FROM search_activities
        WHERE search_activities MATCH :words AND {_RANGE} ORDER BY rowid LIMIT :limit""",
    list_activities=_list("search_activities"),
    add_entity=f"INSERT INTO search_entities (rowid, text) VALUES ({_ROW}, :text)",
    remove_entity=f"DELETE FROM search_entities WHERE rowid = {_ROW}",
    find_entities=f"""
        SELECT rowid & 1099511627775 FROM search_entities
        WHERE search_entities MATCH :words AND {_RANGE} ORDER BY rowid LIMIT :limit""",
    list_entities=_list("search_entities"),
    clear=tuple(
        f"DELETE FROM {table}"
        f" WHERE rowid >= (:account_id << 40) AND rowid < ((:account_id + 1) << 40)"
        for table in ("search_activities", "search_entities")
    ),
    indexed=indexed,
    match=match_text,
    either=" OR ",
    json="TEXT",
    unlike=unlike,
)
