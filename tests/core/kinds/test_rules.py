"""What kinds there are, and what their data may be."""

import json
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.errors import Invalid, Problem
from doings.core.kinds.rules import CATALOGUE, Kind, checked_data, implied_keys, kind_named
from doings.core.text import DEEPEST

DESIGNED = (
    ("encounter", "logged"),
    ("text", "posted"),
    ("note", "created updated deleted"),
    ("file", "uploaded"),
    ("segment", "added removed"),
    ("contact", "blocked unblocked unsubscribed resubscribed"),
    ("consent", "created updated deleted"),
    ("appointment", "created updated deleted"),
    ("form_result", "created updated deleted"),
    ("email", "created updated deleted"),
    ("text_message", "created updated deleted"),
    ("conference_registration", "created updated deleted"),
    ("invoice", "created"),
    ("plan", "changed"),
    ("membership", "created canceled"),
    ("payment", "failed"),
    ("details", "requested shared swapped"),
    ("authorization", "requested"),
)
"""The kinds of the design's table, in its order."""

COBOT = (
    ("booking", "created updated deleted"),
    ("resource", "created updated deleted"),
    ("allocation", "created updated deleted"),
    ("checkin", "created updated deleted"),
    ("membership", "confirmed created deleted canceled uncanceled reactivated"),
    ("plan", "changed"),
    ("invoice", "created updated sent deleted"),
    ("payment_method", "updated"),
    ("drop_in_pass", "created"),
    ("guest_account", "created"),
    ("event", "published"),
)
"""The vendor's event names, as nouns and verbs."""

START = "2026-11-22T10:00:00Z"
END = "2026-11-22T11:30:00.25+01:00"
MILLISECONDS = 1_704_085_500_000
APPOINTMENT = {"id": "a1", "start": START, "end": END}
FORM_RESULT = {"id": "f1"}
REGISTRATION = {"id": "r1"}
FILE = {"file_filename": "document.pdf"}

JsonValue = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
MEMBERS = st.sampled_from(
    [
        "appointment",
        "note",
        "file",
        "form_result",
        "previous",
        "marketing_consent",
        "id",
        "start",
        "emotions",
        "valid_until",
        "requirements",
        "amount",
    ]
)
JsonObject = st.dictionaries(
    MEMBERS | st.text(), JsonValue | st.dictionaries(MEMBERS, JsonValue), max_size=6
)


def kinds_of(table: tuple[tuple[str, str], ...]) -> list[str]:
    """Noun and verbs as the names of kinds."""
    return [f"{noun}.{verb}" for noun, verbs in table for verb in verbs.split()]


def problems_of(kind: str, text: str) -> tuple[Problem, ...]:
    """What is wrong with the text, if anything."""
    try:
        checked_data(kind, text)
    except Invalid as error:
        return error.problems
    return ()


def invalid_field(kind: str, data: object) -> str:
    """The path of the member that is refused."""
    (problem,) = problems_of(kind, json.dumps(data))
    return problem.field


def nested(depth: int) -> str:
    """An object of that many levels."""
    return '{"a":' * depth + "1" + "}" * depth


def test_catalogue_holds_the_designed_kinds_in_order() -> None:
    """The documentation and the catalogue list the same kinds in the same order."""
    designed = kinds_of(DESIGNED)

    assert [kind for kind in CATALOGUE if kind in designed] == designed


@pytest.mark.parametrize("kind", kinds_of(COBOT))
def test_catalogue_holds_every_event_of_the_vendor(kind: str) -> None:
    """An event of the coworking service has a kind with a meaning."""
    assert kind in CATALOGUE


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.kind)
def test_catalogued_kind_is_described(kind: Kind) -> None:
    """Every kind has a title, a template, an icon and a meaning of one sentence, on one line."""
    texts = (kind.title, kind.template, kind.icon, kind.meaning)

    assert CATALOGUE[kind.kind] is kind
    assert all(text.strip() and len(text.splitlines()) == 1 for text in texts)
    assert kind.meaning.endswith(".")


def test_meanings_tell_kinds_apart() -> None:
    """No two kinds mean the same."""
    meanings = [kind.meaning for kind in CATALOGUE.values()]

    assert len(set(meanings)) == len(meanings)


@pytest.mark.parametrize(
    "kind", [kind for kind in CATALOGUE.values() if kind.data], ids=lambda kind: kind.kind
)
def test_shape_has_a_json_schema(kind: Kind) -> None:
    """A shape can be published, its times and dates included."""
    schema = msgspec.json.schema(kind.data)

    assert schema["$defs"]


