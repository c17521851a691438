"""HTML that is recorded, cleaned to text with links, and the text that it shows.

A tag is `<` or `</`, a name of letters, digits and hyphens, then attributes, then `>`. Comments and
declarations that are closed are markup too. Anything else that begins with `<` is text: an address
in angle brackets, a comparison, a tag that is never closed. So cleaning loses no words.

All steps take linear time. The parser behind nh3 needs more than that for a whole text, so it gets
single tags only.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from html.entities import html5

import nh3
from linkify_it import LinkifyIt

HTML_KINDS = frozenset({"text.posted"})
"""The kinds whose body is HTML; every other body is text, whatever it looks like."""

SCHEMES = ("http", "https", "mailto")

LONGEST_URL = 2048
"""The most characters of a URL; nobody types a longer one."""

LONGEST_TAG = 2 * LONGEST_URL

_TAG = re.compile(
    r"""</?+(?P<name>[a-zA-Z][a-zA-Z0-9-]*+)
        (?:[\s/]++
          |(?<=[\s/"'])[^\s/<>"'=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>]++))?+
        )*+>
      | <![a-zA-Z][^<>]*+>
      | (?P<comment><!--)""",
    re.VERBOSE,
)
_HAS_HREF = re.compile("href", re.IGNORECASE)
_HREF = re.compile(r'<a href="(?P<href>[^"]*)">')
_LINK = re.compile(rf"(?:{'|'.join(SCHEMES)}):", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_BEGINS_URL = re.compile(r"(?:https?|mailto):|www\.", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{0,31});")
_NEEDS_CLEANING = re.compile(r"[<>&\0]|://|mailto:|www\.", re.IGNORECASE)

_BLOCKS = frozenset(
    """
    address article aside blockquote body caption center dd details dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav
    ol optgroup option p pre section summary table tbody tfoot thead tr ul
    """.split()  # noqa: SIM905 - a list of words is easier to read without quotes
)
"""Tags that begin a new line where they are shown; `br` is one by itself."""

_CELLS = frozenset({"td", "th"})

_MARKS_WITHIN_URLS = frozenset("·・‧§¶†‡\u2032\u2033‰※")
"""Punctuation beyond ASCII that stands within a name, and so within a URL too."""

_SAFE_URL = (
    r"https?://(?!\S*xn--)(?:[a-z0-9]++(?:-[a-z0-9]++)*+\.)++[a-z]{2,}+(?::[1-9][0-9]{0,3}+)?+"
    r"(?:/[A-Za-z0-9_]++(?:[-.][A-Za-z0-9_]++)*+)*+/?+"
)
_PLAIN_URL = re.compile(_SAFE_URL)
"""A URL that every step leaves as it is, like nearly all that people write; others take longer."""

_SAFE_TAG = re.compile(rf'<a href="(?P<href>{_SAFE_URL})">')
_CLEAN = re.compile(
    rf"""(?: [^<>&\0]++ | &(?:amp|lt|gt);
      | <a\ href="{_SAFE_URL}">(?:[^<>&\0]++|&(?:amp|lt|gt);)*+</a> )*+""",
    re.VERBOSE,
)
_CLEAN_LINK = re.compile(r"<a [^>]*+>[^<]*+</a>")
_MAY_BE_URL = re.compile(r"://|mailto:|www\.", re.IGNORECASE)
_OTHER_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt);)")

_linkify = LinkifyIt(options={"fuzzy_link": True, "fuzzy_email": False})
_linkify.add("ftp:", None).add("//", None)
_cleaner = nh3.Cleaner(
    tags={"a"},
    attributes={"a": {"href"}, "*": set()},
    url_schemes=set(SCHEMES),
    link_rel=None,
)


def links_only(text: str) -> str:
    """HTML that holds only text and `<a href>` to http, https and mailto.

    Every other tag is removed and its text stays; a tag that breaks a line leaves a line break, a
    table's cell a blank. Text that looks like a URL becomes a link. The result is joined from
    escaped pieces, so it is always well-formed, and cleaning it again changes nothing.
    """
    if is_clean(text):
        return text
    pieces: list[str] = []
    is_open = False
    for source, tag in _without_breaks(text):
        if source:
            pieces.append(_linked(source, is_linked=is_open))
        if tag is None:
            continue
        if is_open:
            pieces.append("</a>")
        href = None if tag.startswith("</") else _href(tag)
        is_open = href is not None
        if href is not None:
            pieces.append(_opening(href))
    if is_open:
        pieces.append("</a>")
    return "".join(pieces)


def is_clean(text: str) -> bool:
    """Whether this is certainly what cleaning makes of it, which is soon seen of most texts."""
    if not _NEEDS_CLEANING.search(text):
        return True
    # A URL outside a link would become one.
    return bool(_CLEAN.fullmatch(text)) and not _MAY_BE_URL.search(_CLEAN_LINK.sub(" ", text))


def text_from_html(source: str) -> str:
    """The text that HTML shows: a line for each block and break, a link as its words."""
    return "".join([_unescaped(text) for text, _ in _without_breaks(source)]).strip()


def html_from_text(text: str) -> str:
    """HTML that shows exactly this text; nothing in the text acts as markup."""
    return _escaped(text).replace("\n", "<br>")


def is_blank(text: str) -> bool:
    """Whether links-only text shows nothing."""
    return not text_from_html(text)


class _Run:
    """Text between two links, with a line break or a blank for each tag that parted it."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._breaks = 0
        self._is_cell = False
        self._is_begun = False

    def add(self, source: str) -> None:
        """Put text in, behind the breaks that came since the last; blank text there is dropped."""
        if not source or ((self._breaks or self._is_cell) and not source.strip()):
            return
        is_at_break = self._breaks > 0
        self.end_break()
        self._pieces.append(source.lstrip() if is_at_break else source)
        self._is_begun = True

    def part(self, name: str) -> None:
        """Note what a tag that is gone does to the text around it."""
        if name == "br":
            self._breaks += 1
        elif name in _BLOCKS:
            self._breaks = max(self._breaks, 1)
        elif name in _CELLS:
            self._is_cell = True

    def end_break(self) -> None:
        """Put in the breaks noted, unless nothing stands before them."""
        if self._is_begun and (self._breaks or self._is_cell):
            self._pieces.append("\n" * self._breaks or " ")
        self._breaks, self._is_cell = 0, False

    def take(self) -> str:
        """All text so far, which is then no longer here."""
        text = "".join(self._pieces)
        self._pieces.clear()
        return text


def _without_breaks(text: str) -> Iterator[tuple[str, str | None]]:
    """(text, the tag of a link behind it): all other tags are gone, or are line breaks and blanks.

    Text on both sides of a tag that is gone is one text, so that a URL in it is found whole.
    """
    run = _Run()
    place = 0
    for name, start, end in _tags(text):
        run.add(text[place:start])
        place = end
        if name == "a":
            run.end_break()
            yield run.take(), text[start:end]
        else:
            run.part(name)
    run.add(text[place:])
    yield run.take(), None


def _tags(text: str) -> Iterator[tuple[str, int, int]]:
    """(name in lower case, start, end) of each tag; comments and declarations have no name."""
    place = 0
    comments_end = text.rfind("-->")
    while (tag := _TAG.search(text, place)) is not None:
        place = tag.end()
        if tag["comment"] is None:
            yield (tag["name"] or "").lower(), tag.start(), place
        elif place <= comments_end:
            place = text.index("-->", place) + 3
            yield "", tag.start(), place


def _href(tag: str) -> str | None:
    """The target of an opening `<a>`, or None if it has none that is allowed."""
    if len(tag) > LONGEST_TAG or not _HAS_HREF.search(tag):
        return None
    safe = _SAFE_TAG.fullmatch(tag)
    if safe:
        return safe["href"]
    cleaned = _cleaner.clean(tag)
    anchor = _HREF.match(cleaned)
    href = html.unescape(anchor["href"]).strip() if anchor else ""
    return href if _LINK.match(href) else None


def _unescaped(source: str) -> str:
    """Text with its character references resolved, which end with a semicolon.

    HTML also knows some without one, for the sake of old pages. People who write `&currency=EUR`
    mean a parameter and not a currency sign, so these stay as they are.
    """
    if "&" not in source or not _OTHER_REFERENCE.search(source):
        # In this order, so that what `&amp;` leaves is not taken for another reference.
        plain = source.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        return plain.replace("\0", "")
    return _ENTITY.sub(_character, source).replace("\0", "")


def _character(entity: re.Match[str]) -> str:
    is_known = entity[0][1] == "#" or entity[0][1:] in html5
    return html.unescape(entity[0]) if is_known else entity[0]


def _linked(source: str, *, is_linked: bool) -> str:
    text = _unescaped(source)
    return _escaped(text) if is_linked else _WORD.sub(_linked_word, text)


def _linked_word(word: re.Match[str]) -> str:
    """A word of plain text as HTML, with links; a URL never spans words."""
    text = word[0]
    if len(text) > LONGEST_URL or not _BEGINS_URL.search(text):
        return _escaped(text)
    if _PLAIN_URL.fullmatch(text):
        return f"{_opening(text)}{text}</a>"
    pieces: list[str] = []
    place = 0
    for url in _linkify.match(text) or ():
        if url.index < place or not (url.schema or url.raw.lower().startswith("www.")):
            continue
        end = url.index + _end_of_url(url.raw)
        # What was cut off may have been all that made it a URL.
        found = [url] if end == url.last_index else _linkify.match(text[url.index : end]) or ()
        for whole in found[:1]:
            pieces.append(_escaped(text[place : url.index]))
            pieces.append(f"{_opening(whole.url)}{_escaped(whole.text)}</a>")
            place = url.index + len(whole.raw)
    return "".join(pieces) + _escaped(text[place:])


def _end_of_url(raw: str) -> int:
    """Where a URL ends: at a quote, at the end of a sentence, or at a bracket that it did not open.

    The finder of URLs knows this for ASCII; it takes the punctuation of all other scripts along.
    """
    depth = 0
    for place, character in enumerate(raw):
        if character.isascii():
            continue
        category = unicodedata.category(character)
        if category == "Ps":
            depth += 1
        elif category == "Pe":
            depth -= 1
        is_end = category in {"Pi", "Pf"} or (
            category == "Po" and character not in _MARKS_WITHIN_URLS
        )
        if is_end or depth < 0:
            return place
    return len(raw)


def _opening(href: str) -> str:
    return f'<a href="{_escaped(href).replace(chr(34), "&quot;")}">'


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
