"""Episodes of the house: memberships, invoices, plans, rooms, check-ins, events."""

from collections.abc import Iterator

from doings.cli.demo import people
from doings.cli.demo.days import Day, Episode, Happening
from doings.cli.demo.people import Person, membership
from doings.core.activity import Link

_EVENTS = ("Founders’ breakfast", "Quiet Tools Day", "Summer party", "Tax evening")


def invoices_of_the_month(day: Day) -> Iterator[Happening]:
    """Every member is billed on the first; one of them cannot pay at once."""
    if day.date.day != 1:
        return
    unlucky = day.member()
    for number, person in enumerate(people.MEMBERS):
        yield from _invoice(day, number, person)
        if person == unlucky:
            yield from _unpaid(day, number, person)


def _invoice(day: Day, number: int, person: Person) -> Iterator[Happening]:
    about, data = (membership(person),), _bill(day, number, person)
    for kind, hour in (("created", 6), ("sent", 7)):
        yield Happening(kind=f"invoice.{kind}", at=day.at(hour), about=about, data=data)


def _unpaid(day: Day, number: int, person: Person) -> Iterator[Happening]:
    about, data = (membership(person),), _bill(day, number, person)
    yield Happening(
        kind="payment.failed", at=day.at(8, days=3), about=about, data=data, level="ERROR"
    )
    yield Happening(kind="payment_method.updated", at=day.at(20, days=4), about=about)
    yield Happening(
        kind="invoice.updated", at=day.at(9, days=5), by=day.user(), about=about, data=data
    )


def _bill(day: Day, number: int, person: Person) -> dict[str, str]:
    return {
        "invoice_number": f"HW-{day.date:%y%m}-{number + 1:03}",
        "invoice_id": f"inv-{day.date:%Y%m}-{number + 1}",
        "amount": people.PLANS[number % len(people.PLANS)][1],
        "currency": "EUR",
        "membership_id": membership(person).id,
        "membership_name": person.name,
    }


def wrong_invoice(day: Day) -> Iterator[Happening]:
    """An invoice too many is made out and removed."""
    person, user = day.member(), day.user()
    data = {**_bill(day, 90, person), "invoice_id": day.id("inv")}
    about = (membership(person),)
    yield Happening(kind="invoice.created", at=day.at(10), by=user, about=about, data=data)
    yield Happening(kind="invoice.deleted", at=day.at(11), by=user, about=about, data=data)


def plan(day: Day) -> Iterator[Happening]:
    """Somebody changes the plan from next month on."""
    person, (old, new) = day.member(), day.dice.sample(people.PLANS, 2)
    yield Happening(
        kind="plan.changed",
        at=day.hour(),
        by=day.user(),
        about=(membership(person),),
        data={
            "old_plan_name": old[0],
            "new_plan_name": new[0],
            "change_date": str(day.full_hour(0, days=30).date().replace(day=1)),
            "old_plan_extras": [],
            "new_plan_extras": [{"name": "Parcel locker", "price": "9.00"}],
            "old_plan_price": old[1],
            "new_plan_price": new[1],
            "old_plan_currency": "EUR",
            "new_plan_currency": "EUR",
            "membership_id": membership(person).id,
            "membership_name": person.name,
        },
    )


def membership_begins(day: Day) -> Iterator[Happening]:
    """Somebody joins."""
    about = (membership(day.member()),)
    yield Happening(kind="membership.created", at=day.at(19), about=about)
    yield Happening(kind="membership.confirmed", at=day.at(9, days=1), by=day.user(), about=about)


def membership_ends(day: Day) -> Iterator[Happening]:
    """Somebody gives notice; some change their mind, some come back, some are forgotten."""
    about, user = (membership(day.member()),), day.user()
    yield Happening(kind="membership.canceled", at=day.hour(), about=about)
    ending = (("uncanceled", 4), ("reactivated", 35), ("deleted", 40))
    kind, days = day.pick(ending)
    yield Happening(kind=f"membership.{kind}", at=day.at(11, days=days), by=user, about=about)


def guests(day: Day) -> Iterator[Happening]:
    """Day passes and guest accounts."""
    about = (membership(day.member()),)
    yield Happening(kind="drop_in_pass.created", at=day.at(9), about=about)
    yield Happening(kind="guest_account.created", at=day.at(10), by=day.user(), about=about)


def booking(day: Day) -> Iterator[Happening]:
    """A room is booked; some bookings are changed or removed."""
    about = (membership(day.member()), _room(day))
    yield Happening(kind="booking.created", at=day.hour(), about=about)
    if day.chance(20):
        yield Happening(kind="booking.updated", at=day.at(18), about=about)
    if day.chance(15):
        yield Happening(kind="booking.deleted", at=day.at(19), about=about)


def _room(day: Day) -> Link:
    id_, name = day.pick(people.ROOMS)
    return Link("resource", id_, name=name)


def rooms(day: Day) -> Iterator[Happening]:
    """A thing that can be booked comes, changes and goes."""
    user = day.user()
    about = (Link("resource", day.id("res"), name=day.pick(("Beamer", "Cargo bike", "Locker"))),)
    for kind, days in (("created", 0), ("updated", 2), ("deleted", 28)):
        yield Happening(kind=f"resource.{kind}", at=day.at(14, days=days), by=user, about=about)


def allocation(day: Day) -> Iterator[Happening]:
    """A member gets something for good, and gives it back."""
    about, user = (membership(day.member()), _room(day)), day.user()
    for kind, days in (("created", 0), ("updated", 10), ("deleted", 40)):
        yield Happening(kind=f"allocation.{kind}", at=day.at(15, days=days), by=user, about=about)


def check_in(day: Day) -> Iterator[Happening]:
    """Somebody comes in; the door makes a mistake now and then."""
    about = (membership(day.member()),)
    for kind, chance, hour in (("created", 100, 8), ("updated", 10, 9), ("deleted", 10, 10)):
        if day.chance(chance):
            yield Happening(kind=f"checkin.{kind}", at=day.at(hour), about=about)


def event(day: Day) -> Iterator[Happening]:
    """Something is announced."""
    title = day.pick(_EVENTS)
    yield Happening(
        kind="event.published",
        at=day.at(12),
        by=day.user(),
        about=(Link("event", day.id("event"), name=title),),
        summary=title,
        channels=("admin", "members"),
    )


DAILY: tuple[Episode, ...] = (invoices_of_the_month,)
OFTEN: tuple[tuple[Episode, int], ...] = ((booking, 8), (check_in, 10))
SELDOM: tuple[Episode, ...] = (
    wrong_invoice,
    plan,
    membership_begins,
    membership_ends,
    guests,
    rooms,
    allocation,
    event,
)
