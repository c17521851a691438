"""An activity: all that is known of it, its history, and how each of the six APIs shows it."""

import re

import msgspec
from starlette.responses import Response

from doings.auth.principal import WRITE
from doings.auth.signed_log import SignedLog
from doings.core.activity import Activity
from doings.core.errors import NotFound, Unavailable
from doings.core.interactions.lifecycle import KINDS
from doings.core.interactions.recording import other_accounts
from doings.core.resuming.position import LARGEST_SEQ
from doings.core.store import Reader
from doings.httpkit.input.params import integer_from_text, last
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.web.activity.history import History, read_history
from doings.web.activity.interactions import Standing, standing_of
from doings.web.activity.proof import Proof, read_proof
from doings.web.activity.views import Setting, View, views_of
from doings.web.display import zone_of
from doings.web.page import respond_page
from doings.web.remarks import WHOLE, knowing, remarks_of, unread
from doings.web.timeline.articles import Article, Context, article_of
from doings.web.timeline.facts import REPLACED_BYTES
from doings.web.timeline.reading import find_named

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Shown(msgspec.Struct, frozen=True):
    """What the page shows; of a deleted activity there is the history alone.

    `asked` is the change that the address wants proved, None where it names none of the activity.
    """

    activity: Activity | None
    article: Article | None
    views: list[View]
    history: History
    proof: Proof | str | None
    asked: int | None


def activity_id(request: Request) -> str:
    """The id in the path; what cannot be one is not found."""
    text = request.path_params["id"].lower()
    if not _UUID.fullmatch(text):
        raise NotFound("activity", request.path_params["id"])
    return text


async def show_activity(request: Request) -> Response:
    """The page; raises NotFound."""
    return await respond_activity(request)


async def respond_activity(
    request: Request, *, problem: str | None = None, typed: str = "", status: int = 200
) -> Response:
    """Answer with the page; raises NotFound.

    `problem` is what is wrong with a step that was asked for, `typed` the word that went with it.
    """
    ref = activity_id(request)
    after = integer_from_text(last(request.query, "after") or "")
    time_zone, now = zone_of(request), request.services.clock.now()

    async def read(reader: Reader) -> Shown:
        history = await read_history(reader, ref, after or 0, time_zone, now)
        asked = await _proved(reader, ref, last(request.query, "proof"))
        activity = await _activity(reader, ref)
        if activity is None:
            seq = history.steps[-1].seq if history.steps else None
            return Shown(
                None, None, [], history, await _proof(request, reader, asked or seq), asked
            )
        setting = Setting(
            account=request.principal.account,
            origin_url=request.origin_url,
            secret=request.services.store.secret,
            now=now,
        )
        revisions = await reader.newest_revisions([activity.seq], REPLACED_BYTES)
        there = await find_named(reader, [activity])
        context = Context(
            time_zone=time_zone, now=now, revisions=revisions, there=there, is_whole=True
        )
        article = article_of(activity, context, None)
        seq = revisions[activity.seq].seq if revisions else activity.seq
        proof = await _proof(request, reader, asked or seq)
        views = await views_of(reader, activity, setting)
        return Shown(activity, article, views, history, proof, asked)

    shown = await request.timeline.read(read, bounded=False)
    context = _context(request, shown, problem) | {
        "standing": await _standing(request, shown.activity),
        "typed": typed,
        "remarks": [
            *remarks_of(request),
            *unread(request, "after", after, WHOLE),
            *unread(request, "proof", shown.asked, "is no change of this activity"),
        ],
    }
    return await respond_page(request, "activity.html", context, status=status)


async def _proved(reader: Reader, ref: str, text: str | None) -> int | None:
    """The change that the address wants proved; None where it names none of this activity."""
    seq = integer_from_text(text or "") or 0
    if not 0 < seq <= LARGEST_SEQ:
        return None
    changes = await reader.history(ref, seq - 1, 1)
    return seq if changes and changes[0].seq == seq else None


async def _proof(request: Request, reader: Reader, seq: int | None) -> Proof | str | None:
    """The proof of a change, or why there is none, in a sentence; None for no change."""
    if seq is None:
        return None
    services = request.services
    try:
        seeds = services.log_keys.seeds(services.clock.now())
    except Unavailable as error:
        return f"There is none: {error}."
    return await read_proof(
        reader, seq, SignedLog(request.principal.account, services.store.secret, seeds)
    )


async def _standing(request: Request, activity: Activity | None) -> Standing | None:
    """Where an interaction stands; None where the activity is none."""
    if activity is None or activity.kind not in KINDS:
        return None
    also = await other_accounts(request.services.store, request.principal.account, activity)
    return standing_of(activity, request.services.clock.now(), is_shared=bool(also))


async def _activity(reader: Reader, ref: str) -> Activity | None:
    try:
        return await reader.activity(ref)
    except NotFound:
        return None


def _context(request: Request, shown: Shown, problem: str | None) -> dict[str, object]:
    """What `activity.html` shows."""
    activity = shown.activity
    return {
        "activity": activity,
        "one": shown.article,
        "views": shown.views,
        "history": shown.history,
        "proof": shown.proof if isinstance(shown.proof, Proof) else None,
        "no_proof": shown.proof if isinstance(shown.proof, str) else None,
        "slug": request.principal.account.slug,
        "origin_url": request.origin_url,
        "zone": zone_of(request),
        "problem": problem,
        "may_write": WRITE in request.principal.scopes,
        "url": f"/activities/{activity_id(request)}",
    }


RESOURCES = (
    resource(
        "/activities/{id}", GET=Operation(show_activity, parameters=knowing("after", "proof"))
    ),
)
