"""The examples of Monica's documentation, and how an answer is compared with one.

Extra members are allowed where `spec` names them: real servers send them, and clients need them.
Contacts of two formats occur in the examples; the older one has fewer members.
"""

import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "golden"

HASH_ID = re.compile(r"h:[A-Za-z0-9]{18,}")
"""Hashes are salted by each server, so ours cannot be that of the documentation."""

EXTRA = {
    "activity": {"uuid", "emotions", "url"},
    "activityType": {"uuid"},
    "activityTypeCategory": {"uuid"},
    "contact": {"uuid", "is_starred", "is_active", "url"},
    "information": {"birthdate", "deceased_date", "avatar"},
    "meta": {"links", "statistics"},
}

OLD_CONTACT = EXTRA["contact"] | {
    "hash_id", "nickname", "complete_name", "initials", "gender_type", "is_dead", "is_me",
}  # fmt: skip
"""What contacts in the older format lack."""


def golden(name: str) -> Any:  # noqa: ANN401 - any JSON
    """An example, as Monica's documentation shows it."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def check(expected: Any, actual: Any, at: str = "$") -> None:  # noqa: ANN401 - any JSON
    """Assert that the answer is the example: values, members and their order."""
    if isinstance(expected, dict):
        assert isinstance(actual, dict), at
        assert [name for name in actual if name in expected] == list(expected), at
        assert set(actual) - set(expected) <= extra_members(expected, at), at
        for name, value in expected.items():
            check(value, actual[name], f"{at}.{name}")
    elif isinstance(expected, list):
        assert len(actual) == len(expected), at
        for place, value in enumerate(expected):
            check(value, actual[place], f"{at}.{place}")
    elif at.endswith(".hash_id"):
        assert HASH_ID.fullmatch(actual), at
    else:
        assert actual == expected, at


def extra_members(expected: dict[str, Any], at: str) -> set[str]:
    """The members that an answer may have besides those of the example."""
    if expected.get("object") == "contact" and "hash_id" not in expected:
        return OLD_CONTACT
    return EXTRA.get(str(expected.get("object") or at.rpartition(".")[2]), set())
