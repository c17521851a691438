"""Two contacts who may be one person, and what a page says of them."""

import re
from html import unescape

from tests.serving import Business

JIM, ANN = "/entities/contact:8", "/entities/contact:77"
KEYS = [("contact", "8"), ("contact", "77")]


async def merged(acme: Business) -> str:
    """Merge the two; the id of the merge."""
    merge = await acme.write(lambda writer: writer.add_merge(KEYS[0], KEYS[1:], "same address"))
    return merge.id


async def group_of(acme: Business, key: tuple[str, str] = KEYS[1]) -> str:
    """The id of who stands for somebody."""
    return (await acme.read(lambda reader: reader.entity(key))).id


def plain(text: str) -> str:
    """What somebody reads."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())
