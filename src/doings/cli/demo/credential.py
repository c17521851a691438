"""The demo's credential: its secret is kept in a file in the database's folder, for its owner only.

A secret that everybody knows would open every server that can be reached. So each installation has
its own. A file that was lost, or belongs to another database, is replaced.
"""

from pathlib import Path

import msgspec

from doings.auth.credentials import IssuedCredential, hash_of, issue
from doings.auth.principal import SCOPES
from doings.core.clock import SystemClock
from doings.core.store import Writer
from doings.core.store.credentials import Credential
from doings.private_files import open_private

FILE = ".doings-demo.json"
LABEL = "doings demo"


async def kept_or_issued(writer: Writer, folder: Path) -> IssuedCredential:
    """The credential of the file where it is still good, else a new one that is written there."""
    own = [stored for stored in await writer.credentials() if stored.label == LABEL]
    kept = _read(folder / FILE)
    if kept is not None and any(_is_of(kept, stored) for stored in own):
        return kept
    for stored in own:
        await writer.revoke_credential(stored.key)
    now = SystemClock().now()
    issued, new = issue(writer.account_id, scopes=list(SCOPES), now=now, label=LABEL)
    await writer.add_credential(new)
    _write(folder / FILE, issued)
    return issued


def _is_of(kept: IssuedCredential, stored: Credential) -> bool:
    return kept.key == stored.key and hash_of(kept.secret) == stored.secret_hash


def _read(path: Path) -> IssuedCredential | None:
    try:
        return IssuedCredential(**msgspec.json.decode(path.read_bytes(), type=dict[str, str]))
    except (OSError, ValueError, TypeError):
        return None


def _write(path: Path, issued: IssuedCredential) -> None:
    with open_private(path) as file:
        file.write(msgspec.json.encode(issued._asdict()))
