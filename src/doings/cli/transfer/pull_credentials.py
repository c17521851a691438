"""The credentials of a service that is pulled from: from the environment, or from a prompt."""

import os
import sys

import typer

from doings.core.errors import Misconfigured
from doings.core.pulling.service import AnyService, Credentials

PARTS = ("key", "secret", "user")
"""The parts of a credential."""


def credentials_for(dialect: str, service: AnyService) -> Credentials:
    """What the environment says, and for the rest what the person says; raises Misconfigured."""
    given = {name: os.environ.get(f"DOINGS_PULL_{name.upper()}", "") for name in PARTS}
    # A file that a secret is read from often ends in a new line, which is no part of it.
    parts: dict[str, str | None] = {name: text.strip() or None for name, text in given.items()}
    if service.takes_either and parts["secret"] is None:
        parts["secret"] = parts["key"]
    for name in service.needs:
        if parts[name] is None:
            parts[name] = _asked(dialect, name).strip()
        _check_credential(name, parts[name] or "", is_encoded=service.sign_in is not None)
    return Credentials(**parts)


def _check_credential(name: str, text: str, *, is_encoded: bool) -> None:
    """Refuse what no header can carry, without showing it; raises Misconfigured.

    With `is_encoded` the user and the secret are sent as Base64, so they may be any text.
    """
    is_plain = text.isascii() and text.isprintable()
    if not is_plain and (name == "key" or not is_encoded):
        variable = f"DOINGS_PULL_{name.upper()}"
        raise Misconfigured(
            f"{variable} may hold only letters of ASCII, digits and signs, and no line break"
        )


def _asked(dialect: str, name: str) -> str:
    if not sys.stdin.isatty():
        raise Misconfigured(f"{dialect} needs DOINGS_PULL_{name.upper()}")
    text: str = typer.prompt(f"{dialect} {name}", hide_input=name != "user", err=True)
    return text
