"""What a page says of its address: that a part of it does not count, and why."""

from collections.abc import Iterable

import msgspec

from doings.httpkit.input.params import Parameters, last, unreadable_pairs
from doings.httpkit.request import Request

SHOWN = 100
"""How many characters of a value that cannot be read are shown."""

REMARKS = 20
"""How many remarks are shown."""

REPEATED = "was given several times, and only the last one counts"
UNKNOWN = "there is no such filter"
WHOLE = "must be a whole number"
NOT_KNOWN = "this page has no such parameter"


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


def knowing(*names: str) -> Parameters:
    """The parameters of a page, each a single one. Whatever else the address has is said there."""
    return Parameters(singles=frozenset(names), is_free=True)


def remarks_of(request: Request) -> list[Remark]:
    """What a page leaves out of its address; that of a form that was sent says nothing."""
    if request.method == "POST":
        return []
    remarks = unreadable_of(request)
    for name, values in request.query.items():
        if name in request.parameters.singles:
            remarks += repeated_in(name, values)
        else:
            remarks.append(Remark(name[:SHOWN], values[-1][:SHOWN], NOT_KNOWN))
    return remarks[:REMARKS]


def unread(request: Request, name: str, value: object, reason: str) -> list[Remark]:
    """That a parameter was given, and is nothing that it may be, where its value is None."""
    text = last(request.query, name) if request.method != "POST" else None
    return [Remark(name, text[:SHOWN], reason)] if text and value is None else []
