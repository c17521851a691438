"""What a page says of its address: that a part of it does not count, and why."""

from collections.abc import Iterable

import msgspec

from doings.httpkit.input.params import unreadable_pairs
from doings.httpkit.request import Request

SHOWN = 100
"""How many characters of a value that cannot be read are shown."""

REMARKS = 20
"""How many remarks are shown."""

REPEATED = "was given several times, and only the last one counts"
UNKNOWN = "there is no such filter"


class Remark(msgspec.Struct, frozen=True):
    """That a filter does not count, and why; or, where it `counts`, what has to be known of it."""

    name: str
    value: str
    reason: str
    counts: bool = False


def unreadable_of(request: Request) -> list[Remark]:
    """What the address has that is no text, and was left out before anybody read it."""
    return [
        Remark(name[:SHOWN], value[:SHOWN], reason)
        for name, value, reason in unreadable_pairs(request.scope["query_string"])
    ]


def repeated_in(name: str, values: Iterable[str]) -> list[Remark]:
    """The values of a single filter that do not count, as another one came later."""
    different = list(dict.fromkeys([value.strip() for value in values if value.strip()]))
    return [Remark(name, value[:SHOWN], REPEATED) for value in different[:-1]]


def remarks_of(request: Request, known: Iterable[str]) -> list[Remark]:
    """What a page leaves out of an address of which it knows some single parameters."""
    remarks = unreadable_of(request)
    for name, values in request.query.items():
        if name in known:
            remarks += repeated_in(name, values)
        else:
            remarks.append(Remark(name[:SHOWN], values[-1][:SHOWN], UNKNOWN))
    return remarks[:REMARKS]
