"""Text in which links are all the HTML there is, whatever was sent.

Every other tag goes and its text stays; what looks like a URL becomes a link. The result is put
together from escaped pieces, so that it is well-formed by construction. All takes linear time,
which the parser behind nh3 by itself does not: it gets to see single tags only.
"""

import html
import re

import nh3
from linkify_it import LinkifyIt

SCHEMES = ("http", "https", "mailto")

LONGEST_URL = 2048
"""Characters of what is still taken for a URL: more is no address that anybody typed."""

LONGEST_TAG = 2 * LONGEST_URL

_MARKUP = re.compile(
    r"""<!--(?:.*?-->|.*)
      | <(?=[a-zA-Z/!?])(?>=\s*"[^"]*"|=\s*'[^']*'|[^>])*+>?""",
    re.VERBOSE | re.DOTALL,
)
_ANCHOR = re.compile(r"<(?P<end>/)?a[\s/>]", re.IGNORECASE)
_HREF = re.compile(r'<a href="(?P<href>[^"]*)">')
_LINK = re.compile(rf"(?:{'|'.join(SCHEMES)}):", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_BEGINS_URL = re.compile(r"(?:https?|mailto):|www\.", re.IGNORECASE)

_linkify = LinkifyIt(options={"fuzzy_link": True, "fuzzy_email": False})
_linkify.add("ftp:", None).add("//", None)


def links_only(text: str) -> str:
    """HTML that holds nothing but text and `<a href>` to http, https and mailto."""
    pieces: list[str] = []
    is_open = False
    place = 0
    for tag in _MARKUP.finditer(text):
        pieces.append(_text(text[place : tag.start()], is_linked=is_open))
        place = tag.end()
        anchor = _ANCHOR.match(tag[0])
        if anchor is None:
            continue
        if is_open:
            pieces.append("</a>")
        href = None if anchor["end"] else _href(tag[0])
        is_open = href is not None
        if href is not None:
            pieces.append(_opening(href))
    pieces.append(_text(text[place:], is_linked=is_open))
    if is_open:
        pieces.append("</a>")
    return "".join(pieces)


def is_blank(text: str) -> bool:
    """Whether links-only text shows nothing."""
    return not html.unescape(_MARKUP.sub("", text)).strip()


def _href(tag: str) -> str | None:
    """Where an opening `<a>` leads, if that is somewhere we let it."""
    if len(tag) > LONGEST_TAG:
        return None
    cleaned = nh3.clean(
        tag,
        tags={"a"},
        attributes={"a": {"href"}, "*": set()},
        url_schemes=set(SCHEMES),
        link_rel=None,
    )
    found = _HREF.match(cleaned)
    href = html.unescape(found["href"]).strip() if found else ""
    return href if _LINK.match(href) else None


def _text(source: str, *, is_linked: bool) -> str:
    text = html.unescape(source).replace("\0", "")
    return _escaped(text) if is_linked else _WORD.sub(_linked_word, text)


def _linked_word(word: re.Match[str]) -> str:
    """A word of plain text as HTML: no URL is longer than a word."""
    text = word[0]
    if len(text) > LONGEST_URL or not _BEGINS_URL.search(text):
        return _escaped(text)
    pieces: list[str] = []
    place = 0
    for found in _linkify.match(text) or ():
        if not found.schema and not found.raw.lower().startswith("www."):
            continue
        pieces.append(_escaped(text[place : found.index]))
        pieces.append(f"{_opening(found.url)}{_escaped(found.text)}</a>")
        place = found.last_index
    return "".join(pieces) + _escaped(text[place:])


def _opening(href: str) -> str:
    return f'<a href="{_escaped(href).replace(chr(34), "&quot;")}">'


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
