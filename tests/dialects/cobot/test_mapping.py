"""What each kind looks like, and that reading it back gives what was recorded."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.activity import Activity, Draft, Link, Linked, draft_of, is_same
from doings.core.clock import SECOND
from doings.core.errors import Invalid
from doings.core.kinds.rules import CATALOGUE
from doings.core.values.markup import links_only
from doings.dialects.cobot.mapping import (
    activity_document,
    draft_from_document,
    membership_document,
    saved_activity,
)
from doings.dialects.cobot.vocabulary import TYPES, kinds_of_type, type_of_kind
from tests.builders import activity, entity, linked
from tests.engines import SQLITE_ONLY

pytestmark = SQLITE_ONLY  # what is read and described is the same on both engines


def shown(one: Activity) -> str:
    """The document as a client gets it."""
    return msgspec.json.encode(activity_document(one)).decode()


def attributes(one: Activity) -> dict[str, Any]:
    """The attributes of the document."""
    found: dict[str, Any] = json.loads(shown(one))["attributes"]
    return found


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("encounter.logged", "encounter"),
        ("text.posted", "text"),
        ("invoice.created", "new_invoice"),
        ("invoice.sent", "invoice_sent"),
        ("plan.changed", "plan_change"),
        ("membership.created", "new_membership"),
        ("membership.canceled", "membership_canceled"),
        ("payment.failed", "payment_failed"),
        ("drop_in_pass.created", "drop_in_pass_created"),
        ("own_kind.was_seen", "own_kind_was_seen"),
    ],
)
def test_type_of_a_kind(kind: str, type_: str) -> None:
    """By the table, else by the rule."""
    assert type_of_kind(kind) == type_
    assert kind in kinds_of_type(type_)


@pytest.mark.parametrize(
    ("type_", "kinds"),
    [
        ("new_invoice", ["invoice.created", "new.invoice"]),
        ("plan_changed", ["cobot.plan_changed"]),
        ("invoice_created", ["cobot.invoice_created"]),
        ("foo_bar_baz", ["foo_bar.baz", "foo.bar_baz"]),
        ("note_created", ["note.created"]),
        ("text", ["text.posted"]),
        ("message", ["cobot.message"]),
        ("form_result_created", ["form_result.created", "form.result_created"]),
        ("conference_registration_was_created",
         ["conference_registration_was.created", "conference_registration.was_created",
          "conference.registration_was_created"]),
        ("", []),
        ("_", ["cobot_type.t_"]),
        ("a_", ["cobot.a_"]),
        ("Foo_bar", ["cobot_type.tx46oo_bar"]),
        ("a.b", ["cobot_type.tax2eb"]),
        ("max", ["cobot.max"]),
        ("check-in", ["cobot_type.tcheckx2din"]),
        ("Max", ["cobot_type.tx4dax78"]),
        ("1", ["cobot_type.t1"]),
        ("Zugänge", ["cobot_type.tx5augxc3xa4nge"]),
        ("cobot_checkin", ["cobot.cobot_checkin"]),
        ("cobot_type_t1", ["cobot.type_t1"]),
        ("a_" * 200 + "b", []),
    ],
)  # fmt: skip
def test_kinds_of_a_type(type_: str, kinds: list[str]) -> None:
    """All that are shown as the type, and none that is shown as another."""
    assert kinds_of_type(type_) == kinds
    assert {type_of_kind(kind) for kind in kinds} <= {type_}


def test_type_that_no_kind_can_be_is_looked_at_no_further() -> None:
    """However many ways there were to part it."""
    assert kinds_of_type("_".join("a" * 30_000)) == []
    assert kinds_of_type(f"{'a' * 64}_{'b' * 64}") == [f"{'a' * 64}.{'b' * 64}"]


@pytest.mark.parametrize("kind", CATALOGUE)
def test_every_kind_is_read_as_itself(kind: str) -> None:
    """The first kind of its type."""
    assert kinds_of_type(type_of_kind(kind))[0] == kind


def test_vendors_names_are_of_known_kinds() -> None:
    """The table leads to the catalogue."""
    assert set(TYPES) <= set(CATALOGUE)


def test_members_and_their_order() -> None:
    """A level is there only when it is set."""
    assert shown(activity("own.kind")) == (
        '{"created_at":"2026/03/01 12:00:00 +0000","type":"own_kind","channels":["admin"],'
        '"attributes":{}}'
    )
    assert shown(activity("own.kind", level="WARN", channels=("membership",))) == (
        '{"created_at":"2026/03/01 12:00:00 +0000","type":"own_kind","channels":["membership"],'
        '"level":"WARN","attributes":{}}'
    )


@pytest.mark.parametrize(
    ("kind", "summary", "body", "text"),
    [
        ("note.created", None, "body", "body"),
        ("note.created", "summary", "body", "body"),
        ("note.created", "summary", None, "summary"),
        ("email.created", "subject", "body", "body"),
        ("encounter.logged", "lunch", None, "lunch"),
        ("encounter.logged", None, "long talk", "long talk"),
        ("encounter.logged", "lunch", "long talk", "lunch\n\nlong talk"),
        ("text.posted", None, '<a href="http://x.org">x</a>', '<a href="http://x.org">x</a>'),
    ],
)
def test_text_among_the_attributes(
    kind: str, summary: str | None, body: str | None, text: str
) -> None:
    """The body; of an encounter both; the summary where there is no body."""
    assert attributes(activity(kind, summary=summary, body=body)) == {"text": text}


def test_data_comes_first_and_as_it_was_recorded() -> None:
    """No number is read and written again, and no member changes its place."""
    data = '{"b":1.50,"a":{"z":12345678901234567890123,"y":[]}}'

    document = shown(activity("own.kind", linked("membership", "m", "Joe"), data=data, body="x"))

    assert document.endswith(
        f'"attributes":{data[:-1]},"text":"x","membership_id":"m","membership_name":"Joe"}}}}'
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"text": 5}, {"text": 5, "membership_id": "m", "membership_name": "Joe"}),
        ({"a": '"text"'}, {"a": '"text"', "text": "x", "membership_id": "m",
                           "membership_name": "Joe"}),
        ({"a": {"text": 1}}, {"a": {"text": 1}, "text": "x", "membership_id": "m",
                              "membership_name": "Joe"}),
        ({"membership_id": "m"}, {"membership_id": "m", "text": "x", "membership_name": "Joe"}),
        ({"membership_id": "n"}, {"membership_id": "n", "text": "x"}),
        ({"membership_id": None}, {"membership_id": None, "text": "x"}),
        ({"membership_name": "J"}, {"membership_name": "J", "text": "x", "membership_id": "m"}),
        ('{"te\\u0078t":1}', {"text": 1, "membership_id": "m", "membership_name": "Joe"}),
        ("{ }", {"text": "x", "membership_id": "m", "membership_name": "Joe"}),
    ],
)  # fmt: skip
def test_what_data_has_of_its_own_is_not_added(
    data: dict[str, Any] | str, expected: dict[str, Any]
) -> None:
    """What the data has is kept, and only the name of the membership it names is added."""
    membership = linked("membership", "m", "Joe")

    found = attributes(activity("own.kind", membership, data=data, body="x"))

    assert list(found.items()) == list(expected.items())


def test_posted_text_names_no_membership() -> None:
    """The attributes hold the text alone, as in the documentation."""
    posted = activity("text.posted", linked("membership", "m", "Joe"), body="x")

    assert attributes(posted) == {"text": "x"}


def test_deleted_membership_is_not_named() -> None:
    """Its id is all that is shown."""
    gone = entity("membership", "m", None, is_deleted=True)

    shown = attributes(activity("own.kind", Linked(gone, ("subject",))))

    assert shown == {"membership_id": "m", "membership_name": None}


def test_membership() -> None:
    """What clients rely on, null where unknown, then the rest."""
    attrs = '{"customer_number":7,"email":"j@x.org","plan":{"name":"Full","price":1.50},"id":"no"}'
    joe = entity("membership", "m", "Joe", attrs)

    assert msgspec.json.encode(membership_document(joe)).decode() == (
        '{"id":"m","name":"Joe","email":"j@x.org","plan":{"name":"Full","price":1.50},'
        '"confirmed_at":null,"canceled_to":null,"customer_number":7}'
    )


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
ID = st.text("abc-0123", min_size=1, max_size=20)
PLAIN = st.none() | st.integers(-(2**53), 2**53) | st.booleans() | TEXT
OWN = st.dictionaries(st.text("abcdef_", min_size=1), PLAIN | st.lists(PLAIN, max_size=3))
FROZEN = st.fixed_dictionaries(
    {}, optional={"membership_id": ID, "membership_name": TEXT, "invoice_id": ID}
)
KINDS = st.sampled_from(
    ["note.created", "payment.failed", "invoice.created", "membership.created", "own_kind.seen"]
)


@st.composite
def expressible(draw: st.DrawFn) -> Activity:
    """An activity that the vendor's document can hold without loss."""
    if draw(st.booleans()):
        return _stored(draw, kind="text.posted", body=draw(TEXT))
    data = draw(FROZEN) | draw(OWN)
    links = []
    if "membership_id" in data:
        name = str(data.setdefault("membership_name", "J"))
        links.append(linked("membership", str(data["membership_id"]), name))
    if "invoice_id" in data:
        links.append(linked("invoice", str(data["invoice_id"])))
    body = draw(st.none() | TEXT)
    return _stored(draw, *links, kind=draw(KINDS), data=data, body=body)


