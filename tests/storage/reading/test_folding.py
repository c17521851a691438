"""Searches find text however it is spelled: case, marks, forms, and scripts without spaces."""

import re

import pytest

from doings.core.entity import CONTACT
from doings.core.query import words_from_text
from tests.builders import note
from tests.storage.book import Book

FOUND = [
    # text, searches that find it
    ("Café", "cafe CAFÉ cafe\u0301 CAFE\u0301 ＣＡＦＥ caf*"),
    ("cafe\u0301 Łódź Ørsted", "café lodz łódź orsted ØRSTED"),
    ("Straße MASSE", "strasse STRASSE straße STRAẞE maße"),
    ("İstanbul ışık DIŞ", "istanbul ISTANBUL isik IŞIK dış"),
    ("Œuvre Ægir ﬁle", "oeuvre œuvre aegir file FILE"),
    ("Guðmundsdóttir Þórður Ðorđe", "gudmund* guðmund* GUÐMUNDSDÓTTIR thordur þórður dorde"),
    ("Ŋuniŋa", "nunina ŋuniŋa"),
    ("Nguyễn Văn Đạt", "nguyen văn dat NGUYỄN"),
    ("Ａｂｃ１２ m² Ⅳ", "abc12 m2 iv"),
    ("Acme™ Ver\u00adtrag", 'acme acme™ "acme tm" vertrag'),
    ("ΟΔΥΣΣΕΎΣ Ἀθῆναι", "οδυσσευς οδυσσεύσ Αθηναι ΑΘΗΝΑΙ"),
    ("שָׁלוֹם", "שלום שָׁלוֹם"),
    ("العَرَبِيَّة أحمد كتـــاب آمال", "العربية احمد أحمد كتاب امال"),
    ("ﷲ ﻻ", "الله لا"),
    ("Ёлка моло\u0301ко", "елка ёлка ЁЛКА молоко"),
    ("हिन्दी में", "हिन्दी हिन्*"),
    ("東京都庁で会議", "東京 京都 都庁で 東京都庁で会議 会議 庁で* 東"),
    ("株式会社葛\U000e0100飾 iPhone手机壳", "葛飾 iphone 手机 机壳 iphone手机 壳"),
    ("ｶﾞﾗｽ の カメラ", "ガラス ガラ カメ メラ ｶﾞﾗ"),
    ("안녕하세요 세계", "안녕 하세 안녕하세요 세계 \u110b\u1161\u11ab\u1102\u1167\u11bc 세"),
    ("กรุงเทพมหานคร น้ำ", "กรุงเทพ เทพ มหานคร น้ำ"),
    ("ភាសា\u200bខ្មែរ", "ភាសា ខ្មែរ ភាសាខ្មែរ"),
    ("ພາສາລາວ", "ພາສາ ລາວ"),
    ("မြန်မာဘာသာ", "မြန်မာ ဘာသာ"),
    ("𰻝𰻝麺 𠮷野家", "𰻝麺 𠮷野 野家"),
    ("Party🎉🎂 👍🏽 🇩🇪 会議📅", "party🎉🎂 party 🎉🎂 🎉 🎂 👍 👍🏿 🇩🇪 会議 議 📅"),
]

NOT_FOUND = [
    ("Café", "caf fé cafes"),
    ("Þórður Guðrún", "pordur tordur gunrun"),
    ("мой", "мои"),
    ("東京都庁", "東都 京庁 東京庁 庁都"),
    ("東京 大阪", '京大 東京大阪 "大阪 東京"'),
    ("カキ", "ガギ かき"),
    ("Party🎉🎂", "🎂🎉 🎈 →"),
    ("안녕하세요", "녕안 안하"),
    ("กรุงเทพ", "เทพกรุง"),
]


@pytest.mark.parametrize(("text", "searches"), FOUND)
async def test_text_is_found_however_it_is_spelled(book: Book, text: str, searches: str) -> None:
    """In summaries, in bodies and among other words."""
    await book.record(
        note(summary=text), note(body=f"before {text}, after"), note(summary="elsewhere")
    )

    missed = [search for search in cut(searches) if len(await found(book, search)) != 2]

    assert missed == []


@pytest.mark.parametrize(("text", "searches"), NOT_FOUND)
async def test_text_is_not_found_by_another(book: Book, text: str, searches: str) -> None:
    """Folding makes alike what readers take for alike, and nothing else."""
    await book.record(note(summary=text), note(body=f"before {text}, after"))

    wrong = [search for search in cut(searches) if await found(book, search)]

    assert wrong == []


@pytest.mark.parametrize(
    ("name", "q"),
    [
        ("José Müller", "jose"),
        ("Sigríður Þórðardóttir", "thordar"),
        ("Sigríður Þórðardóttir", "sigridur"),
        ("José Müller", "MÜLL"),
        ("Łukasz", "luk"),
        ("鈴木一郎", "鈴"),
        ("鈴木一郎", "郎"),
        ("鈴木一郎", "木一"),
        ("鈴木 一郎", "鈴木 一"),
        ("김민수", "민"),
        ("สมชาย", "ชาย"),
        ("مُحَمَّد", "محمد"),
        ("Σωκράτης", "ΣΩΚΡΑΤΗΣ"),
        ("ＹＡＭＡＤＡ", "yama"),
    ],
)
async def test_people_are_found_by_name(book: Book, name: str, q: str) -> None:
    """By the beginnings of words, and where there are no spaces by any character."""
    await book.put(CONTACT, "1", name=name)
    await book.put(CONTACT, "2", name="Nobody")

    assert await book.entities(q=q) == ["1"]


async def test_phrases_go_across_scripts(book: Book) -> None:
    """A run that others follow in the phrase must end where it does in the text."""
    await book.record(note(summary="東京 大阪城 tour"), note(summary="東京都 大阪 tour"))

    assert len(await found(book, '"東京 大阪"')) == 1
    assert len(await found(book, '"大阪 tour"')) == 1
    assert len(await found(book, '"大阪城 tour"')) == 1
    assert len(await found(book, "東京 大阪 tour")) == 2


async def test_long_words_are_cut_alike(book: Book) -> None:
    """On every engine after the same number of characters."""
    await book.record(note(body="é" * 600 + "x"))

    assert len(await found(book, "e" * 600 + "y")) == 1
    assert len(await found(book, "e" * 499)) == 0


def cut(searches: str) -> list[str]:
    """The searches of a cell; a phrase keeps its quotes."""
    return re.findall(r'"[^"]*"|\S+', searches)


async def found(book: Book, search: str) -> list[int]:
    """The seqs that a search finds."""
    return await book.seqs(words=words_from_text(search))
