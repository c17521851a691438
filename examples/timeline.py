"""A timeline in an app of your own: record what happens with a customer, then show it.

python examples/timeline.py 8 "Jim Halpert" "Asked for an offer"
"""

import os
import sys
from urllib.parse import quote

import httpx


def doings() -> httpx.Client:
    """A client of the server, signed in."""
    return httpx.Client(
        base_url=f"{os.environ['DOINGS_URL']}/v1",
        headers={"Authorization": f"Bearer {os.environ['DOINGS_SECRET']}"},
    )


def main(customer: str, name: str, text: str) -> None:
    """Record a note about a customer, and print the last ten things that happened."""
    link = {"type": "contact", "id": customer, "name": name}
    note = {"kind": "note.created", "body": text, "links": [link]}
    with doings() as client:
        client.post("/activities", json=note).raise_for_status()
        path = f"/entities/contact/{quote(customer, safe='')}/activities"
        page = client.get(path, params={"limit": 10})
        for activity in page.raise_for_status().json()["items"]:
            text = activity["summary"] or activity["body"] or activity["kind"]
            print(activity["occurred_at"], text)


if __name__ == "__main__":
    main(*sys.argv[1:])
