"""What the columns of a table of contacts are, and the person that a row says. Pure.

The names are those of the tables that Google, Outlook and others write, and of those that people
write by hand, in English and German.
"""

import re
from collections.abc import Mapping

from doings.importing.inputs.people import (
    EMAIL,
    PHONE,
    WEBSITE,
    Person,
    Place,
    Way,
    labels_of,
    ways_once,
)

_USES = {
    "business": "work",
    "private": "home",
    "primary": "",
    "company_main": "main",
    "cell": "mobile",
}
_USE = "(?:(home|business|work|private|mobile|cell|other|main|company_main|primary)_)?"
_NUMBER = r"(?:_(\d{1,2}))?"

_COLUMNS = (
    (rf"{_USE}e_?mail(?:_address|_adresse)?{_NUMBER}(?:_address|_value)?", "email"),
    (rf"{_USE}fax(?:_number)?{_NUMBER}(?:_value)?", "fax"),
    (rf"{_USE}(?:tele)?(?:phone|fon)(?:_number)?{_NUMBER}(?:_value)?", "phone"),
    (rf"{_USE}(?:tel|telefonnummer|phonenumber){_NUMBER}", "phone"),
    (rf"(mobile|cell|cell_?phone|handy|mobil|mobiltelefon){_NUMBER}", "mobile_phone"),
    (rf"(?:personal_)?()(?:website|web_page|web_site|url|homepage){_NUMBER}(?:_value)?", "website"),
)  # fmt: skip
"""Patterns of names of columns: the use, and the number; and what the column is then."""

_LABELS = re.compile(r"(?:e_?)?(mail|phone|website|address)_(\d{1,2})_(?:label|type)")

_PLACES = {
    "street": "street address_line_1 street_address strasse anschrift address adresse",
    "city": "city town locality ort stadt",
    "province": "state province region county bundesland",
    "postal_code": "postal_code zip zip_code postcode zipcode plz postleitzahl",
    "country": "country country_region land country_name",
}
_PLACE_OF = {name: part for part, names in _PLACES.items() for name in names.split()}
_PLACE = re.compile(
    r"(?:(home|business|work|private|other|primary)_)?(?:address_?(?:(\d{1,2})_)?)?("
    + "|".join(sorted(_PLACE_OF, key=len, reverse=True))
    + ")"
)

_TAGS = {"tags", "labels", "categories", "category", "group_membership", "groups", "kategorien"}

_OTHERS = {
    "nickname": "nickname", "nick": "nickname", "spitzname": "nickname",
    "gender": "gender", "sex": "gender", "geschlecht": "gender",
    "organization_title": "job", "organization_1_title": "job", "beruf": "job",
    "organization_1_name": "company",
    "given_name": "first_name", "family_name": "last_name", "additional_name": "middle_name",
}  # fmt: skip

_WAY = re.compile(r"(?:(home|work|mobile|other|main)_)?(email|phone|fax|website)(?:_\d{1,2})?")
_WAY_LABEL = re.compile(r"(email|phone|website|address)(_\d{1,2})?_label")
_PART = re.compile(
    r"((?:(home|work|other)_)?address(_\d{1,2})?)(?:_(street|city|province|postal_code|country))?"
)
_SORTS = {"email": EMAIL, "phone": PHONE, "fax": PHONE, "website": WEBSITE}

SEVERAL = ":::"
"""What Google puts between values that stand in one cell."""

_MARKS = {"mycontacts", "my contacts", "starred"}
"""Groups that Google puts everybody into; they say nothing of who it is."""

_GENDERS = {
    "m": "Man", "male": "Man", "man": "Man", "männlich": "Man",
    "f": "Woman", "w": "Woman", "female": "Woman", "woman": "Woman", "weiblich": "Woman",
}  # fmt: skip


