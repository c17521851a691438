"""Whether an activity goes with the people that are erased, or stays because of others."""

from collections.abc import Collection, Iterable

import msgspec

from doings.core.activity import ACTOR, OWNER
from doings.core.entity import PEOPLE


class Named(msgspec.Struct, frozen=True):
    """An entity that an activity names: its type, id, and roles; `contact` is whom it belongs to.

    `is_erased` says that it is being erased, or was before.
    """

    type: str
    id: str
    roles: Collection[str]
    contact: str | None = None
    is_erased: bool = False


def goes(named: Collection[Named]) -> bool:
    """Whether the activity is about people that are erased, and about no others.

    Anybody who merely acted counts for nothing, and nor does the owner of a thing that did. Only
    where all that is left of it is what an erased person did, that goes as well.
    """
    erased = [one for one in named if one.is_erased and one.type in PEOPLE]
    return bool(erased) and not any(_is_concerned(one, named) for one in named)


def _is_concerned(one: Named, named: Iterable[Named]) -> bool:
    """Whether it is a person who stays, and not one who merely acted."""
    if one.is_erased or one.type not in PEOPLE:
        return False
    given = {role for role in one.roles if role != OWNER}
    if given:
        return given != {ACTOR}
    owned = [other for other in named if other.contact == one.id and other is not one]
    return not owned or any(set(other.roles) != {ACTOR} for other in owned)
