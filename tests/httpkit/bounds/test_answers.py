"""Room for large answers: bounded, and shared fairly."""

import pytest

from doings.core.errors import Busy
from doings.httpkit.bounds.answers import AnswerRoom


def test_account_takes_half_of_what_others_leave() -> None:
    """So there is room for the next account, too."""
    room = AnswerRoom(most=100)

    for _ in range(5):
        room.take(1, 10)
    with pytest.raises(Busy) as refused:
        room.take(1, 10)
    for _ in range(2):
        room.take(2, 10)
    with pytest.raises(Busy):
        room.take(2, 10)
    room.take(3, 10)

    assert refused.value.bound == "memory"


def test_one_answer_finds_room_whatever_its_size() -> None:
    """Else nobody could ever read it."""
    room = AnswerRoom(most=100)

    room.take(1, 1000)
    with pytest.raises(Busy):
        room.take(1, 1)
    room.take(2, 1)
    room.give_back(1, 1000)
    room.take(1, 40)
