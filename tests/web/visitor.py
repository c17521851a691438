"""Somebody with a browser that runs no scripts: cookies, links and forms, and nothing else."""

import html
import re
from typing import Any

import httpx

from doings.auth.sessions import issue_link
from tests.serving import Business, Served

ARTICLE = re.compile(r'<article id="a-(?P<id>[^"]+)"(?P<attributes>[^>]*)>')
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


class Visitor:
    """A browser at a served application."""

    def __init__(self, served: Served, address: str = "127.0.0.1") -> None:
        self.served = served
        self.http = served.client_at(address)

    async def get(self, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
        """Ask for a page."""
        return await self.http.get(path, **options)

    async def send(self, path: str, *, token: str | None = None, **fields: str) -> httpx.Response:
        """Send a form, with the token of the page that has it unless one is given."""
        if token is None:
            token = await self.token()
        return await self.http.post(path, data={"csrf": token, **fields})

    async def token(self, page: str | None = None) -> str:
        """The token of the forms of a page."""
        answer = await self.http.get(page or "/timeline", follow_redirects=True)
        return token_in(answer.text)

    async def sign_in(self, business: Business) -> httpx.Response:
        """Sign in with account and secret."""
        return await self.send(
            "/sign-in",
            token=await self.token("/sign-in"),
            account=business.account.slug,
            secret=business.secret,
        )

    async def link(self, slug: str = "acme") -> str:
        """The path of a new link."""
        token = await issue_link(self.served.database, slug, now=self.served.clock.now())
        return f"/sign-in/{token}"


def token_in(text: str) -> str:
    """The token of the first form of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found is not None, text
    return found[1]


def articles(text: str) -> list[dict[str, str]]:
    """The articles of a page, each as its attributes; those that are folded included."""
    return [
        {"id": found["id"], **dict(_ATTRIBUTE.findall(found["attributes"]))}
        for found in ARTICLE.finditer(text)
    ]


def places(text: str) -> list[tuple[int, int]]:
    """The place of each article, and among how many."""
    return [(int(one["aria-posinset"]), int(one["aria-setsize"])) for one in articles(text)]


def titles(text: str) -> list[str]:
    """The titles of the articles, as somebody reads them."""
    found = re.findall(r"<h3[^>]*>(.*?)</h3>", text, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "", one)) for one in found]