def _stored(draw: st.DrawFn, *links: Linked, kind: str, **members: Any) -> Activity:  # noqa: ANN401
    return activity(
        kind,
        *links,
        occurred_at=draw(st.integers(0, 4_000_000_000)) * SECOND,
        level=draw(st.sampled_from([None, "ERROR", "WARN"])),
        channels=draw(st.sampled_from([("admin",), ("admin", "membership"), ("membership",)])),
        origin="cobot",
        **members,
    )


@given(expressible())
def test_reading_what_was_rendered_gives_it_back(one: Activity) -> None:
    """For what the vendor can express, nothing is lost on the way out and in."""
    draft = draft_from_document(saved_activity(shown(one).encode()))

    before = draft_of(one)
    assert json.loads(draft.data) == json.loads(before.data)
    assert is_same(
        msgspec.structs.replace(draft, data="{}", external_id=None),
        msgspec.structs.replace(before, data="{}"),
    )


DOCUMENTS = st.fixed_dictionaries(
    {
        "created_at": st.sampled_from(["2014/04/01 00:01:02 +0000", "1999/12/31 23:59:59 +0000"]),
        "type": st.sampled_from(["text", "encounter", "plan_change", "note_created", "x_y_z"]),
        "channels": st.lists(st.sampled_from(["admin", "membership"]), unique=True, min_size=1),
    },
    optional={"level": st.sampled_from(["ERROR", "WARN"])},
)
SAVED_ATTRIBUTES = st.lists(
    st.tuples(
        st.sampled_from(["text", "membership_id", "membership_name", "invoice_id", "a", "b"]),
        TEXT.filter(lambda text: len(text) < 200),
    ),
    unique_by=lambda pair: pair[0],
).map(dict)


