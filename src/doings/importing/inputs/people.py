"""A contact as files of other programs say it: which of ours it is, and what is known of it.

Other surfaces read the attributes of a contact. Monica's API shows ways to reach it, and where it
lives, as entities of their own; so both are made here.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from doings.core.activity import Draft
from doings.core.budget import LIST_ITEMS
from doings.core.defaults import ADDRESS, CONTACT_FIELD, CONTACT_FIELD_TYPE
from doings.core.entity import CONTACT, EntityDraft, EntityKey, checked_id
from doings.core.errors import Invalid
from doings.core.imports import NamedRef
from doings.core.text import json_text
from doings.dialects.monica.mapping.countries import code_of_country
from doings.dialects.monica.mapping.resources.people import LABELS
from doings.dialects.monica.validation import MAX_NAME_LENGTH
from doings.dialects.monica.vocabulary import NUMBERS_OF_FIELD_TYPES

EMAIL, PHONE, WEBSITE = "email", "phone", "Website"
"""The sorts of ways to reach somebody that files say most; others go by the service's name."""

_LATER = re.compile(r"[^0-9a-z@.+]")
_LETTER = re.compile(r"[^\W\d_]")
_BETWEEN_DIGITS = re.compile(r"[^0-9+]")


class Way(msgspec.Struct, frozen=True):
    """A way to reach a contact: `email`, `phone`, or the name of a service; and its labels."""

    sort: str
    value: str
    labels: tuple[str, ...] = ()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a contact lives or works; `country` is a name or two letters."""

    street: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None
    country: str | None = None
    labels: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The address in one line."""
        parts = (self.street, self.postal_code, self.city, self.province, self.country)
        return ", ".join([part for part in parts if part])


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of one contact; `attrs` are attributes that need no further thought."""

    name: str | None
    attrs: Mapping[str, object] = {}
    ways: Sequence[Way] = ()
    places: Sequence[Place] = ()
    tags: Sequence[str] = ()


class PersonItem(msgspec.Struct, frozen=True, kw_only=True):
    """What is written for one contact: itself, and what belongs to it.

    `named` are the attributes of parts that hold the id of a thing which goes by its name. `digest`
    stands for all that was said; while it stays the same, nothing is written. The ids of all parts
    that files gave the contact begin with `parts_prefix`.
    """

    key: EntityKey
    draft: EntityDraft
    parts: tuple[tuple[EntityKey, EntityDraft], ...] = ()
    named: tuple[tuple[EntityKey, str, NamedRef], ...] = ()
    tags: tuple[str, ...] = ()
    note: Draft | None = None
    digest: str
    parts_prefix: str

    @property
    def work(self) -> int:
        """What writing it takes, as `core.limits.work` counts it."""
        return 1 + len(self.parts) + len(self.tags) + (self.note is not None)


def contact_key(prefix: str, id_: str | None, *traits: str | None) -> EntityKey:
    """The key of a contact: its id, or else one made of the first of its traits that there is.

    So the same file, imported again, says something of the same contacts. `telling_apart` knows of
    those who share an address. Raises Invalid for a contact of which nothing is said.
    """
    if id_:
        return CONTACT, checked_id(id_)
    for trait in traits:
        if trait and trait.strip():
            digest = hashlib.sha256(_plain(trait).encode()).hexdigest()[:24]
            return CONTACT, f"{prefix}-{digest}"
    raise Invalid.of("contact", "says neither an id nor a name, an address or a number")


def _plain(trait: str) -> str:
    """A name, an address or a number as however it is written: a number without its signs."""
    text = " ".join(unicodedata.normalize("NFC", trait).casefold().split())
    return text if _LETTER.search(text) else _BETWEEN_DIGITS.sub("", text) or text


def contact_draft(name: str | None, attrs: Mapping[str, object]) -> EntityDraft:
    """What is known of a contact; empty values are left out. Raises Invalid."""
    known = {key: value for key, value in attrs.items() if value not in (None, "", [])}
    return EntityDraft(name=name or None, attrs=json_text(known))


def person_item(prefix: str, key: EntityKey, person: Person, note: Draft | None) -> PersonItem:
    """What is written for a person, whose parts have ids that begin with `prefix`; raises Invalid.

    The parts of a sort are numbered: a file that says another telephone number changes the first.
    """
    said = attributes_of(person)
    counts: Counter[str] = Counter()
    parts: list[tuple[EntityKey, EntityDraft]] = []
    named: list[tuple[EntityKey, str, NamedRef]] = []
    for way in person.ways:
        part = _part_key(CONTACT_FIELD, prefix, key, way.sort, counts)
        attrs: dict[str, object] = {"labels": list(way.labels)} if way.labels else {}
        number = NUMBERS_OF_FIELD_TYPES.get(way.sort) if way.sort in {EMAIL, PHONE} else None
        if number is None:
            named.append((part, "contact_field_type", NamedRef(CONTACT_FIELD_TYPE, way.sort)))
        else:
            attrs["contact_field_type"] = number
        parts.append((part, EntityDraft(name=way.value, attrs=json_text(attrs), contact=key[1])))
    for place in person.places:
        part = _part_key(ADDRESS, prefix, key, ADDRESS, counts)
        parts.append((part, _place_draft(place, key[1])))
    for sort, count in counts.items():
        if count > LIST_ITEMS:
            raise Invalid.of(sort, f"a contact has at most {LIST_ITEMS:,} of a sort")
    draft = contact_draft(name_of(person), said)
    return PersonItem(
        key=key,
        draft=draft,
        parts=tuple(parts),
        named=tuple(named),
        tags=tuple(dict.fromkeys(person.tags)),
        note=note,
        # Not when the note was taken: that is the time of the import where the file says none.
        digest=_digest(draft, parts, named, person.tags, note and note.body),
        parts_prefix=part_prefix(prefix, key),
    )


def name_of(person: Person) -> str | None:
    """The name of a person, or else the first address or number, which says more than an id."""
    ways = (way.value for sort in (EMAIL, PHONE) for way in person.ways if way.sort == sort)
    return person.name or next(ways, None)


def attributes_of(person: Person) -> dict[str, object]:
    """The attributes of a person: the first of each sort by itself, the others as a list."""
    said = dict(person.attrs)
    for sort, one, more in (
        (EMAIL, "email", "emails"),
        (PHONE, "phone", "phones"),
        (WEBSITE, "website", "websites"),
    ):
        values = list(dict.fromkeys([way.value for way in person.ways if way.sort == sort]))
        said |= {one: values[0] if values else None, more: values[1:]}
    said["addresses"] = [place.line for place in person.places]
    said["labels"] = list(dict.fromkeys(person.tags))
    return said


MANY = ("emails", "phones", "websites", "addresses", "labels")
"""The attributes that only files write, so that a file which says none of a sort empties it."""


def _part_key(
    type_: str, prefix: str, owner: EntityKey, sort: str, counts: Counter[str]
) -> EntityKey:
    counts[sort] += 1
    plain = _LATER.sub("", sort.casefold()) or hashlib.sha256(sort.encode()).hexdigest()[:8]
    return type_, f"{part_prefix(prefix, owner)}{plain[:64]}-{counts[sort]}"


def part_prefix(prefix: str, owner: EntityKey) -> str:
    """What the ids begin with of the parts that files gave a contact."""
    return f"{prefix}-{hashlib.sha256(owner[1].encode()).hexdigest()[:16]}-"


def _place_draft(place: Place, owner: str) -> EntityDraft:
    country = code_of_country(place.country)
    attrs = {
        "street": place.street,
        "city": place.city,
        "province": place.province,
        "postal_code": place.postal_code,
        "country": country,
        # What is no country that Monica knows is kept in words.
        "country_name": None if country else place.country,
        "labels": list(place.labels) or None,
    }
    known = {name: value for name, value in attrs.items() if value}
    # Monica shows no labels of an address, and its forms have the use as the name.
    words = [word[:1].upper() + word[1:] for word in place.labels]
    name = ", ".join(words)[:MAX_NAME_LENGTH] or None
    return EntityDraft(name=name, attrs=json_text(known), contact=owner)


def _digest(*said: object) -> str:
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:32]


_NOISE = {"internet", "pref", "voice", "x400", "msg", "text", "video", "dom", "intl", "postal"}
_NOISE |= {"parcel", "type", "custom", "1"}
_WORDS = {"business": "work", "mobile": "cell", "iphone": "cell", "company main": "main"}


def labels_of(words: Sequence[str]) -> tuple[str, ...]:
    """The labels that Monica has for words of files; what says nothing of the use is left out."""
    plain = [word.strip() for word in words if word.strip()]
    known = [_WORDS.get(word.lower(), word) for word in plain]
    small = [word.lower() if word.lower() in LABELS else word for word in known]
    return tuple(dict.fromkeys(word for word in small if word.lower() not in _NOISE))


def ways_once(ways: Sequence[Way]) -> list[Way]:
    """The ways, each value of a sort once, with the labels of all who say it."""
    found: dict[tuple[str, str], Way] = {}
    for way in ways:
        known = found.get((way.sort, way.value))
        labels = tuple(dict.fromkeys([*(known.labels if known else ()), *way.labels]))
        found[way.sort, way.value] = Way(way.sort, way.value, labels)
    return list(found.values())
