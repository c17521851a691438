"""Activities and contacts from tables: what is proposed, and what rows say."""

import msgspec
import pytest

from doings.core.errors import DoingsError, Misconfigured
from doings.core.imports import ImportItem
from doings.core.values.instants import instant_from_text
from doings.importing.inputs.columns import Mapping, mapping_from
from doings.importing.inputs.people import PersonItem
from doings.importing.inputs.tables import items_from_table, table_from_text

CALLS = """\ufeffDate;Client;E-Mail;Notes;Minutes
31.01.2026;Jim Halpert;jim@x.org;Called back;5
01.02.2026;Jim Halpert;jim@x.org;Called back;
01.02.2026;Jim Halpert;jim@x.org;Called back;
"""


def items(
    text: str | bytes, *given: str, dates: str | None = None
) -> tuple[Mapping, list[ImportItem | PersonItem | str]]:
    """The mapping, and what each row says or what is wrong with it."""
    table = table_from_text(text if isinstance(text, bytes) else text.encode())
    mapping = mapping_from(table, given, dates)
    found: list[ImportItem | PersonItem | str] = []
    for item in items_from_table(table, mapping, "csv", "Europe/Berlin"):
        if isinstance(item.says, ImportItem | PersonItem):
            found.append(item.says)
        else:
            assert isinstance(item.says, DoingsError)
            found.append(f"{item.place}: {item.says}")
    return mapping, found


@pytest.mark.parametrize(
    ("heading", "columns"),
    [
        ("Date,Client,Notes", {"occurred_at": "Date", "contact.name": "Client", "body": "Notes"}),
        ("Name,Notes,id", {"contact.name": "Name", "contact.description": "Notes",
                           "contact.id": "id"}),
        ("First Name\tLast Name\tE-mail Address", {"contact.first_name": "First Name",
         "contact.last_name": "Last Name", "contact.email": "E-mail Address"}),
        ("When|Type|Subject|Room No.", {"occurred_at": "When", "kind": "Type",
                                         "summary": "Subject", "data.room_no": "Room No."}),
        ("Größe,Name", {"contact.grosse": "Größe", "contact.name": "Name"}),
    ],
    ids=["calls", "contacts", "tabs", "bars", "other letters"],
)  # fmt: skip
def test_a_mapping_is_proposed_by_the_names_of_the_columns(
    heading: str, columns: dict[str, str]
) -> None:
    """Rows with a time are activities, all others contacts."""
    mapping = mapping_from(table_from_text(heading.encode()))

    assert mapping.columns == columns


def test_rows_with_a_time_are_activities() -> None:
    """Rows that say the same are as many activities, and the same ones whenever they are read."""
    mapping, found = items(CALLS, "kind:=call.logged")
    again = items(CALLS, "kind:=call.logged")[1]

    drafts = [one.draft for one in found if isinstance(one, ImportItem) and one.draft is not None]
    assert mapping.lines(table_from_text(CALLS.encode())) == [
        "Date → occurred_at: 31.01.2026",
        "Client → contact.name: Jim Halpert",
        "E-Mail → contact.email: jim@x.org",
        "Notes → body: Called back",
        "Minutes → data.minutes: 5",
        "kind is always call.logged",
        "times are written like %d.%m.%Y",
        "each row is an activity",
    ]
    assert [(one.kind, one.body, one.data) for one in drafts[:2]] == [
        ("call.logged", "Called back", '{"minutes":"5"}'),
        ("call.logged", "Called back", "{}"),
    ]
    assert len({one.external_id for one in drafts}) == len(drafts) == 3
    assert len({one.links for one in drafts}) == 1
    assert again == found


def test_rows_without_a_time_are_contacts() -> None:
    """With the parts of their names."""
    _, (jim,) = items("First Name,Last Name,Email,Birthday\nJim,Halpert,jim@x.org,1978-10-01\n")

    assert isinstance(jim, PersonItem)
    assert jim.draft.name == "Jim Halpert"
    assert msgspec.json.decode(jim.draft.attrs) == {
        "first_name": "Jim",
        "last_name": "Halpert",
        "email": "jim@x.org",
        "birthdate": "1978-10-01",
    }


