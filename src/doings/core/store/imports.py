"""The part of the port that is about imports: what each recorded, and taking that back."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol, get_args

import msgspec

ImportState = Literal["begun", "done", "undoing", "undone"]
"""`begun` is also an import that was broken off, `undoing` an undo that was."""


class ImportCounts(msgspec.Struct, frozen=True):
    """How many items were recorded, completed with what was missing, or known already.

    `entities` are those that were made or changed, `bad` the items that could not be imported, and
    `deleted` how often something was said of an entity that was deleted here and stays so. `merges`
    are those of people that were made or reverted, and `contacts` how many of `entities` are
    contacts; these are not stored with a run.
    """

    recorded: int = 0
    filled: int = 0
    repeated: int = 0
    entities: int = 0
    bad: int = 0
    deleted: int = 0
    merges: int = 0
    contacts: int = 0

    @property
    def add_something(self) -> bool:
        """Whether anything is new here."""
        return bool(self.recorded or self.filled or self.entities or self.merges)

    def __add__(self, other: "ImportCounts") -> "ImportCounts":
        """The sums."""
        return ImportCounts(
            self.recorded + other.recorded,
            self.filled + other.filled,
            self.repeated + other.repeated,
            self.entities + other.entities,
            self.bad + other.bad,
            self.deleted + other.deleted,
            self.merges + other.merges,
            self.contacts + other.contacts,
        )


class ImportRun(msgspec.Struct, frozen=True, kw_only=True):
    """One import; `dialect` is None for NDJSON, and `-` among `files` is stdin. Times are instants.

    Its number is its own in the whole database. `ended_at` is None until it is done or undone.
    `kept` is what the last undo left as it is.
    """

    number: int
    state: ImportState
    dialect: str | None
    files: tuple[str, ...]
    started_at: int
    ended_at: int | None
    counts: ImportCounts
    kept: int = 0


UndoStage = Literal[
    "merges",
    "recorded",
    "changed_activities",
    "changed_entities",
    "things",
    "things_again",
    "contacts",
    "contacts_again",
    "settings",
    "settings_again",
    "categories",
    "categories_again",
]
"""What an undo goes through, one after the other.

Merges go first, as who is merged stays. Activities go before what they are linked to, things before
the contacts they belong to, and all of these before what they refer to: settings, like a tag, and
the categories of types. `recorded` are the activities that the import recorded, `…_again` what was
deleted before the import made it again.
"""

UNDO_STAGES: tuple[UndoStage, ...] = get_args(UndoStage)
"""The order of an undo."""


class UndoPlace(msgspec.Struct, frozen=True):
    """How far an undo has come: all with this seq or a greater one is done in this stage.

    `introducers` are the seqs of contacts and of who introduced them, as they were at `read_at`.
    """

    stage: UndoStage
    before: int
    introducers: dict[int, int] = {}
    read_at: int = 0


class Kept(msgspec.Struct, frozen=True):
    """What an undo leaves as it is: an entity as `type:id`, others by their ids; and why."""

    thing: Literal["activity", "entity", "merge"]
    name: str
    reason: str


class UndoPart(msgspec.Struct, frozen=True):
    """What one transaction of an undo did; `next` is where to go on, None once all is done.

    `activities` and `entities` were taken back, `reverted` were put back as they had been.
    """

    activities: int
    entities: int
    reverted: int
    kept: Sequence[Kept]
    next: UndoPlace | None


ImportStage = Literal["checking", "checked", "importing", "imported", "undoing", "undone", "failed"]
"""How far an import job is: a file is first checked and then, if somebody says so, imported."""

AT_WORK: frozenset[ImportStage] = frozenset({"checking", "importing", "undoing"})
"""The stages in which the server does something."""


class RefusedItem(msgspec.Struct, frozen=True):
    """What is not imported, or not taken back: where it stands or what it is, and why."""

    place: str
    reason: str


class UndoCounts(msgspec.Struct, frozen=True):
    """What an undo took back, put back as it had been, and kept as it is."""

    activities: int = 0
    entities: int = 0
    reverted: int = 0
    kept: int = 0


class ImportReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a job has come to so far: `undo` where an import is taken back, else `counts`.

    Not more than `budget.REFUSED_SHOWN` items are named; `counts.bad` or `undo.kept` counts them
    all. `remarks` are what else is to be known, as what a file says that is not kept here, or how a
    table is read; `remarked` counts them all. `reason` is why the job failed.
    """

    counts: ImportCounts = ImportCounts()
    undo: UndoCounts = UndoCounts()
    refused: tuple[RefusedItem, ...] = ()
    remarks: tuple[str, ...] = ()
    remarked: int = 0
    reason: str | None = None


