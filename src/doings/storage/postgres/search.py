"""PostgreSQL: full text that finds what SQLite's finds.

Texts and searches come folded (`core.values.folding`), and texts are cut into words by SQLite's own
tokenizer, so both engines agree on what a word is. Every lexeme begins with the account, which
binds a search to its account by the index itself.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import cast

import apsw

from doings.core.query import Word
from doings.core.values.folding import folded, phrases_of
from doings.storage.engine import Connection, SearchSql, Texts

LAST_PLACE = 16_383
"""PostgreSQL counts the places of words no further: all later words share this one."""

LAST_COUNTED = LAST_PLACE - 2
"""The last place that is a word's own. Behind it words are found and phrases are not; the gap keeps
a phrase from running from the last word that has a place to all those that share one.
"""

PLACES_BYTES = 2 * 255
"""How much PostgreSQL keeps of the places of one word."""

VECTOR_BYTES = 1_000_000
"""How much room all the different words of one text may take; further ones are not found."""

_TWO_BYTES = [number.to_bytes(2) for number in range(LAST_PLACE + 1)]


def indexed(account_id: int, *texts: str | None) -> tuple[bytes]:
    """The words of the texts with their places, as the binary form of a tsvector.

    There is a gap between two texts, so that no phrase runs from one into the next.
    """
    places: dict[str, bytes] = {}
    place = 0
    for text in texts:
        for word in _words(text) if text else ():
            place += 1
            found = places.get(word)
            if found is None:
                places[word] = _TWO_BYTES[place if place <= LAST_COUNTED else LAST_PLACE]
            elif place <= LAST_COUNTED and len(found) < PLACES_BYTES:
                places[word] = found + _TWO_BYTES[place]
        place += 1
    return (_vector(f"{account_id}:", places),)


def _vector(prefix: str, places: dict[str, bytes]) -> bytes:
    parts: list[bytes] = []
    room = VECTOR_BYTES
    for word, found in places.items():
        lexeme = (prefix + word).encode()
        room -= len(lexeme) + len(found) + 4
        if room < 0:
            break
        parts += (lexeme, b"\0", _TWO_BYTES[len(found) >> 1], found)
    return (len(parts) >> 2).to_bytes(4) + b"".join(parts)


async def unlike(
    _connection: Connection,
    account_id: int,
    _table: str,
    rows: Mapping[int, tuple[bytes, Texts]],
) -> set[int]:
    """The seqs of the rows whose vector, given in its binary form, is not that of their texts."""
    return {
        seq
        for seq, (vector, texts) in rows.items()
        if _places(vector) != _places(indexed(account_id, *texts)[0])
    }


def _places(vector: bytes) -> dict[bytes, bytes]:
    """The lexemes of a vector's binary form, each with its places: PostgreSQL sorts them."""
    places: dict[bytes, bytes] = {}
    start = 4
    while start < len(vector):
        end = vector.index(b"\0", start)
        after = end + 3 + 2 * int.from_bytes(vector[end + 1 : end + 3])
        places[vector[start:end]] = vector[end + 3 : after]
        start = after
    return places


def match_text(account_id: int, searches: Sequence[Word]) -> str | None:
    """The words in the syntax of a tsquery, each quoted so that nothing in it is syntax."""
    phrases = []
    for phrase in phrases_of(searches):
        lexemes = [f"'{account_id}:{word}'" for word in phrase.words]
        phrases.append("(" + " <-> ".join(lexemes) + (":*" if phrase.is_prefix else "") + ")")
    return " & ".join(phrases) or None


def _words(text: str) -> list[str]:
    cut = _tokenizer()(
        folded(text).encode(),
        apsw.FTS5_TOKENIZE_DOCUMENT,
        None,
        include_offsets=False,
        include_colocated=False,
    )
    return cast("list[str]", cut)


@lru_cache(maxsize=1)
def _tokenizer() -> apsw.FTS5Tokenizer:
    return apsw.Connection(":memory:").fts5_tokenizer("ascii", [])


def _find(table: str) -> str:
    return f"""
        SELECT seq FROM {table}
        WHERE account_id = :account_id AND words @@ CAST(:words AS tsquery) AND seq > :after
        ORDER BY seq LIMIT :limit"""


def _list(table: str) -> str:
    return f"""
        SELECT seq, words FROM {table}
        WHERE account_id = :account_id AND seq >= :first AND seq < :end"""


def _add(table: str) -> str:
    return f"INSERT INTO {table} (account_id, seq, words) VALUES (:account_id, :seq, :words)"


def _remove(table: str) -> str:
    return f"DELETE FROM {table} WHERE account_id = :account_id AND seq = :seq"


TABLES = ("search_activities", "search_entities")

SEARCH = SearchSql(
    add_activity=_add("search_activities"),
    remove_activity=_remove("search_activities"),
    find_activities=_find("search_activities"),
    list_activities=_list("search_activities"),
    add_entity=_add("search_entities"),
    remove_entity=_remove("search_entities"),
    find_entities=_find("search_entities"),
    list_entities=_list("search_entities"),
    clear=tuple(f"DELETE FROM {table} WHERE account_id = :account_id" for table in TABLES),
    indexed=indexed,
    match=match_text,
    either=" | ",
    json="JSON",
    unlike=unlike,
)

SCHEMA = {
    "text": 'TEXT COLLATE "C"',
    "blob": "BYTEA",
    "figures": "",
    "figures_of_belongings": "",
    "figures_of_deleted": "",
    "without_rowid": "",
    "json": "JSON",
    # 64 hex digits, of which all but twelve are random.
    "random": "replace(CAST(gen_random_uuid() AS TEXT) || gen_random_uuid(), '-', '')",
    "engine": "".join(
        f"""
    CREATE TABLE {table} (
        account_id BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        words TSVECTOR NOT NULL,
        PRIMARY KEY (account_id, seq)
    );
    CREATE INDEX {table}_words ON {table} USING gin (words);"""
        for table in TABLES
    )
    + """
    ALTER TABLE heads SET (fillfactor = 50);
    ALTER TABLE tallies SET (fillfactor = 80);""",
    "folded": "TRUNCATE search_activities; TRUNCATE search_entities;",
}
"""Text sorts by its bytes, as in SQLite. Rows that are counted up leave room for their successor
on the same page."""
