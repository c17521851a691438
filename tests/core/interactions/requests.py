"""Requests for details, as they begin and with what was shared."""

import json
from typing import Any

from doings.core.activity import Activity, Draft, Link, Linked
from doings.core.clock import SECOND
from tests.builders import activity, entity, note

OWN = ("business", "acme")
HOUR = 3600 * SECOND


def data_of(**members: Any) -> str:  # noqa: ANN401 - JSON
    """Data as text."""
    return json.dumps(members, separators=(",", ":"))


def draft(*links: Link, **data: Any) -> Draft:  # noqa: ANN401 - JSON
    """A request for details at noon."""
    return note(*links, kind="details.requested", data=data_of(**data))


def request(*links: tuple[str, str, str]) -> Activity:
    """A recorded request for details, linked to these (type, id, roles)."""
    given = [Linked(entity(type_, id_), tuple(roles.split())) for type_, id_, roles in links]
    return activity("details.requested", *given)


SECRET = [{"code": "RQ_008", "data": "+49"}]
