"""What a surface asks of live streams; `live` does it."""

from collections.abc import Callable
from typing import Protocol

from starlette.responses import Response

from doings.auth.principal import Principal
from doings.core.account import Account
from doings.core.query import Query
from doings.core.resuming.position import Position


class Streams(Protocol):
    """Answers that go on for as long as their reader stays."""

    def respond(
        self,
        principal: Principal,
        query: Query,
        start: Position,
        is_good: Callable[[Account], bool] | None = None,
    ) -> Response:
        """The account's feed from a position on, as far as the query's filters let it through.

        The stream ends once its credential is revoked, or `is_good` says of the account as it is
        then that who reads is signed out.

        A reader that starts elsewhere than in the present history is told so. Raises Busy.
        """