@given(DOCUMENTS, SAVED_ATTRIBUTES)
def test_what_was_imported_is_served_back_equal(
    document: dict[str, Any], attributes: dict[str, Any]
) -> None:
    """With any attributes in any order; the vendor's own texts are clean HTML."""
    if document["type"] == "text":
        attributes.setdefault("text", "x")
    if "text" in attributes:
        attributes["text"] = links_only(attributes["text"])
    given_document = {**document, "attributes": attributes}

    draft = draft_from_document(saved_activity(json.dumps(given_document).encode()))

    again = json.loads(shown(stored(draft)))
    assert again == given_document
    assert list(again["attributes"]) == list(attributes)


def stored(draft: Draft) -> Activity:
    """The activity that the draft becomes."""
    links = [linked(link.type, link.id, link.name, link.role) for link in draft.links]
    members = {
        name: getattr(draft, name)
        for name in Draft.__struct_fields__
        if name not in {"kind", "links"}
    }
    return activity(draft.kind, *links, **members)


def test_saved_element_is_known_again() -> None:
    """By its content, as the vendor gives no ids."""
    element = b'{"created_at":"2014/04/01 00:01:02 +0000","type":"text","attributes":{"text":"%s"}}'

    one, same, other = (
        draft_from_document(saved_activity(element % text)) for text in (b"a", b"a", b"b")
    )

    assert one == same
    assert one.external_id != other.external_id
    assert (one.origin, one.channels, one.level) == ("cobot", ("admin",), None)


def test_links_of_a_saved_element() -> None:
    """The membership under its name, and the invoice."""
    document = saved_activity(
        b'{"created_at":"2014/04/01 00:01:02 +0000","type":"new_invoice","attributes":'
        b'{"invoice_id":"i","invoice_number":1,"membership_id":"m","membership_name":"Joe"}}'
    )

    assert draft_from_document(document).links == (
        Link("membership", "m", "subject", "Joe"),
        Link("invoice", "i"),
    )


@pytest.mark.parametrize(
    "element",
    [
        b"",
        b"5",
        b"{}",
        b'{"created_at":"soon","type":"text"}',
        b'{"created_at":"0001-01-01","type":"text"}',
        b'{"created_at":"2014-01-01","type":""}',
        b'{"created_at":"2014-01-01","type":"text","level":"LOUD"}',
        b'{"created_at":"2014-01-01","type":"text","channels":["A b"]}',
        b'{"created_at":"2014-01-01","type":"text","channels":"admin"}',
        b'{"created_at":"2014-01-01","type":"text","attributes":[]}',
        b'{"created_at":"2014-01-01","type":"plan_change","attributes":{"change_date":"soon"}}',
        b'{"created_at":"2014-01-01","type":"appointment_created","attributes":{}}',
    ],
)
def test_element_that_is_none_of_the_vendors_is_refused(element: bytes) -> None:
    """Invalid is raised, whichever member is wrong."""
    with pytest.raises(Invalid):
        draft_from_document(saved_activity(element))


@pytest.mark.parametrize("kind", ["text.posted", "note.created", "plan.changed"])
def test_a_text_in_data_is_cleaned(kind: str) -> None:
    """As a body would be; the other members stay as they are."""
    data = json.dumps({"a": "<b>", "text": "<a href='javascript:1'>d</a><script>x"})

    document = json.loads(shown(activity(kind, data=json.loads(data))))

    assert document["attributes"]["text"] == "dx"
    assert document["attributes"]["a"] == "<b>"
