"""Episodes of keeping in touch: calls, conversations, life events, tasks and the journal."""

from collections.abc import Iterator

from doings.cli.demo.days import Day, Episode, Happening, utc_text_of
from doings.cli.demo.people import ASSISTANT

_CALLS = (
    ("Asked whether the team room is free in March.", True),
    ("Told them about the summer closing days.", False),
    ("Will be late with the keys, and sends a colleague.", True),
    ("Wanted to know how the first week was. Very quiet, and that is meant as praise.", False),
)
"""What was said, and whether it was the contact who rang."""

_CONVERSATIONS = (
    ("Is the roof open today?", "Until ten. Bring a jacket, it is windy."),
    ("My badge does not open the garage.", "Try it now, please.", "It works. Thank you!"),
    ("Can I bring two guests on Thursday?", "Of course. They sign in at the front desk."),
)
"""Messages to and fro; the contact begins."""

_LIFE_EVENTS = (
    (1, "New job", "Starts at the maritime museum in spring."),
    (15, "New pet", "A dog called Fiete, who is welcome in the house."),
    (18, "Moved", "To Altona, fifteen minutes by bicycle."),
    (34, "Took up a new hobby", "Sails on the Alster on Wednesdays."),
)
"""Monica's number and name of the type, and what happened."""

_TASKS = (
    "Send the floor plan",
    "Order two more lockers",
    "Ask the landlord about bicycle stands",
    "Return the projector",
)

_JOURNAL = (
    "A full house for the first time since summer. Nobody had to queue for a booth.",
    "Quiet day. Painted the wall in the kitchen; the green is better than it looked on paper.",
    "The harbour birthday was loud and long. Open an hour later tomorrow.",
)


def call(day: Day) -> Iterator[Happening]:
    """A call with somebody."""
    dice = day.extra
    said, contact_called = dice.choice(_CALLS)
    yield Happening(
        kind="call.logged",
        at=day.at(10, by=dice),
        by=day.user(dice),
        about=(day.person(dice).link,),
        body=said,
        data={"contact_called": contact_called},
    )


def conversation(day: Day) -> Iterator[Happening]:
    """Messages to and fro, a few minutes apart."""
    dice = day.extra
    messages = dice.choice(_CONVERSATIONS)
    at = day.at(14, by=dice)
    yield Happening(
        kind="conversation.logged",
        at=at,
        by=ASSISTANT,
        about=(day.person(dice).link,),
        body="\n".join(messages),
        data={
            "messages": [
                {
                    "id": number,
                    "content": content,
                    "written_at": utc_text_of(at),
                    "written_by_me": number % 2 == 0,
                }
                for number, content in enumerate(messages, 1)
            ],
        },
    )


def life_event(day: Day) -> Iterator[Happening]:
    """Something changes in somebody's life."""
    dice = day.extra
    number, name, said = dice.choice(_LIFE_EVENTS)
    yield Happening(
        kind="life_event.logged",
        at=day.at(18, by=dice),
        by=day.user(dice),
        about=(day.person(dice).link,),
        body=said,
        data={"life_event_type": {"id": number, "name": name}},
    )


def task(day: Day) -> Iterator[Happening]:
    """What was promised to somebody is done."""
    dice = day.extra
    yield Happening(
        kind="task.completed",
        at=day.at(16, by=dice),
        by=day.user(dice),
        about=(day.person(dice).link,),
        summary=dice.choice(_TASKS),
    )


def journal(day: Day) -> Iterator[Happening]:
    """One of the house writes down how the day was."""
    dice = day.extra
    yield Happening(
        kind="journal_entry.written",
        at=day.at(19, by=dice),
        by=day.user(dice),
        body=dice.choice(_JOURNAL),
    )


_TURNS: tuple[Episode, ...] = (call, conversation, life_event, task, journal)

EVERY = 4
"""Days after which the next of them has its turn."""


def in_turn(day: Day) -> Iterator[Happening]:
    """One of the episodes every few days."""
    turn, rest = divmod(day.date.toordinal(), EVERY)
    if rest == 0:
        yield from _TURNS[turn % len(_TURNS)](day)


EPISODES: tuple[Episode, ...] = (in_turn,)
"""They come last on their day and throw dice of their own, so that they change no other story."""
