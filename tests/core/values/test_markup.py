# ruff: noqa: RUF001 - full-width brackets and quotes of other scripts are what is tested
"""Text with links: what is kept of what was sent, and that nothing else can come out."""

import html
import re
from html.parser import HTMLParser
from time import perf_counter
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doings.core.activity import BODY_LENGTH, LEVELS, Draft
from doings.core.errors import Invalid
from doings.core.values import markup
from doings.core.values.markup import is_blank, is_clean, links_only, text_from_html
from doings.dialects.cobot.listing import list_item
from tests.builders import activity
from tests.clocks import NOON

LINK = '<a href="http://x.org">'


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("", ""),
        ("Some text about your activity.", "Some text about your activity."),
        ("5 < 6 & 7 > 6", "5 &lt; 6 &amp; 7 &gt; 6"),
        ("I <3 it", "I &lt;3 it"),
        ("a\nb\tc", "a\nb\tc"),
        ("a\0b", "ab"),
        ("<b>bold</b> <i>text</i>", "bold text"),
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("a<br/>b", "a\nb"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<style>a{}</style>", "a{}"),
        ("<svg onload=alert(1)>x", "x"),
        ('<img src=x onerror="alert(1)">', ""),
        ("<template>kept</template>", "kept"),
        ("<!-- never -->shown<!-- too", "shown&lt;!-- too"),
        ("cut <b", "cut &lt;b"),
        ('<b title=">">x', "x"),
        ("&lt;b&gt; &amp;amp; &nbsp;", "&lt;b&gt; &amp;amp; \u00a0"),
        (f"{LINK}site</a>", f"{LINK}site</a>"),
        ("<A HREF='http://x.org'>site</A>", f"{LINK}site</a>"),
        ("<a\nhref=http://x.org>site</a>", f"{LINK}site</a>"),
        (f"{LINK}<b>site</b></a>", f"{LINK}site</a>"),
        (f"{LINK}never closed", f"{LINK}never closed</a>"),
        (f"{LINK}one{LINK}two</a></a>", f"{LINK}one</a>{LINK}two</a>"),
        ("never opened</a>", "never opened"),
        ('<a title="x>y" href="https://x.org/?a=1&amp;b=2" onclick="z()">l</a>',
         '<a href="https://x.org/?a=1&amp;b=2">l</a>'),
        ('<a href="mailto:a@x.org">mail</a>', '<a href="mailto:a@x.org">mail</a>'),
        ("<a href='http://x.org/\"z'>q</a>", '<a href="http://x.org/&quot;z">q</a>'),
        ("<a>no address</a>", "no address"),
        ('<a href="/admin">here</a>', "here"),
        ('<a href="//x.org">there</a>', "there"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ('<a href=" java\tscript:alert(1)">x</a>', "x"),
        ('<a href="java&#10;script:alert(1)">x</a>', "x"),
        ('<a href="&#106;avascript:alert(1)">x</a>', "x"),
        ('<a href="data:text/html,x">x</a>', "x"),
        ('<a href="ftp://x.org">x</a>', "x"),
        ('<a href="http://x.org" href="javascript:x">x</a>', f"{LINK}x</a>"),
        ("see http://x.org.", f"see {LINK}http://x.org</a>."),
        ("(http://x.org)", f"({LINK}http://x.org</a>)"),
        ("<b>http://x.org</b>", f"{LINK}http://x.org</a>"),
        ("https://x.org/?a=1&b=2", '<a href="https://x.org/?a=1&amp;b=2">https://x.org/?a=1&amp;b=2</a>'),
        ("www.x.org", '<a href="http://www.x.org">www.x.org</a>'),
        ("mailto:a@x.org", '<a href="mailto:a@x.org">mailto:a@x.org</a>'),
        (f"{LINK}http://x.org</a>", f"{LINK}http://x.org</a>"),
        (f"{LINK}x</a> http://x.org", f"{LINK}x</a> {LINK}http://x.org</a>"),
        ("x.org, a@x.org, file.py", "x.org, a@x.org, file.py"),
        ("ftp://x.org, //x.org", "ftp://x.org, //x.org"),
    ],
)  # fmt: skip
def test_what_is_kept(sent: str, kept: str) -> None:
    """Only text and links remain, and cleaning them changes nothing."""
    assert links_only(sent) == kept
    assert links_only(kept) == kept


