"""What a pull is told wrongly: addresses, options and credentials."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from doings.importing.pull import client
from doings.importing.pull.checkpoint import WHOSE
from doings.importing.pull.wording import target_of
from tests.cli.conftest import Cli
from tests.pull.conftest import BASES, Puller, Vendor, new_token
from tests.pull.proxy import proxy
from tests.pull.test_following import encounter, request


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("monica", "--from", "nowhere"), "must be an address"),
        (("monica", "--from", "https://u:p@example.org"), "no user, no password"),
        (("monika", "--from", "https://example.org"), "there is no dialect"),
        (("invent", "--from", "https://example.org"), "give --contacts"),
        (("invent", "--from", "https://example.org", "--contacts", "none"), "there is no file"),
        (("invent", "--from", "https://example.org", "--contacts", "."), "cannot be read"),
        (("invent", "--from", "https://example.org", "--contacts", "ids"), "line 2: that is no id"),
        (("monica", "--from", "https://example.org", "--contacts", "all"), "does not go with"),
        (("monica", "--from", "https://example.org", "--every", "soon"), "must be a duration"),
        (("monica", "--from", "https://example.org", "--since", "then"), "must be a date"),
    ],
)
def test_what_a_pull_cannot_be_told(options: tuple[str, ...], sentence: str, cli: Cli) -> None:
    """Before anything is asked of anybody."""
    Path("ids").write_text("8\n..\n")

    outcome = cli("pull", *options, "--account", "here")

    assert (outcome.code, sentence in outcome.err) == (2, True), outcome.err


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_that_no_activity_can_have_is_told(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, day: str
) -> None:
    """As other wrong settings are."""
    monkeypatch.setenv("DOINGS_PULL_SECRET", "s")
    cli("account", "create", "here", "--time-zone", "Pacific/Honolulu")

    outcome = cli("pull", "monica", "--from", "http://e.test", "--account", "here", "--since", day)

    assert (outcome.code, "outside the years" in outcome.err) == (2, True), outcome.err


def test_a_place_where_nobody_answers_is_not_waited_for_long(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the address is likely to be wrong; a service that was there is waited for."""
    monkeypatch.setattr(client, "FIRST_WAIT_S", 0.01)
    monkeypatch.setenv("DOINGS_PULL_SECRET", "s")
    cli("account", "create", "here")

    outcome = cli("pull", "monica", "--from", "http://127.0.0.1:9", "--account", "here")

    assert (outcome.code, "cannot be reached" in outcome.err) == (3, True)


@pytest.mark.parametrize(
    ("dialect", "more", "twice"),
    [
        ("mio", "/business/v1", "/business/v1"),
        ("mio", "/business/v1/business/v1", "/business/v1"),
        ("cobot", "/api", "/api"),
    ],
)
def test_an_address_that_says_its_path_twice_is_told_as_wrong(
    pull: Puller, monkeypatch: pytest.MonkeyPatch, dialect: str, more: str, twice: str
) -> None:
    """And not the credentials, which some services refuse where there is nothing at all."""
    monkeypatch.setitem(BASES, dialect, BASES[dialect] + more)

    outcome = pull(dialect)

    assert outcome.code == 2, outcome.err
    assert f"give the address without {twice} at its end" in outcome.err


def test_credentials_are_asked_for_or_named(cli: Cli) -> None:
    """Where there is no terminal, the variable that is missing is named."""
    outcome = cli("pull", "mio", "--from", "https://example.org", "--account", "here")

    assert (outcome.code, "DOINGS_PULL_KEY" in outcome.err) == (2, True)


def test_two_services_that_number_alike_need_two_accounts(vendor: Vendor, pull: Puller) -> None:
    """Activity 31 of one Monica is another one than that of the other."""
    vendor.record([encounter(1)])
    pull.counts("monica")

    with proxy(vendor.server.url) as between:
        other = pull("monica", url=between.url)

    assert (other.code, "take another account" in other.err) == (2, True)


