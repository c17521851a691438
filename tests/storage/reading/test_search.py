"""Full text: words, beginnings and phrases, found in the order of the timeline."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doings.core.entity import CONTACT
from doings.core.query import Query, words_from_text
from tests.builders import contact, note
from tests.clocks import NOON
from tests.storage.book import Book

TEXTS = (
    ("Lunch with José", "We ate at the Café de Flore."),
    ("Appointment moved", "from Monday to Tuesday, 10:00"),
    (None, "the flore of the café"),
    ("E-mail: re: lunch", None),
    ("Straße 12", "naïve ΑΘΗΝΑ"),
    (None, None),
)


@pytest.fixture
async def library(book: Book) -> Book:
    """The texts above, the first one the oldest."""
    await book.record(
        *[
            note(contact(str(number), "actor"), at=NOON + number, summary=summary, body=body)
            for number, (summary, body) in enumerate(TEXTS)
        ]
    )
    return book


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lunch", [3, 0]),
        ("LUNCH", [3, 0]),
        ("lunch with", [0]),
        ("with lunch", [0]),
        ("lunch ate", [0]),
        ('"with lunch"', []),
        ('"lunch with"', [0]),
        ('"lunch wi"', []),
        ('"cafe de flore"', [0]),
        ('"de flore', [0]),
        ("jose", [0]),
        ("josé", [0]),
        ("cafe flore", [2, 0]),
        ("caf*", [2, 0]),
        ("caf", []),
        ("mon* tue*", [1]),
        ("10:00", [1]),
        ("e-mail", [3]),
        ("naive", [4]),
        ("αθηνα", [4]),
        ("lunch monday", []),
        ("nothing", []),
        ("", []),
    ],
)
async def test_words_find_what_holds_all_of_them(
    library: Book, text: str, found: list[int]
) -> None:
    """The table is the specification: by upper case or lower, with diacritics or without."""
    page = await library.read(lambda reader: reader.page(Query(words=words_from_text(text))))

    assert [activity.occurred_at - NOON for activity in page.items] == found


NONSENSE = [
    '"', '""', '"""', "*", "**", "lunch **", "AND (", "lunch AND", "OR", "NOT lunch", "NEAR",
    "NEAR(lunch with, 5)", "-x", "-lunch", ":", "summary:lunch", "summary : lunch", "^lunch",
    "+", "{", "}", "(", ")", "'", "''", ";--", "\\", "%", "_", "lunch'", "a:b:c", "!lunch",
    "lunch & with", "lunch | with", "<->", "lunch <-> with", "\t\n", "🤝", "é", "\u0301",
    "\u200b", "x" * 5000, "\0", "a\0b", "lunch\0*",
]  # fmt: skip


async def test_nonsense_is_never_an_error(library: Book) -> None:
    """Nothing that is typed into a search is syntax but quotes and the star at the end."""
    for text in NONSENSE:
        words = words_from_text(text)

        assert len(await library.seqs(words=words)) <= len(TEXTS), text


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
async def test_any_text_can_be_looked_for(library: Book, text: str) -> None:
    """Whatever Unicode has."""
    words = words_from_text(text)

    page = await library.read(lambda reader: reader.page(Query(words=words)))

    assert len(page.items) <= len(TEXTS)


async def test_words_go_with_every_other_filter(library: Book) -> None:
    """Words combine with every filter, with bounds, order, paging and skipping."""
    words = words_from_text("lunch")
    newest, oldest = await library.seqs(words=words)

    assert await library.seqs(words=words, is_descending=False) == [oldest, newest]
    assert await library.seqs(words=words, limit=1) == [newest]
    assert await library.seqs(words=words, limit=1, skip=1) == [oldest]
    assert await library.seqs(words=words, until=NOON + 3) == [oldest]
    assert await library.seqs(words=words, kinds=("note.*",), level=None) == [newest, oldest]
    assert await library.seqs(words=words, kinds=("text.*",)) == []
    assert await library.seqs(words=words, actor=(CONTACT, "3")) == [newest]
    assert await library.seqs(words=words, actor=(CONTACT, "none")) == []
    assert await library.seqs(words=words, entities=((CONTACT, "0"), (CONTACT, "1"))) == [oldest]


async def test_search_knows_the_text_as_it_is_now(book: Book) -> None:
    """Revised texts are found by their new words only, and text may come and go."""

    async def found(text: str) -> int:
        return len(await book.seqs(words=words_from_text(text)))

    activity = await book.record_one(summary="alpha")
    await book.revise(activity.seq, note(body="beta"))
    assert (await found("alpha"), await found("beta")) == (0, 1)

    await book.revise(activity.seq, note())
    assert await found("beta") == 0

    await book.revise(activity.seq, note(summary="gamma"))
    assert await found("gamma") == 1

    await book.revise(activity.seq, note("1", summary="gamma", level="WARN"))
    assert await found("gamma") == 1

    await book.erase(activity.seq)
    assert await found("gamma") == 0


async def test_more_findings_than_one_step_looks_at_are_all_looked_at(book: Book) -> None:
    """The newest come first although the full text gives them in the order of recording."""
    recorded = await book.record(
        *[note(at=NOON - number, summary="word") for number in range(4500)]
    )

    assert await book.seqs(words=words_from_text("word"), limit=2) == [
        recorded[0].seq,
        recorded[1].seq,
    ]
    assert await book.seqs(words=words_from_text("word"), limit=1, is_descending=False) == [
        recorded[-1].seq
    ]
