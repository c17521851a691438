"""What a surface asks of live streams; `live` does it."""

from typing import Protocol

from starlette.responses import Response

from doings.auth.principal import Principal
from doings.core.position import Position
from doings.core.query import Query


class Streams(Protocol):
    """Answers that go on for as long as their reader stays."""

    def respond(self, principal: Principal, query: Query, start: Position) -> Response:
        """The account's feed from a position on, as far as the query's filters let it through.

        A reader that starts elsewhere than in the present history is told so. Raises Busy.
        """
