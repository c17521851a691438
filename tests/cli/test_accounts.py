"""`doings account`."""

from tests.cli.conftest import Cli


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
