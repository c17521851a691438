"""What a member may be is said where it is none of a few words."""

from typing import Any

import msgspec
import pytest

from doings.core.errors import Invalid
from doings.dialects.mio.documents import WebhookDocument
from doings.httpkit.input.json_body import decoded
from doings.native.documents.webhooks import WebhookInput, WebhookPatch

EVENTS = (
    "activity.created, activity.updated, activity.deleted, activity.erased, entity.updated,"
    " entity.deleted, entity.erased"
)
FORMATS = "agendize, cobot, mio, standard"
LANES = "endpoint, entity, none"


@pytest.mark.parametrize(
    ("kind", "members", "problem"),
    [
        (WebhookInput, {"lane": "x"}, ("lane", LANES)),
        (WebhookInput, {"format": "x"}, ("format", FORMATS)),
        (WebhookInput, {"level": "x"}, ("level", "ERROR, WARN")),
        (WebhookInput, {"events": ["activity.created", "x"]}, ("events[1]", EVENTS)),
        (WebhookPatch, {"lane": "x"}, ("lane", LANES)),
        (WebhookPatch, {"events": ["x"]}, ("events[0]", EVENTS)),
        (WebhookDocument, {"type": "x"}, ("type", "ACTIVITY_EVENT")),
        (
            WebhookDocument,
            {"type": "ACTIVITY_EVENT", "authorization": {"type": "x"}},
            ("authorization.type", "BASIC_AUTH"),
        ),
        (list[WebhookInput], [{"url": "u", "level": "x"}], ("[0].level", "ERROR, WARN")),
    ],
)
def test_choices_are_told(kind: type[Any], members: object, problem: tuple[str, str]) -> None:
    """With the path of the member."""
    body = {"url": "u", **members} if isinstance(members, dict) else members

    with pytest.raises(Invalid) as caught:
        decoded(msgspec.json.encode(body), kind)

    (found,) = caught.value.problems
    given = found.reason.removeprefix("'x' is none of ").split(", ")
    assert (found.field, sorted(given)) == (problem[0], sorted(problem[1].split(", ")))
