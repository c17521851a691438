"""People from files, as Monica's API then shows them; and files that were changed since."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from doings.core.entity import EntityDraft
from doings.core.imports import ImportItem
from doings.core.store.imports import ImportCounts
from doings.core.timeline import Timeline
from doings.importing.importer import Importer, Refusal, each_of
from doings.importing.inputs.columns import mapping_from
from doings.importing.inputs.input import putting_items
from doings.importing.inputs.people import PersonItem, contact_key
from doings.importing.inputs.person_writing import put_people
from doings.importing.inputs.tables import items_from_table, table_from_text
from doings.importing.inputs.telling_apart import is_same_name, told_apart
from doings.importing.inputs.vcards import items_from_vcards
from doings.importing.trial import FirstMentions, MadeEntities, counts_of_trial
from doings.importing.undo import undo
from tests.engines import SQLITE_ONLY, engine
from tests.serving import Business, Served, serving

__all__ = ["engine"]

NOW = 1_770_000_000_000_000
CARD = """BEGIN:VCARD
VERSION:3.0
UID:jim
FN:Jim Halpert
N:Halpert;Jim;;;
TEL;TYPE=CELL:1
TEL:2
URL:x.org
X-SOCIALPROFILE;type=twitter:https://twitter.com/jim
ADR;TYPE=WORK:;;1 Main;Bern;;3000;Switzerland
CATEGORIES:red,blue
NOTE:one
BDAY:--0412
END:VCARD
"""
CHANGED = CARD.replace("TEL;TYPE=CELL:1\nTEL:2", "TEL:9").replace("red,blue", "blue,green")
CHANGED = CHANGED.replace("NOTE:one", "NOTE:two").replace("Bern", "Basel")


class Books:
    """An account that files are imported into."""

    def __init__(self, served: Served, business: Business) -> None:
        self._served = served
        self._business = business
        self.timeline = Timeline(served.database, business.account, by=None)
        self.run = 0

    async def bring(self, text: str, *, is_trial: bool = False) -> ImportCounts:
        """Import a file of cards, or count what that would come to."""
        first, made = FirstMentions(), MadeEntities()
        put: Any = made.noting(put_people) if is_trial else put_people
        importer: Importer[Any] = Importer(self.timeline, put, _refuse, is_trial=is_trial)
        items = told_apart(each_of(items_from_vcards(text.encode(), NOW)), self.timeline)
        counts = await importer.run(first.of(items) if is_trial else items, _show_nothing, None)
        self.run = importer.number
        return counts_of_trial(counts, first, made) if is_trial else counts

    async def bring_table(self, text: str) -> None:
        """Import a table of activities."""
        table = table_from_text(text.encode())
        items = items_from_table(table, mapping_from(table), "csv", "UTC")
        importer: Importer[Any] = Importer(self.timeline, putting_items(NOW), _refuse)
        await importer.run(told_apart(each_of(items), self.timeline), _show_nothing, None)

    async def undo(self, number: int) -> None:
        """Take an import back."""
        assert await self.kept_by_undo(number) == set()

    async def kept_by_undo(self, number: int) -> set[str]:
        """What is kept when an import is taken back."""
        run = await self.timeline.read(lambda reader: reader.import_run(number))
        return {one.name for one in (await undo(self.timeline, run, _show_nothing)).kept}

    async def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What Monica's API answers."""
        answer = await self._served.client.get(f"/monica/api{path}", headers=self._business.bearer)
        return answer.json()

    async def jim(self) -> Mapping[str, Any] | None:
        """The contact as Monica's API shows it, in short."""
        data = (await self.get("/contacts?with=contactfields"))["data"]
        if not data:
            return None
        (whole,) = data
        return {
            "fields": [
                (one["contact_field_type"]["name"], one["content"],
                 *(label["label"] for label in one["labels"]))
                for one in whole["contactFields"]
            ],
            "addresses": [
                (one["street"], one["city"], one["country"]["iso"]) for one in whole["addresses"]
            ],
            "tags": [tag["name"] for tag in whole["tags"]],
            "notes": [note["body"] for note in (await self.get("/notes"))["data"]],
            "born": whole["information"]["dates"]["birthdate"],
        }  # fmt: skip


def _refuse(refusal: Refusal) -> None:
    raise AssertionError(refusal)


def _show_nothing(done: int, total: int | None = None) -> None:
    """Show nothing."""


FIRST = {
    "fields": [("Phone", "1", "Mobile"), ("Phone", "2"), ("Website", "x.org"), ("Twitter", "jim")],
    "addresses": [("1 Main", "Bern", "CH")],
    "tags": ["red", "blue"],
    "notes": ["one"],
    "born": {"is_age_based": False, "is_year_unknown": True, "date": "2000-04-12T00:00:00Z"},
}
SECOND = {
    **FIRST,
    "fields": [("Phone", "9"), ("Website", "x.org"), ("Twitter", "jim")],
    "addresses": [("1 Main", "Basel", "CH")],
    "tags": ["blue", "green"],
    "notes": ["two"],
}


