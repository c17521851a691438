"""Settings: each has a default and a `DOINGS_*` variable, some an option of the command line."""

import difflib
import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated, Any, Literal, NamedTuple, TextIO, get_args
from urllib.parse import unquote

import msgspec

from doings.core.account import origin_from_text
from doings.core.errors import Misconfigured

PREFIX = "DOINGS_"
NOT_SETTINGS = ("DOINGS_TEST_", "DOINGS_PULL_KEY", "DOINGS_PULL_SECRET", "DOINGS_PULL_USER")
"""How variables of ours begin that are no settings; `doings pull` alone reads its credentials."""

MAX_PORT = 65_535
Port = Annotated[int, msgspec.Meta(ge=0, le=MAX_PORT)]
Bytes = Annotated[int, msgspec.Meta(ge=0)]
Rate = Annotated[int, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=31_536_000)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an installation may decide; docs/operations.md explains each."""

    database: str = "sqlite:///doings.db"
    host: str = "127.0.0.1"
    port: Port = 8000
    workers: Count = 1
    public_url: str | None = None
    behind_proxy: bool = False
    hosts: dict[str, str] = {}
    cors_origins: tuple[str, ...] = ()
    rate_limits: Literal["off", "vendor"] = "off"
    failed_sign_ins: Count = 10
    body_limit: Count = 1_048_576
    kept_answers_bytes: Bytes = 33_554_432
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    prepared_statements: bool = True
    webhook_schedule: tuple[Seconds, ...] = ()
    webhook_allow: tuple[str, ...] = ()
    log_key: str | None = None
    erasure_key: str | None = None
    pull_rate: Rate | None = None
    pull_patience: Seconds = 600.0


NAMES = tuple(Settings.__struct_fields__)


def settings_from_environment(environment: Mapping[str, str], **options: object) -> Settings:
    """Read the settings; what is in `options` and not None wins. Raises Misconfigured."""
    values: dict[str, Any] = {}
    for variable, text in environment.items():
        if variable.startswith(PREFIX) and not variable.startswith(NOT_SETTINGS):
            name = variable.removeprefix(PREFIX).lower()
            _check_name(name, variable)
            values[name] = _split(name, text)
    values |= {name: value for name, value in options.items() if value is not None}
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        name = path.rstrip("`").partition("[")[0]
        raise Misconfigured(f"{PREFIX}{name.upper()}: {_in_words(name, reason, values)}") from None
    _check_networks(settings.webhook_allow)
    _check_public_url(settings.public_url)
    return msgspec.structs.replace(settings, cors_origins=_origins(settings.cors_origins))


def _check_public_url(url: str | None) -> None:
    """Raise Misconfigured for what is no address that a browser opens."""
    if url and not _PUBLIC_URL.fullmatch(url):
        reason = f"{url!r} is no address like https://doings.example.org"
        raise Misconfigured(f"{PREFIX}PUBLIC_URL: {reason}")


_PUBLIC_URL = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?")


def _origins(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Origins as browsers write them; raises Misconfigured."""
    found = []
    for text in texts:
        origin = "*" if text == "*" else origin_from_text(text)
        if origin is None:
            reason = f"{text!r} is no origin like https://app.example.org"
            raise Misconfigured(f"{PREFIX}CORS_ORIGINS: {reason}")
        found.append(origin)
    return tuple(found)


def _check_networks(texts: tuple[str, ...]) -> None:
    """Raise Misconfigured for what is no network and no address."""
    for text in texts:
        try:
            ip_network(text, strict=False)
        except ValueError:
            reason = f"{text!r} is no network like 10.0.0.0/8 and no address"
            raise Misconfigured(f"{PREFIX}WEBHOOK_ALLOW: {reason}") from None


def _in_words(name: str, reason: str, values: dict[str, Any]) -> str:
    """What may stand in a setting's place, and what does."""
    choices = get_args(Settings.__annotations__[name])
    if reason.startswith("Invalid enum value"):
        return f"{values[name]!r} is none of {', '.join(choices)}"
    expected = next((word for start, word in _EXPECTED.items() if reason.startswith(start)), None)
    if expected == _COUNT and name == "port":
        expected = _PORT
    if name == "webhook_schedule" and expected is not None:
        expected = "seconds with commas between, like 5,300,1800"
    value = values[name]
    given = ",".join(value) if isinstance(value, list) else value
    return reason if expected is None else f"{given!r} is not {expected}"


