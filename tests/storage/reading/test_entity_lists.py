"""Entities: listed, numbered, found by their words."""

from functools import partial

import pytest

from doings.core.entity import CONTACT, Entity, EntityDraft
from doings.core.errors import Invalid, NotFound
from doings.storage.reading import entity_lists, found
from tests.builders import note
from tests.storage.book import Book

PARTIAL = '{"is_partial":true}'


async def test_put_entity_is_read_back(book: Book) -> None:
    """By key and by seq, alone and among others."""
    entity = await book.put("appointment", "a", name="Massage", attrs='{"b":1,"a":2}', contact="1")

    assert (entity.name, entity.attrs, entity.contact) == ("Massage", '{"b":1,"a":2}', "1")
    assert entity.created_at == entity.updated_at
    assert entity == await book.read(lambda reader: reader.entity(("appointment", "a")))
    assert entity == await book.read(lambda reader: reader.entity_by_seq("appointment", entity.seq))
    assert await book.read(
        lambda reader: reader.entities_by_key([("appointment", "a"), ("appointment", "b")])
    ) == {("appointment", "a"): entity}
    assert await book.read(
        lambda reader: reader.entities_by_seq("appointment", [entity.seq, 10_000])
    ) == {entity.seq: entity}


async def test_entity_of_another_type_is_not_found_by_its_seq(book: Book) -> None:
    """A seq names an entity only together with its type."""
    entity = await book.put("appointment", "a")

    with pytest.raises(NotFound):
        await book.read(lambda reader: reader.entity_by_seq(CONTACT, entity.seq))
    assert await book.read(lambda reader: reader.entities_by_seq(CONTACT, [entity.seq])) == {}


async def test_put_replaces_what_is_there(book: Book) -> None:
    """The draft is made from the old entity; seq and creation stay."""
    old = await book.put(CONTACT, "1", name="Ann", attrs='{"a":1}')

    entity, is_new = await book.write(
        lambda writer: writer.put_entity((CONTACT, "1"), _with_empty_attrs)
    )

    assert is_new is False
    assert (entity.seq, entity.name, entity.attrs) == (old.seq, "Ann", "{}")
    assert entity.created_at == old.created_at
    assert entity.updated_at > old.updated_at


def _with_empty_attrs(found: Entity | None) -> EntityDraft:
    assert found is not None
    return EntityDraft(name=found.name)


@pytest.mark.parametrize("key", [("Contact", "1"), ("", "1"), ("contact", ""), ("a b", "1")])
async def test_key_that_may_not_exist_is_refused(book: Book, key: tuple[str, str]) -> None:
    """Types are words, and ids have 1 to 255 characters."""
    with pytest.raises(Invalid):
        await book.put(*key)


async def test_added_entity_is_named_by_its_seq(book: Book) -> None:
    """Its id is its seq, or a UUID where that id is taken."""
    entity = await book.write(lambda writer: writer.add_entity("tag", EntityDraft(name="a")))
    await book.put("tag", str(entity.seq + 2))
    other = await book.write(lambda writer: writer.add_entity("tag", EntityDraft(name="b")))

    assert entity.id == str(entity.seq)
    assert other.seq == entity.seq + 2
    assert len(other.id) == 36


async def test_numbered_entity_has_the_next_number_of_its_type(book: Book) -> None:
    """Numbers are given once, also after a deletion, and other ids do not disturb them."""

    async def number() -> str:
        drafts = [EntityDraft()]
        (made,) = await book.write(lambda writer: writer.number_entities("tag", drafts))
        return made.id

    assert [await number(), await number()] == ["1", "2"]
    await book.delete("tag", "2")
    for id_ in ("7x", "x9", "1.5", "²", "-8", "09"):
        await book.put("tag", id_)
    assert await number() == "10"


