"""Episodes at the front desk: appointments, forms, messages, conferences."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from doings.cli.demo import people
from doings.cli.demo.days import Day, Episode, Happening, text_of
from doings.cli.demo.people import ASSISTANT
from doings.core.activity import Link

_SUBJECTS = (
    ("Your trial day on Monday", "We keep a desk at the window for you. Coffee is on us."),
    ("Welcome to Hafenwerk", "Your badge opens the doors from seven to ten."),
    ("The harbour letter", "New phone booths, summer party, and who has moved in."),
    ("About your question", "Yes, the team room can be booked for half a day."),
)

_SHORT = (
    "Your parcel waits at the desk.",
    "Your appointment is tomorrow at ten.",
    "The Elbe room is free from two o’clock on.",
)


def appointment(day: Day) -> Iterator[Happening]:
    """An appointment is made, some are moved, some called off."""
    person, user, id_ = day.person(), day.user(), day.id("apt")
    service = dict(zip(("id", "name"), day.pick(people.SERVICES), strict=True))
    start = day.full_hour(day.dice.randint(9, 16), days=day.dice.randint(2, 12))
    first = {
        "id": id_,
        **_span(start),
        "service": service,
        "staff": _staff(user),
        "notes": "",
        "status": "accepted",
    }
    made = Happening(
        kind="appointment.created",
        at=day.hour(),
        by=user if day.chance(50) else None,
        about=(person.link,),
        data={"appointment": first},
    )
    yield made
    if day.chance(35):
        moved = {**first, **_span(start + timedelta(days=2)), "notes": "Moved on request"}
        previous = {name: first[name] for name in ("start", "end", "notes")}
        yield Happening(
            kind="appointment.updated",
            at=day.at(17, days=1),
            by=user,
            about=made.about,
            data={"appointment": moved, "previous": previous},
        )
    if day.chance(15):
        yield Happening(
            kind="appointment.deleted",
            at=day.at(18, days=1),
            by=user,
            about=made.about,
            data={"appointment": {**first, "status": "cancelled"}},
        )


def _span(start: datetime) -> dict[str, str]:
    return {"start": text_of(start), "end": text_of(start + timedelta(minutes=45))}


def _staff(user: Link) -> dict[str, str]:
    first_name, _, last_name = (user.name or "").partition(" ")
    return {"id": user.id, "first_name": first_name, "last_name": last_name}


def form(day: Day) -> Iterator[Happening]:
    """A form is filled in, corrected, and at times taken back."""
    (form_id, name), about = day.pick(people.FORMS), (day.person().link,)
    result = {
        "id": day.id("result"),
        "form": {"id": form_id},
        "name": {"name": name},
        "marketing_consent": None,
    }
    data: dict[str, Any] = {"form_result": result}
    if day.chance(50):
        data["marketing_consent"] = {"text": "Yes, send me the harbour letter."}
    yield Happening(kind="form_result.created", at=day.hour(8, 22), about=about, data=data)
    if day.chance(40):
        yield Happening(kind="form_result.updated", at=day.at(21, days=1), about=about, data=data)
    if day.chance(30):
        yield Happening(
            kind="form_result.deleted",
            at=day.at(9, days=15),
            by=day.user(),
            about=about,
            data=data,
        )


def email(day: Day) -> Iterator[Happening]:
    """A mail goes out; few are corrected or removed."""
    (summary, body), user, about = day.pick(_SUBJECTS), day.user(), (day.person().link,)
    data = {"email": {"id": day.id("mail")}}
    for kind, chance, days in (("created", 100, 0), ("updated", 10, 1), ("deleted", 8, 9)):
        if day.chance(chance):
            yield Happening(
                kind=f"email.{kind}",
                at=day.at(10, days=days),
                by=user,
                about=about,
                summary=summary,
                body=body,
                data=data,
            )


def text_message(day: Day) -> Iterator[Happening]:
    """The assistant sends a short message; few are corrected or removed."""
    body, about = day.pick(_SHORT), (day.person().link,)
    data = {"text_message": {"id": day.id("sms")}}
    for kind, chance, days in (("created", 100, 0), ("updated", 12, 0), ("deleted", 12, 3)):
        if day.chance(chance):
            yield Happening(
                kind=f"text_message.{kind}",
                at=day.at(13, days=days),
                by=ASSISTANT,
                about=about,
                body=body,
                data=data,
            )


def conference(day: Day) -> Iterator[Happening]:
    """Seats are taken, changed and given back."""
    (id_, title, capacity), person = day.pick(people.CONFERENCES), day.person()
    start = day.full_hour(9, days=21)
    about = (person.link, Link("conference", id_, name=title))
    registration: dict[str, Any] = {
        "id": day.id("reg"),
        "number_of_seats": 1,
        "conference": {"id": id_, "title": title, "capacity": capacity},
        "session": {"id": f"{id_}-1", **_span(start)},
        "source": "website",
        "source_type": "widget",
        "status": "registered",
    }
    yield Happening(
        kind="conference_registration.created",
        at=day.hour(8, 22),
        about=about,
        data={"conference_registration": registration},
    )
    if day.chance(50):
        yield Happening(
            kind="conference_registration.updated",
            at=day.at(12, days=3),
            about=about,
            data={
                "conference_registration": {**registration, "number_of_seats": 2},
                "previous": {"number_of_seats": 1},
            },
        )
    if day.chance(40):
        canceled = {**registration, "status": "canceled", "cancel_reason": "Fell ill"}
        yield Happening(
            kind="conference_registration.deleted",
            at=day.at(8, days=6),
            about=about,
            data={"conference_registration": canceled},
        )


OFTEN: tuple[tuple[Episode, int], ...] = (
    (appointment, 12),
    (email, 12),
    (text_message, 7),
)
SELDOM: tuple[Episode, ...] = (form, conference)