def test_kind_named_knows_the_catalogue() -> None:
    """A catalogued kind is found by its name."""
    assert kind_named("invoice.created") is CATALOGUE["invoice.created"]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("ticket.closed", "Ticket closed"),
        ("support_ticket.handed_over", "Support ticket handed over"),
    ],
)
def test_kind_named_makes_a_kind_of_any_name(name: str, title: str) -> None:
    """A kind of the caller's own is titled by its name and takes any data."""
    kind = kind_named(name)

    assert (kind.kind, kind.title, kind.data) == (name, title, None)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("encounter.logged", {}),
        ("encounter.logged", {"activity_type_id": 12, "emotions": [1, 2]}),
        ("encounter.logged", {"happened_on": "2024-02-29"}),
        ("encounter.logged", {"happened_on": None, "weather": {"is": "fine"}}),
        ("note.created", {"note": {"id": "n1", "attachments": [FILE], "created_at": START}}),
        ("note.updated", {"note": {}, "previous": {"body": "before"}}),
        ("file.uploaded", {"file": {**FILE, "id": "1", "file_size": 0, "created_at": END}}),
        ("consent.created", {"note": {"id": "n"}, "marketing_consent": {"text": "Yes"}}),
        ("appointment.created", {"appointment": APPOINTMENT}),
        ("appointment.updated", {"appointment": APPOINTMENT, "previous": {"start": END}}),
        (
            "appointment.deleted",
            {"appointment": {**APPOINTMENT, "service": {"id": "s"}, "staff": {"id": "1"}}},
        ),
        (
            "form_result.created",
            {"form_result": {**FORM_RESULT, "form": {"id": "1"}, "name": {"name": "Sign up"}}},
        ),
        ("email.created", {"email": {"id": "e1"}}),
        ("text_message.created", {"text_message": {"id": "t1"}}),
        (
            "conference_registration.created",
            {
                "conference_registration": {
                    **REGISTRATION,
                    "number_of_seats": 2,
                    "conference": {"id": "c", "title": "PyCon", "capacity": "300"},
                    "session": {"id": "s", "start": START, "end": END},
                }
            },
        ),
        ("invoice.created", {"invoice_number": 11946, "amount": "95.0", "currency": "EUR"}),
        ("invoice.created", {"invoice_number": "2026-1", "amount": 95.5}),
        ("invoice.created", {"amount": 95}),
        ("plan.changed", {"change_date": "2014-04-17", "new_plan_extras": [{"name": "Locker"}]}),
        ("details.requested", {"valid_until": MILLISECONDS, "expires_in": {"seconds": 3600}}),
        ("details.shared", {"valid_until": START, "timeline": [{"status": "SENT", "at": END}]}),
        (
            "authorization.requested",
            {"requirements": [{"code": "RQ_008", "items": [{"code": "x", "data": [1]}]}]},
        ),
        ("segment.added", {"anything": ["at", "all"]}),
        ("ticket.closed", {"appointment": "of no shape"}),
    ],
)
def test_fitting_data_is_accepted(kind: str, data: object) -> None:
    """Members are optional, may be null and may be joined by others."""
    checked_data(kind, json.dumps(data))


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("encounter.logged", {"activity_type_id": "12"}, "data.activity_type_id"),
        ("encounter.logged", {"activity_type_id": 2**63}, "data.activity_type_id"),
        ("encounter.logged", {"emotions": [1, "joy"]}, "data.emotions[1]"),
        ("encounter.logged", {"happened_on": "2026-02-30"}, "data.happened_on"),
        ("note.created", {"note": "n1"}, "data.note"),
        ("note.created", {"note": {"id": 5}}, "data.note.id"),
        (
            "note.created",
            {"note": {"attachments": [FILE, {}]}},
            "data.note.attachments[1].file_filename",
        ),
        ("note.updated", {"previous": {"body": []}}, "data.previous.body"),
        ("file.uploaded", {}, "data.file"),
        ("file.uploaded", {"file": {}}, "data.file.file_filename"),
        ("file.uploaded", {"file": {**FILE, "file_size": -1}}, "data.file.file_size"),
        ("file.uploaded", {"file": {"file_filename": "x" * 256}}, "data.file.file_filename"),
        ("consent.created", {"marketing_consent": {}}, "data.marketing_consent.text"),
        ("appointment.created", {}, "data.appointment"),
        ("appointment.created", {"appointment": None}, "data.appointment"),
        ("appointment.created", {"appointment": {"id": "a"}}, "data.appointment.start"),
        ("appointment.created", {"appointment": {**APPOINTMENT, "id": ""}}, "data.appointment.id"),
        (
            "appointment.created",
            {"appointment": {**APPOINTMENT, "id": "x" * 256}},
            "data.appointment.id",
        ),
        (
            "appointment.created",
            {"appointment": {**APPOINTMENT, "staff": {"id": 1}}},
            "data.appointment.staff.id",
        ),
        (
            "appointment.updated",
            {"appointment": APPOINTMENT, "previous": {"end": "yesterday"}},
            "data.previous.end",
        ),
        ("form_result.created", {"form_result": {}}, "data.form_result.id"),
        (
            "form_result.created",
            {"form_result": FORM_RESULT, "marketing_consent": {"text": 1}},
            "data.marketing_consent.text",
        ),
        ("email.created", {"email": {"id": 1}}, "data.email.id"),
        ("text_message.deleted", {"text_message": 1}, "data.text_message"),
        (
            "conference_registration.created",
            {"conference_registration": {**REGISTRATION, "number_of_seats": "2"}},
            "data.conference_registration.number_of_seats",
        ),
        (
            "conference_registration.updated",
            {"conference_registration": {**REGISTRATION, "session": {"start": 1}}},
            "data.conference_registration.session.start",
        ),
        ("invoice.created", {"invoice_number": 1.5}, "data.invoice_number"),
        ("invoice.created", {"amount": True}, "data.amount"),
        ("invoice.created", {"amount": ["95.0"]}, "data.amount"),
        ("plan.changed", {"new_plan_extras": {}}, "data.new_plan_extras"),
        ("plan.changed", {"change_date": START}, "data.change_date"),
        ("details.requested", {"valid_until": "soon"}, "data.valid_until"),
        ("details.requested", {"valid_until": 1.5}, "data.valid_until"),
        ("details.requested", {"valid_until": True}, "data.valid_until"),
        ("details.requested", {"valid_until": 10**30}, "data.valid_until"),
        ("details.requested", {"expires_in": {"seconds": -1}}, "data.expires_in.seconds"),
        ("details.requested", {"expires_in": {"seconds": 10**12}}, "data.expires_in.seconds"),
        ("details.requested", {"expires_in": {"seconds": 10**30}}, "data.expires_in.seconds"),
        ("details.requested", {"expires_in": 3600}, "data.expires_in"),
        ("details.swapped", {"requirements": [{"items": [1]}]}, "data.requirements[0].items[0]"),
        ("authorization.requested", {"timeline": [{"at": "x"}]}, "data.timeline[0].at"),
    ],
)
def test_unfitting_data_is_refused_by_its_path(kind: str, data: object, field: str) -> None:
    """The caller is told which member is wrong."""
    assert invalid_field(kind, data) == field


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"appointment": {"start": START}}, "is required"),
        ({"appointment": {**APPOINTMENT, "notes": 5}}, "must be text or null, not an integer"),
        ({"appointment": {**APPOINTMENT, "id": ""}}, "must be text of length >= 1"),
        (
            {"appointment": {**APPOINTMENT, "end": "2026-11-22"}},
            "not an RFC 3339 time like 2026-11-22T10:00:00Z",
        ),
    ],
)
def test_reason_is_told_in_plain_words(data: object, reason: str) -> None:
    """The caller reads what is wanted, not the name of a type in some programming language."""
    (problem,) = problems_of("appointment.created", json.dumps(data))

    assert problem.reason == reason


