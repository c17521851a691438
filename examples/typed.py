"""The same as timeline.py with the typed client: a type checker knows all that is used here.

python examples/typed_client.py $DOINGS_URL/v1/openapi.json > doings_client.py
python examples/typed.py 8 "Jim Halpert" "Asked for an offer"
"""

import os
import sys

from doings_client import ActivityInput, Doings, Problem


def main(customer: str, name: str, text: str) -> None:
    """Record a note about a customer, and print the last ten things that happened."""
    with Doings(os.environ["DOINGS_URL"], os.environ["DOINGS_SECRET"]) as doings:
        note: ActivityInput = {
            "kind": "note.created",
            "body": text,
            "links": [{"type": "contact", "id": customer, "name": name}],
        }
        try:
            doings.post_activities(note)
        except Problem as problem:
            sys.exit(f"refused: {problem}")
        page = doings.get_entities_type_id_activities("contact", customer, limit=10)
        for activity in page["items"]:
            text = activity["summary"] or activity["body"] or activity["kind"]
            print(activity["occurred_at"], text)


if __name__ == "__main__":
    main(*sys.argv[1:])
