"""`doings account`."""

import asyncio
from typing import Any

import pytest

from doings.app import open_store
from doings.config import Settings
from doings.core.text import object_from_text
from tests.cli.conftest import Cli


def settings_of(slug: str) -> dict[str, Any]:
    """What the database in this folder holds."""

    async def read() -> str:
        store = await open_store(Settings(database="sqlite:///doings.db"))
        try:
            return (await store.account(slug)).settings
        finally:
            await store.close()

    return object_from_text(asyncio.run(read()))


def test_an_account_is_created_and_listed(cli: Cli) -> None:
    """With the name and the zone that were given, and nothing in it."""
    created = cli("account", "create", "co-up", "--name", "co.up", "--time-zone", "Europe/Berlin")
    listed = cli("account", "list")

    assert created.code == 0
    assert created.out == "Created account co-up: co.up, Europe/Berlin\n"
    assert listed.out.splitlines()[1].split()[:4] == ["co-up", "co.up", "Europe/Berlin", "0"]


def test_a_slug_is_taken_once(cli: Cli) -> None:
    """The second account of a slug is a conflict."""
    cli("account", "create", "co-up")

    outcome = cli("account", "create", "co-up")

    assert outcome == (1, "", "doings: there is an account co-up already\n")


def test_a_reserved_slug_is_told_with_the_reason(cli: Cli) -> None:
    """And with all that are."""
    outcome = cli("account", "create", "c")

    assert outcome.code == 2
    assert "'c' means something else in addresses; api and c are reserved" in outcome.err


def test_an_account_is_deleted_only_when_that_is_certain(cli: Cli) -> None:
    """Where nobody can be asked, --yes must say so."""
    cli("account", "create", "co-up")

    unsure = cli("account", "delete", "co-up")
    certain = cli("account", "delete", "co-up", "--yes")

    assert unsure == (2, "", "doings: nobody is here to be asked: add --yes\n")
    assert certain.out == "Deleted account co-up with its 0 activities\n"
    assert "co-up" not in cli("account", "list").out


def test_an_account_may_refuse_the_interactions_of_others(cli: Cli) -> None:
    """The setting is kept, and takes no other word."""
    cli("account", "create", "co-up")

    closed = cli("account", "set", "co-up", "--interactions", "closed")
    wrong = cli("account", "set", "co-up", "--interactions", "shut")

    assert closed == (0, "Account co-up: interactions closed\n", "")
    assert wrong.code == 2
    assert "closed" in wrong.err


def test_links_of_an_account_lead_where_it_says(cli: Cli) -> None:
    """Until that is taken back; other settings stay as they are."""
    cli("account", "create", "co-up")
    cli("account", "set", "co-up", "--interactions", "closed")

    given = cli("account", "set", "co-up", "--link-base", "https://co-up.cobot.me/")
    kept = settings_of("co-up")
    taken = cli("account", "set", "co-up", "--link-base", "")

    assert given == (0, "Account co-up: link base https://co-up.cobot.me\n", "")
    assert kept == {"interactions": "closed", "link_base": "https://co-up.cobot.me"}
    assert taken == (0, "Account co-up: link base unset\n", "")
    assert settings_of("co-up") == {"interactions": "closed"}


def test_an_account_says_which_monica_it_speaks(cli: Cli) -> None:
    """One of two; where its programs may be sent back to is a list of addresses."""
    cli("account", "create", "co-up")

    spoken = cli("account", "set", "co-up", "--monica", "4.1")
    listed = cli("account", "list")
    unknown = cli("account", "set", "co-up", "--monica", "5")
    given = cli("account", "set", "co-up", "--redirects", "https://a.example/back, app.a:/b")
    kept = settings_of("co-up")
    taken = cli("account", "set", "co-up", "--redirects", "")

    assert spoken == (0, "Account co-up: monica 4.1\n", "")
    assert listed.out.splitlines()[1].split()[-2:] == ["4.1", "own"]
    assert (unknown.code, given.code) == (2, 0)
    assert kept == {"monica": "4.1", "redirects": ["app.a:/b", "https://a.example/back"]}
    assert taken == (0, "Account co-up: redirects unset\n", "")
    assert settings_of("co-up") == {"monica": "4.1"}


@pytest.mark.parametrize(
    "address",
    [
        "http://app.example.org/back",
        "https://",
        "https://u:p@app.example.org/",
        "https://app.example.org/#a",
        "https://app.example.org:x/",
        "javascript:alert(1)",
        "data:text/html;x",
        "app.example:",
        "/back",
        "https://a.example/<b>",
    ],
)
def test_programs_are_sent_back_to_no_odd_address(cli: Cli, address: str) -> None:
    """By HTTPS, on this machine, or an app's own; without what could end a header."""
    cli("account", "create", "co-up")

    outcome = cli("account", "set", "co-up", "--redirects", address)

    assert outcome.code == 2
    assert outcome.err.startswith(f"doings: --redirects {address}: must be like https://")
    assert settings_of("co-up") == {}


def test_people_are_merged_by_themselves_where_the_account_says_so(cli: Cli) -> None:
    """Off until it is set; anything else is refused."""
    cli("account", "create", "co-up")

    given = cli("account", "set", "co-up", "--merging", "verified")
    wrong = cli("account", "set", "co-up", "--merging", "always")

    assert given == (0, "Account co-up: merging verified\n", "")
    assert settings_of("co-up") == {"merging": "verified"}
    assert wrong.code == 2


def test_sites_that_show_timelines_are_named(cli: Cli) -> None:
    """As browsers write them, each once; an empty list is any site again."""
    cli("account", "create", "co-up")

    given = cli("account", "set", "co-up", "--origins", "https://B.example:443/, http://a:81")
    kept = settings_of("co-up")
    wrong = cli("account", "set", "co-up", "--origins", "https://a,*")
    taken = cli("account", "set", "co-up", "--origins", "")

    assert given == (0, "Account co-up: origins http://a:81 https://b.example\n", "")
    assert kept == {"origins": ["http://a:81", "https://b.example"]}
    assert wrong == (2, "", "doings: --origins *: must be like https://app.example.org\n")
    assert taken == (0, "Account co-up: origins unset\n", "")
    assert settings_of("co-up") == {}


@pytest.mark.parametrize(
    "wrong",
    [
        "co-up.cobot.me",
        "javascript:alert(1)",
        "https://",
        "https://co-up.cobot.me/?a=1",
        "https://[co-up",
    ],
)
def test_links_lead_to_an_address(cli: Cli, wrong: str) -> None:
    """Of a site, as it will stand before a path."""
    cli("account", "create", "co-up")

    outcome = cli("account", "set", "co-up", "--link-base", wrong)

    reason = "must be like https://co-up.cobot.me"
    assert outcome == (2, "", f"doings: --link-base {wrong}: {reason}\n")
    assert settings_of("co-up") == {}


def test_setting_nothing_is_a_mistake(cli: Cli) -> None:
    """And says what could be set."""
    cli("account", "create", "co-up")

    outcome = cli("account", "set", "co-up")

    assert outcome.code == 2
    assert outcome.err == "doings: nothing to set: name a setting, like --interactions closed\n"
