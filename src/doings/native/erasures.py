"""Between the JSON of erasures, holds and retention and the model; it knows no HTTP."""

import msgspec

from doings.core.clock import datetime_from_instant
from doings.core.entity import checked_id, checked_type
from doings.core.erasing.erasure import Erasure, ErasureOrder, checked_reason
from doings.core.erasing.retention import Rule, checked_rules
from doings.core.errors import Invalid, Problem
from doings.core.store.erasures import Hold
from doings.core.store.retention import Due
from doings.native.documents.erasures import (
    ErasureCountsDocument,
    ErasureDocument,
    ErasureInput,
    HoldDocument,
    HoldInput,
    RetentionDocument,
    RetentionInput,
    RuleDocument,
)
from doings.native.mapping import instant_of, key_from_text


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
        also=None if erasure.also is None else [":".join(key) for key in erasure.also],
    )


def hold_from_input(document: HoldInput) -> tuple[str, int | None]:
    """Why an entity is put on hold, and until when; raises Invalid."""
    until = None if document.until is None else instant_of(document.until, field="until")
    return checked_reason(document.reason), until


def hold_document(hold: Hold) -> HoldDocument:
    """Render a hold."""
    return HoldDocument(
        entity=":".join(hold.entity),
        reason=hold.reason,
        at=datetime_from_instant(hold.at),
        by=hold.by,
        until=None if hold.until is None else datetime_from_instant(hold.until),
    )


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
