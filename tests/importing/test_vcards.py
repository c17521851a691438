"""Contacts from vCards."""

import msgspec
import pytest

from doings.core.entity import EntityDraft, EntityKey
from doings.core.errors import DoingsError, Misconfigured
from doings.core.imports import ImportItem
from doings.importing.inputs.vcards import items_from_vcards

FULL = """BEGIN:VCARD
VERSION:3.0
UID:urn:uuid:7
N:Halpert;Jim;Duncan;;
FN:Jim Halpert
NICKNAME:Big Tuna
item1.EMAIL;type=INTERNET;type=HOME:jim@x.org
EMAIL:jim@work.org
TEL;TYPE=CELL:+1 570 555
ORG:Dunder Mifflin;Sales
TITLE:Salesman
ADR;TYPE=HOME:;;1 Main\\, Street;Scranton;PA;18503;USA
BDAY:1978-10-01
CATEGORIES:friend,office
NOTE:a long
  line\\nand another
PHOTO;ENCODING=b;TYPE=JPEG:AAAA
END:VCARD
"""


LEAP_DAY = {"birthdate": "2000-02-29", "birthdate_is_year_unknown": True}


def contacts(text: str | bytes) -> list[tuple[EntityKey, EntityDraft] | str]:
    """What each card says, or what is wrong with it."""
    content = text if isinstance(text, bytes) else text.encode()
    found: list[tuple[EntityKey, EntityDraft] | str] = []
    for item in items_from_vcards(content):
        if isinstance(item.says, ImportItem):
            found.append(item.says.entities[0])
        else:
            assert isinstance(item.says, DoingsError)
            found.append(f"{item.place}: {item.says}")
    return found


def test_a_card_says_what_monica_shows_of_a_contact() -> None:
    """A picture is left out."""
    (found,) = contacts(FULL)

    assert isinstance(found, tuple)
    key, draft = found
    assert key == ("contact", "7")
    assert draft.name == "Jim Halpert"
    assert msgspec.json.decode(draft.attrs) == {
        "first_name": "Jim",
        "middle_name": "Duncan",
        "last_name": "Halpert",
        "nickname": "Big Tuna",
        "email": "jim@x.org",
        "emails": ["jim@work.org"],
        "phone": "+1 570 555",
        "company": "Dunder Mifflin",
        "job": "Salesman",
        "addresses": ["1 Main, Street, 18503, Scranton, PA, USA"],
        "description": "a long line\nand another",
        "labels": ["friend", "office"],
        "birthdate": "1978-10-01",
    }


@pytest.mark.parametrize(
    ("lines", "name", "attrs"),
    [
        ("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=BCrg", "Jürg", {}),
        ("N:Beesly;Pam", "Pam Beesly", {"first_name": "Pam", "last_name": "Beesly"}),
        ("ORG:Dunder Mifflin", "Dunder Mifflin", {"company": "Dunder Mifflin"}),
        ("FN:P\nTEL;VALUE=uri:tel:+1-570", "P", {"phone": "+1-570"}),
        ("FN:P\nTEL;HOME;VOICE:555", "P", {"phone": "555"}),
        ("FN:P\nBDAY:--0229", "P", LEAP_DAY),
        ("FN:P\nBDAY:16040229", "P", LEAP_DAY),
        ("FN:P\nBDAY:19781001T000000Z", "P", {"birthdate": "1978-10-01"}),
        ("FN:P\nBDAY:spring", "P", {}),
    ],
    ids=["2.1", "no FN", "company", "4.0", "old telephone", "4.0 day", "Apple", "time", "words"],
)  # fmt: skip
def test_cards_of_all_versions_are_read(lines: str, name: str, attrs: dict[str, object]) -> None:
    """With what older programs left out."""
    (found,) = contacts(f"BEGIN:VCARD\r\nVERSION:2.1\r\n{lines}\r\nEND:VCARD\r\n")

    assert isinstance(found, tuple)
    assert found[1].name == name
    assert msgspec.json.decode(found[1].attrs) == attrs


def test_a_card_that_cannot_be_read_is_named_and_the_others_are_kept() -> None:
    """One that says nothing, and one that breaks off."""
    text = f"{FULL}BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\nBEGIN:VCARD\nno line\nEND:VCARD\n{FULL}"

    found = contacts(text)

    assert [one if isinstance(one, str) else one[0][1] for one in found] == [
        "7",
        "card 2: contact: says neither an id nor a name, an address or a number",
        "card 3: cannot be read as a vCard: At line 2: Failed to parse line: no line",
        "7",
    ]


def test_cards_without_ids_are_the_same_contacts_again() -> None:
    """By the address, else the number, else the name, however these are written."""
    one = contacts("BEGIN:VCARD\nFN:A\nEMAIL:A@x.org\nEND:VCARD")
    other = contacts("BEGIN:VCARD\nFN:B\nEMAIL:a@x.org\nEND:VCARD")

    assert one[0][0] == other[0][0]


def test_old_cards_in_latin_letters_are_read() -> None:
    """They name no encoding."""
    (found,) = contacts("BEGIN:VCARD\nFN:Müller\nEND:VCARD".encode("cp1252"))

    assert isinstance(found, tuple)
    assert found[1].name == "Müller"


@pytest.mark.parametrize("text", [b"", b"hello", "BEGIN:VCARD\nFN:A\nEND:VCARD".encode("utf-16")])
def test_what_holds_no_card_is_refused(text: bytes) -> None:
    """In a sentence."""
    with pytest.raises(Misconfigured, match=r"no vCard|UTF-16"):
        contacts(text)
