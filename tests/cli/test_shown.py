"""What commands print of stored data, and of what they were given wrongly."""

import asyncio
import re

import pytest

from doings.app import open_store
from doings.cli.tailing import _follow, _line
from doings.cli.terminal import shown
from doings.config import Settings
from doings.core.account import Account
from doings.core.activity import Draft
from doings.core.entity import Entity
from doings.core.errors import Unavailable
from doings.core.query import Query
from doings.core.store import Store, Writer
from doings.core.store.changes import EntityChange, FeedChunk
from doings.live import feed, tail
from tests.cli.conftest import Cli

EVIL = "A\x1b]0;owned\x07B\x1b[2J\x9b31m\u202eC[bold]\nD"
HARMLESS = r"A\x1b]0;owned\x07B\x1b[2J\x9b31m\u202eC[bold] D"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (EVIL, HARMLESS),
        ("tab\tend\r\nline\u2028", "tab end  line "),
        ("\x00\x7f\x85\u2066\u2069\ud800", r"\x00\x7f\x85\u2066\u2069\ud800"),
        ("Zoë 👩‍🔧 שלום\u200f “x”", "Zoë 👩‍🔧 שלום\u200f “x”"),
    ],
    ids=["sequences", "line ends", "others", "text"],
)
def test_nothing_steers_the_terminal(text: str, safe: str) -> None:
    """Controls are spelled out, line ends are spaces, all else stays."""
    assert shown(text) == safe


def test_a_followed_thing_steers_no_terminal() -> None:
    """Neither by its name nor by its id."""
    account = Account(id=1, slug="acme", name="Acme", time_zone="UTC", created_at=0)
    entity = Entity(1, "contact", EVIL, EVIL, "{}", None, 0, 0, False)  # noqa: FBT003 - its last

    line = _line(EntityChange(1, "updated", 0, "contact", EVIL, entity), account, "").plain

    assert line == f"00:00:00  updated  contact:{HARMLESS}  {HARMLESS}"


def test_no_list_steers_the_terminal(cli: Cli) -> None:
    """Nor is what is stored taken for markup."""
    cli("account", "create", "co-up", "--name", EVIL.replace("\n", ""))
    cli("token", "create", "--account", "co-up", "--scope", "read", "--label", "[red]x\x9b")

    listed = [cli("account", "list"), cli("token", "list", "--account", "co-up")]

    assert r"\x1b[2J\x9b31m\u202eC[bold]" in listed[0].out
    assert r"[red]x\x9b" in listed[1].out
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", "".join(one.out for one in listed))


def test_an_import_s_file_steers_no_terminal(cli: Cli) -> None:
    """Nor does what is told of a line that is bad."""
    cli("account", "create", "co-up")
    name = "a\x1b[2J.ndjson"
    with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123 - a name in an empty folder
        file.write('{"kind": "note.created"}\n{"kind": "note.\\u001b[2J"}\n')

    imported = cli("import", name, "--account", "co-up")
    listed = cli("import", "list")

    assert "\x1b" not in imported.out + imported.err + listed.out
    assert r"a\x1b[2J.ndjson" in listed.out


@pytest.mark.parametrize(
    ("arguments", "begin"),
    [
        (("tail", "--kind", "nope"), "--kind: "),
        (("tail", "--link", "nope"), "--link: "),
        (("export", "--account", "co-up", "--kind", "nope"), "--kind: "),
        (("import", "x", "--account", "co-up", "--origin", "A B"), "--origin: "),
        (("token", "create", "--account", "co-up", "--scope", "x"), "--scope: "),
        (("account", "create", "b", "--time-zone", "Mars"), "--time-zone: "),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[:2]),
)
def test_a_wrong_option_is_called_as_it_was_given(
    cli: Cli, arguments: tuple[str, ...], begin: str
) -> None:
    """Not as the field that it fills."""
    cli("account", "create", "co-up")

    outcome = cli(*arguments)

    assert outcome.code == 2
    assert outcome.err.startswith(f"doings: {begin}")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ALLOW", "x"),
        ("ALLOW", "10.0.0.0/99"),
        ("ALLOW", "10.0.0.0/8,,::1"),
        ("SCHEDULE", "5,,6"),
        ("SCHEDULE", "5,x"),
        ("SCHEDULE", "nan"),
        ("SCHEDULE", "-1"),
    ],
)
@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("webhook", "list")])
@pytest.mark.usefixtures("not_serving")
def test_a_wrong_setting_of_webhooks_ends_every_command(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], name: str, text: str
) -> None:
    """In one line, before anything listens."""
    monkeypatch.setenv(f"DOINGS_WEBHOOK_{name}", text)

    outcome = cli(*command)

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"doings: DOINGS_WEBHOOK_{name}: '{text}")
    assert outcome.err.count("\n") == 1


def test_what_happens_is_followed_without_controls(cli: Cli) -> None:
    """A title is made of what was recorded."""
    cli("account", "create", "co-up")

    async def line() -> str:
        store = await open_store(Settings())
        account = await store.account("co-up")

        async def record(writer: Writer) -> None:
            await writer.record([Draft(kind="note.created", occurred_at=0, summary=EVIL)])

        await store.write(account.id, record)
        (change,) = await store.read(account.id, lambda reader: reader.changes(0, 1))
        await store.close()
        return _line(change, account, "").plain

    assert asyncio.run(line()).endswith(HARMLESS)


def test_an_account_is_followed_while_there_is_one(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A store that is away is waited for; one that is deleted is said to be, and ends no other."""
    cli("account", "create", "co-up")
    away = [Unavailable("away")]

    async def reading(store: Store, account_id: int, after: int) -> FeedChunk:
        if away:
            raise away.pop()
        return await tail.read(store, account_id, after)

    async def followed() -> None:
        store = await open_store(Settings())
        account = await store.account("co-up")
        following = asyncio.create_task(_follow(store, account, Query(), 0))
        while away:  # noqa: ASYNC110 - nothing tells when it has read
            await asyncio.sleep(0.01)
        await store.write(
            account.id, lambda writer: writer.record([Draft(kind="a.b", occurred_at=0)])
        )
        await asyncio.sleep(0.1)
        await store.delete_account("co-up")
        await asyncio.wait_for(following, 10)
        await store.close()

    monkeypatch.setattr(feed, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(feed, "read", reading)
    asyncio.run(followed())

    shown_lines = capsys.readouterr()
    assert "a.b" in shown_lines.out
    assert shown_lines.err == "The account co-up was deleted\n"