@pytest.mark.usefixtures("engine")
async def test_a_changed_file_changes_people_and_an_undo_puts_them_back(tmp_path: Path) -> None:
    """What the file says no more goes, and what it says as before repeats nothing."""
    async with serving(tmp_path) as served:
        books = Books(served, await served.business())
        would = await books.bring(CARD, is_trial=True)
        did = await books.bring(CARD)
        first, first_run = await books.jim(), books.run
        again = await books.bring(CARD)
        changed = await books.bring(CHANGED)
        second, second_run = await books.jim(), books.run
        await books.undo(second_run)
        back = await books.jim()
        await books.undo(first_run)
        gone = await books.jim()

    assert would == did == ImportCounts(recorded=1, entities=16, contacts=1)
    assert first == back == FIRST
    assert again == ImportCounts(repeated=1)
    assert changed == ImportCounts(filled=1, entities=5, contacts=1)
    assert second == SECOND
    assert gone is None


async def test_an_undo_leaves_the_people_of_other_imports_whole(tmp_path: Path) -> None:
    """Tags and sorts of contact fields that they use stay; what nobody uses any more goes."""
    other = CARD.replace("jim", "pam").replace("Jim", "Pam").replace("red,blue", "blue")
    async with serving(tmp_path) as served:
        books = Books(served, await served.business())
        await books.bring(CARD)
        first_run = books.run
        await books.bring(other)
        before = (await books.get("/contacts?with=contactfields"))["data"][1]

        kept = await books.kept_by_undo(first_run)

        (after,) = (await books.get("/contacts?with=contactfields"))["data"]
        tags = (await books.get("/tags"))["data"]
    assert after == before
    assert [tag["name"] for tag in tags] == [tag["name"] for tag in after["tags"]] == ["blue"]
    sorts = {one["contact_field_type"]["id"] for one in after["contactFields"]}
    assert kept == {f"contact_field_type:{one}" for one in sorts} | {f"tag:{tags[0]['id']}"}


async def test_what_somebody_changed_here_stays_until_the_file_is_changed(tmp_path: Path) -> None:
    """And who was deleted here stays so, with all that a file says of them."""
    async with serving(tmp_path) as served:
        business = await served.business()
        books = Books(served, business)
        await business.put("contact", "jim", attrs='{"nickname":"Tuna","birthdate":"1978-10-01"}')
        await books.bring(CARD)
        known = await business.read(lambda reader: reader.entity(("contact", "jim")))
        phone = next(one for one in await _fields(business) if one[1] == "1")
        await business.write(lambda writer: writer.delete_entity(phone[0]))
        await books.bring(CARD)
        kept = await books.jim()
        await business.write(lambda writer: writer.delete_entity(("contact", "jim")))
        deleted = await books.bring(CHANGED)
        gone = await books.jim()

    attrs = msgspec.json.decode(known.attrs)
    assert (attrs["nickname"], attrs["birthdate"]) == ("Tuna", "1978-10-01")
    assert kept is not None
    assert kept["fields"] == FIRST["fields"][1:]  # type: ignore[index]
    assert deleted == ImportCounts(repeated=1, deleted=1)
    assert gone is None


async def _fields(business: Business) -> list[tuple[tuple[str, str], str | None]]:
    contact = await business.read(lambda reader: reader.entity(("contact", "jim")))
    found = await business.read(lambda reader: reader.belongings([contact.seq], ["contact_field"]))
    seqs = [one.seq for one in found]
    fields = await business.read(lambda reader: reader.entities_by_seq("contact_field", seqs))
    return [(one.key, one.name) for one in fields.values()]


async def test_an_address_stands_for_a_name_only_as_long_as_there_is_none(tmp_path: Path) -> None:
    """Whichever file comes first."""
    names = []

    async with serving(tmp_path) as served:
        business = await served.business()
        timeline = Timeline(served.database, business.account, by=None)
        for text in (b"Name,Email\n,a@x\nAnn,b@x\n", b"Name,Email\nBen,a@x\n,b@x\n"):
            table = table_from_text(text)
            items = items_from_table(table, mapping_from(table), "csv", "UTC")
            people = [item.says for item in items if isinstance(item.says, PersonItem)]
            keys = [person.key for person in people]
            await timeline.write(lambda writer, people=people: put_people(writer, people))  # type: ignore[misc]
            known = await timeline.write(lambda writer, keys=keys: writer.entities_by_key(keys))  # type: ignore[misc]
            names.append([known[key].name for key in keys])

    assert names == [["a@x", "Ann"], ["Ben", "Ann"]]


@SQLITE_ONLY
async def test_a_tag_that_another_surface_made_is_found_by_its_name(tmp_path: Path) -> None:
    """Though its id is no number."""
    async with serving(tmp_path) as served:
        business = await served.business()
        books = Books(served, business)
        await business.put("tag", "vip", name="red")
        await books.bring(CARD)
        first = await books.jim()
        await books.bring(CHANGED)
        second = await books.jim()
    assert (first, second) == (FIRST, SECOND)


