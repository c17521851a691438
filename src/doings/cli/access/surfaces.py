"""What a person with a credential needs to know of each surface: how it takes it, and a first call.

Only surfaces that the server mounts are listed.
"""

from collections.abc import Callable, Iterator

import msgspec

from doings.auth.credentials import IssuedCredential
from doings.auth.principal import ADMIN


class Way(msgspec.Struct, frozen=True):
    """How one surface takes a credential, and a first call that shows some activities.

    One with `needs_admin` refuses every credential without that scope.
    """

    name: str
    sign_in: str
    request: str
    needs_admin: bool = False


_BEARER = "Authorization: Bearer SECRET"

_REFUSED = "refuses this credential: it takes only those made with --scope admin"

_READ = f"curl -fsS -H '{_BEARER}'"

_MIO = (
    "JWT=$(curl -fsS -X POST -H 'x-api-key: KEY' -u 'ACCOUNT:SECRET' BASE/mio/business/v1/auth"
    r""" | sed 's/.*"token":"\([^"]*\)".*/\1/')"""
    """ && curl -fsS -H "Authorization: Bearer $JWT" -H 'x-api-key: KEY'"""
    " 'BASE/mio/business/v1/activities?limit=3'"
)

WAYS: dict[str, Way] = {
    "v1": Way("Native", _BEARER, f"{_READ} 'BASE/v1/activities?limit=3'"),
    "monica": Way("Monica", _BEARER, f"{_READ} 'BASE/monica/api/activities?limit=3'"),
    "cobot": Way(
        "Cobot",
        _BEARER,
        f"{_READ} 'BASE/cobot/ACCOUNT/api/activities?last=3'",
        needs_admin=True,
    ),
    "invent": Way("Invent", _BEARER, f"{_READ} 'BASE/invent/orgs/c/contacts/1/activities?take=3'"),
    "agendize": Way(
        "Agendize",
        "apiKey: KEY and token: SECRET, as headers or parameters",
        "curl -fsS -H 'apiKey: KEY' -H 'token: SECRET'"
        " 'BASE/agendize/api/2.3/activities?clientId=1'",
    ),
    "mio": Way(
        "mio.ID",
        "x-api-key: KEY with a JWT, which POST …/mio/business/v1/auth gives for x-api-key: KEY"
        " and Basic ACCOUNT:SECRET",
        _MIO,
    ),
}
"""By the first part of a surface's path, in the order of the documentation."""


def mounted_ways() -> Iterator[Way]:
    """The ways to the surfaces that this server has."""
    from doings.app import MOUNTS  # noqa: PLC0415 - loads every surface

    return (way for mount, way in WAYS.items() if mount in MOUNTS)


def how_to_sign_in(
    account: str, issued: IssuedCredential, scopes: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """(surface, how it takes a credential with these scopes, or why it will refuse it)."""
    fill = _filled(account, issued, base="")
    for way in mounted_ways():
        is_refused = way.needs_admin and ADMIN not in scopes
        yield way.name, _REFUSED if is_refused else fill(way.sign_in)


def first_calls(account: str, issued: IssuedCredential, base: str) -> Iterator[tuple[str, str]]:
    """(surface, a `curl` that works as it stands)."""
    fill = _filled(account, issued, base=base)
    return ((way.name, fill(way.request)) for way in mounted_ways())


def _filled(account: str, issued: IssuedCredential, *, base: str) -> Callable[[str], str]:
    values = {"BASE": base, "ACCOUNT": account, "KEY": issued.key, "SECRET": issued.secret}

    def fill(text: str) -> str:
        for word, value in values.items():
            text = text.replace(word, value)
        return text

    return fill
