"""Signed notes: written, read, verified, and refused for what is wrong with them."""

import pytest

from doings.proof.checkpoint import (
    Checkpoint,
    Verifier,
    note_from_text,
    origin_of,
    signed,
    verifier_from_text,
    verifier_of,
)
from tests.proof import verifier

ORIGIN = "doings/0d8e9f62-4a3b-5c1d-8e7f-60718293a4b5/1f0c9a3b7d2e"
SEED = bytes(range(32))
OTHER = bytes(range(1, 33))
CHECKPOINT = Checkpoint(ORIGIN, 7, bytes(32))
NOTE = signed(CHECKPOINT, [SEED])
KEY = verifier_of(SEED, ORIGIN)


def test_a_note_is_read_as_it_was_written() -> None:
    """With its signature, which is the key's."""
    note = note_from_text(NOTE)

    assert note.checkpoint == CHECKPOINT
    assert note.is_signed_by(KEY)
    assert not note.is_signed_by(verifier_of(OTHER, ORIGIN))
    assert verifier.opened(NOTE, str(KEY)) == (ORIGIN, 7, bytes(32))


def test_two_keys_sign_one_note() -> None:
    """So that who has either can verify it."""
    text = signed(CHECKPOINT, [OTHER, SEED])

    for seed in (SEED, OTHER):
        assert note_from_text(text).is_signed_by(verifier_of(seed, ORIGIN))
    verifier.opened(text, str(KEY), str(verifier_of(OTHER, ORIGIN)))


@pytest.mark.parametrize("change", [("\n7\n", "\n8\n"), (ORIGIN, f"{ORIGIN}x")])
def test_a_note_that_was_changed_is_not_signed(change: tuple[str, str]) -> None:
    """Whatever was changed of it."""
    assert not note_from_text(NOTE.replace(*change)).is_signed_by(KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n7\n",
        NOTE.replace("\n7\n", "\n07\n"),
        NOTE.replace("\n7\n", "\n-7\n"),
        NOTE.replace("AAAA", "A?AA"),
        NOTE.replace("AAAA", ""),
        NOTE.replace("— ", "- "),
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    """With a reason."""
    with pytest.raises(ValueError, match=r"is no|base64"):
        note_from_text(text)


def test_a_key_is_read_as_it_was_written() -> None:
    """Name, id and key."""
    assert verifier_from_text(f"{KEY}\n") == KEY


@pytest.mark.parametrize(
    "text", ["", "a+b", f"x{KEY}", str(KEY).replace("+AQ", "+Ag"), f"{KEY}AAAA", "a+b+c+d"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    """Its id has to be that of name and key."""
    with pytest.raises(ValueError, match=r"no key|base64"):
        verifier_from_text(text)


def test_each_account_and_each_epoch_has_a_log_of_its_own() -> None:
    """Also an account that was made under an old number, and that of another installation."""
    origins = {
        origin_of(secret, account, at, epoch)
        for secret in (b"a", b"b")
        for account in (1, 2)
        for at in (1, 2)
        for epoch in ("x", "y")
    }

    assert len(origins) == 16


def test_a_key_under_another_name_is_another_key() -> None:
    """So a signature of one account's log is none of another's."""
    assert Verifier("other", KEY.key).id != KEY.id


@pytest.mark.parametrize("text", ["nonsense", "", "doings/x/y+00000000", "a+00000000+AAAA"])
def test_text_that_is_no_key(text: str) -> None:
    """It is refused, and what is no key at all is told what one looks like."""
    with pytest.raises(ValueError, match=r"no key of a log|not the base64 of 33 bytes"):
        verifier_from_text(text)
