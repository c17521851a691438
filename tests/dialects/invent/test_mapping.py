"""What each kind looks like, and that reading it back gives what was recorded."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.activity import Activity, Draft, Link, Linked, draft_of, is_same
from doings.core.clock import SECOND
from doings.core.errors import Invalid
from doings.dialects.invent.mapping import (
    activity_documents,
    draft_from_document,
    entity_drafts_from_document,
    saved_activity,
)
from doings.dialects.invent.vocabulary import KINDS, NOTE, TYPES
from tests.builders import ID, activity, entity, linked
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # no database has a part in what is tested here

GOLDEN = Path(__file__).parent / "golden"

NOTHING: dict[str, object] = {
    "actor": None,
    "assistant": None,
    "segment": None,
    "broadcast": None,
    "note": None,
    "file": None,
    "metadata": {},
}


def of_contact(kind: str, *links: Linked, **members: Any) -> Activity:  # noqa: ANN401
    """An activity as stored, of contact 8."""
    return activity(kind, linked("contact", "8"), *links, **members)


def shown(one: Activity) -> dict[str, Any]:
    """The document as a client reads it."""
    document: dict[str, Any] = json.loads(msgspec.json.encode(activity_documents([one], "8")[0]))
    return document


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_shows_every_member(kind: str) -> None:
    """Every kind has the same members in the same order."""
    data = '{"file":{"file_filename":"a.pdf"}}' if kind == "file.uploaded" else "{}"

    document = shown(of_contact(kind, data=data))

    seed = json.loads((GOLDEN / "seed.json").read_text())[0]
    assert list(document) == list(seed)
    assert document["type"] == TYPES[kind]
    for name in ("note", "file"):
        if document[name] is not None:
            assert list(document[name]) == list(seed[name])


def test_bare_event_shows_nulls() -> None:
    """What does not apply is null, and metadata is an object."""
    assert shown(of_contact("contact.blocked")) == {
        "id": ID,
        "type": "contact_blocked",
        "created_at": "2026-03-01T12:00:00Z",
        **NOTHING,
    }


def test_note_of_a_user() -> None:
    """The author is the actor, and the note's user."""
    attrs = '{"email":"a@x.org","avatar":"https://x.org/a","seen_at":"2026-01-01T01:00:00.5+01:00"}'
    ann = linked("user", "u1", "Ann", "actor", attrs)

    document = shown(of_contact("note.created", ann, body="Call back", metadata='{"b":1,"a":2.50}'))

    assert document["actor"] == {
        "id": "u1",
        "name": "Ann",
        "email": "a@x.org",
        "avatar": "https://x.org/a",
        "seen_at": "2026-01-01T00:00:00Z",
    }
    assert document["note"] == {
        "id": ID,
        "contact_id": "8",
        "content": "Call back",
        "attachments": [],
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:00:00Z",
        "user": {"id": "u1", "name": "Ann", "avatar": "https://x.org/a"},
    }
    assert list(document["metadata"]) == ["b", "a"]


@pytest.mark.parametrize(
    ("kind", "summary", "body", "content"),
    [
        ("note.created", None, None, None),
        ("note.created", None, "body", "body"),
        ("note.created", "summary", "body", "body"),
        ("note.created", "summary", None, "summary"),
        ("text.posted", None, "<p>text</p>", "text"),
        ("encounter.logged", "lunch", None, "lunch"),
        ("encounter.logged", None, "long talk", "long talk"),
        ("encounter.logged", "lunch", "long talk", "lunch\n\nlong talk"),
    ],
)
def test_content_of_a_note(
    kind: str, summary: str | None, body: str | None, content: str | None
) -> None:
    """The body; for an encounter summary and body; the summary where there is no body."""
    assert shown(of_contact(kind, summary=summary, body=body))["note"]["content"] == content


def test_note_that_was_changed_says_when() -> None:
    """A note is updated when it was last changed, and at first when it was created."""
    changed = of_contact("note.created", updated_at=NOON + 90 * SECOND)

    assert shown(changed)["note"]["created_at"] == "2026-03-01T12:00:00Z"
    assert shown(changed)["note"]["updated_at"] == "2026-03-01T12:01:30Z"


