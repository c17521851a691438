"""A contact as files of other programs say it: which of ours it is, and what is known of it."""

import hashlib
import re
from collections.abc import Mapping

from doings.core.entity import CONTACT, EntityDraft, EntityKey, checked_id
from doings.core.errors import Invalid
from doings.core.text import json_text

_LATER = re.compile(r"[^0-9a-z@.+]")


def contact_key(prefix: str, id_: str | None, *traits: str | None) -> EntityKey:
    """The key of a contact: its id, or else one made of the first of its traits that there is.

    So the same file, imported again, says something of the same contacts. Raises Invalid for a
    contact of which nothing is said.
    """
    if id_:
        return CONTACT, checked_id(id_)
    for trait in traits:
        if trait and trait.strip():
            plain = _LATER.sub("", trait.casefold()) or trait
            digest = hashlib.sha256(plain.encode()).hexdigest()[:24]
            return CONTACT, f"{prefix}-{digest}"
    raise Invalid.of("contact", "says neither an id nor a name, an address or a number")


def contact_draft(name: str | None, attrs: Mapping[str, object]) -> EntityDraft:
    """What is known of a contact; empty values are left out. Raises Invalid."""
    known = {key: value for key, value in attrs.items() if value not in (None, "", [])}
    return EntityDraft(name=name or None, attrs=json_text(known))
