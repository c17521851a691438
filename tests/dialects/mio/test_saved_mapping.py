"""mio.ID's saved activities: what they say, and there and back for all that can be expressed."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.activity import Activity, Draft, Link, Linked, draft_of, is_same
from doings.core.errors import Invalid
from doings.dialects.mio.mapping import (
    activity_detail_document,
    draft_from_document,
    entity_drafts_from_document,
    member_document,
    saved_activity,
)
from doings.dialects.mio.vocabulary import KINDS
from tests.builders import entity, linked
from tests.clocks import NOON
from tests.dialects.mio.interactions import ACCOUNT, NOON_MS, OWN, US, interaction

MOMENTS = st.none() | st.integers(0, 4_000_000_000_000)
REQUIREMENTS = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.none() | st.text("RQ_012"),
            "type": st.none() | st.just("RTP_001"),
            "category": st.none() | st.just("RQC_001"),
            "items": st.lists(
                st.fixed_dictionaries(
                    {"code": st.none() | st.text("x"), "type": st.none() | st.just("TEXT")}
                ),
                max_size=2,
            ),
        }
    ),
    min_size=1,
    max_size=2,
)
GRANTED = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.text("RQ_012"),
            "type": st.none(),
            "category": st.none(),
            "data": st.none() | st.integers() | st.dictionaries(st.text("ab"), st.booleans()),
            "items": st.just([{"code": "x", "type": None, "data": "+49"}]),
        }
    ),
    min_size=1,
    max_size=2,
)
STATUSES = ("SENT", "ACCEPTED", "DECLINED", "CANCELED", "COMPLETED")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@st.composite
def expressible(draw: st.DrawFn) -> Activity:
    """An interaction that the vendor's document can hold without loss."""
    data: dict[str, Any] = {
        "requirements": draw(st.none() | REQUIREMENTS),
        "valid_until": draw(MOMENTS),
        "expires_in": draw(st.none() | st.fixed_dictionaries({"seconds": st.integers(0, 10**6)})),
        "notification_message": draw(st.none() | TEXT),
        "status": draw(st.sampled_from(STATUSES)),
        "attended_at": draw(MOMENTS),
        "completed_at": draw(MOMENTS),
        "accepted_requirements": draw(st.none() | GRANTED),
        "declined_requirements": draw(st.none() | REQUIREMENTS),
        "timeline": [{"status": "SENT", "at": draw(st.integers(0, NOON_MS))}],
    }
    if data["status"] == "SENT":
        data["valid_until"] = None
    type_ = draw(st.sampled_from(["individual", "business"]))
    other = entity(type_, "x", draw(st.none() | TEXT), '{"cifcode":"c"}')
    is_theirs = data["status"] != "SENT" and draw(st.booleans())
    links = (
        [Linked(other, ("actor", "counterpart"))]
        if is_theirs
        else [US, Linked(other, ("counterpart",))]
    )
    return interaction(
        *links,
        kind=draw(st.sampled_from(KINDS)),
        data={name: value for name, value in data.items() if value is not None},
        body=draw(st.none() | TEXT),
        time_zone="Europe/Paris",
        occurred_at=draw(st.integers(0, 4_000_000_000)) * 1000,
        origin="mio",
        external_id="v1",
    )


@given(expressible())
def test_reading_what_was_rendered_gives_it_back(one: Activity) -> None:
    """For what the vendor can express, nothing is lost on the way out and in."""
    text = msgspec.json.encode(activity_detail_document(one, ACCOUNT, now=NOON))

    document = saved_activity(text)
    draft = draft_from_document(document, own=OWN)

    assert json.loads(draft.data) == json.loads(one.data)
    assert is_same(msgspec.structs.replace(draft, data=one.data), draft_of(one))
    ((key, said),) = entity_drafts_from_document(document)
    assert key[1] == "x"
    assert said.attrs == '{"cifcode":"c"}'


@pytest.mark.parametrize("score", ["95.00", "1E2", "-0", "7", "null"])
def test_a_score_keeps_its_digits(score: str) -> None:
    """From a saved answer to what is shown; what is no number is refused."""
    saved = '{"id":"a","type":"AT_001","created_at":1,"entity":{"id":"i","score":%s}}'
    ((_, draft),) = entity_drafts_from_document(saved_activity((saved % score).encode()))
    party = linked("individual", "i", None, "counterpart", draft.attrs)

    shown_text = msgspec.json.encode(member_document(party.entity)).decode()

    assert f'"score":{score},' in shown_text
    with pytest.raises(Invalid, match=r"entity\.score: must be a number"):
        entity_drafts_from_document(saved_activity((saved % '"much"').encode()))


def test_saved_activity_without_an_other_party() -> None:
    """It is ours, and nobody else's."""
    element = b'{"id":"v","type":"AT_002","created_at":0,"in_out_bound":"IN","entity":null}'

    draft = draft_from_document(saved_activity(element), own=OWN)

    assert draft == Draft(
        kind="details.shared",
        occurred_at=0,
        links=(Link("business", "acme", "actor"),),
        origin="mio",
        external_id="v",
    )
    assert entity_drafts_from_document(saved_activity(element)) == []


@pytest.mark.parametrize(
    "element",
    [
        b"",
        b"[]",
        b'{"id":"v","type":"AT_001"}',
        b'{"id":"v","type":"AT_009","created_at":0}',
        b'{"id":"v","type":"AT_001","created_at":"today"}',
        b'{"id":"v","type":"AT_001","created_at":999999999999999999}',
        b'{"id":"v","type":"AT_001","created_at":0,"in_out_bound":"UP"}',
        b'{"id":"v","type":"AT_001","created_at":0,"requirements":{}}',
        b'{"id":"v","type":"AT_001","created_at":0,"time_zone":"Mars/Base"}',
        b'{"id":"","type":"AT_001","created_at":0}',
    ],
)
def test_element_that_is_none_of_the_vendors_is_refused(element: bytes) -> None:
    """Invalid is raised, whichever member is wrong."""
    with pytest.raises(Invalid):
        draft_from_document(saved_activity(element), own=OWN)


def test_an_empty_zone_of_a_saved_activity_is_none() -> None:
    """As where a program leaves a member empty."""
    element = b'{"id":"a","type":"AT_001","created_at":1,"time_zone":""}'

    assert draft_from_document(saved_activity(element), own=OWN).time_zone is None
