"""The native API's JSON of erasures, holds and retention, and how it becomes the model's."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from doings.core.clock import datetime_from_instant
from doings.core.documents.document import Moment
from doings.core.entity import checked_id, checked_type
from doings.core.erasing.erasure import REASON_LENGTH, Erasure, ErasureOrder, checked_reason
from doings.core.erasing.retention import MAX_DAYS, RULES, Rule, checked_rules
from doings.core.errors import Invalid, Problem
from doings.core.store.erasures import Hold
from doings.core.store.retention import Due
from doings.native.documents import EntityName, LevelText
from doings.native.mapping import key_from_text

ReasonText = Annotated[str, Meta(extra_json_schema={"maxLength": REASON_LENGTH})]
KindPattern = Annotated[
    str, Meta(description="A kind, `noun.*` for each of that noun, or `*` for each there is.")
]
Days = Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": MAX_DAYS})]


class ErasureInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to erase. `dry_run` only counts.

    `activities`: with `erase`, activities about nobody else go, and names, e-mail addresses and
    telephone numbers are taken out of the others; with `unlink` all stay as they are, without the
    link.
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

    `id` is null for a dry run. `done` is false while something is left to do.
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


class ErasurePage(msgspec.Struct):
    """Entries of the register, newest first."""

    items: list[ErasureDocument]
    next: str | None


class HoldInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an entity may not be erased."""

    reason: ReasonText


class HoldDocument(msgspec.Struct):
    """That an entity may not be erased."""

    entity: str
    reason: str
    at: Moment
    by: str | None


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


def order_from_input(document: ErasureInput, *, by: str | None) -> ErasureOrder:
    """Read whom to erase; raises Invalid."""
    entity_type, entity_id = key_from_text(document.entity, field="entity")
    key = (checked_type(entity_type, field="entity"), checked_id(entity_id, field="entity"))
    return ErasureOrder(entity=key, activities=document.activities, reason=document.reason, by=by)


def erasure_document(erasure: Erasure) -> ErasureDocument:
    """Render an entry of the register, or what only was counted."""
    return ErasureDocument(
        id=erasure.id,
        entity=erasure.entity,
        at=datetime_from_instant(erasure.at),
        by=erasure.by,
        reason=erasure.reason,
        activities=erasure.activities,
        counts=ErasureCountsDocument(**msgspec.structs.asdict(erasure.counts)),
        dry_run=erasure.id is None,
        done=erasure.is_done,
    )


def reason_from_input(document: HoldInput) -> str:
    """Why an entity is put on hold; raises Invalid."""
    return checked_reason(document.reason)


def hold_document(hold: Hold) -> HoldDocument:
    """Render a hold."""
    return HoldDocument(":".join(hold.entity), hold.reason, datetime_from_instant(hold.at), hold.by)


def rules_from_input(document: RetentionInput) -> tuple[Rule, ...]:
    """Read the rules; raises Invalid and TooMuch."""
    problems: list[Problem] = []
    rules = []
    for place, one in enumerate(document.rules):
        try:
            rules.append(Rule(one.kind, one.days, one.level))
        except Invalid as error:
            problems += [
                Problem(f"rules[{place}].{field}", reason) for field, reason in error.problems
            ]
    if problems:
        raise Invalid(*problems)
    return checked_rules(rules)


def retention_document(found: list[Due]) -> RetentionDocument:
    """Render the rules with what is due."""
    return RetentionDocument(
        [
            RuleDocument(one.rule.kind, one.rule.days, one.rule.level, one.due, one.has_more)
            for one in found
        ]
    )
