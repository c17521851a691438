"""Viewer tokens: made here, stored nowhere."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from doings.auth.principal import ADMIN
from doings.auth.viewers import issue_viewer_token
from doings.core.account import Account, origin_from_text
from doings.core.clock import SECOND, datetime_from_instant
from doings.core.entity import EntityKey
from doings.core.errors import Invalid, Problem
from doings.core.store import Reader, Writer
from doings.core.store.credentials import View
from doings.httpkit.request import Request
from doings.httpkit.surface import Operation, resource
from doings.native.http.answer import Answer
from doings.native.http.idempotency import write_once
from doings.native.http.request_body import body_of_type
from doings.native.http.responses import written
from doings.native.openapi.operations import ONCE, OperationDoc, json_of
from doings.native.viewing.documents import ViewerToken, ViewerTokenInput
from doings.native.viewing.reading import entity_from_text, kinds_from_texts

MERGE_NOTE = (
    "A merge widens what was given out: a token or an address of one person shows the timeline of"
    " all who are merged with them, until they are parted again."
)

VIEWER_NOTES = (
    (
        "A viewer token is shown this one timeline as JSON, with a title for each activity; the ids"
        " of other entities are null."
    ),
)

TOKEN_NOTES = (
    MERGE_NOTE,
    (
        "It is for a page's script. As a bearer token it reads the activities of that entity,"
        " `/stream?entity=` and `/stats?link=` of it, and `/kinds`; on the stream and on `/embed`"
        " it may be the parameter `token`."
    ),
    (
        "It ends with its time, or once the credential that made it is revoked or the entity is"
        " erased. With `origins`, a"
        " browser's request from a page of another site is refused."
    ),
)


async def create_viewer_token(request: Request) -> Response:
    """Make a token that reads one timeline; raises Invalid."""
    body = await request.body()
    wanted = body_of_type(request, body, ViewerTokenInput)
    principal = request.principal
    entity = entity_from_text(wanted.entity)
    view = View(
        entity=entity,
        kinds=kinds_from_texts(wanted.kinds),
        origins=_origins(wanted.origins, principal.account),
        seq=await request.timeline.read(lambda reader: _seq(reader, entity)),
    )
    # A token holds whole seconds, and ends with the credential that made it.
    now = request.services.clock.now() // SECOND * SECOND
    expires_at = now + wanted.expires_in * SECOND
    if principal.expires_at is not None:
        expires_at = min(expires_at, principal.expires_at // SECOND * SECOND)
    secret = request.services.store.secret
    document = ViewerToken(
        token=issue_viewer_token(
            secret,
            view,
            key=principal.key,
            account_id=principal.account.id,
            expires_at=expires_at,
        ),
        expires_at=datetime_from_instant(expires_at),
    )

    async def answer(_: Writer) -> Answer:
        return written(document, status=201)

    def without_token(_: Answer) -> Answer:
        return written(msgspec.structs.replace(document, token=None), status=201)

    return await write_once(request, body, answer, kept=without_token)


async def _seq(reader: Reader, entity: EntityKey) -> int:
    """The entity's seq; the account's next one where there is no such entity yet."""
    own = await reader.own_seq(entity)
    return await reader.last_seq() + 1 if own is None else own


def _origins(texts: Sequence[str] | None, account: Account) -> tuple[str, ...] | None:
    """The sites as browsers write them; raises Invalid."""
    if texts is None:
        return None
    found = [origin_from_text(text) for text in texts]
    problems = []
    for place, (text, origin) in enumerate(zip(texts, found, strict=True)):
        if origin is None:
            reason = f"{text!r} is no origin, like https://app.example.org"
            problems.append(Problem(f"origins[{place}]", reason))
        elif account.origins is not None and origin not in account.origins:
            reason = f"{origin} is none of the account's origins"
            problems.append(Problem(f"origins[{place}]", reason))
    if problems:
        raise Invalid(*problems)
    return tuple(sorted({origin for origin in found if origin is not None}))


RESOURCES = (
    resource(
        "/viewer-tokens",
        POST=Operation(
            create_viewer_token,
            ADMIN,
            has_secret=True,
            about=OperationDoc(
                summary="Make a token that reads one timeline and nothing else",
                tag="viewing",
                parameters=(ONCE,),
                body=json_of(ViewerTokenInput),
                answers={201: json_of(ViewerToken)},
                limits=TOKEN_NOTES,
            ),
        ),
    ),
)