def test_note_with_its_own_members() -> None:
    """What data says of the note comes first."""
    data = (
        '{"note":{"id":"n1","attachments":[{"id":"f1","file_filename":"a.pdf","file_size":3}],'
        '"created_at":"2020-01-01T00:00:00Z","updated_at":"2021-01-01T00:00:00Z"}}'
    )

    note = shown(of_contact("note.created", data=data))["note"]

    assert note["id"] == "n1"
    assert note["created_at"] == "2020-01-01T00:00:00Z"
    assert note["updated_at"] == "2021-01-01T00:00:00Z"
    assert note["attachments"] == [
        {
            "id": "f1",
            "file_path": None,
            "file_filename": "a.pdf",
            "file_size": 3,
            "file_mimetype": None,
            "file_url": None,
            "created_at": None,
        }
    ]


def test_file_has_an_id_and_a_time_in_any_case() -> None:
    """The id and time are the activity's where its data has none."""
    file = shown(of_contact("file.uploaded", data='{"file":{"file_filename":"a.pdf"}}'))["file"]

    assert file == {
        "id": ID,
        "file_path": None,
        "file_filename": "a.pdf",
        "file_size": None,
        "file_mimetype": None,
        "file_url": None,
        "created_at": "2026-03-01T12:00:00Z",
    }


@pytest.mark.parametrize(
    ("links", "actor", "assistant"),
    [
        ([("user", "u", "actor")], "u", None),
        ([("contact", "8", "actor"), ("user", "u", "actor")], "u", None),
        ([("contact", "8", "actor")], "8", None),
        ([("assistant", "a", "actor")], None, "a"),
        ([("assistant", "a", "subject")], None, "a"),
        ([("assistant", "a", "actor"), ("user", "u", "actor")], "u", "a"),
        ([("user", "u", "subject")], None, None),
    ],
)
def test_actor_and_assistant(
    links: list[tuple[str, str, str]], actor: str | None, assistant: str | None
) -> None:
    """A user before other actors, and an assistant by itself."""
    given = [linked(type_, id_, role=role) for type_, id_, role in links]

    document = shown(of_contact("note.created", *given))

    assert (document["actor"] or {}).get("id") == actor
    assert (document["assistant"] or {}).get("id") == assistant


@pytest.mark.parametrize(
    ("attrs", "color"),
    [("{}", "neutral"), ('{"color":"rose"}', "rose"), ('{"color":"#f00"}', "neutral")],
)
def test_segment_has_one_of_the_vendors_colors(attrs: str, color: str) -> None:
    """Any other is none; what nobody said is null, and the times are the entity's."""
    vip = linked("segment", "s", "VIP", attrs=attrs)

    assert shown(of_contact("segment.added", vip))["segment"] == {
        "id": "s",
        "name": "VIP",
        "color": color,
        "contacts_count": None,
        "boards": [],
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:00:00Z",
    }


def test_attributes_of_the_wrong_type_are_as_good_as_none() -> None:
    """Nobody checks attributes when they are recorded."""
    odd = '{"color":1,"contacts_count":true,"boards":[1,{"board_id":"b"}],"created_at":"soon"}'
    user = linked("user", "u", None, "actor", '{"email":[],"seen_at":5}')
    segment = Linked(entity("segment", "s", None, odd), ())

    document = shown(of_contact("segment.added", user, segment))

    assert document["actor"] == {
        "id": "u",
        "name": None,
        "email": None,
        "avatar": None,
        "seen_at": None,
    }
    assert document["segment"]["boards"] == [
        {"board_id": "b", "board_name": None, "column_id": None}
    ]
    assert document["segment"]["contacts_count"] is None
    assert document["segment"]["created_at"] == "2026-03-01T12:00:00Z"


def test_what_came_from_the_vendor_keeps_its_id() -> None:
    """Other origins do not."""
    assert shown(of_contact("note.created", origin="invent", external_id="v1"))["id"] == "v1"
    assert shown(of_contact("note.created", origin="crm", external_id="v1"))["id"] == ID


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
NAME = st.none() | TEXT
FILE = st.fixed_dictionaries(
    {"file_filename": st.text("abc.", min_size=1)},
    optional={
        "id": st.sampled_from(["f1", "f2"]),
        "file_size": st.integers(0, 2**40),
        "created_at": st.just("2020-05-05T05:05:05Z"),
    },
)
DATA = {
    "note.created": st.fixed_dictionaries(
        {},
        optional={
            "note": st.fixed_dictionaries(
                {"id": st.sampled_from(["n1", "n2"])},
                optional={
                    "attachments": st.lists(FILE, min_size=1, max_size=2),
                    "updated_at": st.just("2027-01-01T00:00:00Z"),
                },
            )
        },
    ),
    "file.uploaded": st.fixed_dictionaries({"file": FILE}),
}


