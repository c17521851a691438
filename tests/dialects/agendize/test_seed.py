"""Every member of the documentation's table, in its order; an answer of each type, reproduced."""

import json
import typing
from pathlib import Path
from typing import Any

import msgspec

from doings.dialects.agendize.documents import ActivityDocument
from doings.dialects.agendize.mapping.saved import (
    draft_from_document,
    entity_drafts_from_document,
    saved_activity,
)
from doings.dialects.agendize.vocabulary import TYPES
from tests.dialects.agendize.company import PATH, Company

GOLDEN = Path(__file__).parent / "golden"


def members_of(document: type, prefix: str = "") -> list[str]:
    """The paths of a document's members, depth first."""
    paths = []
    for field in msgspec.structs.fields(document):
        path = prefix + field.encode_name
        paths.append(path)
        for part in typing.get_args(field.type) or (field.type,):
            if isinstance(part, type) and issubclass(part, msgspec.Struct):
                paths += members_of(part, f"{path}.")
    return paths


def test_members_are_those_of_the_table() -> None:
    """None missing, none invented, and in its order."""
    assert members_of(ActivityDocument) == json.loads((GOLDEN / "table.json").read_text())


async def import_golden(company: Company) -> dict[str, Any]:
    """Read the golden answer into the timeline of client 8."""
    answer: dict[str, Any] = json.loads((GOLDEN / "answer.json").read_text())
    for item in answer["items"]:
        document = saved_activity(json.dumps(item).encode())
        for key, entity in entity_drafts_from_document(document):
            await company.business.put(*key, name=entity.name, attrs=entity.attrs)
        await company.business.record(draft_from_document(document, contact_id="8"))
    return answer


async def test_saved_answer_is_served_again_exactly(company: Company) -> None:
    """Every type, with every member it can have, to the letter."""
    answer = await import_golden(company)

    served = await company.get(PATH, clientId="8")

    assert {item["type"] for item in answer["items"]} == set(TYPES)
    assert served.headers["content-type"] == "application/json"
    assert served.text == json.dumps(answer, separators=(",", ":"))


async def test_importing_twice_changes_nothing(company: Company) -> None:
    """The vendor's ids are kept."""
    answer = await import_golden(company)
    await import_golden(company)

    assert await company.items() == answer["items"]
