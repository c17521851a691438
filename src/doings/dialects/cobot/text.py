"""Text whose only HTML is links, made from any text that is sent.

Every other tag is removed and its text stays. Text that looks like a URL becomes a link. The result
is joined from escaped pieces, so it is always well-formed. All steps take linear time. The parser
behind nh3 needs more than that for a whole text, so it gets single tags only.
"""

import html
import re

import nh3
from linkify_it import LinkifyIt

SCHEMES = ("http", "https", "mailto")

LONGEST_URL = 2048
"""The most characters of a URL; nobody types a longer one."""

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
    """HTML that holds only text and `<a href>` to http, https and mailto."""
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
    """The target of an opening `<a>`, or None if it has none that is allowed."""
    if len(tag) > LONGEST_TAG:
        return None
    cleaned = nh3.clean(
        tag,
        tags={"a"},
        attributes={"a": {"href"}, "*": set()},
        url_schemes=set(SCHEMES),
        link_rel=None,
    )
    anchor = _HREF.match(cleaned)
    href = html.unescape(anchor["href"]).strip() if anchor else ""
    return href if _LINK.match(href) else None


def _text(source: str, *, is_linked: bool) -> str:
    text = html.unescape(source).replace("\0", "")
    return _escaped(text) if is_linked else _WORD.sub(_linked_word, text)


def _linked_word(word: re.Match[str]) -> str:
    """A word of plain text as HTML, with links; a URL never spans words."""
    text = word[0]
    if len(text) > LONGEST_URL or not _BEGINS_URL.search(text):
        return _escaped(text)
    pieces: list[str] = []
    place = 0
    for url in _linkify.match(text) or ():
        if not url.schema and not url.raw.lower().startswith("www."):
            continue
        pieces.append(_escaped(text[place : url.index]))
        pieces.append(f"{_opening(url.url)}{_escaped(url.text)}</a>")
        place = url.last_index
    return "".join(pieces) + _escaped(text[place:])


def _opening(href: str) -> str:
    return f'<a href="{_escaped(href).replace(chr(34), "&quot;")}">'


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