@pytest.mark.parametrize(
    ("written", "dates", "instant"),
    [
        ("2026-07-01", None, "2026-06-30T22:00:00"),
        ("2026-07-01 12:00", None, "2026-07-01T10:00:00"),
        ("2026-07-01T12:00:00Z", None, "2026-07-01T12:00:00"),
        ("31/07/2026 12:00", None, "2026-07-31T10:00:00"),
        ("7/31/2026 1:00 PM", None, "2026-07-31T11:00:00"),
        ("01/07/2026", "%d/%m/%Y", "2026-06-30T22:00:00"),
        ("1 May 2026", None, "2026-04-30T22:00:00"),
    ],
)
def test_times_are_read_as_people_write_them(written: str, dates: str | None, instant: str) -> None:
    """In the account's zone where they name none."""
    _, (item,) = items(f'when,note\n"{written}",x\n', dates=dates)

    assert isinstance(item, ImportItem), item
    assert item.draft is not None
    assert item.draft.occurred_at == instant_from_text(f"{instant}Z")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Jim,x,", "line 2: column when: the row says no time"),
        ("soon,Jim,x,", "line 2: column when: 'soon' is no date like 2026-01-31"),
        (
            "2026-07-01,Jim,x,shopping",
            "line 2: column kind: 'shopping' is no kind like note.created",
        ),
        ("2026-07-01,Jim,x,call,more", "line 2: row: has 5 values, and there are 4 columns"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_kept(row: str, reason: str) -> None:
    """With the line that it ends in."""
    _, found = items(f"when,name,note,kind\n{row}\n2026-07-02,Jim,y,call\n")

    assert isinstance(found[0], str)
    assert found[0].startswith(reason)
    assert isinstance(found[1], ImportItem)


@pytest.mark.parametrize(
    ("text", "given", "reason"),
    [
        ("", (), "no row of headings"),
        ("a,b\n1,2\n", ("body",), "it must be like"),
        ("a,b\n1,2\n", ("body=c",), "there is no column c, but a, b"),
        ("a,b\n1,2\n", ("colour=a",), "colour is none of"),
        ("a,b\n1,2\n", ("body=a", "body=b"), "body is given twice"),
        ("date\n3/4/2026\n", (), "3/4/2026 may be written as %d/%m/%Y or as %m/%d/%Y"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(
    text: str, given: tuple[str, ...], reason: str
) -> None:
    """Before anything is read."""
    with pytest.raises(Misconfigured) as refused:
        items(text, *given)

    assert reason in str(refused.value)


def test_a_column_may_be_left_out() -> None:
    """And be told so."""
    text = "date,note,secret\n2026-07-01,x,y\n"
    mapping, _ = items(text, "-=secret")

    assert mapping.lines(table_from_text(text.encode()))[2] == "secret → left out: y"


GOOGLE = """First Name,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,\
Phone 1 - Value,Labels,Address 1 - Street,Address 1 - Country,Website 1 - Value
Jim,* Work,jim@x.org ::: j@y.org,Mobile,555,777,friend ::: * myContacts,1 Main,Schweiz,x.org
"""
OUTLOOK = """First Name,E-mail Address,E-mail 2 Address,Home Phone,Business Fax,Mobile Phone,\
Business Street,Business City,Business Country/Region,Web Page,Categories,Birthday
Jim,jim@x.org,j@y.org,1,2,3,1 Main,Bern,Switzerland,x.org,friend;office,0/0/00
"""
GERMAN = """Vorname;Telefon;Handy;Straße;PLZ;Ort;Land;Geburtstag;Geschlecht
Jim;1;2;1 Main;3000;Bern;Schweiz;12.04.;m
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOGLE, ["jim@x.org work", "j@y.org work", "555 cell", "777", "x.org", "CH", "#friend"]),
        (OUTLOOK, ["jim@x.org", "j@y.org", "1 home", "2 work fax", "3 cell", "x.org", "CH work",
                   "#friend", "#office"]),
        (GERMAN, ["1", "2 cell", "CH"]),
    ],
    ids=["Google", "Outlook", "German"],
)  # fmt: skip
def test_columns_of_contacts_say_how_they_are_reached(text: str, said: list[str]) -> None:
    """As the programs call them that people have their contacts in."""
    _, (jim,) = items(text)

    assert isinstance(jim, PersonItem)
    found = []
    for _, draft in jim.parts:
        attrs = msgspec.json.decode(draft.attrs)
        found.append(" ".join([str(attrs.get("country") or draft.name), *attrs.get("labels", [])]))
    assert [*found, *(f"#{tag}" for tag in jim.tags)] == said


@pytest.mark.parametrize(
    ("written", "dates", "born"),
    [
        (["1978-10-01"], None, "1978-10-01"),
        (["--0229"], None, "2000-02-29 without a year"),
        (["1604-02-29"], None, "2000-02-29 without a year"),
        (["29.02."], None, "2000-02-29 without a year"),
        (["31/10/78"], None, "1978-10-31"),
        (["10/12/1978"], "%m/%d/%Y", "1978-10-12"),
        (["10/12/1978", "25/12/1978"], None, "1978-12-10"),
        (["0/0/00", "12/31/1978"], None, None),
    ],
)
def test_birthdays_are_read_as_people_write_them(
    written: list[str], dates: str | None, born: str | None
) -> None:
    """Also without a year; nothing where a program wrote that it knows none."""
    rows = "".join(f"Jim,{text}\n" for text in written)
    _, (jim, *_) = items(f"Name,Birthday\n{rows}", dates=dates)

    assert isinstance(jim, PersonItem)
    attrs = msgspec.json.decode(jim.draft.attrs)
    without = " without a year" if attrs.get("birthdate_is_year_unknown") else ""
    assert (f"{attrs['birthdate']}{without}" if "birthdate" in attrs else None) == born


def test_an_odd_date_is_that_of_its_row_alone() -> None:
    """The others say how dates are written, with or without a time of day."""
    text = "Date;Name;Birthday\n31.01.2026 10:00;a;\n1.2.2026;b;1.2.1978\nsoon;c;\n1.2.2026;d;old\n"
    mapping, found = items(text)

    assert mapping.dates == "%d.%m.%Y %H:%M"
    assert [one for one in found if isinstance(one, str)] == [
        "line 4: column Date: 'soon' is no date like %d.%m.%Y %H:%M",
        "line 5: column Birthday: 'old' is no date like %d.%m.%Y",
    ]


def test_a_column_with_hardly_any_date_is_told_of() -> None:
    """Before anything is imported."""
    table = table_from_text(b"Date,Note\nsoon,a\nlate,b\n1.2.2026,c\n")

    assert mapping_from(table).lines(table)[-2] == (
        "hardly any of Date is a date, 1 of 3: --map -=Date leaves it out"
    )


@pytest.mark.parametrize(
    ("text", "names", "cells"),
    [
        ("\ufeffa,b\r\n1,2\r\n\r\n,\r\n", ["a", "b"], ["1", "2"]),
        ("sep=;\na;b\n1,5;2\n", ["a", "b"], ["1,5", "2"]),
        ('a;"b,c,d"\n1;"x\ny"\n', ["a", "b,c,d"], ["1", "x\ny"]),
        ("a\ta\tb\n1\t2\t3\n", ["a", "a (2)", "b"], ["1", "2", "3"]),
        ("Größe,b\n1,ä\n".encode("cp1252"), ["Größe", "b"], ["1", "ä"]),
        ("a\tb\n1\tä\n".encode("utf-16"), ["a", "b"], ["1", "ä"]),
    ],
    ids=["mark", "Excel", "quotes", "again", "Windows", "Unicode"],
)
def test_tables_are_read_as_programs_write_them(
    text: str | bytes, names: list[str], cells: list[str]
) -> None:
    """With the delimiters, encodings and empty rows of each."""
    table = table_from_text(text if isinstance(text, bytes) else text.encode())

    assert table.heading == names
    assert [row for _, row in table.rows] == [cells]


def test_a_quote_that_is_not_closed_is_told() -> None:
    """With the lines that it takes in; what stands before is read."""
    _, found = items('Name,Email\nAnn,a@x\n"unclosed,x@y.z\nfoo,bar\n')
    _, whole = items('Name,Email\nAnn,"a@x"')

    assert found[1:] == ["line 3: a quote is not closed, so lines to 4 are lost"]
    assert isinstance(whole[0], PersonItem)
    with pytest.raises(Misconfigured, match="no row of headings"):
        table_from_text(b'"Name,Email\nAnn,a@x\n')


def test_columns_of_hubspot_and_outlook() -> None:
    """Companies, ids, and a gender that nobody gave."""
    head = "Record ID,First Name,Company Name,Gender"
    _, (item, man) = items(f"{head}\n77,Ann,Acme,Unspecified\n78,Ben,Acme,m\n")

    assert isinstance(item, PersonItem)
    assert isinstance(man, PersonItem)
    assert item.key == ("contact", "77")
    assert msgspec.json.decode(item.draft.attrs) == {"first_name": "Ann", "company": "Acme"}
    assert msgspec.json.decode(man.draft.attrs)["gender"] == "Man"


def test_activities_tell_how_their_contact_is_reached() -> None:
    """Of one who has an id only attributes, as others may have said the same already."""
    _, (new, known) = items(
        "Date,Client ID,E-Mail,Notes\n2026-01-31,,a@x,one\n2026-01-31,7,a@x,two\n"
    )

    assert isinstance(new, ImportItem)
    assert isinstance(known, ImportItem)
    assert [(key[0], draft.name) for key, draft in new.entities] == [
        ("contact", "a@x"),
        ("contact_field", "a@x"),
    ]
    assert [key for key, _ in known.entities] == [("contact", "7")]