_NO_GENDERS = {
    "unspecified", "not specified", "unknown", "undefined", "none", "n/a", "-", "u", "n",
    "keine angabe", "k. a.", "k.a.", "unbekannt", "nicht angegeben",
}  # fmt: skip
"""What tables write where they know none; Outlook does so in every row."""


def contact_target(plain: str) -> str | None:
    """What a column of a table of contacts is, by its plain name; None where that says nothing."""
    if plain in _TAGS:
        return "tags"
    if plain in _OTHERS:
        return _OTHERS[plain]
    if (label := _LABELS.fullmatch(plain)) is not None:
        name = "email" if label[1] == "mail" else label[1]
        return f"{_numbered(name, label[2])}_label"
    return _target_of_way(plain) or _target_of_place(plain)


def _target_of_way(plain: str) -> str | None:
    for pattern, sort in _COLUMNS:
        found = re.fullmatch(pattern, plain)
        if found is not None:
            use, number = found.groups()
            use = "" if sort == "mobile_phone" else _USES.get(use, use)
            return _numbered(f"{use}_{sort}" if use else sort, number)
    return None


def _target_of_place(plain: str) -> str | None:
    found = _PLACE.fullmatch(plain)
    if found is None:
        return None
    use = _USES.get(found[1] or "", found[1] or "")
    address = _numbered(f"{use}_address" if use else "address", found[2])
    return f"{address}_{_PLACE_OF[found[3]]}"


def _numbered(name: str, number: str | None) -> str:
    return name if number in {None, "1"} else f"{name}_{number}"


def next_target(target: str) -> str | None:
    """The same once more: `phone_2` for `phone`; None for what a contact has only once."""
    found = re.fullmatch(r"(.*(?:email|phone|fax|website))(?:_(\d{1,2}))?", target)
    return None if found is None else f"{found[1]}_{int(found[2] or 1) + 1}"


def person_of_values(name: str | None, said: Mapping[str, str]) -> Person:
    """The person that the values of a row say, by what they are without `contact.`."""
    ways: list[Way] = []
    places: dict[str, dict[str, str]] = {}
    attrs: dict[str, object] = {}
    tags: list[str] = []
    for target, value in said.items():
        if (way := _WAY.fullmatch(target)) is not None:
            ways += _ways(way[1], way[2], value, said.get(f"{target}_label", ""))
        elif (part := _PART.fullmatch(target)) is not None:
            place = places.setdefault(part[1], {"use": part[2] or ""})
            place[part[4] or "street"] = value.partition(SEVERAL)[0].strip()
            place["label"] = said.get(f"{part[1]}_label", "")
        elif target == "tags":
            tags += _tags(value)
        elif target == "gender":
            gender = _GENDERS.get(value.lower(), value)
            attrs["gender"] = None if value.lower() in _NO_GENDERS else gender
        elif not _WAY_LABEL.fullmatch(target):
            attrs[target] = value
    return Person(
        name=name,
        attrs=attrs,
        ways=ways_once(ways),
        places=[_place(place) for place in places.values()],
        tags=tags,
    )


def _ways(use: str | None, sort: str, value: str, label: str) -> list[Way]:
    words = [use or "", "fax" if sort == "fax" else "", label.removeprefix("* ")]
    labels = labels_of(words)
    parts = [part.strip() for part in value.split(SEVERAL)]
    return [Way(_SORTS[sort], part, labels) for part in parts if part]


def _place(said: Mapping[str, str]) -> Place:
    return Place(
        street=said.get("street"),
        city=said.get("city"),
        province=said.get("province"),
        postal_code=said.get("postal_code"),
        country=said.get("country"),
        labels=labels_of([said["use"], said["label"].removeprefix("* ")]),
    )


def _tags(value: str) -> list[str]:
    separator = SEVERAL if SEVERAL in value else (";" if ";" in value else ",")
    words = [word.strip().removeprefix("* ").strip() for word in value.split(separator)]
    return [word for word in words if word and word.lower() not in _MARKS]
