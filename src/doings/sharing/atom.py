"""A timeline as Atom (RFC 4287)."""

import re
from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from doings.sharing.entries import Entry

MEDIA_TYPE = "application/atom+xml; charset=utf-8"

ENTRIES = 50
"""How many activities a feed holds: the newest ones. A program keeps those that it has read."""

_NAMESPACE = "http://www.w3.org/2005/Atom"

_NO_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can hold in no way, not even escaped; a bare CR would come out as another text."""


def feed(name: str, key: str, *, began_at: datetime, entries: Sequence[Entry]) -> bytes:
    """The feed of that name; `key` tells it from others, `began_at` dates one without entries.

    Made of the same entries, it is the same bytes.
    """
    root = Element("feed", xmlns=_NAMESPACE)
    _add(root, "id", f"urn:doings:feed:{key}")
    _add(root, "title", name)
    _add(root, "updated", _time(max((one.updated_at for one in entries), default=began_at)))
    author = SubElement(root, "author")
    _add(author, "name", name)
    _add(root, "generator", "Doings")
    for entry in entries:
        _add_entry(root, entry)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + bytes(tostring(root, "utf-8"))


def _add_entry(root: Element, entry: Entry) -> None:
    element = SubElement(root, "entry")
    _add(element, "id", f"urn:uuid:{entry.id}")
    _add(element, "title", f"{entry.icon} {entry.title}")
    _add(element, "published", _time(entry.occurred_at))
    _add(element, "updated", _time(entry.updated_at))
    if entry.actor:
        _add(SubElement(element, "author"), "name", entry.actor)
    SubElement(element, "category", term=entry.kind)
    _add(element, "content", entry.text or entry.title, type="text")


def _add(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = _NO_XML.sub(" ", text)


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
