"""Whose account a Monica opens for a credential, which a pull asks before all else."""

import msgspec

from doings.core.pulling.service import Answer, Ask, Credentials

ME = Ask("/me", may_miss=True)
"""What tells of the user."""


class _Account(msgspec.Struct):
    id: int | str | None = None


class _Me(msgspec.Struct):
    id: int | str | None = None
    account: _Account | None = None


class _Whose(msgspec.Struct):
    data: _Me


_whose = msgspec.json.Decoder(_Whose).decode


def whose(_credentials: Credentials, answer: Answer | None) -> str | None:
    """The number of the account, which several users may share; else that of the user."""
    try:
        me = _Me() if answer is None else _whose(answer.body).data
    except (ValueError, RecursionError):
        return None
    if me.account is not None and me.account.id is not None:
        return f"account {me.account.id}"
    return None if me.id is None else f"user {me.id}"
