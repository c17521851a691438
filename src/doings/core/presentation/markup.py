"""Bodies that are HTML, and the text they hold."""

import html
import re

HTML_KINDS = frozenset({"text.posted"})
"""The kinds whose body is HTML; every other body is text, whatever it looks like."""

_BREAK = re.compile(r"<br\s*/?>\s*|</(?:p|div|li|h[1-6]|blockquote)\s*>\s*", re.IGNORECASE)
_TAG = re.compile(r"""<[a-zA-Z/!](?:[^<>"']|"[^"]*"|'[^']*')*>""")


def text_from_html(source: str) -> str:
    """The text that HTML shows, a line for each paragraph and break."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", source))).strip()


def html_from_text(text: str) -> str:
    """HTML that shows exactly this text; nothing in the text acts as markup."""
    return html.escape(text, quote=False).replace("\n", "<br>")
