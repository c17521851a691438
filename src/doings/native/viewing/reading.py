"""What is to be seen, as bodies of requests name it; each function raises Invalid."""

from collections.abc import Sequence

from doings.core.entity import TYPE, EntityKey
from doings.core.errors import Invalid, Problem
from doings.native.params import KINDS, is_id


def entity_from_text(text: str) -> EntityKey:
    """The entity that `type:id` names."""
    entity_type, _, entity_id = text.partition(":")
    if not TYPE.fullmatch(entity_type) or not is_id(entity_id):
        raise Invalid.of("entity", "must be type:id, like contact:8")
    return entity_type, entity_id


def kinds_from_texts(texts: Sequence[str] | None) -> tuple[str, ...] | None:
    """Kinds and `noun.*` patterns in the order of the alphabet; None is every kind."""
    if texts is None:
        return None
    problems = [
        Problem(f"kinds[{place}]", f"{text!r} is neither noun.verb nor noun.*")
        for place, text in enumerate(texts)
        if not KINDS.fullmatch(text)
    ]
    if problems:
        raise Invalid(*problems)
    return tuple(sorted(set(texts)))
