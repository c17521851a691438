"""Somebody who is seen in all five systems, and what happens in the house that no vendor knows."""

from collections.abc import Iterator

from doings.cli.demo import people
from doings.cli.demo.days import Day, Episode, Happening, text_of
from doings.core.activity import Link
from doings.core.kinds.own import own_kind

KINDS = tuple(
    own_kind(name, title=title, icon=icon, colour=colour)
    for name, title, icon, colour in (
        ("tour.given", "Showed {@contact} around the house", "⚑", "#1c6137"),
        ("parcel.arrived", "A parcel arrived for {@contact}{?: {summary}}", "❒", "#7a5200"),
        ("printer.jammed", "The printer jammed{?: {summary}}", "⚙", "#b3261e"),
    )
)
"""Kinds of the account's own."""

_PARCELS = ("from the printer’s", "too large for the locker", "cash on delivery", "flowers")

_JAMS = ("tray 2", "out of toner in the middle of a contract", "paper in the fuser again")

EVERY = 11
"""Days after which somebody is seen elsewhere again."""


def own(day: Day) -> Iterator[Happening]:
    """Tours, parcels, and a printer that fails now and then."""
    dice = day.extra
    if dice.randrange(7) == 0:
        guest = dice.choice(people.PEOPLE[len(people.MEMBERS) :])
        yield Happening(
            kind="tour.given", at=day.at(11, by=dice), by=day.user(dice), about=(guest.link,)
        )
    if dice.randrange(6) == 0:
        yield Happening(
            kind="parcel.arrived",
            at=day.at(13, by=dice),
            by=people.ASSISTANT,
            about=(dice.choice(people.MEMBERS).link,),
            summary=dice.choice(_PARCELS),
        )
    if dice.randrange(15) == 0:
        yield Happening(
            kind="printer.jammed",
            at=day.at(10, by=dice),
            summary=dice.choice(_JAMS),
            level="ERROR" if dice.randrange(3) == 0 else "WARN",
            channels=("admin", "frontdesk"),
        )


def seen_elsewhere(day: Day) -> Iterator[Happening]:
    """What a vendor's system knows of her, in each of the five in turn."""
    turn, rest = divmod(day.date.toordinal(), EVERY)
    if rest:
        return
    origin = tuple(_SEEN)[turn % len(_SEEN)]
    yield _SEEN[origin](day, people.SEEN[origin])


def _in_monica(day: Day, her: Link) -> Happening:
    return Happening(
        kind="encounter.logged",
        at=day.at(19, by=day.extra),
        about=(her,),
        summary=day.extra.choice(("Theatre with Amara", "Dinner at Amara’s", "A walk at the Elbe")),
        data={"happened_on": str(day.date)},
        origin="monica",
    )


def _in_cobot(day: Day, her: Link) -> Happening:
    room_id, room = day.extra.choice(people.ROOMS)
    about = (her, Link("resource", room_id, name=room))
    return Happening(
        kind="booking.created", at=day.at(9, by=day.extra), about=about, origin="cobot"
    )


def _in_invent(day: Day, her: Link) -> Happening:
    at = day.at(14, by=day.extra)
    return Happening(
        kind="email.created",
        at=at,
        by=day.user(day.extra),
        about=(her,),
        summary=day.extra.choice(("Your studio’s anniversary", "Photos of the summer party")),
        body="Would you like to show your work in the hall?",
        data={"email": {"id": f"mail-{day.date:%Y%m%d}-i"}},
        origin="invent",
    )


def _in_agendize(day: Day, her: Link) -> Happening:
    start = day.full_hour(16, days=3)
    service_id, service = people.SERVICES[2]
    return Happening(
        kind="appointment.created",
        at=day.at(12, by=day.extra),
        about=(her,),
        data={
            "appointment": {
                "id": f"apt-{day.date:%Y%m%d}-a",
                "start": text_of(start),
                "end": text_of(start.replace(minute=45)),
                "service": {"id": service_id, "name": service},
                "notes": "",
                "status": "accepted",
            }
        },
        origin="agendize",
    )


def _in_mio(day: Day, her: Link) -> Happening:
    return Happening(
        kind="details.shared",
        at=day.at(15, by=day.extra),
        by=her,
        about=(her,),
        body="My new address.",
        data={"requirements": [{"code": "RQ_007", "type": "RTP_001", "items": []}]},
        origin="mio",
    )


_SEEN = {
    "monica": _in_monica,
    "cobot": _in_cobot,
    "invent": _in_invent,
    "agendize": _in_agendize,
    "mio": _in_mio,
}

EPISODES: tuple[Episode, ...] = (own, seen_elsewhere)
"""They come last on their day and throw dice of their own, so that they change no other story."""
