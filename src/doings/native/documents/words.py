"""The words of many documents: texts of a kind, with what the description says of them."""

import re
from typing import Annotated

from msgspec import Meta

from doings.auth.principal import SCOPE_ALIASES, SCOPES
from doings.core.activity import (
    BODY_LENGTH,
    JSON_LENGTH,
    KIND,
    LEVELS,
    ORIGIN,
    SUMMARY_LENGTH,
    WORD,
)
from doings.core.documents.document import JsonObject
from doings.core.entity import ATTRS_LENGTH, ID_LENGTH, NAME_LENGTH, TYPE
from doings.core.kinds.own import ICON_LENGTH, TITLE_LENGTH
from doings.core.text import DEEPEST


def like(pattern: re.Pattern[str]) -> Meta:
    """Describes a text that the model checks itself, and better than a schema could."""
    return Meta(extra_json_schema={"pattern": f"^{pattern.pattern}$"})


def at_most(characters: int) -> Meta:
    """Describes how long a text may be, which the model checks."""
    return Meta(extra_json_schema={"maxLength": characters})


def items(most: int) -> Meta:
    """Describes how long a list may be, which the model checks."""
    return Meta(extra_json_schema={"maxItems": most})


def described(sentence: str) -> Meta:
    """Says of a member what its type alone does not."""
    return Meta(description=sentence)


def json_of(characters: int) -> Meta:
    """Describes an object that is empty where it is left out, and how large it may be."""
    sentence = f"At most {characters:,} characters of JSON, {DEEPEST} levels deep."
    return Meta(description=sentence, extra_json_schema={"default": {}})


KindText = Annotated[str, like(KIND)]
TypeText = Annotated[str, like(TYPE)]
WordText = Annotated[str, like(WORD)]
OriginText = Annotated[str, like(ORIGIN)]
KindTitle = Annotated[str, at_most(TITLE_LENGTH)]
KindIcon = Annotated[str, at_most(ICON_LENGTH)]
KindColour = Annotated[str, Meta(extra_json_schema={"pattern": "^#[0-9A-Fa-f]{6}$"})]
IdText = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": ID_LENGTH})]
LevelText = Annotated[str, Meta(extra_json_schema={"enum": sorted(LEVELS)})]
ScopeText = Annotated[str, Meta(extra_json_schema={"enum": [*SCOPES, *SCOPE_ALIASES]})]
SummaryText = Annotated[str, at_most(SUMMARY_LENGTH)]
BodyText = Annotated[str, at_most(BODY_LENGTH)]
NameText = Annotated[str, at_most(NAME_LENGTH)]
ActivityJson = Annotated[JsonObject, json_of(JSON_LENGTH)]
EntityJson = Annotated[JsonObject, json_of(ATTRS_LENGTH)]
EntityName = Annotated[
    str, Meta(description="`type:id`, like `contact:8`", extra_json_schema={"pattern": "^[^:]+:"})
]
