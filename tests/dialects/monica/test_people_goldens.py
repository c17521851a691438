"""Whole answers about what Monica keeps with a contact, compared letter by letter with files.

Its documentation shows no examples of these, so the files are what the server answers, held beside
Monica's own. After a change that is meant, `DOINGS_TEST_RENEW=1` writes them again, to be read.
"""

import json
import os
import re
from typing import Any

import httpx
import pytest

from doings.core.entity import Entity
from tests.dialects.monica.goldens import FOLDER
from tests.engines import SQLITE_ONLY

SALTED = re.compile(r'"(hash_id|uuid)": "[^"]*"')
"""What each installation makes in its own way."""

REQUESTS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "create_contactfield": (
        "POST",
        "/contactfields",
        {
            "contact_id": 22,
            "contact_field_type_id": 1,
            "data": "jim@example.org",
            "labels": ["work", "Evenings"],
        },
    ),
    "create_address": (
        "POST",
        "/addresses",
        {
            "contact_id": 22,
            "name": "Home",
            "street": "1 Main Street",
            "city": "Scranton",
            "province": "PA",
            "postal_code": "18503",
            "country": "US",
            "latitude": 41.4,
            "longitude": -75.6,
        },
    ),
    "create_tag": ("POST", "/tags", {"name": "Old friend"}),
    "set_tags": ("POST", "/contacts/22/setTags", {"tags": ["Old friend"]}),
    "update_work": ("PUT", "/contacts/22/work", {"job": "Sales", "company": "Dunder Mifflin"}),
    "list_contactfieldtypes": ("GET", "/contactfieldtypes?limit=2", None),
    "list_contactfields_of_contact": ("GET", "/contacts/22/contactfields", None),
    "list_contacts_of_tag": ("GET", "/tags/1/contacts", None),
    "list_tags": ("GET", "/tags", None),
    "list_genders": ("GET", "/genders?limit=1", None),
    "list_currencies": ("GET", "/currencies?limit=2&page=2", None),
}
"""By the name of the file: what is asked, one after the other."""


@SQLITE_ONLY
async def test_answers_are_as_in_the_files(
    monica: httpx.AsyncClient, jim: Entity, subtests: pytest.Subtests
) -> None:
    """Members, their order, values, and the envelope around them."""
    assert jim.seq == 22

    for name, (method, path, body) in REQUESTS.items():
        answer = await monica.request(method, path, json=body)
        document = json.dumps(answer.json(), indent=2, ensure_ascii=False)
        text = SALTED.sub(r'"\1": "…"', document) + "\n"
        golden = FOLDER / f"{name}.json"
        if os.environ.get("DOINGS_TEST_RENEW"):
            golden.write_text(text, encoding="utf-8")
        with subtests.test(name):
            assert answer.status_code < 300
            assert text == golden.read_text(encoding="utf-8")
