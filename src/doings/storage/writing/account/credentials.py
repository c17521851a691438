"""Writing the credentials of an account."""

from doings.core.errors import NotFound
from doings.core.store.credentials import Credential
from doings.storage.sql import account_statements as sql
from doings.storage.sql.rows import text_from_view, text_from_words
from doings.storage.transaction import Transaction


async def add(transaction: Transaction, credential: Credential) -> None:
    """Store a credential."""
    await transaction.execute(
        sql.ADD_CREDENTIAL,
        key=credential.key,
        secret_hash=credential.secret_hash.hex(),
        scopes=text_from_words(credential.scopes),
        label=credential.label,
        created_at=credential.created_at,
        expires_at=credential.expires_at,
        sees=text_from_view(credential.view),
    )


async def revoke(transaction: Transaction, key: str) -> None:
    """Make a credential unusable from now on; raises NotFound."""
    keys = {row[0] for row in await transaction.fetch(sql.CREDENTIALS_OF_ACCOUNT)}
    if key not in keys:
        raise NotFound("credential", key)
    await transaction.execute(sql.DELETE_CREDENTIAL, key=key)
