"""Who and what the demo is about: a coworking house in Hamburg, its members, rooms and services."""

import msgspec

from doings.core.activity import Link
from doings.core.entity import SELF, EntityDraft, EntityKey
from doings.core.text import json_text

SLUG = "demo"
NAME = "Hafenwerk"
ZONE = "Europe/Berlin"

US = Link(SELF, SLUG)


class Person(msgspec.Struct, frozen=True):
    """A contact; the birthdate is empty where nobody knows it."""

    id: str
    first_name: str
    last_name: str
    gender: str
    birthdate: str

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def email(self) -> str:
        """An address that reaches nobody."""
        return f"person{self.id}@example.org"

    @property
    def link(self) -> Link:
        """The contact as the subject of something."""
        return Link("contact", self.id)


_PEOPLE = (
    ("Amara", "Okafor", "Woman", "1988-04-12"),
    ("Jonas", "Petersen", "Man", "1979-11-02"),
    ("Nguyễn", "Thị Minh Anh", "Woman", "1994-02-19"),
    ("李", "秀英", "Woman", "1985-09-30"),
    ("Олена", "Шевченко", "Woman", ""),
    ("محمد", "الفاسي", "Man", "1990-07-07"),
    ("Þórdís", "Jónsdóttir", "Woman", "1992-12-24"),
    ("Tomás", "Echeverría Ruiz", "Man", ""),
    ("Aino", "Virtanen", "Woman", "1969-05-16"),
    ("Kwame", "Mensah", "Man", "1983-10-21"),
    ("Priya", "Raghunathan", "Woman", "1996-03-08"),
    ("김", "도윤", "Man", "1991-06-14"),
    ("Zoë", "van den Berg", "Woman", "1987-01-27"),
    ("Łukasz", "Wójcik", "Man", ""),
    ("Leilani", "Kahananui", "Woman", "1998-08-02"),
    ("Yusuf", "Demir", "Man", "1975-03-29"),
    ("田中", "さくら", "Woman", "1993-04-04"),
    ("Siobhán", "Ní Bhriain", "Woman", ""),
    ("Matías", "Quispe Mamani", "Man", "1989-11-11"),
    ("Noam", "Ben-David", "Rather not say", "1995-05-25"),
    ("Ingrid", "Sørensen", "Woman", "1962-07-18"),
    ("Chidi", "Eze", "Man", "1997-09-09"),
    ("Αλέξανδρος", "Παπαδόπουλος", "Man", "1981-02-14"),
    ("Suharto", "", "Man", ""),
)

PEOPLE = tuple(Person(str(number), *row) for number, row in enumerate(_PEOPLE, 1))

MEMBERS = PEOPLE[:10]
"""Contacts with a membership; its id is `m` and the contact's id."""

HER = PEOPLE[0]
"""Somebody who is seen in the systems of all five vendors."""

SEEN = {
    "monica": Link("contact", "m-4711"),
    "cobot": Link("contact", "c-8c2f19"),
    "invent": Link("contact", "i-con-77"),
    "agendize": Link("contact", "a-90211"),
    "mio": Link("individual", "i1", "counterpart"),
}
"""What she is called in each. The contacts are merged into her own; what mio knows belongs to her.
"""

_NAMES = {
    "monica": "Amara Okafor",
    "cobot": "A. Okafor",
    "invent": "Okafor, Amara",
    "agendize": "Amara Okafor-Lindt",
}

TWIN = "1002"
"""The id of a contact that looks like another one, and is suggested for a merge."""

PLANS = (("Flex", "149.00"), ("Desk", "279.00"), ("Team room", "890.00"))

USERS = (
    Link("user", "u1", name="Hanna Brodersen"),
    Link("user", "u2", name="Deniz Öztürk"),
    Link("user", "u3", name="Grace Mbeki"),
)

ASSISTANT = Link("assistant", "a1", name="Ahoi")

SEGMENTS = (
    ("s1", "Newsletter", "sky"),
    ("s2", "Early birds", "amber"),
    ("s3", "Founders", "violet"),
    ("s4", "Looking for a team room", "lime"),
)

