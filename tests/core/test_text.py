"""Checks of text before it is stored."""

import pytest

from doings.core.errors import Invalid
from doings.core.text import checked_text


@pytest.mark.parametrize("text", [None, "", "four", "élan"])
def test_text_up_to_the_limit_may_be_stored(text: str | None) -> None:
    """Characters count, not bytes."""
    checked_text(text, field="body", most=4)


@pytest.mark.parametrize(
    ("text", "reason"), [("12345", "at most 4 characters"), ("a\0b", "may not contain NUL")]
)
def test_what_may_not_be_stored_is_named(text: str, reason: str) -> None:
    """With its member and why."""
    with pytest.raises(Invalid, match=f"body: {reason}"):
        checked_text(text, field="body", most=4)
