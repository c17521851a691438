"""The page of pulls: how each service that the history is pulled from stands."""

import msgspec

from doings.core.clock import SECOND
from doings.core.store.pulls import Pull, PullCounts
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served
from tests.web.visitor import Visitor

pytestmark = SQLITE_ONLY

PATH = "/settings/pulls"
MARKUP = "<img src=x onerror=alert(1)>"


async def pull(business: Business, dialect: str, **changes: object) -> Pull:
    """A pull that stands as the changes say."""
    url = f"https://{business.account.slug}.example/{dialect}"
    begun = await business.write(lambda writer: writer.add_pull(dialect, url))
    saved = await business.write(
        lambda writer: writer.save_pull(msgspec.structs.replace(begun, **changes))
    )
    assert saved is not None
    return saved


async def test_each_pull_is_shown_as_it_stands(
    member: Visitor, acme: Business, served: Served
) -> None:
    """Its service, its counts, its place, when it goes on, and why it failed; of this account."""
    now = served.clock.now()
    empty = await member.get(PATH)
    await pull(
        acme,
        "monica",
        state="failed",
        problem=f"answers {MARKUP}: --from is another place",
        counts=PullCounts(recorded=1234, deleted=2),
        position='{"place": {"stage": "notes", "page": 12}}',
        run=7,
        ended_at=now - 60 * SECOND,
        next_at=now + 300 * SECOND,
    )
    await pull(acme, "mio", state="done")
    await pull(await served.business("other"), "invent")

    page = await member.get(PATH)

    assert "Nothing is pulled." in empty.text
    for words in ("Monica", "https://acme.example/monica", "1,234 recorded", "2 deleted",
                  "notes, page 12", "import 7", ": the address is another place",
                  ">failed<", ">done<", "next <time"):  # fmt: skip
        assert words in page.text, words
    assert MARKUP not in page.text
    assert "Invent" not in page.text
