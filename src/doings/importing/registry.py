"""The dialects whose saved answers can be imported and exported."""

import difflib

from doings.config import Settings, base_url
from doings.core.account import Account
from doings.core.clock import SystemClock
from doings.core.errors import Misconfigured
from doings.core.imports import Contact, Context, SavedAnswers
from doings.dialects.agendize import saved as agendize
from doings.dialects.cobot import saved as cobot
from doings.dialects.invent import saved as invent
from doings.dialects.mio import saved as mio
from doings.dialects.monica import saved as monica

SAVED: dict[str, SavedAnswers] = {
    "monica": monica.SAVED,
    "cobot": cobot.SAVED,
    "invent": invent.SAVED,
    "agendize": agendize.SAVED,
    "mio": mio.SAVED,
}


def dialect_named(name: str) -> SavedAnswers:
    """How a dialect's saved answers are read and written; raises Misconfigured."""
    if name in SAVED:
        return SAVED[name]
    near = difflib.get_close_matches(name.lower(), SAVED, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(SAVED)}"
    raise Misconfigured(f"there is no dialect {name}; {hint}")


def check_contact(name: str, rule: Contact, contact_id: str | None) -> None:
    """Raise Misconfigured for a contact that is missing, or that nobody would look at."""
    if rule is Contact.ALWAYS and contact_id is None:
        raise Misconfigured(f"{name}'s list is that of one contact: give the option --contact")
    if rule is Contact.NEVER and contact_id is not None:
        raise Misconfigured(f"--contact does not go with {name} here")


def context_for(name: str, account: Account, contact_id: str | None, settings: Settings) -> Context:
    """What the answers of a dialect do not say themselves."""
    return Context(
        account=account,
        contact_id=contact_id,
        now=SystemClock().now(),
        url=f"{base_url(settings)}/{name}",
    )
