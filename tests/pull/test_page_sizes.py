"""Services that give fewer a page than they are asked for, or in another order than is known."""

import json
from collections.abc import Callable, Sequence

import pytest

from doings.core.pulling.service import Answer, Beginning, Inconsistent, Seen
from doings.importing.pull.services import SERVICES

NOW = 1_700_000_000_000_000


def walked(dialect: str, page_of: Callable[[dict[str, str], str], Answer]) -> list[bytes]:
    """All elements that a first round through a service shows."""
    service = SERVICES[dialect]
    place = service.begin(None, Beginning(now=NOW, is_first=True, contact="8"))
    seen: dict[bytes, None] = {}
    while (ask := service.ask(place)) is not None:
        page = service.page(place, page_of(dict(ask.params), ask.path))
        new = sum(one not in seen for one in page.elements)
        seen |= dict.fromkeys(page.elements)
        place = service.turn(place, page, Seen(new, len(page.elements) - new, len(seen)))
        while service.missed_after(place) is not None:
            place = service.found(place, None)
    return list(seen)


def numbers(elements: Sequence[bytes]) -> list[int]:
    """The numbers of elements."""
    return [int(json.loads(one)["id"]) for one in elements]


def cut(of: Sequence[object], params: dict[str, str], size: int) -> Sequence[object]:
    """A page of them."""
    start = (int(params["page"]) - 1) * size
    return of[start : start + size]


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize(("count", "size"), [(200, 50), (199, 10), (37, 100), (200, 100)])
def test_invent_may_give_fewer(count: int, size: int, counts: bool) -> None:  # noqa: FBT001 - a case
    """Whether it counts what there is or not; a page that is full is not the end."""
    notes = [{"id": str(n), "created_at": f"2026-01-01T10:{n // 60:02}:00Z"} for n in range(count)]

    def page_of(params: dict[str, str], _path: str) -> Answer:
        headers = {"pagination-count": str(count)} if counts else {}
        return Answer(json.dumps(cut(notes[::-1], params, size)).encode(), headers)

    assert sorted(numbers(walked("invent", page_of))) == list(range(count))


def monica(
    count: int, size: int, pages: int | None = None
) -> Callable[[dict[str, str], str], Answer]:
    """A Monica that has activities only."""
    activities = [{"id": number, "happened_at": "2026-01-01"} for number in range(count)]

    def page_of(params: dict[str, str], path: str) -> Answer:
        there = activities if path == "/activities" else []
        shown = there[:size] if pages else cut(there, params, size)
        meta = {"total": str(len(there)), "last_page": pages or max(1, -(-len(there) // size))}
        return Answer(json.dumps({"data": shown, "meta": meta}).encode())

    return page_of


@pytest.mark.parametrize(("count", "size"), [(1000, 10), (450, 15)])
def test_monica_may_give_fewer(count: int, size: int) -> None:
    """As it does where it has a limit of its own."""
    assert numbers(walked("monica", monica(count, size))) == list(range(count))


def test_a_list_without_an_end_is_still_one() -> None:
    """It counts 1,000 and has more and more pages of 10."""
    with pytest.raises(Inconsistent, match="shows more and more pages"):
        walked("monica", monica(1000, 10, pages=10**6))


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("stamp", [int, str, lambda _: None])
def test_mio_may_list_in_any_order(order: int, stamp: Callable[[int], object]) -> None:
    """The oldest first as well, and with times that are texts or none: nothing is passed over."""
    day = 86_400_000
    listed = [{"id": str(n), "created_at": stamp((n // 10 + 1) * day)} for n in range(400)][::order]

    def page_of(params: dict[str, str], _path: str) -> Answer:
        last = params.get("to")
        there = [one for one in listed if last is None or last >= _day(int(str(one["id"])))]
        shown = cut(there, params, 100)
        has_next = len(there) > int(params["page"]) * 100
        return Answer(json.dumps({"has_next": has_next, "activities": shown}).encode())

    assert sorted(numbers(walked("mio", page_of))) == list(range(400))


def _day(number: int) -> str:
    months, day = divmod(number // 10 + 1, 31)
    return f"1970-{months + 1:02}-{day + 1:02}"
