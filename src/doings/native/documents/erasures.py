"""The JSON of erasures, holds and retention."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from doings.core.documents.document import Moment, MomentText
from doings.core.erasing.erasure import REASON_LENGTH
from doings.core.erasing.retention import MAX_DAYS, RULES
from doings.native.documents.words import EntityName, LevelText

ReasonText = Annotated[str, Meta(extra_json_schema={"maxLength": REASON_LENGTH})]
KindPattern = Annotated[
    str, Meta(description="A kind, `noun.*` for each of that noun, or `*` for each there is.")
]
Days = Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": MAX_DAYS})]


class ErasureInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to erase. `dry_run` only counts.

    `activities`: with `erase`, activities about nobody else go, and names, e-mail addresses and
    telephone numbers are taken out of the others; with `unlink` all stay as they are, without the
    link. Both are taken out of labels, reasons and names of files as well, `reason` included: the
    register is kept for good and names nobody.
    """

    entity: EntityName
    activities: Literal["erase", "unlink"] = "erase"
    reason: ReasonText | None = None
    dry_run: bool = False


class ErasureCountsDocument(msgspec.Struct):
    """Activities that went, and that stay without the link; what lost content besides."""

    activities_erased: int
    activities_unlinked: int
    changes_redacted: int
    deliveries_redacted: int


class ErasureDocument(msgspec.Struct):
    """An entry of the register; `entity` says nothing of who it was.

    `id` is null for a dry run. `done` is false while something is left to do. `also` are those that
    would go as well, merged people and what belongs to them, 1,000 at most; null for an entry.
    """

    id: str | None
    entity: str
    at: Moment
    by: str | None
    reason: str | None
    activities: Literal["erase", "unlink"]
    counts: ErasureCountsDocument
    dry_run: bool
    done: bool
    also: list[str] | None


class ErasurePage(msgspec.Struct):
    """Entries of the register, newest first."""

    items: list[ErasureDocument]
    next: str | None


class HoldInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an entity may not be erased, and until when; null is until somebody ends the hold."""

    reason: ReasonText
    until: MomentText | None = None


class HoldDocument(msgspec.Struct):
    """That an entity may not be erased; `until` is null where somebody has to end the hold."""

    entity: str
    reason: str
    at: Moment
    by: str | None
    until: Moment | None


class HoldPage(msgspec.Struct):
    """What is on hold."""

    items: list[HoldDocument]
    next: str | None


class RuleInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many days activities of a kind are kept; with a level only those of that level."""

    kind: KindPattern
    days: Days
    level: LevelText | None = None


class RetentionInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All rules of the account; for each activity the first one that fits decides."""

    rules: Annotated[list[RuleInput], Meta(extra_json_schema={"maxItems": RULES})]


class RuleDocument(msgspec.Struct):
    """A rule, and how many activities would go now; with `has_more` there are still more."""

    kind: str
    days: int
    level: str | None
    due: int
    has_more: bool


class RetentionDocument(msgspec.Struct):
    """The rules in their order."""

    rules: list[RuleDocument]
