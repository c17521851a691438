"""Tasks and reminders, and what becomes of them."""

from typing import Any

import httpx

from doings.core.clock import SECOND
from doings.core.entity import Entity
from doings.core.query import Query
from doings.core.text import json_text
from tests.engines import SQLITE_ONLY
from tests.serving import Business, Served

Document = dict[str, Any]

REMINDER: Document = {
    "title": "Birthday", "initial_date": "2020-03-15", "frequency_type": "year",
    "frequency_number": 1,
}  # fmt: skip


async def make(monica: httpx.AsyncClient, path: str, **members: Any) -> Document:  # noqa: ANN401
    """Make a task or a reminder."""
    answer = await monica.post(path, json=members)
    assert answer.status_code in {200, 201}, answer.text
    document: Document = answer.json()["data"]
    return document


async def kinds(acme: Business) -> list[str]:
    """The kinds of all activities, newest first."""
    page = await acme.read(lambda reader: reader.page(Query()))
    return [activity.kind for activity in page.items]


async def test_a_task_is_kept_with_its_contact(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """It is counted there, in the lists, no activity, and goes with the contact."""
    answer = await monica.post("/tasks", json={"title": "Call back", "contact_id": str(jim.seq)})

    document = answer.json()["data"]
    assert answer.status_code == 200
    assert list(document) == [
        "id", "uuid", "object", "title", "description", "completed", "completed_at", "account",
        "contact", "created_at", "updated_at",
    ]  # fmt: skip
    assert (document["contact"]["id"], document["completed"]) == (jim.seq, False)
    assert (await monica.get("/tasks")).json()["data"] == [document]
    assert (await monica.get(f"/contacts/{jim.seq}/tasks")).json()["data"] == [document]
    statistics = (await monica.get(f"/contacts/{jim.seq}")).json()["data"]["statistics"]
    assert (statistics["number_of_tasks"], statistics["number_of_activities"]) == (1, 0)
    assert await kinds(acme) == []
    await monica.delete(f"/contacts/{jim.seq}")
    assert (await monica.get("/tasks")).json()["data"] == []


async def test_a_task_that_is_completed_happened(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Once, until that is taken back; deleting the task deletes nothing that happened."""
    task = await make(monica, "/tasks", title="Call back", description="Soon", contact_id=jim.seq)
    path = f"/tasks/{task['id']}"

    for _ in range(2):
        answer = await monica.put(path, json={"title": "Call back", "completed": "1"})
        assert answer.json()["data"]["completed_at"] == "2026-03-01T12:00:00Z"
    done = await kinds(acme)
    (activity,) = (await monica.get(f"/contacts/{jim.seq}/activities")).json()["data"]
    undone = await monica.put(path, json={"title": "Call back", "completed": False})

    assert done == ["task.completed"]
    assert (activity["summary"], activity["description"]) == ("Call back", None)
    assert (undone.json()["data"]["completed_at"], await kinds(acme)) == (None, [])
    await monica.put(path, json={"title": "Call back", "completed": True})
    await monica.delete(path)
    assert await kinds(acme) == ["task.completed"]


@SQLITE_ONLY
async def test_a_task_that_is_new_and_completed_happened(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Like one that is completed later; a flag that nothing was recorded of is made good."""
    task = await make(monica, "/tasks", title="Done", contact_id=jim.seq, completed=1)
    assert (task["completed"], task["completed_at"]) == (True, "2026-03-01T12:00:00Z")
    assert await kinds(acme) == ["task.completed"]
    again = await monica.put(f"/tasks/{task['id']}", json={"title": "Done", "completed": 1})
    assert again.json()["data"]["completed_at"] == task["completed_at"]
    assert await kinds(acme) == ["task.completed"]
    # A contact that is sent empty is not looked at, and the task stays with its own.
    sent = {"title": "Done", "completed": 0, "contact_id": None}
    opened = await monica.put(f"/tasks/{task['id']}", json=sent)
    assert opened.json()["data"]["contact"]["id"] == jim.seq
    assert await kinds(acme) == []

    flagged = await acme.put("task", "70", name="Old", attrs='{"completed":true}')
    answer = await monica.put(f"/tasks/{flagged.id}", json={"title": "Old", "completed": 1})
    assert answer.json()["data"]["completed_at"] == "2026-03-01T12:00:00Z"
    assert await kinds(acme) == ["task.completed"]


async def test_takes_back_the_completion_of_a_task_that_came_by_a_file(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Its number is of another account; here it is that of another task's completion."""
    other = await make(monica, "/tasks", title="Other", contact_id=jim.seq, completed=1)
    one = await make(monica, "/tasks", title="One", completed=1)
    page = await acme.read(lambda reader: reader.page(Query()))
    (seq,) = [each.seq for each in page.items if each.summary == "Other"]
    attrs = {"completed": True, "completed_at": one["completed_at"], "completed_by": seq}
    await acme.put("task", str(one["id"]), name="One", attrs=json_text(attrs))

    await monica.put(f"/tasks/{one['id']}", json={"title": "One", "completed": 0})

    page = await acme.read(lambda reader: reader.page(Query()))
    assert [each.summary for each in page.items] == ["Other"]
    await monica.put(f"/tasks/{other['id']}", json={"title": "Other", "completed": 0})
    assert await kinds(acme) == []


@SQLITE_ONLY
async def test_a_task_of_nobody(monica: httpx.AsyncClient, acme: Business) -> None:
    """It may be completed, too, and then concerns itself alone; its activity may be gone."""
    task = await make(monica, "/tasks", title="Tidy up")
    path = f"/tasks/{task['id']}"

    await monica.put(path, json={"title": "Tidy up", "completed": True})
    page = await acme.read(lambda reader: reader.page(Query()))
    (activity,) = page.items
    await acme.write(lambda writer: writer.erase(activity.seq))
    answer = await monica.put(path, json={"title": "Tidy up", "completed": False})

    assert task["contact"] is None
    assert [(link.entity.type, link.entity.name) for link in activity.links] == [
        ("task", "Tidy up")
    ]
    assert answer.json()["data"]["completed"] is False


@SQLITE_ONLY
async def test_rules_of_tasks_and_reminders(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """In the order of the rules; another contact's are not there."""
    ann = await acme.put("contact", "9", name="Ann")
    task = await make(monica, "/tasks", title="Call back", contact_id=jim.seq)
    reminder = await make(monica, "/reminders", contact_id=jim.seq, **REMINDER)

    async def told(verb: str, path: str, **members: Any) -> Any:  # noqa: ANN401 - JSON
        answer = await monica.request(verb, path, json=members)
        return answer.status_code, answer.json()["error"]["message"]

    unfound = (404, "The resource has not been found")
    assert await told("POST", "/tasks") == (422, ["The title field is required."])
    assert await told("POST", "/tasks", title="x", contact_id=99) == unfound
    assert await told("PUT", "/tasks/99", title="x") == (422, ["The selected task id is invalid."])
    assert await told("DELETE", "/tasks/99") == unfound
    other = {"contact_id": ann.seq}
    assert await told("PUT", f"/tasks/{task['id']}", title="x", **other) == unfound
    assert await told("POST", "/reminders", frequency_type="day", initial_date="2.1.2018") == (
        422,
        [
            "The contact id field is required.",
            "The initial date does not match the format Y-m-d.",
            "The selected frequency type is invalid.",
            "The frequency number field is required.",
            "The title field is required.",
        ],
    )
    assert await told("PUT", "/reminders/99", contact_id=jim.seq, **REMINDER) == (
        422, ["The selected reminder id is invalid."],
    )  # fmt: skip
    path = f"/reminders/{reminder['id']}"
    assert await told("PUT", path, **REMINDER, **other) == unfound
    assert await told("GET", "/reminders/99") == unfound


async def test_reminders_come_up(monica: httpx.AsyncClient, jim: Entity) -> None:
    """The next time of each, in the month that is asked for, by date and without pages."""
    made = [
        await make(monica, "/reminders", contact_id=jim.seq, **{**REMINDER, **changed})
        for changed in (
            {"title": "yearly"},
            {"title": "weekly", "frequency_type": "week", "frequency_number": 2},
            {"title": "monthly", "frequency_type": "month", "initial_date": "2026-01-31"},
            {"title": "once", "frequency_type": "one_time", "initial_date": "2026-04-02"},
            {"title": "over", "frequency_type": "one_time"},
        )
    ]

    async def coming(month: object) -> list[tuple[str, str]]:
        answer = await monica.get(f"/reminders/upcoming/{month}")
        assert list(answer.json()) == ["data"]
        return [(one["title"], one["planned_date"][:10]) for one in answer.json()["data"]]

    assert await coming(0) == [
        ("weekly", "2026-03-08"), ("yearly", "2026-03-15"), ("monthly", "2026-03-31"),
    ]  # fmt: skip
    assert await coming(1) == [("once", "2026-04-02")]
    assert await coming(2) == await coming(10**15) == []
    assert await coming("9" * 20) == []
    for month in ("abc", "-1", "1.5"):
        assert (await monica.get(f"/reminders/upcoming/{month}")).status_code == 404
    (document,) = (await monica.get("/reminders/upcoming/1")).json()["data"]
    assert list(document) == [
        "id", "reminder_id", "object", "planned_date", "title", "description", "frequency_type",
        "frequency_number", "initial_date", "delible", "account", "contact", "created_at",
        "updated_at",
    ]  # fmt: skip
    assert document["planned_date"] == "2026-04-02T00:00:00.000000Z"
    assert document["reminder_id"] == made[3]["id"]
    assert document["contact"]["id"] == jim.seq
    statistics = (await monica.get(f"/contacts/{jim.seq}")).json()["data"]["statistics"]
    assert statistics["number_of_reminders"] == 5


@SQLITE_ONLY
async def test_whoever_is_erased_leaves_nothing_to_do(
    served: Served, monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Nor anything that happened."""
    await make(monica, "/reminders", contact_id=jim.seq, **REMINDER)
    task = await make(monica, "/tasks", title="Call Jim", contact_id=jim.seq)
    await monica.put(f"/tasks/{task['id']}", json={"title": "Call Jim", "completed": True})
    await monica.post("/notes", json={"body": "Likes tea", "contact_id": jim.seq})

    erased = await served.client.post(
        "/v1/erasures", headers=acme.bearer, json={"entity": "contact:8"}
    )

    assert erased.status_code < 300, erased.text
    for path in ("/tasks", "/reminders", "/notes", "/activities"):
        assert (await monica.get(path)).json()["data"] == [], path
    assert await kinds(acme) == []


@SQLITE_ONLY
async def test_reminders_of_other_surfaces(
    monica: httpx.AsyncClient, acme: Business, jim: Entity
) -> None:
    """Whatever they hold, the list is answered."""
    for number, attrs in enumerate(
        ("{}", '{"initial_date":"soon"}', '{"initial_date":"2020-02-29","frequency_type":7}')
    ):
        await acme.put("reminder", f"r{number}", attrs=attrs, contact="8")

    upcoming = await monica.get("/reminders/upcoming/0")
    listed = await monica.get(f"/contacts/{jim.seq}/reminders")

    assert (upcoming.status_code, upcoming.json()) == (200, {"data": []})
    assert listed.json()["meta"]["total"] == 3


async def test_how_often_may_be_left_out_of_a_change(
    monica: httpx.AsyncClient, jim: Entity
) -> None:
    """Of a new reminder it has to be said; a change without it leaves it."""
    reminder = {**REMINDER, "contact_id": jim.seq, "frequency_number": 3}
    made = await make(monica, "/reminders", **reminder)
    del reminder["frequency_number"]

    refused = await monica.post("/reminders", json=reminder)
    changed = await monica.put(f"/reminders/{made['id']}", json={**reminder, "title": "Name day"})

    message = "The frequency number field is required."
    assert (refused.status_code, refused.json()["error"]["message"]) == (422, [message])
    document = changed.json()["data"]
    assert (document["title"], document["frequency_number"]) == ("Name day", 3)


async def test_tasks_are_listed_by_their_completion(
    monica: httpx.AsyncClient, served: Served, jim: Entity
) -> None:
    """Those that are done or not, and by when they were; those that are not come first."""
    numbers = [
        (await make(monica, "/tasks", title=title, contact_id=jim.seq))["id"] for title in "abcd"
    ]
    a, b, c, d = numbers
    for number in (c, a):
        served.clock.instant += SECOND
        await monica.put(f"/tasks/{number}", json={"title": "x", "completed": 1})

    async def listed(query: str) -> list[int]:
        shown = [(await monica.get(path + query)).json() for path in paths]
        assert shown[0]["data"] == shown[1]["data"]
        assert shown[0]["meta"]["total"] == shown[1]["meta"]["total"]
        return [one["id"] for one in shown[0]["data"]]

    paths = ("/tasks", f"/contacts/{jim.seq}/tasks")
    assert await listed("?sort=completed_at") == [b, d, c, a]
    assert await listed("?sort=-completed_at&limit=2") == [a, c]
    assert await listed("?sort=completed_at&limit=3&page=2") == [a]
    assert await listed("?completed=1") == [a, c]
    assert await listed("?completed=true&sort=updated_at") == [c, a]
    assert await listed("?completed=0&sort=-created_at") == [d, b]
    for path in paths:
        refused = await monica.get(path + "?completed=maybe")
        assert (refused.status_code, refused.json()) == (400, {"message": "completed: is 1 or 0"})
        assert (await monica.get(path + "?completed=1&sort=called_at")).status_code == 500
    other = await monica.get(f"/contacts/{jim.seq}/tasks?contact_id={jim.seq + 1}")
    assert other.status_code == 400
    assert (await monica.get("/contacts/999/tasks?completed=1")).status_code == 404
