"""The JSON of merges, and of who else may be one person."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from doings.core.budget import MERGED_ENTITIES
from doings.core.documents.document import Moment
from doings.core.store.merges import REASON_LENGTH
from doings.native.documents.words import EntityName


class MergeInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People who are one person: `keep` stands for all of `merge`, which are of its type."""

    keep: EntityName
    merge: Annotated[tuple[EntityName, ...], Meta(min_length=1, max_length=MERGED_ENTITIES - 1)]
    reason: Annotated[str, Meta(max_length=REASON_LENGTH)] | None = None


class DismissInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People of whom no two are one person."""

    entities: Annotated[tuple[EntityName, ...], Meta(min_length=2, max_length=MERGED_ENTITIES)]


class MergeDocument(msgspec.Struct):
    """A merge. While it is active, `keep` stands for each of `merged`.

    One that is `automatic` was made by the server itself, as the account's setting `merging` lets
    it; `reason` says why.
    """

    id: str
    keep: str
    merged: list[str]
    reason: str | None
    at: Moment
    by: str | None
    automatic: bool
    status: Literal["active", "reverted"]
    reverted_at: Moment | None
    reverted_by: str | None


class MergePage(msgspec.Struct):
    """A stretch of the merges, newest first."""

    items: list[MergeDocument]
    next: str | None
    prev: str | None


class SuggestionDocument(msgspec.Struct):
    """Two who may be one person: how likely, from 0 to 1, and why."""

    entities: list[str]
    score: float
    reasons: list[str]


class SuggestionList(msgspec.Struct):
    """Suggestions, the likeliest first."""

    items: list[SuggestionDocument]