@st.composite
def expressible(draw: st.DrawFn) -> Activity:
    """An activity that the vendor's document can hold without loss."""
    kind = draw(st.sampled_from([kind for kind in KINDS if kind not in INDISTINCT]))
    links = [
        linked(type_, "x", draw(NAME), role)
        for type_, role in (("user", "actor"), ("segment", "subject"), ("broadcast", "subject"))
        if draw(st.booleans())
    ]
    data = draw(DATA.get(kind, st.just({})))
    return of_contact(
        kind,
        *links,
        body=draw(NAME) if kind == "note.created" else None,
        occurred_at=draw(st.integers(0, 4_000_000_000)) * SECOND,
        data=msgspec.json.encode(data).decode(),
        metadata=msgspec.json.encode(draw(st.dictionaries(TEXT, st.integers()))).decode(),
        origin="invent",
        external_id="v1",
    )


INDISTINCT = {kind for kind, type_ in TYPES.items() if type_ == NOTE} - {"note.created"}
"""Notes to the vendor like any other."""


@given(expressible())
def test_reading_what_was_rendered_gives_it_back(one: Activity) -> None:
    """For what the vendor can express, nothing is lost on the way out and in."""
    text = msgspec.json.encode(activity_documents([one], "8")[0])

    draft = draft_from_document(saved_activity(text), contact_id="8")

    before = draft_of(one)
    assert parsed(draft) == parsed(before)
    assert is_same(msgspec.structs.replace(draft, data=one.data, metadata=one.metadata), before)


def parsed(draft: Draft) -> tuple[object, object]:
    """Data and metadata, whose members the vendor puts in an order of its own."""
    return json.loads(draft.data), json.loads(draft.metadata)


def test_saved_element_says_what_is_known_of_people_and_things() -> None:
    """Their attributes are the members behind the name."""
    document = saved_activity((GOLDEN / "seed.json").read_bytes().strip()[1:-1])

    drafts = dict(entity_drafts_from_document(document))

    assert list(drafts) == [
        ("user", "<string>"),
        ("assistant", "<string>"),
        ("segment", "<string>"),
        ("broadcast", "<string>"),
    ]
    assert json.loads(drafts["assistant", "<string>"].attrs) == {"avatar_url": "<string>"}
    assert json.loads(drafts["segment", "<string>"].attrs)["contacts_count"] == 123


def test_contact_is_the_notes_own_or_the_one_given() -> None:
    """Only notes name their contact."""
    note = b'{"id":"1","type":"note_created","created_at":"2020-01-01T00:00:00Z","note":%s}'

    own = draft_from_document(saved_activity(note % b'{"contact_id":"7"}'), contact_id="8")
    given = draft_from_document(saved_activity(note % b"{}"), contact_id="8")
    nobody = draft_from_document(saved_activity(note % b"null"))

    assert own.links == (Link("contact", "7"),)
    assert given.links == (Link("contact", "8"),)
    assert nobody.links == ()


@pytest.mark.parametrize(
    "element",
    [
        b"",
        b"5",
        b'{"id":"1"}',
        b'{"id":1,"type":"note_created","created_at":"2020-01-01T00:00:00Z"}',
        b'{"id":"1","type":"email_sent","created_at":"2020-01-01T00:00:00Z"}',
        b'{"id":"1","type":"note_created","created_at":"yesterday"}',
        b'{"id":"1","type":"note_created","created_at":"2020-01-01T00:00:00"}',
        b'{"id":"1","type":"file_uploaded","created_at":"2020-01-01T00:00:00Z"}',
        b'{"id":"","type":"note_created","created_at":"2020-01-01T00:00:00Z"}',
    ],
)
def test_element_that_is_none_of_the_vendors_is_refused(element: bytes) -> None:
    """Invalid is raised, whichever member is wrong."""
    with pytest.raises(Invalid):
        draft_from_document(saved_activity(element))
