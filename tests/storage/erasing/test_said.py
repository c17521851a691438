"""What texts that stay say of a person by what they were called before, or by their id."""

import pytest

from doings.core.erasing.erasure import ErasureOrder
from tests.storage.book import Book

ONE_ENGINE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@ONE_ENGINE
async def test_former_names_and_addresses_are_redacted(book: Book) -> None:
    """Changes remember them; a dry run counts the same."""
    await book.put("contact", "8", name="Maiden Name", attrs='{"email":"maiden@x.example"}')
    await book.put("contact", "8", name="Second Name", attrs='{"email":"new@x.example"}')
    await book.put("contact", "8", name="Third Name")
    shared = await book.record_one("8", "9", body="Maiden Name maiden@x.example Second Name")
    order = ErasureOrder(entity=("contact", "8"))

    dry = await book.database.erasures.count(book.account.id, order)
    done = await book.database.erasures.erase(book.account.id, order)

    (left,) = await book.read(lambda reader: reader.activities([shared.seq]))
    assert left.body == "[erased] [erased] [erased]"
    assert done.counts == dry.counts


@ONE_ENGINE
async def test_an_id_that_is_an_address_is_redacted(book: Book) -> None:
    """Other ids are words and numbers that may mean anything."""
    await book.put("contact", "pat@x.example", name="Pat Murphy")
    shared = await book.record_one(
        "pat@x.example",
        "9",
        body="to pat@x.example, <b>Pat</b> Murphy",
        external_id="mail-pat@x.example",
    )

    order = ErasureOrder(entity=("contact", "pat@x.example"))
    await book.database.erasures.erase(book.account.id, order)

    (left,) = await book.read(lambda reader: reader.activities([shared.seq]))
    assert left.body == "to [erased], <b>[erased]"
    assert left.external_id == f"erased-{shared.seq}"
