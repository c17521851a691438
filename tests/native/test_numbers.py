"""A number in `data` is shown as it was recorded, wherever it is shown."""

import json
from typing import Any

import pytest

from tests.native.client import Native

NUMBERS = [
    "95.00",
    "95.0",
    "95.10",
    "0.10",
    "-0.50",
    "1E5",
    "1.5e-7",
    "100000000000000000000.00",
    "0.1000000000000000055511151231257827",
    "95",
    "12345678901234567890",
    "123456789012345678901234567890",
    "-0",
    "-0.0",
]

JSON = {"Content-Type": "application/json"}


async def recorded(native: Native, number: str) -> dict[str, Any]:
    """An invoice over so much."""
    body = '{"kind":"invoice.created","data":{"invoice_number":"7","amount":%s,"x":[%s]}}'
    answer = await native.call("POST", "/activities", content=body % (number, number), headers=JSON)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_number_keeps_its_digits(native: Native, number: str) -> None:
    """In documents, lists, exports, titles, changes, and after a change of something else."""
    path = f"/activities/{(await recorded(native, number))['id']}"
    patch = '{"data":{"more":%s},"summary":"x"}' % number  # noqa: UP031 - braces of JSON
    merged = await native.call("PATCH", path, content=patch, headers=JSON)
    texts = [merged.text, (await native.call("GET", path)).text]
    for media_type in ("application/json", "application/x-ndjson", "application/activity+json"):
        answer = await native.call("GET", "/activities", headers={"Accept": media_type})
        texts.append(answer.text)
    csv = await native.call("GET", "/activities", headers={"Accept": "text/csv"})
    history = await native.call("GET", f"{path}/changes")
    await native.call("DELETE", path)
    gone = await native.call("GET", f"{path}/changes")

    member = f'"amount":{number}'
    for text in (*texts[:4], history.text, gone.text):
        assert f"{member}," in text
        assert f"[{number}]" in text
    assert f'""amount"":{number}' in csv.text


@pytest.mark.parametrize("number", [number for number in NUMBERS if "." in number])
async def test_a_title_shows_the_number_as_recorded(native: Native, number: str) -> None:
    """95.00 is no 95.0."""
    body = '{"kind":"invoice.created","data":{"invoice_number":%s,"invoice_id":"i"}}' % number  # noqa: UP031
    await native.call(
        "POST", "/activities", content=body.replace(number, f'"{number}"'), headers=JSON
    )
    own = '{"kind":"app.done","data":{"amount":%s}}' % number  # noqa: UP031 - braces of JSON
    await native.call("POST", "/activities", content=own, headers=JSON)

    answer = await native.call(
        "GET", "/activities", headers={"Accept": "application/activity+json"}
    )

    assert number in answer.json()["orderedItems"][1]["summary"]


@pytest.mark.parametrize("number", NUMBERS)
async def test_what_was_shared_keeps_its_digits(native: Native, number: str) -> None:
    """Through the steps of an interaction, which write requirements again."""
    body = (
        '{"kind":"details.shared","links":[{"type":"individual","id":"i","role":"counterpart"}],'
        '"data":{"expires_in":{"seconds":60},"requirements":[{"code":"RQ_004","data":{"n":%s},'
        '"items":[{"code":"a","data":[%s]}]}]}}'
    )
    begun = await native.call("POST", "/activities", content=body % (number, number), headers=JSON)
    path = f"/activities/{begun.json()['id']}"

    accepted = await native.call("POST", f"{path}/accept", content="{}", headers=JSON)

    assert accepted.status_code == 200, accepted.text
    granted = accepted.text.partition('"accepted_requirements":')[2]
    assert f'"data":{{"n":{number}}}' in granted
    assert f'"data":[{number}]' in granted
    assert json.loads(accepted.text)["data"]["status"] == "ACCEPTED"
