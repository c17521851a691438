"""What two systems say of one person: shown in one record, and apart again as each has said it."""

from collections.abc import Callable

from doings.core.entity import CONTACT, Entity, EntityDraft, EntityKey
from doings.core.errors import NotFound
from tests.storage.book import Book
from tests.storage.writing.merging import FOURTH, KEPT, OTHER, THIRD, checked, merge, revert

Shown = tuple[str | None, str]


async def shown(book: Book, key: EntityKey) -> Shown | None:
    """The name and the attributes of an entity, None where there is none."""
    try:
        entity: Entity = await book.read(lambda reader: reader.entity(key))
    except NotFound:
        return None
    return entity.name, entity.attrs


async def test_each_has_its_own_record_again(book: Book) -> None:
    """What the sync of one said meanwhile was shown in both, and is said of that one alone."""
    await book.put(*KEPT, name="Jim", attrs='{"a":1}')
    await book.put(*OTHER, name="Tuna", attrs='{"b":1}')
    made = await merge(book, KEPT, OTHER)

    await book.put(*OTHER, name="Big Tuna", attrs='{"b":2}')
    during = await shown(book, KEPT), await shown(book, OTHER)
    await book.put(*OTHER, name="Big Tuna", attrs='{"b":3}')
    await revert(book, made)

    assert during == (("Big Tuna", '{"b":2}'),) * 2
    assert await shown(book, KEPT) == ("Jim", '{"a":1}')
    assert await shown(book, OTHER) == ("Big Tuna", '{"b":3}')
    assert await checked(book) == []


async def test_what_the_kept_one_says_itself_stays(book: Book) -> None:
    """Also where the other one was written before."""
    await book.put(*KEPT, name="Jim")
    await book.put(*OTHER, name="Tuna")
    made = await merge(book, KEPT, OTHER)

    await book.put(*OTHER, name="Big Tuna")
    await book.put(*KEPT, name="James")
    await revert(book, made)

    assert await shown(book, KEPT) == ("James", "{}")
    assert await shown(book, OTHER) == ("Big Tuna", "{}")
    assert await checked(book) == []


async def write(
    book: Book, key: EntityKey, revise: Callable[[Entity | None], EntityDraft], *, is_whole: bool
) -> None:
    """Say all of a record, or change some of it."""
    await book.write(lambda writer: writer.put_entity(key, revise, is_whole=is_whole))


def with_attrs(attrs: str) -> Callable[[Entity | None], EntityDraft]:
    """Leaves the name and says other attributes."""
    return lambda old: EntityDraft(name=old.name if old else None, attrs=attrs)


async def test_what_the_kept_one_changes_changes_nothing_else(book: Book) -> None:
    """What the other one said before goes from below it, however often people are parted."""
    for key in (KEPT, OTHER, THIRD):
        await book.put(*key, name=key[1], attrs='{"a":{"x":1,"y":1.50},"b":1}')
    first, second = await merge(book, KEPT, OTHER), await merge(book, KEPT, THIRD)

    await book.put(*OTHER, name="Tuna", attrs='{"a":{"x":2,"y":1.50},"c":2}')
    await book.put(*THIRD, name="Big Tuna", attrs='{"a":{"x":3,"y":1.50},"c":3}')
    await write(book, KEPT, with_attrs('{"a":{"x":3,"y":4},"c":3,"d":4}'), is_whole=False)
    during = await shown(book, KEPT)
    await revert(book, first)
    between = await shown(book, KEPT)
    await revert(book, second)

    assert during == ("Big Tuna", '{"a":{"x":3,"y":4},"c":3,"d":4}')
    assert between == ("Big Tuna", '{"a":{"x":3,"y":4},"b":1,"c":3,"d":4}')
    assert await shown(book, KEPT) == (KEPT[1], '{"a":{"x":1,"y":4},"b":1,"d":4}')
    assert await shown(book, OTHER) == ("Tuna", '{"a":{"x":2,"y":1.50},"c":2}')
    assert await checked(book) == []


async def test_a_record_that_is_said_as_a_whole_stays_whole(book: Book) -> None:
    """Whatever of it others had said before, and what they had taken away."""
    await book.put(*KEPT, name="Jim", attrs='{"a":1,"b":1}')
    await book.put(*OTHER, name="Tuna")
    made = await merge(book, KEPT, OTHER)

    await book.put(*OTHER, name="Tuna", attrs='{"a":2,"c":2}')
    await write(book, KEPT, with_attrs('{"a":2,"d":3}'), is_whole=True)
    await revert(book, made)

    assert await shown(book, KEPT) == ("Tuna", '{"a":2,"d":3}')


async def test_deleting_one_of_two_deletes_that_one(book: Book) -> None:
    """The person is gone by both ids; parted, the other one is there again."""
    await book.put(*KEPT, name="Jim", attrs='{"a":1}')
    await book.put(*OTHER, name="Tuna")
    made = await merge(book, KEPT, OTHER)

    await book.delete(*OTHER)
    during = await shown(book, KEPT), await shown(book, OTHER)
    await revert(book, made)

    assert during == (None, None)
    assert (await shown(book, KEPT), await shown(book, OTHER)) == (("Jim", '{"a":1}'), None)
    assert await book.read(lambda reader: reader.total_entities(CONTACT)) == 1
    assert await checked(book) == []


async def test_one_that_others_made_again_is_deleted_again(book: Book) -> None:
    """The kept one was deleted by its own id, and what came since came through the other one."""
    await book.put(*KEPT, name="Jim")
    await book.put(*OTHER, name="Tuna")
    made = await merge(book, KEPT, OTHER)

    await book.delete(*KEPT)
    await book.put(*OTHER, name="Big Tuna")
    await revert(book, made)

    assert (await shown(book, KEPT), await shown(book, OTHER)) == (None, ("Big Tuna", "{}"))
    assert await checked(book) == []


async def test_merges_that_stack_part_one_by_one(book: Book) -> None:
    """Each level keeps what came through it, and who stays keeps what they said."""
    for key in (KEPT, OTHER, THIRD, FOURTH):
        await book.put(*key, name=key[1])
    first = await merge(book, OTHER, THIRD)
    second = await merge(book, KEPT, OTHER)
    await merge(book, KEPT, FOURTH)

    await book.put(*FOURTH, name="said by 5")
    await book.put(*THIRD, name="said by 91")
    await revert(book, second)
    after_second = [await shown(book, key) for key in (KEPT, OTHER, THIRD)]
    await revert(book, first)

    said = ("said by 91", "{}")
    assert after_second == [("said by 5", "{}"), said, said]
    assert [await shown(book, key) for key in (OTHER, THIRD)] == [("77", "{}"), said]
    assert await checked(book) == []