@pytest.mark.parametrize(
    ("sent", "blank"),
    [("", True), (" \n ", True), ("<b> </b>", True), ("&nbsp;", True), ("x", False), ("<", False),
     ('<a href="http://x.org"></a>', True)],
)  # fmt: skip
def test_blank_is_what_shows_nothing(sent: str, blank: bool) -> None:  # noqa: FBT001 - a column
    """Made of any tags."""
    assert is_blank(links_only(sent)) is blank


class Strict(HTMLParser):
    """Fails for anything but text, balanced and not nested, in the tags allowed."""

    def __init__(self, allowed: dict[str, set[str]]) -> None:
        super().__init__()
        self.allowed = allowed
        self.open: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Only allowed tags with allowed attributes, and no link within a link."""
        assert tag in self.allowed
        assert {name for name, _ in attrs} <= self.allowed[tag]
        assert not (tag == "a" and "a" in self.open)
        if tag == "a":
            ((name, href),) = attrs
            assert name == "href"
            assert href is not None
            assert href.lower().startswith(("http:", "https:", "mailto:"))
            self.links.append(href)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """What was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text outside of tags."""
        self.text += data

    def handle_comment(self, data: str) -> None:
        """There are none."""
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        """Nor any of these."""
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        """Nor these."""
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        """Nor what the parser does not know."""
        raise AssertionError(data)

    @classmethod
    def read(cls, source: str, allowed: dict[str, set[str]]) -> "Strict":
        """Parse to the end."""
        parser = cls(allowed)
        parser.feed(source)
        parser.close()
        assert parser.open == []
        return parser


PIECES = st.sampled_from(
    [
        *("<", ">", "</", "/>", "a", "<a ", "<A", "</a>", "</A >", "href=", "href", '"', "'", "`"),
        *("=", " ", "\n", "\t", "\0", "&", ";", "&lt;", "&#60;", "&quot;", "&#106;", "&colon;"),
        *("&Tab;", "http://x.org", "https:", "HTTP:", "mailto:", "javascript:", "data:", "//", ":"),
        *("vbscript:", "www.", "x.org", "@", "alert(1)", "<script>", "</script>", "<svg", "<math>"),
        *(
            "<style>",
            "<template>",
            "<table>",
            "<textarea>",
            "</textarea>",
            "<plaintext>",
            "<object>",
        ),
        *(
            "<noscript>",
            "<!--",
            "-->",
            "<!",
            "<?",
            "]]>",
            "<![CDATA[",
            "onclick=",
            "style=",
            "<li>",
        ),
        *(
            "</li>",
            "</ul>",
            "<img src=x onerror=",
            "\u00a0",
            "\u2028",
            "\ufeff",
            "\u017f",
            "\u212a",
        ),
    ]
)
MARKUP = st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join)


@given(MARKUP)
def test_nothing_but_links_ever_comes_out(sent: str) -> None:
    """Cleaning a text a second time changes nothing that is shown."""
    kept = links_only(sent)
    again = links_only(kept)

    shown = Strict.read(kept, {"a": {"href"}})
    assert Strict.read(again, {"a": {"href"}}).text == shown.text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0<&"), max_size=60))
def test_text_without_markup_is_kept_whole(sent: str) -> None:
    """Only line ends change, as they do in every HTML parser."""
    found = Strict.read(links_only(sent), {"a": {"href"}})

    assert html.unescape(found.text) == html.unescape(sent)


LIST = {"ul": set(), "li": {"data-id", "data-created-at", "data-type", "data-level"}, "a": {"href"}}


@given(
    kind=st.sampled_from(["text.posted", "note.created", "invoice.created", "own.kind"]),
    body=st.none() | MARKUP,
    summary=st.none() | MARKUP,
    words=MARKUP,
    level=st.sampled_from([None, *LEVELS]),
    base=st.just("http://x.org") | MARKUP.map(lambda text: f"http://x.org/{text}"),
)
def test_list_stays_balanced(  # noqa: PLR0917 - hypothesis gives them by name
    kind: str, body: str | None, summary: str | None, words: str, level: str | None, base: str
) -> None:
    """The HTML of an item is valid for any activity from any surface."""
    data = {"invoice_number": words, "invoice_id": words, "membership_name": words}

    item = list_item(activity(kind, body=body, summary=summary, data=data, level=level), base)

    found = Strict.read(f"<ul>\n{item}</ul>", LIST)
    assert all(not link.startswith(("javascript", "data")) for link in found.links)


@pytest.mark.parametrize(
    "sent",
    [
        "<" * 200_000,
        "&" * 200_000,
        "<!--" * 50_000,
        "<b " + "='" * 100_000,
        "<a href=http://x.org>" * 10_000,
        "<a>" * 200_000,
        "".join(f"<b id={number}>" for number in range(15_000)),
        f"<a {' '.join(f'x{number}' for number in range(30_000))}>",
        "http://" * 30_000,
        "http://x.org " * 15_000,
    ],
    ids=lambda sent: sent[:8],
)
def test_long_text_takes_linear_time(sent: str) -> None:
    """Where the usual parsers take minutes."""
    started = perf_counter()

    links_only(sent)

    assert perf_counter() - started < 5


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("…?id=7&currency=EUR&region=eu", "…?id=7&amp;currency=EUR&amp;region=eu"),
        (f"{LINK}?id=7&currency=EUR</a>", f"{LINK}?id=7&amp;currency=EUR</a>"),
        ("http://x.org?a=1&copy=2",
         '<a href="http://x.org?a=1&amp;copy=2">http://x.org?a=1&amp;copy=2</a>'),
        ('<a href="https://x.org/?a=1&region=eu&lt=2">x</a>',
         '<a href="https://x.org/?a=1&amp;region=eu&amp;lt=2">x</a>'),
        ("&copy; &copy &notit; &#106; &#x6a; &#xZ;", "© &amp;copy &amp;notit; j j &amp;#xZ;"),
        ("Write to Ann <ann@example.org> today", "Write to Ann &lt;ann@example.org&gt; today"),
        ("<ann.lee+x@example.org>", "&lt;ann.lee+x@example.org&gt;"),
        ("<https://x.org/a>", '&lt;<a href="https://x.org/a">https://x.org/a</a>&gt;'),
        ("load<limit again", "load&lt;limit again"),
        ("1 < 2, 3 <= 4, x <- y", "1 &lt; 2, 3 &lt;= 4, x &lt;- y"),
        ("<> <3 </3", "&lt;&gt; &lt;3 &lt;/3"),
        ("open <b attribute='", "open &lt;b attribute='"),
        ("<?php echo 1 ?> <![CDATA[x]]>", "&lt;?php echo 1 ?&gt; &lt;![CDATA[x]]&gt;"),
        ("<!doctype html>x", "x"),
        ("<my-tag data-x=1>own</my-tag>", "own"),
        ("5<br>10", "5\n10"),
        ("5<BR />10<br><br>20<br>", "5\n10\n\n20"),
        ("<div>one</div>\n<div>two <b>bold</b></div>", "one\ntwo bold"),
        ("<ul><li>one</li><li>two</li></ul>three", "one\ntwo\nthree"),
        ("<tr><td>a</td><td>b</td></tr><tr><td>c</td></tr>", "a b\nc"),
        (f"<p>one</p>{LINK}two</a><p>three</p>", f"one\n{LINK}two</a>\nthree"),
        ("htt<b>p://x.org</b>", f"{LINK}http://x.org</a>"),
        ("（http://x.org）です", f"（{LINK}http://x.org</a>）です"),
        ("「http://x.org」と", f"「{LINK}http://x.org</a>」と"),
        ("見て http://x.org。次", f"見て {LINK}http://x.org</a>。次"),
        ("“http://x.org” «http://x.org» ‹http://x.org›",
         f"“{LINK}http://x.org</a>” «{LINK}http://x.org</a>» ‹{LINK}http://x.org</a>›"),
        ("http://x.org؟ http://x.org। http://x.org！",
         f"{LINK}http://x.org</a>؟ {LINK}http://x.org</a>। {LINK}http://x.org</a>！"),
        ("http://x.org/A（B）", '<a href="http://x.org/A（B）">http://x.org/A（B）</a>'),
        ("(http://x.org/a_(b))", '(<a href="http://x.org/a_(b)">http://x.org/a_(b)</a>)'),
    ],
)  # fmt: skip
def test_what_people_write_is_kept(sent: str, kept: str) -> None:
    """Addresses, comparisons and parameters lose nothing, and lines stay lines."""
    assert links_only(sent) == kept
    assert links_only(kept) == kept


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (f"a &lt; b {LINK}site</a>", "a < b site"),
        ("<p>one</p><p>two<br>three</p>", "one\ntwo\nthree"),
        ("<b>Ann</b> &lt;ann@example.org&gt;", "Ann <ann@example.org>"),
    ],
)
def test_text_of_html(source: str, text: str) -> None:
    """Blocks are lines, links their words, and references the characters they stand for."""
    assert text_from_html(source) == text


@pytest.mark.parametrize("kind", ["text.posted", "note.created"])
def test_only_a_body_that_is_html_is_cleaned(kind: str) -> None:
    """Whoever makes the draft; what stays is what cleaning makes of it."""
    body = '<p>See <a href="javascript:x">this</a></p> & more'

    draft = Draft(kind=kind, occurred_at=NOON, body=body)

    assert draft.body == ("See this\n&amp; more" if kind == "text.posted" else body)


def test_a_body_that_grows_too_long_is_refused() -> None:
    """It is measured as it would be stored."""
    with pytest.raises(Invalid, match="body"):
        Draft(kind="text.posted", occurred_at=NOON, body="<" * (BODY_LENGTH - 1))


@pytest.mark.parametrize(
    ("text", "is_known"),
    [
        ("plain, and 1 &lt; 2 &amp; 3", True),
        ('see <a href="https://example.org/a/b-c.html">this &amp; that</a>', True),
        ('<a href="http://example.org">http://example.org</a>', True),
        ("http://example.org", False),
        ("1 < 2", False),
        ("AT&T", False),
        ("&quot;", False),
        ('<a href="javascript:x">this</a>', False),
        ('<a href="http://[bad">this</a>', False),
        ('<a href="http://xn--a.org">this</a>', False),
        ('<a href="http://example.org" title="x">this</a>', False),
        ('<a href="http://example.org"><b>this</b></a>', False),
        ('<a href="http://example.org">this', False),
    ],
)
def test_clean_text_is_known_for_it(text: str, is_known: bool) -> None:  # noqa: FBT001 - a column
    """So most texts are not cleaned again. What is known to be clean stays as it is."""
    assert is_clean(text) == is_known
    assert not is_known or cleaned_slowly(text) == text


@given(
    st.text("abcx019.-_/:?#&=%()é", max_size=20).map("http://{}".format),
)
def test_quick_way_links_like_the_finder(url: str) -> None:
    """A URL that is seen to be plain becomes the link that the finder of URLs makes of it."""
    assert links_only(url) == cleaned_slowly(url)


def cleaned_slowly(text: str) -> str:
    """What cleaning makes of the text without any of its short cuts."""
    never = re.compile("(?!)")
    with (
        mock.patch.object(markup, "_PLAIN_URL", never),
        mock.patch.object(markup, "_SAFE_TAG", never),
        mock.patch.object(markup, "_CLEAN", never),
    ):
        return links_only(text)
