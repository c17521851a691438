"""Files to import: notes about a few people, as NDJSON."""

import json


def line(number: int) -> str:
    """A note about one of seven people."""
    links = [{"type": "contact", "id": str(number % 7), "name": f"Contact {number % 7}"}]
    return json.dumps({"kind": "note.created", "body": f"note {number}", "links": links})


def lines(count: int) -> bytes:
    """A file of so many notes."""
    return "\n".join([line(number) for number in range(count)]).encode()
