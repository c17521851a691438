"""The one line that an activity is shown as."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.activity import Activity, Linked
from doings.core.kinds.rules import CATALOGUE, kind_named
from doings.core.kinds.template import parsed
from doings.core.presentation.title import EXCERPT, Piece, title, title_pieces
from tests.builders import activity, linked

INVOICE = {
    "invoice_number": 1,
    "invoice_id": "1",
    "amount": "10.00",
    "currency": "EUR",
    "membership_id": "m1",
    "membership_name": "Joe",
}

AnyJson = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
SLOTS = st.sampled_from(
    [
        "invoice_number",
        "invoice_id",
        "amount",
        "currency",
        "membership_name",
        "appointment",
        "file",
        "contact",
        "segment_name",
        "service",
        "name",
        "file_filename",
    ]
)
AnyData = st.dictionaries(SLOTS | st.text(), AnyJson | st.dictionaries(SLOTS, AnyJson), max_size=6)
AnyProse = st.none() | st.text() | st.text(alphabet=' <a href="">/&;lt\n\r\x85\u2028')


def without(key: str) -> dict[str, object]:
    """The invoice less one member."""
    return {name: value for name, value in INVOICE.items() if name != key}


JIM = linked("contact", "8", "Jim Halpert")
VIP = linked("segment", "s1", "VIP")
JANE = linked("membership", "m2", "Jane Doe")
ANN = linked("user", "u1", "Ann", "actor")
DELETED_JIM = Linked(msgspec.structs.replace(JIM.entity, name=None, is_deleted=True), JIM.roles)


@pytest.mark.parametrize("kind", CATALOGUE)
def test_catalogued_template_is_well_formed(kind: str) -> None:
    """Every template of the catalogue can be parsed, and has something to say."""
    assert parsed(CATALOGUE[kind].template)


def test_invoice_is_titled_with_links_as_in_the_sample() -> None:
    """The pieces are those of the vendor's HTML sample."""
    assert title_pieces(activity("invoice.created", data=INVOICE)) == (
        Piece("Created "),
        Piece("invoice 1", ("invoice", "1")),
        Piece(" (10.00 EUR) for "),
        Piece("Joe", ("membership", "m1")),
        Piece("."),
    )


def test_membership_comes_from_the_link_where_data_has_none() -> None:
    """A linked membership lends its name and id."""
    pieces = title_pieces(activity("invoice.created", JANE, data={"invoice_number": 1}))

    assert pieces[-2:] == (Piece("Jane Doe", ("membership", "m2")), Piece("."))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (INVOICE, "Created invoice 1 (10.00 EUR) for Joe."),
        (without("currency"), "Created invoice 1 for Joe."),
        (without("membership_name"), "Created invoice 1 (10.00 EUR)."),
        (without("invoice_number"), "Created invoice (10.00 EUR) for Joe."),
        ({**INVOICE, "amount": 10.5}, "Created invoice 1 (10.5 EUR) for Joe."),
        ({**INVOICE, "amount": ["10"]}, "Created invoice 1 for Joe."),
        ({**INVOICE, "amount": True}, "Created invoice 1 for Joe."),
        ({**INVOICE, "amount": " \n "}, "Created invoice 1 for Joe."),
        ({}, "Created invoice."),
    ],
)
def test_optional_part_goes_with_its_placeholder(data: object, expected: str) -> None:
    """A part whose placeholder has nothing to show is left out whole."""
    assert title(activity("invoice.created", data=data)) == expected


