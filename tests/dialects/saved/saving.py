"""Brings saved answers into a served account and takes them out again."""

import json
from typing import Any

from doings.cli.terminal import remark
from doings.core.imports import Context
from doings.core.store.imports import ImportCounts
from doings.core.timeline import Timeline
from doings.importing.importer import Importer, Refusal, each_of
from doings.importing.registry import SAVED
from doings.importing.saved_answers import elements_of_text, items_of_elements, putting
from tests.serving import Business, Served

SERVER = "http://server"


class Desk:
    """An account that answers of one dialect are brought to."""

    def __init__(
        self, served: Served, business: Business, name: str, contact_id: str | None = None
    ) -> None:
        self.served = served
        self.business = business
        self.name = name
        self.contact_id = contact_id

    @property
    def context(self) -> Context:
        """What an answer does not say itself."""
        return Context(
            account=self.business.account,
            contact_id=self.contact_id,
            now=self.served.clock.now(),
            url=f"{SERVER}/{self.name}",
        )

    @property
    def timeline(self) -> Timeline:
        """The account's timeline."""
        return Timeline(self.served.database, self.business.account, by=None)

    async def take(self, *answers: bytes) -> ImportCounts:
        """Import answers, one after the other in a file."""
        saved = SAVED[self.name]
        elements = elements_of_text(saved, b"\n".join(answers))
        items = items_of_elements(saved, elements, self.context)
        put = putting(saved, self.context.now)
        return await Importer(self.timeline, put, _remark).run(each_of(items), _step, None)

    async def give(self) -> Any:  # noqa: ANN401 - any JSON
        """Export an answer."""
        chunks = SAVED[self.name].respond_chunks(self.timeline, self.context)
        return json.loads(b"".join([chunk async for chunk in chunks]))


def _remark(refusal: Refusal) -> None:
    remark(f"{refusal.place}: {refusal.reason}")


def _step(done: int, total: int | None = None) -> None:
    """Show nothing."""


Members = dict[str, Any]


def less(value: Any, names: frozenset[str]) -> Any:  # noqa: ANN401 - any JSON
    """A JSON value without members of these names, at any depth."""
    if isinstance(value, dict):
        return {name: less(one, names) for name, one in value.items() if name not in names}
    return [less(one, names) for one in value] if isinstance(value, list) else value
