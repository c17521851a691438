"""Pulls: how each service that the history is pulled from stands."""

from typing import NamedTuple

from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core.store.pulls import Pull
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.settings.frame import (
    FREE,
    PULLS,
    Moment,
    moment_of,
    moment_or_none,
    respond_section,
)
from doings.web.settings.imports import NAMES


class Row(NamedTuple):
    """A pull, why it failed, and when it began, ended, and begins again."""

    pull: Pull
    name: str
    problem: str | None
    started: Moment
    ended: Moment | None
    next: Moment | None


async def show_pulls(request: Request) -> Response:
    """All pulls of the account, oldest first."""
    pulls = await request.timeline.read(lambda reader: reader.pulls())
    rows = [
        Row(
            pull=one,
            name=NAMES.get(one.dialect, one.dialect),
            problem=_for_people(one.problem),
            started=moment_of(request, one.started_at),
            ended=moment_or_none(request, one.ended_at),
            next=moment_or_none(request, one.next_at),
        )
        for one in pulls
    ]
    return await respond_section(request, PULLS, "pulls.html", {"rows": rows})


def _for_people(problem: str | None) -> str | None:
    """The problem without the name of the command's option for the address."""
    return None if problem is None else problem.replace("--from", "the address")


RESOURCES = (resource(PULLS.url, GET=Operation(show_pulls, scope=ADMIN, parameters=FREE)),)