def test_link_without_an_id_is_plain_text() -> None:
    """An invoice of which the id is unknown is named and not linked."""
    pieces = title_pieces(activity("invoice.created", data={"invoice_number": 7}))

    assert pieces == (Piece("Created invoice 7."),)


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        (activity("segment.added", JIM, VIP), "Added Jim Halpert to VIP."),
        (activity("segment.added", VIP), "Added to VIP."),
        (activity("segment.added", JIM), "Segment added"),
        (activity("contact.blocked", DELETED_JIM), "Blocked 8."),
        (activity("contact.blocked", linked("contact", "9", None)), "Blocked 9."),
        (
            activity("contact.unsubscribed", linked("contact", "1", "Me", "actor"), JIM),
            "Jim Halpert unsubscribed.",
        ),
        (
            activity("details.requested", ANN, body="Your phone number?"),
            "Details requested by Ann: Your phone number?",
        ),
        (
            activity("file.uploaded", data={"file": {"file_filename": "a.pdf"}}),
            "Uploaded “a.pdf”.",
        ),
        (
            activity(
                "appointment.created",
                data={"appointment": {"service": {"name": "Cut"}, "staff": {"first_name": "Ann"}}},
            ),
            "Made appointment: Cut with Ann.",
        ),
        (
            activity("plan.changed", data={"old_plan_name": "Half", "new_plan_name": "Full"}),
            "Changed plan from Half to Full.",
        ),
        (activity("membership.confirmed", JANE), "Confirmed membership of Jane Doe."),
        (
            activity("email.created", summary="Your booking", body="…"),
            "Sent email: Your booking",
        ),
        (activity("note.updated", body="Called back"), "Updated note: Called back"),
        (activity("ticket.closed", summary="Printer on fire"), "Ticket closed: Printer on fire"),
        (activity("ticket.closed", body="long story"), "Ticket closed"),
    ],
    ids=lambda value: value.kind if isinstance(value, Activity) else None,
)
def test_title_says_what_happened(recorded: Activity, expected: str) -> None:
    """Titles are sentences about the linked things, as far as these are known."""
    assert title(recorded) == expected


@pytest.mark.parametrize("kind", ["encounter.logged", "note.created", "text.posted"])
@pytest.mark.parametrize(
    ("summary", "body", "expected"),
    [
        ("Lunch", "We had sushi", "Lunch"),
        (None, "We had sushi", "We had sushi"),
        ("", "We\n\n had\u2028sushi ", "We had sushi"),
        (" \n", "We had sushi", "We had sushi"),
        (None, "x" * EXCERPT, "x" * EXCERPT),
        (None, "x" * (EXCERPT + 1), "x" * (EXCERPT - 1) + "…"),
        (None, "word " * 100_000, ("word " * EXCERPT)[: EXCERPT - 1].rstrip() + "…"),
        ("x" * 500, None, "x" * 500),
    ],
)
def test_free_text_is_its_own_title(
    kind: str, summary: str | None, body: str | None, expected: str
) -> None:
    """The summary as it is, else the beginning of the body."""
    assert title(activity(kind, summary=summary, body=body)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('See <a href="https://example.org/?a=1&amp;b">this</a> &amp; that', "See this & that"),
        ('<a href="https://example.org/?a>b">this</a>', "this"),
        ("1 &lt; 2 &lt;script&gt;", "1 < 2 <script>"),
        ("1 < 2", "1 < 2"),
        ('<a href="https://example.org/' + "x" * 10_000 + '">this</a>', "Text posted"),
        ("<a></a>", "Text posted"),
    ],
)
def test_posted_text_is_titled_without_its_html(body: str, expected: str) -> None:
    """Tags are stripped and entities unescaped: a title is plain text."""
    assert title(activity("text.posted", body=body)) == expected


def test_only_posted_text_is_html() -> None:
    """A note that shows a tag means the characters."""
    assert title(activity("note.created", body="<b> & &amp;")) == "<b> & &amp;"


@pytest.mark.parametrize("template", ["{", "}", "[a", "{? a", "[a}", "{? a](b:{c})", "{A}", "]"])
def test_malformed_template_is_refused(template: str) -> None:
    """A slip in a template is found by the tests and not by a reader."""
    with pytest.raises(ValueError, match=r".+"):
        parsed(template)


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    """Anything that might be stored, also what its kind's shape would have refused."""
    types = draw(st.lists(st.sampled_from(["contact", "segment", "membership", "resource"])))
    return activity(
        draw(st.sampled_from(list(CATALOGUE)) | st.just("ticket.closed")),
        *[linked(entity_type, "1", draw(AnyProse)) for entity_type in types],
        data=draw(AnyData),
        summary=draw(AnyProse),
        body=draw(AnyProse),
    )


@given(recorded=activities())
def test_title_is_one_line_and_never_empty(recorded: Activity) -> None:
    """Whatever was recorded, there is exactly one line to show."""
    text = title(recorded)

    assert text.strip()
    assert len(text.splitlines()) == 1
    assert text == "".join(piece.text for piece in title_pieces(recorded))


@given(kind=st.from_regex(r"[a-z][a-z0-9_]{0,9}\.[a-z][a-z0-9_]{0,9}", fullmatch=True))
def test_any_kind_has_a_title(kind: str) -> None:
    """A kind of the caller's own is titled by its name, whatever that is."""
    recorded = activity(kind)

    assert title(recorded).strip()
    assert kind_named(kind).kind == kind
