"""The credential's account, and its credentials."""

import msgspec
from starlette.responses import Response

from doings.auth.credentials import issue
from doings.core.clock import datetime_from_instant
from doings.core.entity import NAME_LENGTH, SELF
from doings.core.errors import Invalid
from doings.core.store import Writer
from doings.core.text import checked_text
from doings.httpkit.request import Request
from doings.native.documents.account import (
    AccountDocument,
    IssuedToken,
    SelfDocument,
    TokenInput,
    TokenList,
)
from doings.native.http.answer import Answer
from doings.native.http.idempotency import write_once
from doings.native.http.position import POSITION, read_shown
from doings.native.http.request_body import body_of_type
from doings.native.http.responses import NO_CONTENT, respond_document, written
from doings.native.mapping import instant_of, token_document


async def show_account(request: Request) -> Response:
    """The account."""
    account = request.principal.account
    request.headers[POSITION] = str(request.principal.position)
    return respond_document(
        request,
        AccountDocument(
            id=account.id,
            slug=account.slug,
            name=account.name,
            time_zone=account.time_zone,
            self_=SelfDocument(SELF, account.slug),
            interactions="open" if account.takes_interactions else "closed",
            merging="verified" if account.merges_by_itself else "manual",
            keeps_ids_of=account.keeps_ids_of,
            monica=account.monica,
            created_at=datetime_from_instant(account.created_at),
        ),
    )


async def list_tokens(request: Request) -> Response:
    """The account's credentials."""
    # Their last uses change without anything else.
    request.lapse_at(request.services.clock.now())
    credentials = await read_shown(request, lambda reader: reader.credentials())
    # Secret addresses are listed with the timeline that they show.
    documents = [token_document(one) for one in credentials if one.view is None]
    return respond_document(request, TokenList(documents))


async def create_token(request: Request) -> Response:
    """Make a credential; its secret is in this answer and nowhere else."""
    body = await request.body()
    wanted = body_of_type(request, body, TokenInput)
    now = request.services.clock.now()
    checked_text(wanted.label, field="label", most=NAME_LENGTH)
    expires_at = None
    if wanted.expires_at is not None:
        expires_at = instant_of(wanted.expires_at, field="expires_at")
        if expires_at <= now:
            raise Invalid.of("expires_at", "must be in the future")
    issued, credential = issue(
        request.principal.account.id,
        scopes=wanted.scopes,
        now=now,
        label=wanted.label,
        expires_at=expires_at,
    )
    document = IssuedToken(
        key=issued.key,
        secret=issued.secret,
        label=credential.label,
        scopes=credential.scopes,
        created_at=datetime_from_instant(now),
        expires_at=None if expires_at is None else datetime_from_instant(expires_at),
    )
    location = f"{request.base_url}/tokens/{issued.key}"

    async def add(writer: Writer) -> Answer:
        await writer.add_credential(credential)
        return written(document, status=201, Location=location)

    def without_secret(_: Answer) -> Answer:
        redacted = msgspec.structs.replace(document, secret=None)
        return written(redacted, status=201, Location=location)

    return await write_once(request, body, add, kept=without_secret)


async def revoke_token(request: Request) -> Response:
    """Make a credential unusable from now on."""
    key = request.path_params["key"]

    async def revoke(writer: Writer) -> Answer:
        await writer.revoke_credential(key)
        return NO_CONTENT

    return await write_once(request, b"", revoke)
