"""What a person is called, and how that is found in texts."""

import pytest

from doings.core.erasing.names import (
    Words,
    finder_of,
    note_finder_of,
    words_of,
    words_of_id,
)
from doings.core.erasing.redaction import redacted, redacted_document, redacted_json

WORDS = Words(
    names=("Jim Halpert", "Will", "Zoë O'Brien", "田中太郎"),
    emails=("jim+x@halpert.example",),
    phones=("+49 151 2345678", "555-123-4567"),
)
PATTERN = finder_of(WORDS)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Jim Halpert called", "[erased] called"),
        ("JIM  HALPERT, jim\nhalpert", "[erased], [erased]"),
        ("Jim called, Halperts did not", "Jim called, Halperts did not"),
        ("xJim Halpert; Jim Halperts", "xJim Halpert; Jim Halperts"),
        ("Will will", "[erased] will"),
        ("Zoe\u0308 O'Brien", "[erased]"),
        ("Zoë O&#x27;Brien", "[erased]"),
        ("昨日田中太郎さんが", "昨日[erased]さんが"),
        ("mail JIM+X@halpert.example.", "mail [erased]."),
        ("xjim+x@halpert.example", "xjim+x@halpert.example"),
        ("+491512345678, 0049 (151) 23-45-678, 0151/2345678", "[erased], [erased], [erased]"),
        ("15123456789", "15123456789"),
        ("555.123.4567 or 5551234567, +1-555-123-4567", "[erased] or [erased], [erased]"),
        ("+49&nbsp;(0)151\u20112345678, %2B49%20151%202345678", "[erased], [erased]"),
        ("u=x%3Djim%2Bx%40halpert.example%26n%3DJim%20Halpert", "u=x%3D[erased]%26n%3D[erased]"),
        (
            '{"a":"Dear\\nJim\\nHalpert, \\u003cZo\\u00eb O\\u0027Brien"}',
            '{"a":"Dear\\n[erased], \\u003c[erased]"}',
        ),
        ("_Jim Halpert_, **Jim** _Halpert_", "_[erased]_, **[erased]_"),
    ],
)
def test_words_are_found_as_people_write_them(text: str, clean: str) -> None:
    """In any case, with any white space and signs between, and not within other words."""
    assert redacted(text, PATTERN) == clean


def test_only_what_changes_is_written_anew() -> None:
    """Of JSON each other byte stays: the spelling of numbers, the order, the escapes."""
    text = '{"b":1.50,"a":["\\u00e9","to Jim Halpert"],"Will":491512345678,"n":-0}'

    assert redacted_json(text, PATTERN) == (
        '{"b":1.50,"a":["\\u00e9","to [erased]"],"[erased]":"[erased]","n":-0}'
    )
    assert redacted_json('{"b":1.50}', PATTERN) == '{"b":1.50}'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Pat O'Brien", "Pat O&#39;Brien, Pat O\u2019Brien, pat o&rsquo;brien, Pat%20O%27Brien"),
        ("Pat O\u2019Brien", "Pat O'Brien"),
        ("Zebulon Quux", "Zebulon&nbsp;Quux, Zebulon\xa0Quux, Quux, Zebulon, Quux Zebulon"),
        ("Pat Murphy", "Pat</b> Murphy, Pat<br>Murphy, Pat+Murphy"),
        ("Smith, Anna", "Anna Smith, Smith, Anna, SMITH ANNA"),
        ("José Núñez", "Jose Nunez, JOSÉ NÚÑEZ, Jose\u0301 Nunez, Jos&eacute; N&uacute;&ntilde;ez"),
        ("Jose Nunez", "José Núñez, Jose\u0301 Nu\u0301n\u0303ez"),
        ("Jürgen Müller", "Juergen Mueller, Jurgen Muller, J%C3%BCrgen M&#252;ller"),
        ("Anne-Marie Weiß", "Anne\u2011Marie Weiss, Weiß, Anne-Marie"),
        ("Lukasz Mueller", "Łukasz Müller, LUKASZ MÜLLER"),
        ("Nguyễn Văn Ân", "NGUYEN VAN AN"),
        ("Ελένη Παππά", "ΕΛΕΝΗ ΠΑΠΠΑ"),
        ("zeb+1@quux.example", "zeb+1%40quux.example, mailto:zeb%2B1@quux.example"),
    ],
    ids=[
        "quote",
        "curly",
        "space",
        "tags",
        "comma",
        "accents",
        "plain",
        "umlauts",
        "dash",
        "strokes",
        "tones",
        "greek",
        "mail",
    ],
)
def test_names_are_found_as_programs_and_other_people_write_them(name: str, text: str) -> None:
    """With other apostrophes and accents, the last name first, in HTML and in addresses."""
    emails = (name,) if "@" in name else ()
    finder = finder_of(Words(names=() if emails else (name,), emails=emails))

    left = (redacted(text, finder) or "").replace("mailto:", "").replace("[erased]", "")

    assert set(left) <= {",", " "}


@pytest.mark.parametrize(
    ("id_", "words"),
    [
        ("a@b.example", Words(emails=("a@b.example",))),
        ("+49 151 2345678", Words(phones=("+49 151 2345678",))),
        ("1512345678", Words()),
        ("8", Words()),
    ],
)
def test_an_id_may_be_an_address(id_: str, words: Words) -> None:
    """A number alone is an id as others are."""
    assert words_of_id(id_) == words