async def test_entities_are_listed_in_the_order_of_their_seq(book: Book) -> None:
    """Of one type or all, from a seq on, without the deleted and, if wished, partial ones."""
    await book.record(note("1", "2"))
    third = await book.put(CONTACT, "3", attrs=PARTIAL)
    await book.put("file", "f")
    await book.put(CONTACT, "4")
    await book.put(CONTACT, "5")
    await book.delete(CONTACT, "2")
    await book.put(CONTACT, "1", name="changed")

    assert await book.entities(type=CONTACT) == ["1", "3", "4", "5"]
    assert await book.entities(type=CONTACT, with_partial=False) == ["1", "4", "5"]
    assert await book.entities(type=CONTACT, is_descending=True, limit=2) == ["5", "4"]
    assert await book.entities(type=CONTACT, by="updated") == ["3", "4", "5", "1"]
    assert await book.entities(type=CONTACT, by="updated", is_descending=True, skip=1) == [
        "5",
        "4",
        "3",
    ]
    assert await book.entities(type=CONTACT, after=third.seq) == ["4", "5"]
    assert await book.entities(type=CONTACT, after=third.seq, is_descending=True) == ["1"]
    assert await book.entities(after=third.seq) == ["f", "4", "5"]
    assert await book.entities(type="none") == []
    assert await book.entities(types=(CONTACT,)) == ["1", "3", "4", "5"]
    assert await book.entities(types=("none", CONTACT, "file")) == ["1", "3", "f", "4", "5"]
    assert await book.entities(types=(CONTACT, "file"), is_descending=True, limit=3) == [
        "5",
        "4",
        "f",
    ]
    assert await book.entities(types=(CONTACT, "file"), after=third.seq, skip=1) == ["4", "5"]
    assert await book.entities(without=(CONTACT,), after=third.seq) == ["f"]
    assert await book.entities(without=("file", "none"), after=third.seq) == ["4", "5"]


