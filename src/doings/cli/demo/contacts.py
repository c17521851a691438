"""Episodes about people: encounters, texts, notes, files, segments, consents."""

from collections.abc import Iterator

from doings.cli.demo import people
from doings.cli.demo.afterwards import Later
from doings.cli.demo.days import Day, Episode, Happening, utc_text_of
from doings.cli.demo.people import ASSISTANT, membership
from doings.core.activity import Link

_ENCOUNTERS = (
    (9, "Lunch at the fish market", "Talked about the second location; wants to see the plans."),
    (6, "A beer after work", "Told me about the move to Altona and the new dog."),
    (1, "Coffee on the roof", "The phone booths are too warm in the afternoon."),
    (4, "Bouldering", "Won two out of three. Next time with the whole team."),
    (13, "Night of the museums", "Met the rest of the studio; they may need a team room in May."),
    (8, "Picnic at the Elbe", "Everybody brought something. The kids found a crab."),
    (11, "Concert in the harbour", None),
    (3, "Long talk in the kitchen", "Thinks about going part-time, so Flex may fit better."),
)

_TEXTS = (
    'Keys handed over, see <a href="https://example.org/keys/handover">the list</a>',
    "Wants the parcel locker from next month on",
    'Lost badge replaced, <a href="https://example.org/badges">new number</a> is in the system',
    "Standing desk repaired",
    "Asked for a quiet corner away from the kitchen",
)

_NOTES = (
    "Prefers to be called in the morning.",
    "Interested in the team room, budget about 900 a month.",
    "Vegetarian; remember for the summer party.",
    "Wants an invoice per quarter instead of per month.",
    "Asked whether dogs are welcome. They are.",
    "Is looking for a designer, introduced to the studio on the second floor.",
    "Travels a lot in autumn, may pause the membership.",
)

_CONSENT = "I agree to receive the harbour letter by e-mail once a month."


def encounter(day: Day) -> Iterator[Happening]:
    """Somebody of the house meets one or two people."""
    activity_type, summary, body = day.pick(_ENCOUNTERS)
    met = day.dice.sample(people.PEOPLE, 2 if day.chance(25) else 1)
    yield Happening(
        kind="encounter.logged",
        at=day.hour(12, 20),
        by=day.user(),
        about=tuple(person.link for person in met),
        summary=summary,
        body=body,
        data={
            "activity_type_id": activity_type,
            "emotions": [day.dice.randint(17, 46)] if day.chance(40) else [],
            "happened_on": str(day.date),
        },
        later=(_corrected(day, body),) if body and day.extra.randrange(5) == 0 else (),
    )


def _corrected(day: Day, body: str) -> Later:
    """Somebody puts the text right the next day."""
    more = day.extra.choice(("And the photos are on the wall now.", "It was the week before."))
    return Later(day.at(9, days=1, by=day.extra), body=f"{body} {more}")


def text(day: Day) -> Iterator[Happening]:
    """A remark on a membership."""
    is_warning = day.chance(10)
    yield Happening(
        kind="text.posted",
        at=day.hour(),
        by=day.user(),
        about=(membership(day.member()),),
        body=day.pick(_TEXTS),
        level="WARN" if is_warning else None,
        channels=("admin",) if is_warning else ("admin", "frontdesk"),
    )


def note(day: Day) -> Iterator[Happening]:
    """A note is written, sometimes changed, sometimes removed."""
    person, user, id_ = day.person(), day.user(), day.id("note")
    body, made_at = day.pick(_NOTES), day.hour()
    about, later = (person.link,), f"{body} Confirmed on the phone."
    data = {"note": {"id": id_, "attachments": [], "created_at": utc_text_of(made_at)}}
    yield Happening(kind="note.created", at=made_at, by=user, about=about, body=body, data=data)
    if day.chance(25):
        yield Happening(
            kind="note.updated",
            at=day.at(15, days=2),
            by=user,
            about=about,
            body=later,
            data={"note": {"id": id_}, "previous": {"body": body}},
        )
    if day.chance(8):
        yield Happening(
            kind="note.deleted",
            at=day.at(11, days=30),
            by=user,
            about=about,
            body=body,
            data={"note": {"id": id_}},
        )


def file(day: Day) -> Iterator[Happening]:
    """A file arrives."""
    name = day.pick(("contract.pdf", "floor-plan.png", "insurance.pdf", "logo.svg"))
    id_, at, suffix = day.id("file"), day.hour(), name.rpartition(".")[2]
    file_path = f"files/{id_}/{name}"
    yield Happening(
        kind="file.uploaded",
        at=at,
        by=day.user(),
        about=(day.person().link,),
        data={
            "file": {
                "id": id_,
                "file_path": file_path,
                "file_filename": name,
                "file_size": day.dice.randint(20_000, 4_000_000),
                "file_mimetype": _MEDIA_TYPES[suffix],
                "file_url": f"https://example.org/{file_path}",
                "created_at": utc_text_of(at),
            }
        },
    )


_MEDIA_TYPES = {"pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml"}


def segment(day: Day) -> Iterator[Happening]:
    """The assistant files somebody under a segment, and some leave it again."""
    person, (id_, name, _) = day.person(), day.pick(people.SEGMENTS)
    about = (person.link, Link("segment", id_, name=name))
    yield Happening(kind="segment.added", at=day.hour(), by=ASSISTANT, about=about)
    if day.chance(30):
        yield Happening(kind="segment.removed", at=day.at(10, days=14), by=day.user(), about=about)


def blocking(day: Day) -> Iterator[Happening]:
    """Somebody writes too much and is forgiven."""
    about, user = (day.person().link,), day.user()
    yield Happening(kind="contact.blocked", at=day.hour(), by=user, about=about)
    yield Happening(kind="contact.unblocked", at=day.at(9, days=3), by=user, about=about)


def leaving_the_letter(day: Day) -> Iterator[Happening]:
    """Somebody unsubscribes, and comes back."""
    person, (id_, name) = day.person(), day.pick(people.BROADCASTS)
    about = (person.link, Link("broadcast", id_, name=name))
    yield Happening(kind="contact.unsubscribed", at=day.hour(), about=about)
    if day.chance(60):
        yield Happening(kind="contact.resubscribed", at=day.at(18, days=20), about=(person.link,))


def consent(day: Day) -> Iterator[Happening]:
    """A consent with all that may become of it."""
    about, id_, user = (day.person().link,), day.id("consent"), day.user()
    data = {"note": {"id": id_}, "marketing_consent": {"text": _CONSENT}}
    yield Happening(
        kind="consent.created", at=day.hour(), by=user, about=about, body=_CONSENT, data=data
    )
    if day.chance(40):
        yield Happening(
            kind="consent.updated",
            at=day.at(12, days=5),
            by=user,
            about=about,
            body=f"{_CONSENT} I may end this at any time.",
            data={**data, "previous": {"body": _CONSENT}},
        )
    if day.chance(40):
        yield Happening(
            kind="consent.deleted", at=day.at(16, days=25), by=user, about=about, data=data
        )


OFTEN: tuple[tuple[Episode, int], ...] = (
    (encounter, 22),
    (note, 18),
    (text, 9),
    (file, 5),
    (segment, 5),
)
SELDOM: tuple[Episode, ...] = (blocking, leaving_the_letter, consent)
