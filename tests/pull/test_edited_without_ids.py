"""Cobot gives activities no ids: what is edited there looks like something new."""

import json
from datetime import UTC, datetime

from tests.cli.conftest import Cli
from tests.pull.conftest import Puller, Vendor

NOW = datetime.now(UTC).replace(microsecond=0).isoformat()


def text(body: str) -> dict[str, object]:
    """A text, of the same second as the others."""
    return {"kind": "text.posted", "body": body, "occurred_at": NOW, "links": ["membership:m1"]}


def texts(pull: Puller) -> list[str]:
    """What is here, in the order of recording."""
    held = sorted(pull.exported(), key=lambda one: one["seq"])
    return [str(one["body"] or one["data"]["membership_name"]) for one in held]


def test_what_is_edited_there_is_edited_here(
    vendor: Vendor, cli: Cli, pull_into_either: Puller
) -> None:
    """To and fro, beside something new of the same second, and after an undo and a forgetting."""
    pull = pull_into_either
    vendor.send("PUT", "/v1/entities/membership/m1", {"name": "Joe"})
    checkin = {"kind": "checkin.created", "occurred_at": NOW, "links": ["membership:m1"]}
    vendor.record([checkin, text("one"), text("same"), text("same")])
    first = vendor.get("/v1/activities", limit=4)["items"][2]
    pull.counts("cobot")

    def edit(body: str, *options: str) -> dict[str, int]:
        vendor.send("PATCH", f"/v1/activities/{first['id']}", {"body": body})
        return pull.counts("cobot", *options)

    vendor.send("PUT", "/v1/entities/membership/m1", {"name": "Joanna"})
    counts = edit("two")
    vendor.record([text("new")])
    back = edit("one")
    again = edit("two", "--since", "2020-01-01")
    held = texts(pull)
    cli("import", "undo", str(again["run"]), "--account", "here")
    undone = texts(pull)
    pull.counts("cobot")
    cli("pull", "forget", "cobot", "--from", vendor.base("cobot"), "--account", "here")
    whole = pull.counts("cobot")

    assert (counts["recorded"], counts["updated"], counts["repeated"]) == (0, 2, 2)
    assert (back["recorded"], back["updated"]) == (1, 1)
    assert (again["recorded"], again["updated"]) == (0, 1)
    assert held == texts(pull) == ["Joanna", "two", "same", "same", "new"]
    assert undone == ["Joanna", "one", "same", "same", "new"]
    assert (whole["recorded"], whole["updated"], whole["repeated"]) == (0, 0, 5)
    assert "clean" in json.dumps(cli("check").out)