@pytest.mark.parametrize("kind", ["ticket.closed", "text.posted", "note.created"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '"text"',
        "{",
        '{"a":NaN}',
        '{"a":1e999}',
        '{"a":01}',
        '{"a":"\\ud800"}',
        '{"\\udc00":1}',
        '{"a":"\ud800"}',
        '{"a":' + "9" * 5000 + "}",
        nested(DEEPEST + 1),
        nested(100_000),
        '{"a":' + "[" * 200 + "]" * 200 + "}",
    ],
    ids=lambda text: text[:16].encode("unicode_escape").decode(),
)
def test_text_that_nobody_could_read_is_refused(kind: str, text: str) -> None:
    """Whatever is recorded can be decoded again, whether its kind has a shape or not."""
    assert [problem.field for problem in problems_of(kind, text)] == ["data"]


@pytest.mark.parametrize(
    "text", [nested(DEEPEST), '{"a":"' + "{" * 200 + '"}', '{"a":[' + "{}," * 200 + "{}]}"]
)
def test_broad_data_is_not_mistaken_for_deep(text: str) -> None:
    """Only nesting is limited, not the number of members or what stands in text."""
    checked_data("ticket.closed", text)


@pytest.mark.parametrize(
    ("kind", "data", "keys"),
    [
        ("appointment.updated", {"appointment": APPOINTMENT}, (("appointment", "a1"),)),
        ("encounter.logged", {"activity_type_id": 12}, (("activity_type", "12"),)),
        ("encounter.logged", {"activity_type_id": None}, ()),
        ("encounter.logged", {}, ()),
        ("note.created", {"appointment": APPOINTMENT, "activity_type_id": 12}, ()),
        ("appointment.forgotten", {"appointment": 1}, ()),
    ],
)
def test_data_implies_links(kind: str, data: object, keys: tuple[tuple[str, str], ...]) -> None:
    """An appointment and a type of encounter are linked because data names them."""
    assert implied_keys(kind, json.dumps(data)) == keys


@given(kind=st.sampled_from(list(CATALOGUE)) | st.just("ticket.closed"), members=JsonObject)
def test_checking_accepts_or_refuses_and_never_breaks(
    kind: str, members: dict[str, object]
) -> None:
    """Any object is accepted, and then its links can be read, or refused below `data`."""
    text = json.dumps(members)

    problems = problems_of(kind, text)

    assert all(re.fullmatch(r"data\b.*", field) and reason for field, reason in problems)
    assert problems or implied_keys(kind, text) is not None


@given(text=st.text() | st.text(alphabet='{}[]":,\\u0123456789eE+-.tfn '))
def test_any_text_is_accepted_or_refused(text: str) -> None:
    """What is no JSON at all is refused in the same way."""
    fields = [problem.field for problem in problems_of("ticket.closed", text)]

    assert fields in ([], ["data"])