@SQLITE_ONLY
async def test_each_who_is_one_person_keeps_what_files_say_of_it(tmp_path: Path) -> None:
    """Also when a file was changed meanwhile; what only one says is shown of both."""
    pam = CARD.replace("jim", "pam").replace("Jim", "Pam").replace("BDAY:--0412\n", "TITLE:Boss\n")
    async with serving(tmp_path) as served:
        business = await served.business()
        books = Books(served, business)
        await books.bring(CARD + pam)
        merge = await business.write(
            lambda writer: writer.add_merge(("contact", "jim"), [("contact", "pam")], None)
        )
        again = await books.bring(pam)
        await books.bring(pam.replace("Boss", "Cook"))
        filling = (("contact", "pam"), EntityDraft(attrs='{"nickname":"P"}'))
        put = putting_items(NOW)
        item = ImportItem(draft=None, entities=(filling,))
        await business.write(lambda writer: put(writer, [item]))
        (shown,) = (await books.get("/contacts"))["data"]
        await business.write(lambda writer: writer.revert_merge(merge.id))
        parted = (await books.get("/contacts"))["data"]

    assert again == ImportCounts(repeated=1)
    assert (shown["complete_name"], shown["nickname"]) == ("Jim Halpert", "P")
    assert shown["information"]["career"]["job"] == "Cook"
    assert [
        (one["complete_name"], one["information"]["career"]["job"],
         bool(one["information"]["dates"]["birthdate"]["date"]), one["nickname"])
        for one in parted
    ] == [("Jim Halpert", None, True, None), ("Pam Halpert", "Cook", False, "P")]  # fmt: skip


async def test_people_who_share_an_address_are_told_apart_by_their_names(tmp_path: Path) -> None:
    """In one file or in several, in whichever order; each keeps what is said of them."""
    anna = "BEGIN:VCARD\nVERSION:3.0\nFN:Anna Alt\nTEL:030 1\nBDAY:1950-01-01\nNOTE:a\nEND:VCARD\n"
    bert = "BEGIN:VCARD\nVERSION:3.0\nFN:Bert Alt\nTEL:030 1\nTITLE:Baker\nNOTE:b\nEND:VCARD\n"
    calls = "Date,Name,Phone\n2026-01-01,Bert Alt,030-1\n2026-01-02,,030 1\n2026-01-03,Anna,030 1\n"
    async with serving(tmp_path) as served:
        books = Books(served, await served.business())
        would = await books.bring(anna + bert, is_trial=True)
        did = await books.bring(anna + bert)
        runs = [await books.bring(text) for text in (bert, bert + anna)]
        await books.bring(bert.replace("Baker", "Cook"))
        await books.bring_table(calls)

        contacts = (await books.get("/contacts?with=contactfields"))["data"]
        activities = [await books.get(f"/contacts/{one['id']}/activities") for one in contacts]
    assert would == did == ImportCounts(recorded=2, entities=4, contacts=2)
    assert runs == [ImportCounts(repeated=1), ImportCounts(repeated=2)]
    assert [
        (one["complete_name"], one["information"]["career"]["job"],
         one["information"]["dates"]["birthdate"]["date"],
         [field["content"] for field in one["contactFields"]])
        for one in contacts
    ] == [
        ("Anna Alt", None, "1950-01-01T00:00:00Z", ["030 1"]),
        ("Bert Alt", "Cook", None, ["030 1"]),
        ("Bert Alt", None, None, ["030-1"]),
        ("Anna", None, None, ["030 1"]),
    ]  # fmt: skip
    assert [len(one["data"]) for one in activities] == [1, 1, 2, 1]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Anna Alt", "Bert Alt", False),
        ("Anna Alt", "alt, anna", True),
        ("Anna", "Anna Alt", True),
        ("Anna Alt", "Anna Neu", False),
        ("Jörg Alt", "Jürg Alt", False),
        ("李雷", "王雷", False),
        ("-", "+", False),
    ],
)
def test_a_name_is_anothers_where_each_has_a_word_of_its_own(
    one: str, other: str, *, is_same: bool
) -> None:
    """Whatever the order, the signs and the case."""
    assert is_same_name(one, other) == is_same_name(other, one) == is_same


@pytest.mark.parametrize(
    ("one", "other"),
    [("Jörg", "Jürg"), ("a-b@x.org", "ab@x.org"), ("Jo Hanna", "Johanna"), ("李 A", "王 A")],
)
def test_every_letter_and_sign_of_what_somebody_goes_by_counts(one: str, other: str) -> None:
    """But for the signs between the digits of a number, and how letters are put together."""
    assert contact_key("csv", None, one) != contact_key("csv", None, other)
    assert contact_key("csv", None, "030/1 2-3") == contact_key("csv", None, "0301 23")
    assert contact_key("csv", None, "Jo\u0308rg") == contact_key("csv", None, "J\u00f6rg")
