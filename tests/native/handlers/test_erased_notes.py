"""What people wrote about other things does not name who was erased: labels, reasons, addresses."""

import json
from typing import Any

import pytest

from tests.engines import SQLITE_ONLY
from tests.native.client import Native

NAME = "Wilhelmina Zapfenstreich"


@pytest.fixture
async def gone(native: Native) -> dict[str, Any]:
    """All that is listed after the erasure of somebody who was named everywhere."""
    await native.put("contact:wz", name=NAME)
    for other in ("1", "2", "3"):
        await native.put(f"contact:{other}", name=f"Other {other}")
    http = native.http
    label = f"for {NAME} (contact:wz)"
    await http.post("/tokens", json={"scopes": ["read"], "label": label})
    await http.post(
        "/entities/contact/1/addresses",
        json={"format": "feed", "label": "zapfenstreich-wilhelmina"},
    )
    url = "https://93.184.216.34/crm/wilhelmina_zapfenstreich"
    await http.post("/webhooks", json={"url": url, "description": label})
    await http.post("/webhooks", json={"url": "https://93.184.216.34/wz", "description": "kept"})
    await http.put("/kinds/lunch.had", json={"title": f"With {NAME}{{? and {{contact}}}}"})
    await http.put("/kinds/tea.had", json={"title": f"[{NAME}](contact:{{contact_id}})"})
    merge = {"keep": "contact:2", "merge": ["contact:3"], "reason": f"says {NAME}"}
    answer = await http.post("/merges", json=merge)
    assert answer.status_code in {200, 201}, answer.text
    order = {"entity": "contact:wz", "reason": f"asked by {NAME}, by mail"}
    erased = await http.post("/erasures", json=order)
    assert erased.status_code == 200
    lists = ("tokens", "webhooks", "merges", "erasures", "kinds", "entities/contact/1/addresses")
    found = {one: (await http.get(f"/{one}")).json() for one in lists}
    found["erased"] = erased.json()
    return found


async def test_no_note_names_who_was_erased(gone: dict[str, Any]) -> None:
    """Each is as it was otherwise, and the id is the opaque one."""
    text = json.dumps(gone).lower()
    opaque = gone["erased"]["entity"]

    assert "zapfenstreich" not in text
    assert "contact:wz" not in text
    titles = {one["kind"]: one["title"] for one in gone["kinds"]["items"]}
    assert (titles["lunch.had"], titles["tea.had"]) == (
        "With (erased){? and {contact}}",
        "[(erased)](contact:{contact_id})",
    )
    assert gone["erased"]["reason"] == "asked by [erased], by mail"
    assert gone["merges"]["items"][0]["reason"] == "says [erased]"
    assert f"for [erased] ({opaque})" in text
    assert gone["entities/contact/1/addresses"]["items"][0]["label"] == "[erased]"


@SQLITE_ONLY
async def test_a_webhook_whose_address_named_them_is_switched_off(gone: dict[str, Any]) -> None:
    """Only its server is kept; others go on."""
    other, named = sorted(gone["webhooks"]["items"], key=lambda one: str(one["description"]))[::-1]

    assert (named["url"], named["status"]) == ("https://93.184.216.34/erased", "disabled")
    assert "erased" in named["reason"]
    assert other["status"] == "active"
