"""Settings from the environment and the command line."""

import pytest

from doings.config import Settings, environment_from_settings, settings_from_environment
from doings.core.errors import Misconfigured


def test_nothing_set_is_the_defaults() -> None:
    """An installation starts without any."""
    assert settings_from_environment({"PATH": "/bin", "DOINGS_TEST_CITUS": "x"}) == Settings()


def test_every_setting_can_be_given_to_another_process() -> None:
    """What is written as variables is read back equal."""
    settings = Settings(
        database="postgresql://me@db/doings",
        port=9000,
        workers=2,
        public_url="https://doings.example.org",
        behind_proxy=True,
        hosts={"*.cobot.example.org": "cobot", "crm.example.org": "monica"},
        cors_origins=("https://a.example.org", "https://b.example.org"),
        rate_limits="vendor",
        prepared_statements=False,
    )

    assert settings_from_environment(environment_from_settings(settings)) == settings


def test_origins_are_those_that_browsers_send() -> None:
    """Without a slash, a usual port or capitals, which no browser would match."""
    settings = settings_from_environment({"DOINGS_CORS_ORIGINS": "https://A.example.org:443/,*"})

    assert settings.cors_origins == ("https://a.example.org", "*")


def test_what_the_command_line_gives_wins() -> None:
    """None is not given."""
    settings = settings_from_environment({"DOINGS_PORT": "9000"}, port=9001, host=None)

    assert (settings.port, settings.host) == (9001, "127.0.0.1")


@pytest.mark.parametrize(
    ("variable", "text", "told"),
    [
        ("DOINGS_PROT", "9000", "DOINGS_PROT is no setting, did you mean DOINGS_PORT?"),
        ("DOINGS_XYZZY", "1", "DOINGS_XYZZY is no setting"),
        ("DOINGS_PORT", "many", "DOINGS_PORT: "),
        ("DOINGS_PORT", "70000", "DOINGS_PORT: "),
        ("DOINGS_WORKERS", "0", "DOINGS_WORKERS: "),
        ("DOINGS_RATE_LIMITS", "on", "DOINGS_RATE_LIMITS: "),
        ("DOINGS_BEHIND_PROXY", "perhaps", "DOINGS_BEHIND_PROXY: "),
        ("DOINGS_PUBLIC_URL", "doings.example.org", "DOINGS_PUBLIC_URL: "),
        ("DOINGS_PUBLIC_URL", "ftp://doings.example.org", "DOINGS_PUBLIC_URL: "),
        ("DOINGS_CORS_ORIGINS", "https://a.example.org,b.example.org", "DOINGS_CORS_ORIGINS: "),
        ("DOINGS_CORS_ORIGINS", "https://a.example.org/app", "DOINGS_CORS_ORIGINS: "),
    ],
)
def test_a_wrong_setting_is_named(variable: str, text: str, told: str) -> None:
    """In one line that says which."""
    with pytest.raises(Misconfigured) as refused:
        settings_from_environment({variable: text})

    assert str(refused.value).startswith(told)
