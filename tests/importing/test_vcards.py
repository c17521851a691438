"""Contacts from vCards."""

import json
from codecs import BOM_UTF8
from io import BytesIO
from zipfile import ZipFile

import msgspec
import pytest

from doings.core.entity import EntityDraft, EntityKey
from doings.core.errors import DoingsError, Misconfigured
from doings.core.imports import ImportItem
from doings.importing.files import taken_file
from doings.importing.importer import Item
from doings.importing.inputs.people import PersonItem
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


NOW = 1_800_000_000_000_000


def items(text: str | bytes) -> list[Item[ImportItem | PersonItem]]:
    """The items of a file."""
    return list(items_from_vcards(text if isinstance(text, bytes) else text.encode(), NOW))


def contacts(text: str | bytes) -> list[tuple[EntityKey, EntityDraft] | str]:
    """What each card says of its contact, or what is wrong with it."""
    found: list[tuple[EntityKey, EntityDraft] | str] = []
    for item in items(text):
        if isinstance(item.says, PersonItem):
            found.append((item.says.key, item.says.draft))
        elif isinstance(item.says, DoingsError):
            found.append(f"{item.place}: {item.says}")
    return found


def ways(text: str | bytes) -> list[str]:
    """What belongs to the contacts of a file: a value, its type by name, and labels."""
    said: list[str] = []
    for item in items(text):
        if not isinstance(item.says, PersonItem):
            continue
        names = {key: thing.name for key, _, thing in item.says.named}
        for key, draft in item.says.parts:
            attrs = json.loads(draft.attrs)
            sort = names.get(key) or attrs.get("contact_field_type") or attrs.get("country")
            said.append(
                " ".join([str(attrs.get("street") or draft.name), sort, *attrs.get("labels", [])])
            )
    return said


def test_a_card_says_what_monica_shows_of_a_contact() -> None:
    """A picture is left out, and told."""
    whole, left_out = items(FULL)

    item = whole.says
    assert isinstance(item, PersonItem)
    assert item.key == ("contact", "7")
    assert item.draft.name == "Jim Halpert"
    assert msgspec.json.decode(item.draft.attrs) == {
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
        "labels": ["friend", "office"],
        "birthdate": "1978-10-01",
    }
    assert item.tags == ("friend", "office")
    assert [(key[0], draft.name, json.loads(draft.attrs)) for key, draft in item.parts] == [
        ("contact_field", "jim@x.org", {"labels": ["home"], "contact_field_type": "1"}),
        ("contact_field", "jim@work.org", {"contact_field_type": "1"}),
        ("contact_field", "+1 570 555", {"labels": ["cell"], "contact_field_type": "2"}),
        ("address", "Home", {
            "street": "1 Main, Street", "city": "Scranton", "province": "PA",
            "postal_code": "18503", "country": "US", "labels": ["home"],
        }),
    ]  # fmt: skip
    assert item.note is not None
    assert (item.note.body, item.note.occurred_at) == ("a long line\nand another", NOW)
    assert (left_out.place, left_out.says) == ("left out: photo 1", None)


