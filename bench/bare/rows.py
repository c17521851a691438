"""The row that a bare app appends for a post: what Doings writes into `activities`, and no more."""

import time
import uuid

import msgspec

TABLE = """
    CREATE TABLE IF NOT EXISTS appended (
        id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, occurred_at BIGINT NOT NULL,
        summary TEXT, data TEXT NOT NULL, linked TEXT NOT NULL, recorded_at BIGINT NOT NULL
    )"""

Row = tuple[str, str, int, str | None, str, str, int]


class Post(msgspec.Struct):
    """What the benchmark posts."""

    kind: str
    links: list[str]
    summary: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


def row_of(body: bytes) -> Row:
    """In the order of the table's columns."""
    post = msgspec.json.decode(body, type=Post)
    now = time.time_ns() // 1000
    linked = " ".join(post.links)
    data = bytes(post.data).decode()
    return str(uuid.uuid4()), post.kind, now, post.summary, data, linked, now