_COUNT = "0 or more"
_PORT = f"a port, 0 to {MAX_PORT}"

_EXPECTED = {
    "Expected `int`,": "a whole number",
    "Expected `bool`,": "true or false",
    "Expected `int` >= 0": _COUNT,
    "Expected `int | null`": _COUNT,
    "Expected `int` <=": _PORT,
    "Expected `int` >= 1": "1 or more",
    "Expected `float`": "a number of seconds, 0 to 31536000",
}
"""Our words for the beginnings of msgspec's reasons."""


def _check_name(name: str, variable: str) -> None:
    if name in NAMES:
        return
    near = difflib.get_close_matches(name, NAMES, n=1)
    hint = f", did you mean {PREFIX}{near[0].upper()}?" if near else ""
    raise Misconfigured(f"{variable} is no setting{hint}")


def _split(name: str, text: str) -> object:
    """Lists are written with commas, `hosts` as `pattern=surface` pairs; raises Misconfigured."""
    if name not in _LISTS:
        return text
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    if not all(parts):
        raise Misconfigured(f"{PREFIX}{name.upper()}: {text!r} has an empty part between commas")
    if name == "hosts":
        pairs = (part.partition("=") for part in parts)
        return {pattern.strip(): surface.strip() for pattern, _, surface in pairs}
    return parts


_LISTS = frozenset({"cors_origins", "hosts", "webhook_schedule", "webhook_allow"})


def environment_from_settings(settings: Settings) -> dict[str, str]:
    """The variables that give these settings to another process."""
    variables: dict[str, str] = {}
    for name, value in msgspec.structs.asdict(settings).items():
        if isinstance(value, dict):
            text = ",".join(f"{pattern}={surface}" for pattern, surface in value.items())
        elif isinstance(value, tuple):
            text = ",".join(map(str, value))
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
        if value is not None:
            variables[f"{PREFIX}{name.upper()}"] = text
    return variables


class Server(NamedTuple):
    """What may be shown of the URL of a PostgreSQL server: user and place, and neither if unsure.

    `place` is host, port and database.
    """

    user: str
    place: str
    has_password: bool


_USER = re.compile(r"[\w.%+-]*")
_HOST = re.compile(r"(?:[\w.%-]*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?", re.ASCII)
_DATABASE = re.compile(r"[\w.%-]*")


def server_of(url: str) -> Server | None:
    """What may be shown of a PostgreSQL server's URL; None for another database.

    A password may stand before the last @, and in the query, whose names may be escaped. One that
    holds a slash, a question mark or a hash makes a URL that is read in several ways: of that one,
    and of all that does not look like a place, nothing is shown.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in {"postgresql", "postgres"}:
        return None
    found = re.search(r"[?#]", rest)
    address, options = (rest[: found.start()], rest[found.start() :]) if found else (rest, "")
    login, _, place = address.rpartition("@")
    user, colon, _ = login.partition(":")
    has_password = bool(colon) or "password" in unquote(options).lower() or "@" in options
    is_sure = "@" not in options and _USER.fullmatch(user) and _is_place(place)
    return Server(user, place, has_password) if is_sure else Server("", "…", has_password)


def shown_url(url: str) -> str:
    """A database's URL as it may be shown: without the password and the options of a server."""
    server = server_of(url)
    if server is None:
        return url
    login = f"{server.user}{':…' if server.has_password and server.user else ''}"
    return f"postgresql://{login}{'@' if login else ''}{server.place}"


def _is_place(text: str) -> bool:
    """Whether a text is one or more hosts, each with a port perhaps, and a database."""
    hosts, _, database = text.partition("/")
    return bool(_DATABASE.fullmatch(database)) and all(map(_HOST.fullmatch, hosts.split(",")))


def has_colours(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether what is written there may be coloured: on a terminal, unless NO_COLOR is set.

    A file and a pipe never get colours, whatever other variables ask for: a program reads them.
    """
    is_plain = bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
    return stream.isatty() and not is_plain


def base_url(settings: Settings) -> str:
    """Where the server is reached from this machine."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    return http_url(host, settings.port)


def http_url(host: str, port: int) -> str:
    """The URL of a server; the host of a URL is in brackets where it is an IPv6 address."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
