"""Who introduced whom, in a file that goes from one account to another."""

import pytest

from doings.core.defaults import introducer_of
from doings.core.documents.exporting import entity_lines
from doings.core.entity import CONTACT, Entity
from doings.core.errors import Invalid
from doings.core.timeline import Timeline
from doings.importing.ndjson import Line, line_from_text, put_lines
from tests.clocks import NOON
from tests.engines import SQLITE_ONLY, engine
from tests.serving import Business, Served

__all__ = ["engine"]


async def contacts(business: Business) -> list[Entity]:
    """The contacts, oldest first."""
    found = await business.read(lambda reader: reader.entities_as_named(0, 1000))
    return [one for one in found if one.type == CONTACT]


async def filled(served: Served) -> Business:
    """Bob introduced Ann, who introduced Eve; Ann is recorded first."""
    acme = await served.business("acme")
    seqs = {name: (await acme.put(CONTACT, name, name=name)).seq for name in ("ann", "bob", "eve")}
    for name, through in (("ann", "bob"), ("eve", "ann")):
        attrs = f'{{"job":"x","first_met_through":{seqs[through]}}}'
        await acme.put(CONTACT, name, name=name, attrs=attrs)
    return acme


async def introductions(business: Business) -> dict[str, str | None]:
    """Through whom each was met."""
    found = await contacts(business)
    names = {one.seq: one.id for one in found}
    return {one.id: names.get(introducer_of(one.attrs) or 0) for one in found}


async def exported(served: Served, business: Business) -> list[Line]:
    """The lines of the entities."""
    timeline = Timeline(served.database, business.account, by=None)
    texts = [line for lines in [one async for one in entity_lines(timeline)]
             for line in lines.text.splitlines()]  # fmt: skip
    lines = [line_from_text(text, origin=None, now=NOON) for text in texts]
    return [line for line in lines if line is not None]


async def test_an_introducer_is_the_same_one_in_another_account(served: Served) -> None:
    """Though the numbers there are others, and an introducer may come later in the file."""
    acme, other = await filled(served), await served.business("other")
    await other.put(CONTACT, "zoe", name="Zoe")
    lines = await exported(served, acme)
    expected = {"ann": "bob", "bob": None, "eve": "ann"}

    for line in lines:
        await other.write(lambda writer, line=line: put_lines(writer, [line]))  # type: ignore[misc]
    again = await other.write(lambda writer: put_lines(writer, lines))
    home = await acme.write(lambda writer: put_lines(writer, lines))

    assert await introductions(other) == {"zoe": None, **expected}
    assert {one.name for one in await contacts(other)} == {"Zoe", "ann", "bob", "eve"}
    assert (again.entities, home.entities) == (0, 0)
    assert await introductions(acme) == expected


@SQLITE_ONLY
async def test_nobody_is_the_introducer_where_a_file_does_not_name_one(served: Served) -> None:
    """A number alone is of another account; who has an introducer here keeps that one."""
    acme, other = await filled(served), await served.business("other")
    text = b'{"entity":{"type":"contact","id":"ann","name":"Ann","attrs":{"first_met_through":2}}}'
    line = line_from_text(text, origin=None, now=NOON)
    assert line is not None

    for business in (acme, other):
        await business.write(lambda writer: put_lines(writer, [line]))

    assert (await introductions(acme))["ann"] == "bob"
    (ann,) = await contacts(other)
    assert (ann.name, ann.attrs) == ("Ann", "{}")
    with pytest.raises(Invalid):
        line_from_text(text[:-1] + b',"introducer":""}', origin=None, now=NOON)