APPLE = """BEGIN:VCARD
VERSION:3.0
FN:Pam
item1.TEL:777
item1.X-ABLabel:Boat
item2.ADR:;;1 Main;Bern;;;
item2.X-ABADR:ch
item3.URL;type=pref:https\\://x.org
item3.X-ABLabel:_$!<HomePage>!$_
X-SOCIALPROFILE;type=twitter:https://twitter.com/pam
IMPP;X-SERVICE-TYPE=Skype;type=HOME:skype:pam.b
END:VCARD
"""
NEW = """BEGIN:VCARD
VERSION:4.0
FN:Pam
TEL;VALUE=uri;PREF=1;TYPE="voice,home":tel:+1-555
EMAIL;TYPE=work:x@y
ADR;TYPE=work:;;1 Main;City;;;Deutschland
END:VCARD
"""
OLD = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg\r\n"
    b"TEL;CELL;PREF:1\r\nADR;HOME;ENCODING=QUOTED-PRINTABLE:;;Weg=\r\n 1;Bern;;;=\r\nSchweiz\r\n"
    b"PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZ\r\n AAA\r\n\r\nno line at all\r\nEND:VCARD\r\n"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (APPLE, ["777 2 Boat", "https://x.org Website", "pam Twitter", "pam.b Skype", "1 Main CH"]),
        (NEW, ["x@y 1 work", "+1-555 2 home", "1 Main DE work"]),
        (OLD, ["1 2 cell", "Weg 1 CH home"]),
    ],
    ids=["Apple", "4.0", "2.1"],
)
def test_ways_to_reach_somebody_are_read_with_their_labels(
    text: str | bytes, said: list[str]
) -> None:
    """However a program writes them."""
    assert ways(text) == said


def test_what_is_left_out_of_cards_is_counted() -> None:
    """Once for the whole file."""
    assert items(OLD)[-1].place == "left out: line that is none of a card 1, photo 1"


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
        ("FN:P\nBDAY:19781301", "P", {}),
        ("N:Beesly\nFN:Pam Beesly", "Pam Beesly", {}),
        ("FN:P\nGENDER:F", "P", {"gender": "Woman"}),
        ("FN:Very\n Long", "Very Long", {}),
        ("X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Pam;1", "Pam", {"nickname": "Pam"}),
    ],
    ids=[
        "2.1", "no FN", "company", "4.0", "old telephone", "4.0 day", "Apple", "time", "words",
        "no date", "no first name", "gender", "folded", "Android",
    ],
)  # fmt: skip
def test_cards_of_all_versions_are_read(lines: str, name: str, attrs: dict[str, object]) -> None:
    """With what older programs left out."""
    (found,) = contacts(f"BEGIN:VCARD\r\nVERSION:2.1\r\n{lines}\r\nEND:VCARD\r\n")

    assert isinstance(found, tuple)
    assert found[1].name == name
    assert msgspec.json.decode(found[1].attrs) == attrs