@pytest.mark.parametrize("dialect", ["monica", "mio"])
def test_the_credential_of_another_account_there_is_refused(
    dialect: str, vendor: Vendor, pull: Puller, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until what came of the first one is taken back; another credential of the same is as good."""
    made = {"monica": encounter, "mio": request}[dialect]
    other = Vendor(vendor.server, new_token(cli, vendor.server, "vendor"))
    vendor.record([made(1)])
    other.record([made(2), made(3)])
    first = pull.counts(dialect)

    sign_in(monkeypatch, other)
    refused = pull(dialect)
    held = pull.exported()
    cli("import", "undo", str(first["run"]), "--account", "here")
    second = pull.counts(dialect)
    sign_in(monkeypatch, vendor)
    again = pull(dialect)

    assert (refused.code, json.loads(refused.out)["recorded"], len(held)) == (2, 0, 1)
    assert "of another account of" in refused.err
    assert f"import undo {first['run']}" in refused.err
    assert (second["recorded"], again.code, len(pull.exported())) == (2, 2, 2)


def sign_in(monkeypatch: pytest.MonkeyPatch, vendor: Vendor) -> None:
    """Pull with the credential of this account from now on."""
    monkeypatch.setenv("DOINGS_PULL_KEY", vendor.token.key)
    monkeypatch.setenv("DOINGS_PULL_SECRET", vendor.token.secret)
    monkeypatch.setenv("DOINGS_PULL_USER", vendor.token.account)


def test_a_pull_of_before_takes_the_account_that_comes_first(
    vendor: Vendor, pull: Puller, cli: Cli
) -> None:
    """It has no note whose account it is; from then on it has."""
    vendor.record([encounter(1)])
    pull.counts("monica")
    with closing(sqlite3.connect("doings.db")) as database, database:
        database.execute("DELETE FROM pull_items WHERE ref = ?", (WHOSE,))

    counts = pull.counts("monica")

    with closing(sqlite3.connect("doings.db")) as database:
        noted = database.execute("SELECT 1 FROM pull_items WHERE ref = ?", (WHOSE,)).fetchall()
    assert (counts["recorded"], len(noted)) == (0, 1)
    assert cli("check").out == "clean\n"


def test_an_address_that_nothing_came_from_locks_no_account(
    vendor: Vendor, pull: Puller, cli: Cli
) -> None:
    """Neither one that was mistyped, nor one whose import was undone."""
    vendor.record([encounter(1)])
    mistyped = cli("pull", "monica", "--from", vendor.server.url, "--account", "here")
    with proxy(vendor.server.url) as between:
        first = pull("monica", url=between.url)
    other = pull("monica")
    number = json.loads(first.out)["run"]
    cli("import", "undo", str(number), "--account", "here")

    again = pull("monica")

    assert (mistyped.code, mistyped.out, first.code) == (3, "", 0), mistyped.err
    assert (other.code, f"import undo {number}" in other.err) == (2, True), other.err
    assert (again.code, len(pull.exported())) == (0, 1), again.err


@pytest.mark.parametrize("ending", ["\r", "\n", " "])
def test_a_secret_may_end_in_a_new_line(
    ending: str, vendor: Vendor, pull: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the file does that it was read from."""
    monkeypatch.setenv("DOINGS_PULL_SECRET", vendor.token.secret + ending)

    assert pull("monica").code == 0


@pytest.mark.parametrize("secret", ["k8c5\ry3s", "k8c5äy3s"])
def test_a_secret_that_cannot_be_sent_is_not_shown(
    secret: str, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused before anything is asked."""
    monkeypatch.setenv("DOINGS_PULL_SECRET", secret)

    outcome = cli("pull", "monica", "--from", "http://127.0.0.1:9", "--account", "here")

    assert (outcome.code, "DOINGS_PULL_SECRET may hold" in outcome.err) == (2, True)
    assert "k8c5" not in outcome.err


@pytest.mark.parametrize("rate", ["abc", "-1", "1.5"])
def test_a_rate_is_a_whole_number(rate: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words, and not in those of the program's types."""
    monkeypatch.setenv("DOINGS_PULL_RATE", rate)

    outcome = cli("pull", "status")

    assert (outcome.code, f"PULL_RATE: '{rate}' is not 0 or more" in outcome.err) == (2, True)


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("https://e.test/api/tags?limit=1", "https://e.test/api"),
        ("https://u:p@e.test/api/tags/", "https://e.test/api"),
        ("https://e.test/login", "https://e.test/login"),
        ("/sign-in", "/sign-in"),
        ("", "nowhere"),
    ],
)
def test_where_a_service_leads_is_told_as_the_address_to_give(location: str, place: str) -> None:
    """Without what a pull puts behind it itself."""
    assert target_of(location, "/tags") == place


def test_a_pull_is_forgotten_and_what_came_from_it_stays(
    vendor: Vendor, pull: Puller, cli: Cli
) -> None:
    """Begun again it records nothing twice; a Monica whose numbers are there is not forgotten."""
    vendor.record([encounter(1)])
    wrong = f"{vendor.server.url}/wrong"
    cli("pull", "monica", "--from", wrong, "--account", "here")
    pull.counts("monica")
    pull.counts("cobot")

    def forget(dialect: str, base: str) -> int:
        return cli("pull", "forget", dialect, "--from", base, "--account", "here").code

    monica, cobot = vendor.base("monica"), vendor.base("cobot")
    codes = [forget("monica", wrong), forget("cobot", f"{cobot}/"), forget("cobot", cobot)]
    codes += [forget("monica", monica), forget("monika", monica)]
    left = [one["from"] for one in json.loads(cli("pull", "status", "--json").out)]
    again = pull.counts("cobot")

    assert codes == [0, 0, 2, 2, 2]
    assert left == [monica]
    assert (again["recorded"], again["updated"]) == (0, 0)
