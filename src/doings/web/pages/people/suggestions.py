"""Who may be one person in the whole account, and who was merged last."""

from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.core.people.asking import candidates
from doings.core.store import Reader
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.display import zone_of
from doings.web.entity.identity import MergedIds, read_merges
from doings.web.entity.merging import Two, read_pairs
from doings.web.settings.frame import FREE, MERGES, respond_section


async def show_suggestions(request: Request) -> Response:
    """The likeliest pairs, to be merged or not, and the newest merges, to be parted again."""
    found = await candidates(request.timeline)
    time_zone, now = zone_of(request), request.services.clock.now()

    async def read(reader: Reader) -> tuple[list[Two], list[MergedIds]]:
        return await read_pairs(reader, found), await read_merges(reader, time_zone, now)

    pairs, merges = await request.timeline.read(read, bounded=False)
    context = {"pairs": pairs, "merges": merges}
    return await respond_section(request, MERGES, "merges.html", context)


RESOURCES = (
    resource(
        "/merges",
        GET=Operation(show_suggestions, scope=ADMIN, parameters=FREE),
    ),
)
