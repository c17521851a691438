"""Full text on SQLite: FTS5, with the account and the seq packed into the rowid."""

from collections.abc import Sequence

from doings.core.query import Word
from doings.storage.engine import SearchSql

SEARCH_TABLES = """
    CREATE VIRTUAL TABLE search_activities USING fts5(
        summary, body, content='', contentless_delete=1,
        tokenize='unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE search_entities USING fts5(
        text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
"""

# The rowid of the search tables is the account and the seq in one number, so that a search is
# bound to its account by a range.
_ROW = "((:account_id << 40) | :seq)"
_RANGE = "rowid > ((:account_id << 40) | :after) AND rowid < ((:account_id + 1) << 40)"
_BLOCK = "rowid >= ((:account_id << 40) | :first) AND rowid < ((:account_id << 40) + :end)"


def indexed(_account_id: int, *texts: str | None) -> tuple[str | None, ...]:
    """The texts themselves: SQLite cuts them into words."""
    return texts


def match_text(_account_id: int, words: Sequence[Word]) -> str | None:
    """The words in FTS5's syntax, each quoted so that nothing in it is syntax."""
    if not words or not any(_has_token(word.text) for word in words):
        return None
    quoted = (_quoted(word.text) for word in words if _has_token(word.text))
    stars = ("*" if word.is_prefix else "" for word in words if _has_token(word.text))
    return " AND ".join(text + star for text, star in zip(quoted, stars, strict=True))


def _quoted(text: str) -> str:
    """Text that FTS5 takes as a phrase; a NUL would end the whole expression."""
    return '"' + text.replace("\0", " ").replace('"', '""') + '"'


def _has_token(text: str) -> bool:
    return any(character.isalnum() for character in text)


SEARCH = SearchSql(
    add_activity=f"""
        INSERT INTO search_activities (rowid, summary, body) VALUES ({_ROW}, :summary, :body)""",
    remove_activity=f"DELETE FROM search_activities WHERE rowid = {_ROW}",
    find_activities=f"""
        SELECT rowid & 1099511627775 FROM search_activities
        WHERE search_activities MATCH :words AND {_RANGE} ORDER BY rowid LIMIT :limit""",
    list_activities=f"SELECT rowid & 1099511627775 FROM search_activities WHERE {_BLOCK}",
    add_entity=f"INSERT INTO search_entities (rowid, text) VALUES ({_ROW}, :text)",
    remove_entity=f"DELETE FROM search_entities WHERE rowid = {_ROW}",
    find_entities=f"""
        SELECT rowid & 1099511627775 FROM search_entities
        WHERE search_entities MATCH :words AND {_RANGE} ORDER BY rowid LIMIT :limit""",
    list_entities=f"SELECT rowid & 1099511627775 FROM search_entities WHERE {_BLOCK}",
    clear=tuple(
        f"DELETE FROM {table}"
        f" WHERE rowid >= (:account_id << 40) AND rowid < ((:account_id + 1) << 40)"
        for table in ("search_activities", "search_entities")
    ),
    indexed=indexed,
    match=match_text,
)
