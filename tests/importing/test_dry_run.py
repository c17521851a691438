"""What an import would do, on both engines: it is counted as it would be, and nothing is kept."""

import json
from pathlib import Path

import pytest

from doings.core.store.imports import ImportCounts
from doings.core.timeline import Timeline
from doings.importing.importer import Importer, Refusal, each_of
from doings.importing.ndjson import items_from_lines, put_lines
from doings.importing.trial import FirstMentions, MadeEntities, counts_of_trial
from tests.engines import engine
from tests.serving import serving

__all__ = ["engine"]

LINES = [
    {"entity": {"type": "contact", "id": "8", "name": "Jim"}},
    {"kind": "note.created", "body": "a", "links": ["contact:8", "contact:9"]},
    {"kind": "note.created", "body": "b", "links": ["contact:9"]},
    {"kind": "note.created", "body": "a", "links": ["contact:8", "contact:9"]},
    {"kind": "oops"},
    {"entity": {"type": "thing", "id": "1", "contact": "10"}},
    {"entity": {"type": "thing", "id": "2", "contact": "10"}},
]


def _step(done: int, total: int | None = None) -> None:
    """Show nothing."""


def _refuse(refusal: Refusal) -> None:
    """Tell nobody."""


@pytest.mark.usefixtures("engine")
async def test_a_dry_run_counts_what_the_import_then_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though each of its parts is taken back before the next one."""
    monkeypatch.setattr("doings.importing.importer.ITEMS_PER_WRITE", 1)
    (tmp_path / "a.ndjson").write_text("\n".join(map(json.dumps, LINES)))

    async with serving(tmp_path) as served:
        business = await served.business()
        timeline = Timeline(served.database, business.account, by=None)

        async def run(*, is_trial: bool) -> tuple[ImportCounts, int]:
            first, made = FirstMentions(), MadeEntities()
            put = made.noting(put_lines) if is_trial else put_lines
            importer = Importer(timeline, put, _refuse, is_trial=is_trial)
            with (tmp_path / "a.ndjson").open("rb") as file:
                items = each_of(items_from_lines(file, None))
                counts = await importer.run(first.of(items) if is_trial else items, _step, None)
            counts = counts_of_trial(counts, first, made) if is_trial else counts
            return counts, await business.read(lambda reader: reader.last_seq())

        before = await business.read(lambda reader: reader.last_seq())
        would, nothing = await run(is_trial=True)
        done, after = await run(is_trial=False)
        again, _ = await run(is_trial=True)

    assert nothing == before < after
    assert would == done == ImportCounts(recorded=2, repeated=1, entities=5, bad=1, contacts=3)
    assert again == ImportCounts(repeated=3, bad=1)