class ImportJob(msgspec.Struct, frozen=True, kw_only=True):
    """Work that the server does with a file, or on an import that is taken back.

    `dialect` is what the file is read as, `ndjson` or a dialect; None until that is found out.
    `run` is the import, once it has begun. `done` of `total` is read in the stage that it is in.
    Times are instants, `by` is the key of the credential that asked for it.
    """

    id: str
    stage: ImportStage
    file: str
    dialect: str | None = None
    contact: str | None = None
    run: int | None = None
    done: int = 0
    total: int = 0
    report: ImportReport = ImportReport()
    by: str | None = None
    created_at: int
    updated_at: int

    @property
    def is_at_work(self) -> bool:
        """Whether the server does something about it."""
        return self.stage in AT_WORK

    @property
    def waits(self) -> bool:
        """Whether its file is worked at, or waits until somebody says that it is meant."""
        is_due = self.stage == "checked" and self.report.counts.add_something
        return is_due or self.stage in {"checking", "importing"}


class JobState(NamedTuple):
    """What finding work needs of an import job, in any account."""

    account_id: int
    id: str
    stage: ImportStage
    updated_at: int


ALL_RUNS = 1 << 31
"""More imports than there are."""


class ImportReader(Protocol):
    """Reading which imports there were, and what is done with files that wait."""

    async def import_runs(
        self, *, before: int | None = None, limit: int = ALL_RUNS
    ) -> list[ImportRun]:
        """The account's imports before a number, newest first."""

    async def import_jobs(self) -> list[ImportJob]:
        """The account's import jobs, newest first; they are few, as each is soon forgotten."""

    async def import_job(self, job_id: str) -> ImportJob:
        """One import job; raises NotFound."""

    async def import_file(self, job_id: str) -> list[str]:
        """The parts of the file of a job, in their order; none where it is gone."""

    async def import_run(self, number: int) -> ImportRun:
        """One import; raises NotFound."""


class ImportWriter(ImportReader, Protocol):
    """Noting what an import does, and undoing it."""

    async def start_import(self, dialect: str | None, files: Sequence[str]) -> int:
        """Note that an import begins; returns its number."""

    async def follow_import(self, number: int) -> bool:
        """Take all that this transaction writes from now on as written by an import.

        Returns False where the import may record no more, because it is being undone.
        """

    async def note_import(self, number: int, counts: ImportCounts) -> ImportCounts:
        """Note what was written since `follow_import`, and what it came to.

        Returns the counts with all entities that were made or changed, those that activities are
        linked to as well.
        """

    async def end_import(self, number: int, counts: ImportCounts) -> None:
        """Add the last counts and note that the import is done."""

    async def add_import_job(self, job: ImportJob, parts: Sequence[str]) -> None:
        """Store a job, with the parts of its file."""

    async def change_import_job(self, before: ImportJob, after: ImportJob) -> bool:
        """Store how far a job is; False where it is not, or no longer, as it was before."""

    async def drop_import_file(self, job_id: str) -> None:
        """Forget the file of a job."""

    async def drop_import_job(self, job_id: str) -> None:
        """Forget a job with its file, if it is there."""

    async def undo_import(self, number: int, place: UndoPlace | None) -> UndoPart:
        """Take back a bounded part of what an import recorded and nobody changed since.

        None is the place to begin at. What is done stays done, so an undo that was broken off may
        begin again. Raises NotFound.
        """


class ImportStore(Protocol):
    """Finding import jobs of all accounts."""

    async def import_job_states(self) -> list[JobState]:
        """The import jobs of all accounts, which are few."""
