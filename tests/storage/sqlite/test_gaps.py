"""Gaps in the pages of a file: what is taken for one, and that nothing else is."""

from contextlib import closing
from pathlib import Path

import apsw
import pytest

from doings.storage.sqlite.gaps import CleaningVfs, gap

SIZE = 512


def _page(kind: int = 13, cells: tuple[int, ...] = (500,), end: int = 500) -> bytes:
    header = bytes([kind, 0, 0]) + len(cells).to_bytes(2) + end.to_bytes(2) + bytes(1)
    places = b"".join([cell.to_bytes(2) for cell in cells])
    return (header + places).ljust(100, b"x").ljust(SIZE, b"y")


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (_page(), (10, 500)),
        (_page(kind=10), (10, 500)),
        (_page(kind=5), (14, 500)),
        (_page(cells=(), end=SIZE), (8, SIZE)),
        (_page(kind=0), None),
        (_page(cells=(499,)), None),
        (_page(end=9, cells=(9,)), None),
        (_page(end=SIZE + 1), None),
        (_page()[:10] + bytes(490) + _page()[500:], None),
    ],
    ids=["table", "index", "inner", "empty", "other", "cell", "full", "beyond", "clean"],
)
def test_only_the_unused_middle_of_a_page_is_a_gap(
    page: bytes, found: tuple[int, int] | None
) -> None:
    """A page of another kind has none, and one whose cells lie elsewhere is left alone."""
    assert gap(page) == found


@pytest.mark.parametrize("is_plain", [True, False])
def test_a_checkpoint_cleans_all_pages(tmp_path: Path, *, is_plain: bool) -> None:
    """Also those it does not write; where kinds of pages cannot be told, it only writes."""
    path, vfs = tmp_path / "a.db", CleaningVfs()
    with closing(apsw.Connection(str(path))) as raw:
        raw.pragma("journal_mode", "wal")
        raw.execute("CREATE TABLE a (b); CREATE TABLE c (d)")
        raw.execute("INSERT INTO a VALUES ('privateword')")
        # Without `secure_delete`, the row of an emptied page becomes a part of its gap.
        raw.pragma("secure_delete", "off")
        raw.execute("DELETE FROM a")
        raw.wal_checkpoint()
        assert b"privateword" in path.read_bytes()
        raw.execute("INSERT INTO c VALUES (1)")

        with closing(apsw.Connection(str(path), vfs=vfs.name)) as cleaning:
            cleaning.execute("SELECT * FROM c").fetchall()
            vfs.files[0].is_plain = is_plain
            cleaning.wal_checkpoint()

        assert (b"privateword" in path.read_bytes()) is not is_plain
        assert raw.execute("SELECT * FROM c").fetchall() == [(1,)]
        assert raw.pragma("integrity_check") == "ok"
