"""Forms as a person fills them in: their fields, what is sent, what is said to be wrong."""

import html
import re

import httpx

from doings.core.activity import Activity
from tests.serving import Business
from tests.web.visitor import Visitor

Fields = dict[str, object]


def fields_in(text: str) -> Fields:
    """What the form of a page sends if nothing is typed."""
    form = text[text.index('class="card form"') :]
    fields: Fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if given.get("type") == "checkbox":
            if " checked" in tag:
                ticked = fields.setdefault(given["name"], [])
                assert isinstance(ticked, list)
                ticked.append(html.unescape(given["value"]))
        elif "name" in given:
            fields[given["name"]] = html.unescape(given.get("value", ""))
    for name, value in re.findall(
        r'<textarea name="(\w+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL
    ):
        fields[name] = html.unescape(value)
    for name, options in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'value="([^"]*)" selected', options)
        fields[name] = chosen[0] if chosen else ""
    return fields


async def sent(member: Visitor, path: str, **typed: object) -> httpx.Response:
    """The answer to a form that was loaded and filled in."""
    page = await member.get(path)
    assert page.status_code == 200, page.text
    return await member.http.post(path, data={**fields_in(page.text), **typed})


def problems(text: str) -> dict[str, str]:
    """What is wrong, by field."""
    found = re.findall(r'<p class="problem" id="(\w+)-problem">([^<]*)</p>', text)
    return {name: html.unescape(reason) for name, reason in found}


async def only(acme: Business) -> Activity:
    """The one activity there is."""
    (activity,) = await acme.read(lambda reader: reader.activities(list(range(100))))
    return activity