def test_a_card_that_cannot_be_read_is_named_and_the_others_are_kept() -> None:
    """One that says nothing, and one that breaks off."""
    empty = "BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\nBEGIN:VCARD\nno line\nEND:VCARD\n"
    text = f"{FULL}{empty}BEGIN:VCARD\nFN:x\n{FULL}"

    found = contacts(text)

    assert [one if isinstance(one, str) else one[0][1] for one in found] == [
        "7",
        "card 2: contact: says neither an id nor a name, an address or a number",
        "card 3: contact: says neither an id nor a name, an address or a number",
        "card 4: cannot be read as a vCard: At line 2: Component VCARD was never closed",
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


def test_labels_of_ones_own_are_read_as_android_writes_them() -> None:
    """In quoted-printable, or as they are."""
    own = "X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=42=C3=BC=72=6F)"
    text = f"BEGIN:VCARD\nVERSION:2.1\nFN:Ann\nTEL;{own}:030-99\nTEL;X-CUSTOM(Boat):1\nEND:VCARD\n"

    assert ways(text) == ["030-99 2 Büro", "1 2 Boat"]


def test_a_line_that_cannot_be_read_leaves_the_others_of_its_card() -> None:
    """And is told; a card without a sound frame is none."""
    bad = "TEL;=;;(x:1\nNOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=none:=41\n"
    bad += "TITLE;QUOTED-PRINTABLE;ENCODING=8BIT:=41\nnothing\n"
    text = f"BEGIN:VCARD\nVERSION:3.0\nUID:7\nFN:Ann\n{bad}EMAIL:a@x\nEND:VCARD\n"

    *_, left_out = items(text)

    assert ways(text) == ["a@x 1"]
    assert left_out.place == "left out: line that cannot be read 3"


@pytest.mark.parametrize("kind", ["KIND:group", "X-ADDRESSBOOKSERVER-KIND:group"])
def test_a_group_is_nobody(kind: str) -> None:
    """It is told that there was one."""
    text = f"BEGIN:VCARD\nVERSION:3.0\nFN:Friends\nN:Friends\n{kind}\nEND:VCARD\n"

    assert [(item.place, item.says) for item in items(text)] == [("left out: group 1", None)]


@pytest.mark.parametrize("born", ["31.01.1980", "1980", "1980-05"])
def test_a_birthday_that_cannot_be_read_is_told_with_whose_it_is(born: str) -> None:
    """All else is imported."""
    remark, card = items(f"BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nBDAY:{born}\nEND:VCARD\n")

    said = f"card 1: Ann: the birthday {born!r} is no date, and is left out"
    assert (remark.place, remark.says) == (said, None)
    assert isinstance(card.says, PersonItem)


def test_who_has_no_name_is_called_by_the_address() -> None:
    """Else by the number; and the use of an address is its name in Monica."""
    place = "ADR;TYPE=work:;;1 Main;Bern;;;CH"
    text = f"BEGIN:VCARD\nVERSION:3.0\nEMAIL:a@x\nTEL:1\n{place}\nEND:VCARD\n"
    (item,) = items(text)

    assert isinstance(item.says, PersonItem)
    assert item.says.draft.name == "a@x"
    assert [draft.name for key, draft in item.says.parts if key[0] == "address"] == ["Work"]


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_a_text_goes_on_behind_a_comma_that_is_not_marked(version: str) -> None:
    """Version 2.1 marks none, and later ones are written so, too; those of parts stay between."""
    (item,) = items(
        f"BEGIN:VCARD\nVERSION:{version}\nN:Halpert\\, Jr.;Jim\nFN:Halpert, Jim\n"
        "TITLE:Baker, Cook\nNICKNAME:p,q\nADR:;;1 Main, Rear;Bern;;3;CH\nCATEGORIES:a,b\n"
        "item1.URL:http://x.org/a,b;c\n"
        "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:tea=2C caf=C3=A9, =5C=2Cx\\, y\nEND:VCARD\n"
    )

    person = item.says
    assert isinstance(person, PersonItem)
    attrs = json.loads(person.draft.attrs)
    assert person.draft.name == "Halpert, Jim"
    assert attrs == {
        "first_name": "Jim", "last_name": "Halpert, Jr.", "nickname": "p,q", "job": "Baker, Cook",
        "website": "http://x.org/a,b;c", "addresses": ["1 Main, Rear, 3, Bern, CH"],
        "labels": ["a", "b"],
    }  # fmt: skip
    assert person.note is not None
    assert person.note.body == "tea, café, ,x, y"


def test_lines_may_end_as_those_of_old_macs_do() -> None:
    """With a carriage return alone."""
    assert contacts(b"BEGIN:VCARD\rVERSION:3.0\rUID:7\rFN:Old Mac\rEND:VCARD\r") == [
        (("contact", "7"), EntityDraft(name="Old Mac"))
    ]


def test_files_may_be_put_one_behind_the_other_with_their_marks() -> None:
    """As `cat` does it, and as the members of an archive are kept."""
    card = "\ufeffBEGIN:VCARD\nVERSION:3.0\nUID:{0}\nFN:{0}\nEND:VCARD\n"
    archive = BytesIO()
    with ZipFile(archive, "w") as file:
        for name in "ab":
            file.writestr(f"{name}.vcf", card.format(name))

    behind = card.format("a") + card.format("b")
    taken = taken_file("cards.zip", archive.getvalue(), "", "")

    assert (
        contacts(behind)
        == contacts(taken.content)
        == [(("contact", name), EntityDraft(name=name)) for name in "ab"]
    )
    assert taken.content.count(BOM_UTF8) == 0
