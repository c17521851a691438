"""What the lines of a vCard say of a person. Pure.

A line has parameters (`TYPE=home`, and in version 2.1 just `HOME`), and Apple gives it a label by a
line of the same group: `item1.TEL` and `item1.X-ABLabel`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from doings.core.clock import instant_from_datetime
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

Lines = Mapping[str, list[Any]]
"""The lines of a card by their names in small letters, as vobject reads them."""

_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?")
_DAY = re.compile(r"--(\d{2})-?(\d{2})(?:T.*)?")
_YEAR_UNKNOWN = "1604"
"""The year that Apple's address book writes where it knows none."""

_GENDERS = {"M": ("Man", None), "F": ("Woman", None), "O": ("Other", "O")}
"""Genders in words, and the type where it does not follow from them."""

_APPLE_LABEL = re.compile(r"_\$!<(.*)>!\$_")

_SERVICES = {
    "facebook": ("Facebook", r"https?://(?:www\.)?facebook\.com/"),
    "twitter": ("Twitter", r"https?://(?:www\.)?twitter\.com/"),
    "whatsapp": ("Whatsapp", r"https?://wa\.me/"),
    "telegram": ("Telegram", r"https?://t\.me/"),
    "linkedin": ("LinkedIn", r"https?://(?:www\.)?linkedin\.com/in/"),
}
"""The services that Monica knows: their names, and what it takes off their addresses."""

_OF_SERVICES = {
    "x-skype": "Skype", "x-skype-username": "Skype", "x-jabber": "Jabber", "x-aim": "AIM",
    "x-icq": "ICQ", "x-msn": "MSN", "x-yahoo": "Yahoo", "x-qq": "QQ",
    "x-google-talk": "Google Talk", "x-gadugadu": "Gadu-Gadu", "x-gtalk": "Google Talk",
    "x-twitter": "Twitter", "x-facebook": "Facebook", "x-ms-imaddress": "Chat",
}  # fmt: skip
"""Lines that hold a name at one service."""

DATE_SHOWN = 100
"""How many characters are told of a date that cannot be read."""

_NICKNAME = "vnd.android.cursor.item/nickname"

_READ = {
    "n", "fn", "uid", "nickname", "email", "tel", "url", "adr", "org", "title", "role", "note",
    "categories", "bday", "deathdate", "gender", "x-gender", "x-socialprofile", "impp",
    "x-android-custom",
}  # fmt: skip


def traits_of(lines: Lines) -> tuple[str | None, tuple[str | None, ...]]:
    """The id that a card has, and by what else it is the same one again: in this order."""
    uid = (_first(lines, "uid") or "").removeprefix("urn:uuid:")
    emails, phones = _texts(lines, "email", "mailto:"), _texts(lines, "tel", "tel:")
    return uid or None, (*emails[:1], *phones[:1], _shown_name(lines))


def note_of(lines: Lines) -> str | None:
    """What all notes of a card say."""
    texts = [text for line in lines.get("note", []) if (text := _text(line.value))]
    return "\n\n".join(texts) or None


def changed_at(lines: Lines) -> int | None:
    """The instant at which a card says that it was changed last."""
    text = _first(lines, "rev")
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return instant_from_datetime(moment)


def person_of(lines: Lines) -> tuple[Person, list[str]]:
    """What a card says of its person, and the names of lines that were not read."""
    attrs: dict[str, object] = {
        **_names(lines),
        "nickname": _first(lines, "nickname") or _android_nickname(lines),
        "company": _company(lines),
        "job": _first(lines, "title") or _first(lines, "role"),
        **_gender(lines),
        **_date(lines, "bday", "birthdate"),
        **_date(lines, "deathdate", "deceased_date"),
    }
    if lines.get("deathdate"):
        attrs["is_dead"] = True
    person = Person(
        name=_shown_name(lines),
        attrs=attrs,
        ways=_ways(lines),
        places=[place for line in lines.get("adr", []) if (place := _place(line, lines)).line],
        tags=[one for line in lines.get("categories", []) for one in _list(line.value)],
    )
    return person, [key for key, of_name in lines.items() if not _is_read(key) for _ in of_name]


def is_group(lines: Lines) -> bool:
    """Whether a card is that of a group of people, as Apple and others write them."""
    names = ("kind", "x-addressbookserver-kind")
    return any((_first(lines, name) or "").lower() == "group" for name in names)


def dates_left_out(lines: Lines) -> list[str]:
    """What is to be said of dates that cannot be read."""
    return [
        f"the {word} {(_first(lines, name) or '')[:DATE_SHOWN]!r} is no date, and is left out"
        for name, word in (("bday", "birthday"), ("deathdate", "day of death"))
        if _first(lines, name) and not _date(lines, name, name)
    ]


def _names(lines: Lines) -> dict[str, object]:
    """The parts of the name; without a first name the whole name is taken apart, as in Monica."""
    name = next((line.value for line in lines.get("n", [])), None)
    if _part(name, "given") is None:
        return {}
    return {
        "first_name": _part(name, "given"),
        "middle_name": _part(name, "additional"),
        "last_name": _part(name, "family"),
    }


def _is_read(name: str) -> bool:
    return name in _READ or name in _OF_SERVICES


def _shown_name(lines: Lines) -> str | None:
    """The name as a card shows it, else its parts, its nickname or its company."""
    name = next((line.value for line in lines.get("n", [])), None)
    parts = [_part(name, part) for part in ("given", "additional", "family")]
    whole = " ".join([part for part in parts if part])
    shown = _first(lines, "fn") or whole or _first(lines, "nickname") or _android_nickname(lines)
    return shown or _company(lines)