BROADCASTS = (("b1", "Harbour letter"), ("b2", "Summer closing days"), ("b3", "New phone booths"))

ROOMS = (("r1", "Elbe"), ("r2", "Alster"), ("r3", "Bille"), ("r4", "Phone booth 2"))

SERVICES = (("sv1", "Tour of the house"), ("sv2", "Tax advice"), ("sv3", "Portrait photos"))

CONFERENCES = (("c1", "Founders’ breakfast", "24"), ("c2", "Quiet Tools Day", "60"))

FORMS = (("f1", "Trial day"), ("f2", "Feedback after a month"))


def membership(person: Person) -> Link:
    """A member's membership."""
    return Link("membership", f"m{person.id}", name=person.name)


def individual(person: Person) -> Link:
    """A person as the other party of an interaction."""
    return Link("individual", f"i{person.id}", "counterpart", name=person.name)


def entities() -> list[tuple[EntityKey, EntityDraft]]:
    """Everybody and everything, contacts before what belongs to them."""
    return [
        *(_contact(person) for person in PEOPLE),
        *doubles(),
        _entity("contact", TWIN, "Jonas Petersenn", email=PEOPLE[1].email),
        *(_membership(number, person) for number, person in enumerate(MEMBERS)),
        *(_individual(person) for person in PEOPLE[:6]),
        *(_user(user) for user in USERS),
        _entity(ASSISTANT.type, ASSISTANT.id, ASSISTANT.name or "", avatar_url=_AVATAR),
        *(
            _entity("segment", id_, name, color=color, contacts_count=len(name), boards=[])
            for id_, name, color in SEGMENTS
        ),
        *(_entity("broadcast", id_, name) for id_, name in BROADCASTS),
        *(_entity("resource", id_, name) for id_, name in ROOMS),
        *(_entity("conference", id_, name) for id_, name, _ in CONFERENCES),
    ]


def doubles() -> list[tuple[EntityKey, EntityDraft]]:
    """Her as a contact of each other system; all know her address."""
    return [
        _entity("contact", SEEN[origin].id, name, email=HER.email)
        for origin, name in _NAMES.items()
    ]


_AVATAR = "https://example.org/avatars/ahoi.png"


def _entity(
    type_: str, id_: str, name: str, *, contact: str | None = None, **attrs: object
) -> tuple[EntityKey, EntityDraft]:
    return (type_, id_), EntityDraft(name=name, attrs=json_text(attrs), contact=contact)


def _contact(person: Person) -> tuple[EntityKey, EntityDraft]:
    known = {"birthdate": person.birthdate} if person.birthdate else {}
    return _entity(
        "contact",
        person.id,
        person.name,
        first_name=person.first_name,
        last_name=person.last_name,
        gender=person.gender,
        email=person.email,
        phone=f"+49 40 5550 {int(person.id):04}",
        **known,
    )


def _membership(number: int, person: Person) -> tuple[EntityKey, EntityDraft]:
    plan, price = PLANS[number % len(PLANS)]
    return _entity(
        "membership",
        f"m{person.id}",
        person.name,
        contact=person.id,
        email=person.email,
        plan={"name": plan, "total_price_per_cycle": price, "currency": "EUR"},
        confirmed_at=f"20{20 + number % 5}-0{1 + number % 9}-01",
        customer_number=f"HW-{1000 + number}",
    )


def _individual(person: Person) -> tuple[EntityKey, EntityDraft]:
    return _entity(
        "individual",
        f"i{person.id}",
        person.name,
        contact=person.id,
        cifcode=f"CIF{7300 + int(person.id)}",
        avatar=f"https://example.org/avatars/{person.id}.png",
        score=70 + int(person.id),
        scoring_level="HIGH",
        social_media=[],
    )


def _user(user: Link) -> tuple[EntityKey, EntityDraft]:
    first_name, _, last_name = (user.name or "").partition(" ")
    return _entity(
        "user",
        user.id,
        user.name or "",
        first_name=first_name,
        last_name=last_name,
        email=f"{first_name.lower()}@example.org",
        avatar=f"https://example.org/avatars/{user.id}.png",
    )