@pytest.mark.parametrize(
    ("name", "attrs", "words"),
    [
        ("Jim Halpert", "{}", Words(names=("Jim Halpert",))),
        (
            None,
            '{"first_name":"Jim","last_name":"Halpert","email":"j@h.example"}',
            Words(
                names=("Jim Halpert", "Halpert Jim", "Halpert, Jim"),
                emails=("j@h.example",),
            ),
        ),
        (
            None,
            '{"contact_fields":[{"type":"phone","content":"0151 2345678"}],"born":"1990-01-01"}',
            Words(phones=("0151 2345678",)),
        ),
        (
            None,
            (
                '{"firstName":"Jim","Last-Name":"Halpert","phone":"tel:+49-151-2345678;ext=2",'
                '"ways":[{"kind":"Mobile","value":"0151 2345678 x12"}]}'
            ),
            Words(
                names=("Jim Halpert", "Halpert Jim", "Halpert, Jim"),
                phones=("+49-151-2345678", "0151 2345678"),
            ),
        ),
        ("J", '{"phone":4915123456,"paid":10000000}', Words(phones=("4915123456",))),
    ],
)
def test_words_come_from_name_and_attributes(name: str | None, attrs: str, words: Words) -> None:
    """Whole names, each address, and what is a telephone number by its form or its place."""
    assert words_of(name, attrs) == words


HOME = "0151 2345678"
ABROAD = "+49 (0)151 2345678"


@pytest.mark.parametrize(
    ("known", "texts"),
    [
        (ABROAD, [HOME, "(0151) 2345678", "+49 151 2345678", "00491512345678", "151 2345678"]),
        (HOME, [ABROAD, "+49 151 2345678", "0049 151 2345678", "0151/23-45-678"]),
        ("+1 415 555 2671", ["(415) 555-2671", "1-415-555-2671", "14155552671"]),
        ("(415) 555-2671", ["+14155552671", "1 415 555 2671"]),
        ("+39 06 1234567", ["06 1234567", "0039 06 1234567"]),
    ],
)
def test_a_number_is_found_as_it_is_dialled_elsewhere(known: str, texts: list[str]) -> None:
    """With or without the country's code, and what is dialled before it at home."""
    finder = finder_of(Words(phones=(known,)))

    assert [redacted(text, finder) for text in texts] == ["[erased]"] * len(texts)
    assert redacted("1512345679 41555526710", finder) == "1512345679 41555526710"


def test_a_document_loses_links_and_words() -> None:
    """As a change keeps it; a draft that an import keeps has its data as text."""
    opaque = {("contact", "8"): "erased-x"}
    links = '"links":[{"type":"contact","id":"8","role":"subject","name":"J","deleted":true}]'

    assert redacted_document(
        '{"body":"Jim Halpert","data":{"a":"Will"},' + links + "}", opaque, PATTERN
    ) == (
        '{"body":"[erased]","data":{"a":"[erased]"},"links":[{"type":"contact","id":"erased-x",'
        '"role":"subject","name":null,"erased":true}]}'
    )
    assert redacted_document('{"external_id":"m-jim+x@halpert.example"}', opaque, PATTERN) == (
        '{"external_id":"[erased]"}'
    )
    assert redacted_document('{"external_id":null}', opaque, PATTERN) == '{"external_id":null}'
    draft = '{"kind":"note.created","data":"{\\"a\\":\\"Will\\"}","links":[]}'
    assert redacted_document(draft, opaque, PATTERN) == draft.replace("Will", "[erased]")
    assert redacted_document('{"body":"x"}', opaque, PATTERN) == '{"body":"x"}'


def test_nobody_without_a_name_is_looked_for() -> None:
    """There is no pattern, and texts stay as they are."""
    assert finder_of(Words()) is None
    assert redacted("Jim Halpert", None) == "Jim Halpert"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Jim_Halpert.ndjson", "[erased].ndjson"),
        ("my_jim-halpert export2.ndjson", "my_[erased] export2.ndjson"),
        ("Halpert, Jim.ndjson", "[erased].ndjson"),
        ("JimHalpert2.csv", "[erased]2.csv"),
        ("zoe_obrien.csv, Zoe-O-Brien.csv", "[erased].csv, [erased].csv"),
        ("https://a.example/jim%20halpert", "https://a.example/[erased]"),
        ("Jimmy Halpert.txt, jim.txt, will.txt", "Jimmy Halpert.txt, jim.txt, will.txt"),
        ("of Will_2", "of [erased]_2"),
    ],
)
def test_names_of_files_are_found_as_people_write_them(text: str, clean: str) -> None:
    """With any sign between the words or none, the last word first, and without accents."""
    finder = note_finder_of(WORDS)

    assert redacted(text, finder) == clean


def test_short_words_are_not_found_within_another_one() -> None:
    """`Al Do` is not in `Aldo`, and is in `al_do`."""
    assert redacted("Aldo, al_do", note_finder_of(Words(names=("Al Do",)))) == "Aldo, [erased]"