def _company(lines: Lines) -> str | None:
    value = next((line.value for line in lines.get("org", [])), None)
    return _text(value[0] if isinstance(value, list) and value else value)


def _android_nickname(lines: Lines) -> str | None:
    for line in lines.get("x-android-custom", []):
        kind, _, rest = str(line.value).partition(";")
        if kind == _NICKNAME:
            return rest.partition(";")[0].strip() or None
    return None


def _gender(lines: Lines) -> dict[str, object]:
    sex, _, words = (_first(lines, "gender") or _first(lines, "x-gender") or "").partition(";")
    gender, type_ = _GENDERS.get(sex.strip()[:1].upper(), (None, None))
    if words.strip():
        return {"gender": words.strip(), "gender_type": sex.strip().upper() or "O"}
    return {} if gender is None else {"gender": gender, "gender_type": type_}


def _date(lines: Lines, name: str, attribute: str) -> dict[str, object]:
    """The first date of a name that can be read, in the attributes that Monica's API reads."""
    for line in lines.get(name, []):
        text = _text(line.value) or ""
        if (day := _DAY.fullmatch(text)) is not None:
            found, is_known = _checked(2000, int(day[1]), int(day[2])), False
        elif (whole := _DATE.fullmatch(text)) is not None:
            is_known = whole[1] not in {_YEAR_UNKNOWN, *line.params.get("X-APPLE-OMIT-YEAR", [])}
            # A leap year, so that it may be the 29th of February.
            year = int(whole[1]) if is_known else 2000
            found = _checked(year, int(whole[2]), int(whole[3]))
        else:
            continue
        if found is not None:
            unknown = {} if is_known else {f"{attribute}_is_year_unknown": True}
            return {attribute: found, **unknown}
    return {}


def _checked(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _ways(lines: Lines) -> list[Way]:
    ways = [
        *_ways_of(lines, "email", EMAIL, "mailto:"),
        *_ways_of(lines, "tel", PHONE, "tel:"),
        *_ways_of(lines, "url", WEBSITE, ""),
    ]
    for line in lines.get("x-socialprofile", []):
        user = next(iter(line.params.get("X-USER", [])), None)
        word = next(iter(_words(line)), "") or next(iter(_labels(line, lines)), "")
        ways.append(_service(word, _plain(line.value) or user or ""))
    for line in lines.get("impp", []):
        scheme, _, rest = _plain(line.value).partition(":")
        word = next(iter(line.params.get("X-SERVICE-TYPE", [])), scheme)
        ways.append(_service(word, rest or scheme))
    for name, service in _OF_SERVICES.items():
        ways += [_service(service, _plain(line.value)) for line in lines.get(name, [])]
    return ways_once([way for way in ways if way.value])


def _ways_of(lines: Lines, name: str, sort: str, scheme: str) -> list[Way]:
    return [
        Way(sort, _without(_plain(line.value), scheme), labels_of(_labels(line, lines)))
        for line in lines.get(name, [])
    ]


def _service(word: str, value: str) -> Way:
    """A name at a service, as Monica has it: without what the service's addresses begin with."""
    name, address = _SERVICES.get(word.lower(), (word[:1].upper() + word[1:] or "Other", None))
    return Way(name, re.sub(rf"\A{address}", "", value) if address else value)


def _words(line: Any) -> list[str]:  # noqa: ANN401 - vobject publishes no types
    """The types of a line, in version 2.1 without their name."""
    values = [*line.params.get("TYPE", []), *line.singletonparams]
    return [word.strip('" ') for value in values for word in value.split(",")]


def _labels(line: Any, lines: Lines) -> list[str]:  # noqa: ANN401 - likewise
    """The types of a line, and the label that another line of its group gives it."""
    others = lines.get("x-ablabel", []) if line.group else []
    own = [_text(other.value) or "" for other in others if other.group == line.group]
    plain = [_APPLE_LABEL.sub(r"\1", label) for label in own]
    return [*_words(line), *(label for label in plain if label != "HomePage")]


def _place(line: Any, lines: Lines) -> Place:  # noqa: ANN401 - likewise
    value = line.value
    streets = (_part(value, name) for name in ("box", "extended", "street"))
    codes = [_text(one.value) for one in lines.get("x-abadr", []) if one.group == line.group]
    return Place(
        street=" ".join([part for part in streets if part]) or None,
        city=_part(value, "city"),
        province=_part(value, "region"),
        postal_code=_part(value, "code"),
        country=_part(value, "country") or (codes[0] if codes and line.group else None),
        labels=labels_of(_labels(line, lines)),
    )


def _texts(lines: Lines, name: str, scheme: str) -> list[str]:
    """The values of all lines of a name, each once, without the scheme of a URI."""
    texts = [_without(_plain(line.value), scheme) for line in lines.get(name, [])]
    return list(dict.fromkeys(filter(None, texts)))


def _without(text: str, scheme: str) -> str:
    return text[len(scheme) :] if text.lower().startswith(scheme) else text


def _plain(value: object) -> str:
    """A value that may be a URI, in which some programs mark colons."""
    return (_text(value) or "").replace("\\:", ":").replace("\\,", ",")


def _first(lines: Lines, name: str) -> str | None:
    return next((text for line in lines.get(name, []) if (text := _text(line.value))), None)


def _text(value: object) -> str | None:
    """A value in words, None for an empty one and for bytes."""
    if isinstance(value, list):
        value = ", ".join([plain for part in value if (plain := str(part).strip())])
    if not isinstance(value, str):
        return None
    return value.replace("\r\n", "\n").replace("\0", "").strip() or None


def _list(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(part).strip() for part in value if str(part).strip()]
    return [part.strip() for part in str(value).split(",") if part.strip()]


def _part(name: object, part: str) -> str | None:
    return _text(getattr(name, part, None))
