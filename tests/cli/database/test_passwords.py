"""The password of a database is shown nowhere: not at start, in no error, on no command line."""

import os
import sys
from typing import NoReturn

import pytest

from doings.cli.server import serving
from doings.cli.server.serving import SEEN_BY_OTHERS, shown_database, without_option
from doings.config import Settings, server_of
from tests.cli.conftest import Cli

URLS = [
    ("postgresql://me:hunter2@db:5432/doings", "postgresql://me:…@db:5432/doings"),
    ("postgres://me:hunter2@db", "postgresql://me:…@db"),
    ("postgresql://me:hun@ter2@db/doings", "postgresql://me:…@db/doings"),
    ("postgresql://me:hun:ter2@db/doings", "postgresql://me:…@db/doings"),
    ("postgresql://me:hun/ter2@db/doings", "postgresql://me:…@db/doings"),
    ("postgresql://me:1/hunter2@db/doings", "postgresql://me:…@db/doings"),
    ("postgresql://me:hun%74er2@db/doings", "postgresql://me:…@db/doings"),
    ("postgresql://:hunter2@db/doings", "postgresql://db/doings"),
    ("postgresql://me:hun?ter2@db/doings", "postgresql://…"),
    ("postgresql://me:hun#ter2@db/doings", "postgresql://…"),
    ("postgresql://me@db/doings?password=hunter2", "postgresql://me:…@db/doings"),
    ("postgresql://me@db/doings?pass%77ord=hunter2", "postgresql://me:…@db/doings"),
    ("postgresql://me@db/doings?x=1&password=hun@ter2", "postgresql://…"),
    ("postgresql:///doings?host=db&user=me&password=hunter2", "postgresql:///doings"),
    (
        "postgresql://me:hunter2@[::1]:5432,db2:5433/doings",
        "postgresql://me:…@[::1]:5432,db2:5433/doings",
    ),
    ("postgresql://me:hunter2/doings", "postgresql://…"),
    ("postgresql://me:hunter2@db:hunter2/doings", "postgresql://…"),
]

PIECES = ("hunter2", "hun", "ter2", "hun%74er2")


@pytest.mark.parametrize(("url", "shown"), URLS)
def test_a_database_is_shown_without_its_password(url: str, shown: str) -> None:
    """However it is spelled; where that is not sure, nothing of the URL is shown."""
    assert shown_database(Settings(database=url)) == shown
    assert server_of(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        *[url.replace("@db", "@127.0.0.1:1").replace("db2", "127.0.0.1") for url, _ in URLS[:13]],
        "mysql://db/x?password=hunter2",
        "postgresql:/me:hunter2",
        "sqlite:hunter2:x",
        "hunter2:x",
    ],
)
@pytest.mark.parametrize("command", ["check", "serve"])
@pytest.mark.usefixtures("not_serving")
def test_no_error_repeats_a_password(cli: Cli, command: str, url: str) -> None:
    """Neither ours nor the driver's."""
    outcome = cli(command, "--database", url)

    assert outcome.code in {1, 2}  # nobody answers, or the URL is none
    assert not [piece for piece in PIECES if piece in outcome.out + outcome.err]


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "postgresql://me:hunter2@db/x"],
        ["postgresql://me:hunter2@db/x"],
        ["check", "--databas=postgresql://me:hunter2@db/x"],
        ["account", "delete", "postgresql://me:hunter2@db/x", "--yes"],
    ],
)
def test_a_password_in_the_wrong_place_is_not_repeated(cli: Cli, arguments: list[str]) -> None:
    """Where an error repeats an argument."""
    cli("account", "create", "a")

    outcome = cli(*arguments)

    assert outcome.code in {1, 2}
    assert "hunter2" not in outcome.out + outcome.err


class Replaced(Exception):
    """The process would be another now."""


@pytest.mark.usefixtures("not_serving")
def test_a_server_begins_again_with_the_password_in_its_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that neither it nor its workers show it for as long as they serve; and it is told."""
    url = "postgresql://me:hunter2@127.0.0.1:1/x"
    begun: list[tuple[list[str], str]] = []

    def replace(_: str, arguments: list[str], environment: dict[str, str]) -> NoReturn:
        begun.append((arguments, environment["DOINGS_DATABASE"]))
        raise Replaced

    monkeypatch.setattr(os, "execve", replace)
    given = ["python", "-m", "doings", "serve", "--database", url, "--port", "0"]
    monkeypatch.setattr(sys, "orig_argv", given)

    with pytest.raises(Replaced):
        serving.serve(database=url)

    assert SEEN_BY_OTHERS in capsys.readouterr().err
    assert begun == [([sys.executable, "-m", "doings", "serve", "--port", "0"], url)]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["serve", "--database", "u"], ["serve"]),
        (["--database=u", "serve"], ["serve"]),
        (["serve", "--database", "other", "u"], ["serve", "--database", "other", "u"]),
        (["u"], ["u"]),
    ],
)
def test_an_option_is_taken_out_with_its_value(given: list[str], kept: list[str]) -> None:
    """In both spellings, and nothing else."""
    assert without_option(given, "--database", "u") == kept
