"""What a surface asks of those who import files in the background; they stand above it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from doings.core.imports import Contact
from doings.core.store.imports import ImportJob
from doings.core.timeline import Timeline

NDJSON = "ndjson"
VCARD = "vcard"
CSV = "csv"
"""What a file is read as that is no vendor's answer."""

FORMATS = (NDJSON, VCARD, CSV)


class ImportJobs(Protocol):
    """The imports of files that this process takes in."""

    @property
    def dialects(self) -> Mapping[str, Contact]:
        """The dialects whose saved answers are read, and whether each is about one contact."""

    def room(self, account_id: int) -> AbstractContextManager[None]:
        """Room for one more file in memory; raises Busy."""

    async def add(
        self, timeline: Timeline, name: str, content: bytes, *, dialect: str, contact: str
    ) -> ImportJob:
        """Take a file in and have it checked; empty texts are found out, or there is none.

        Raises Invalid with the fields file, dialect and contact, and TooMuch.
        """

    def wake(self) -> None:
        """Look for work at once, because a job was changed."""

    async def settled(self, account_id: int, job_id: str, seconds: float) -> None:
        """Return once the server has nothing left to do about a job, or after so many seconds."""