@pytest.mark.parametrize("is_descending", [True, False])
async def test_numbered_page_deep_in_a_list_shows_what_walking_there_would(
    book: Book,
    is_descending: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Skipping jumps over whole blocks of seqs, with holes in them."""
    await book.record(*[note(*([str(n)] if n % 2 else [])) for n in range(3000)])
    for id_ in ("1", "99", "2001"):
        await book.delete(CONTACT, id_)
    await book.put(CONTACT, "1501", attrs=PARTIAL)
    filters = {"type": CONTACT, "is_descending": is_descending, "with_partial": False}

    walked = await book.entities(**filters, limit=5000)

    assert len(walked) == 1496 == await book.read(lambda reader: reader.total_entities(CONTACT))
    for skip in (0, 1, 511, 512, 513, 1000, 1490, 1496, 9000):
        assert await book.entities(**filters, skip=skip, limit=9) == walked[skip : skip + 9]
        assert (
            await book.entities(**{**filters, "with_partial": True}, skip=skip, limit=9)
            == (await book.entities(**{**filters, "with_partial": True}, limit=5000))[
                skip : skip + 9
            ]
        )


async def test_entities_are_found_by_the_beginnings_of_their_words(book: Book) -> None:
    """In the name, the id and every text among the attributes; all words must be there."""
    await book.put(CONTACT, "c-1", name="José Müller", attrs='{"email":"jo@example.org","n":55555}')
    await book.put(CONTACT, "c-2", name="Josephine", attrs=PARTIAL)
    await book.put("file", "f", name="joseph.pdf")
    await book.put(CONTACT, "c-3", name="Joseph")
    await book.delete(CONTACT, "c-3")

    assert await book.entities(q="jos", type=CONTACT) == ["c-1", "c-2"]
    assert await book.entities(q="jos") == ["c-1", "c-2", "f"]
    assert await book.entities(q="JOSE mull") == ["c-1"]
    assert await book.entities(q="example.org") == ["c-1"]
    assert await book.entities(q="c-1") == ["c-1"]
    assert await book.entities(q="ose") == []
    assert await book.entities(q="jos", with_partial=False) == ["c-1", "f"]
    assert await book.entities(q="jos", is_descending=True, limit=1, skip=1) == ["c-2"]
    assert await book.entities(q="55555") == []


async def test_entity_is_found_by_what_it_is_called_now(book: Book) -> None:
    """A new name replaces the old one, and a revived entity is found again."""
    await book.put(CONTACT, "1", name="Ann")
    await book.put(CONTACT, "1", name="Bob")

    assert await book.entities(q="ann") == []
    assert await book.entities(q="bob", by="updated") == ["1"]

    await book.delete(CONTACT, "1")
    await book.put(CONTACT, "1", name="Cid")

    assert await book.entities(q="bob") == []
    assert await book.entities(q="cid") == ["1"]


@pytest.mark.parametrize("q", ['"', "*", "AND (", "NEAR", "-x", ":", "   ", "'", "{}^", "a OR"])
async def test_no_search_of_entities_is_an_error(book: Book, q: str) -> None:
    """Any text is searched for as words, never read as syntax."""
    await book.put(CONTACT, "1", name="Ann")

    assert await book.entities(q=q, type=CONTACT) in ([], ["1"])


@pytest.mark.parametrize("by", ["recorded", "updated"])
async def test_search_finds_all_in_order(
    book: Book, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """However many chunks it takes."""
    monkeypatch.setattr(found, "FOUND_CHUNK", 2)
    monkeypatch.setattr(found, "GROWTH", 2)
    monkeypatch.setattr(entity_lists, "ENTITY_CHUNK", 1)
    ids = [str(number) for number in range(8)]
    for id_ in ids:
        await book.put("deal", id_, name="Same name")
    await book.put("deal", "0", name="Same name again")
    expected = ids if by == "recorded" else [*ids[1:], "0"]

    assert await book.entities(q="same", by=by, limit=100) == expected
    assert await book.entities(q="same", by=by, is_descending=True, limit=3) == expected[:-4:-1]
    assert await book.entities(q="same", by=by, skip=5, limit=2) == expected[5:7]


async def test_finds_what_belongs_to_contacts(book: Book) -> None:
    """Of these types only, by seq; what is deleted belongs to nobody."""
    seqs = {id_: (await book.put(CONTACT, id_)).seq for id_ in "12"}
    one = await book.put("address", "a", contact="1", attrs='{"ü":1}')
    await book.put("appointment", "b", contact="1")
    two = await book.put("task", "c", contact="2")
    await book.put("address", "d", contact="1")
    await book.delete("address", "d")

    found = await book.read(
        lambda reader: reader.belongings(list(seqs.values()), ["task", "address"])
    )

    assert [(each.seq, each.type, each.contact, each.size) for each in found] == [
        (one.seq, "address", seqs["1"], 8),
        (two.seq, "task", seqs["2"], 2),
    ]
    assert await book.read(lambda reader: reader.belongings([], ["task"])) == []


async def test_what_belongs_to_one_of_a_group_belongs_to_all(book: Book) -> None:
    """It is the kept one's as long as the merge holds."""
    keep, other = [await book.put(CONTACT, id_) for id_ in "12"]
    address = await book.put("address", "a", contact="2")
    await book.write(lambda writer: writer.add_merge(keep.key, [other.key], None))

    found = await book.read(lambda reader: reader.belongings([keep.seq], ["address"]))

    assert [(each.seq, each.contact) for each in found] == [(address.seq, keep.seq)]


async def test_shows_so_many_belongings(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each contact and type."""
    monkeypatch.setattr(entity_lists, "LIST_ITEMS", 2)
    contact = await book.put(CONTACT, "1")
    made = [await book.put("address", str(number), contact="1") for number in range(3)]

    found = await book.read(lambda reader: reader.belongings([contact.seq], ["address"]))

    assert [each.seq for each in found] == [one.seq for one in made[:2]]


async def test_lists_what_holds_a_text(book: Book) -> None:
    """As its attributes are stored; signs stand for themselves."""
    for id_, attrs in (("a", '{"tags":[1]}'), ("b", '{"tag_":[1]}'), ("c", '{"tagsx":1}')):
        await book.put(CONTACT, id_, attrs=attrs)

    assert await book.entities(type=CONTACT, holding='"tags":[') == ["a"]
    assert await book.entities(type=CONTACT, holding='"tag_"') == ["b"]


async def test_finds_any_of_the_words(book: Book) -> None:
    """At the beginning of any word, or anywhere in a name; of one that is merged, who stands."""
    for id_, name in (("a", "Ann Lee"), ("b", "Bob"), ("c", "Johnson"), ("d", "50%")):
        await book.put(CONTACT, id_, name=name)
    await book.put("deal", "x", name="Ann")
    await book.write(lambda writer: writer.add_merge((CONTACT, "b"), [(CONTACT, "c")], None))

    assert await book.entities(type=CONTACT, q="zoe SON", any_word=True) == ["b"]
    assert await book.entities(type=CONTACT, q="an bo", any_word=True) == ["a", "b"]
    assert await book.entities(type=CONTACT, q="0%", any_word=True) == ["d"]
    assert await book.entities(type=CONTACT, q="_", any_word=True) == []


async def test_finds_words_anywhere_in_some_attributes(book: Book) -> None:
    """Of one that is merged, who stands; nobody who is deleted, and no other attribute."""
    for id_, attrs in (
        ("a", '{"job":"Engineer"}'),
        ("b", '{"job":7}'),
        ("c", '{"job":"nginx","food":"pangini"}'),
        ("d", '{"food":"gin"}'),
        ("e", '{"job":"Engine, 100%"}'),
    ):
        await book.put(CONTACT, id_, attrs=attrs)
    await book.put("deal", "x", attrs='{"job":"Engineer"}')
    await book.write(lambda writer: writer.add_merge((CONTACT, "b"), [(CONTACT, "c")], None))
    found = partial(book.entities, type=CONTACT, any_word=True, among=("job",))

    assert await found(q="GIN zzz") == ["a", "b", "d", "e"]
    assert await found(q="ngi 0%") == ["a", "b", "e"]
    await book.write(lambda writer: writer.delete_entity((CONTACT, "a")))
    await book.write(lambda writer: writer.delete_entity((CONTACT, "b")))
    assert await found(q="ngi") == ["e"]
