"""What is read out of attributes, and the ids that are computed."""

import pytest

from doings.core.entity import Entity
from doings.dialects.monica.mapping.contact_attributes import facts_of, initials, instant_text
from doings.dialects.monica.mapping.emotions import EMOTIONS, has_emotion
from doings.dialects.monica.mapping.numbers import OUR_NUMBERS
from doings.dialects.monica.mapping.public_ids import Identities
from tests.dialects.monica.goldens import HASH_ID
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # no database has a part in what is tested here


def entity(
    *, type: str = "contact", id: str = "c", name: str | None = None, attrs: str = "{}"
) -> Entity:
    """An entity with the seq 7."""
    return Entity(7, type, id, name, attrs, None, 0, 0, is_deleted=False)


@pytest.mark.parametrize(
    ("name", "attrs", "first", "last"),
    [
        ("Jim Halpert", "{}", "Jim", "Halpert"),
        ("Jim", "{}", "Jim", None),
        ("  Jim  van Dam ", "{}", "Jim", "van Dam"),
        (None, "{}", "c", None),
        ("Jim Halpert", '{"first_name":"James"}', "James", None),
        ("Jim Halpert", '{"last_name":"Dam"}', None, "Dam"),
        ("Jim Halpert", '{"first_name":5,"last_name":""}', "Jim", "Halpert"),
    ],
)
def test_splits_a_name_that_has_no_parts(
    name: str | None, attrs: str, first: str | None, last: str | None
) -> None:
    """The name is split at its first space."""
    facts = facts_of(entity(name=name, attrs=attrs))

    assert (facts.first_name, facts.last_name) == (first, last)


def test_attributes_of_other_types_count_as_missing() -> None:
    """The other attributes are still read."""
    facts = facts_of(
        entity(attrs='{"nickname":1,"gender_id":"x","tags":["a"],"is_starred":"no","job":"Cook"}')
    )

    assert (facts.nickname, facts.gender_id, facts.tags) == (None, None, [])
    assert (facts.is_starred, facts.job) == (False, "Cook")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Henri Troyat", "HT"),
        ("Jim de la Cruz", "JdlC"),
        ("Ann (Bo) Lee", "AL"),
        ("Élan 3", "E3"),
        ("", ""),
    ],
)
def test_makes_initials(name: str, expected: str) -> None:
    """In ASCII, from the words that begin with a letter or a digit, as they are written."""
    assert initials(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1983-10-23", "1983-10-23T00:00:00Z"),
        ("1983-10-23T19:10:42Z", "1983-10-23T19:10:42Z"),
        ("1983-10-23T19:10:42+02:00", "1983-10-23T17:10:42Z"),
        ("1983", None),
        ("1983-13-01", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_shows_dates_as_instants(text: str | None, expected: str | None) -> None:
    """What is neither a date nor an instant is not shown."""
    assert instant_text(text) == expected


def test_hashes_ids_with_the_installations_salt() -> None:
    """Letters and digits, a different one for each id and installation."""
    ours, theirs = Identities(b"a" * 32), Identities(b"b" * 32)

    hashes = [ours.hash_id(seq) for seq in (1, 2, 10**15)]

    assert all(HASH_ID.fullmatch(text) for text in hashes)
    assert len(set(hashes)) == 3
    assert hashes == [Identities(b"a" * 32).hash_id(seq) for seq in (1, 2, 10**15)]
    assert theirs.hash_id(1) != hashes[0]
    assert theirs.uuid(1, "contact", 1) != ours.uuid(1, "contact", 1)


@pytest.mark.parametrize(
    ("type", "id", "number"),
    [("gender", "3", 3), ("gender", "x", 7), ("gender", "9" * 30, 7), ("contact", "3", 7)],
)
def test_numbers_entities(type: str, id: str, number: int) -> None:
    """The number of a contact is its seq, that of a setting its own if it has one."""
    assert OUR_NUMBERS.of_entity(entity(type=type, id=id)) == number


def test_has_133_emotions() -> None:
    """Their ids count from 1."""
    assert len(EMOTIONS) == 133
    assert [has_emotion(id) for id in (0, 1, 133, 134)] == [False, True, True, False]
    assert (EMOTIONS[0], EMOTIONS[23], EMOTIONS[132]) == ("adoration", "joy", "dread")
