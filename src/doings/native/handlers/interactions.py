"""The steps of an interaction: accept, decline, complete, cancel."""

import msgspec
from starlette.responses import Response

from doings.auth.principal import WRITE
from doings.core.documents.document import ActivityDocument, activity_document
from doings.core.interactions.data import Attendance
from doings.core.interactions.lifecycle import StepName
from doings.core.interactions.recording import other_accounts, take_step
from doings.core.kinds.shapes import Requirement, Span
from doings.core.store import Writer
from doings.core.text import compact
from doings.httpkit.request import Request
from doings.httpkit.surface import Handler, Operation, Resource, resource
from doings.native.http.answer import Answer
from doings.native.http.idempotency import write_once
from doings.native.http.request_body import body_of_type
from doings.native.http.responses import written
from doings.native.openapi.operations import ONCE, OperationDoc, json_of
from doings.native.params import activity_id


class AcceptInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is granted, and for how long: without a word on it, all that was asked."""

    accepted_requirements: list[Requirement] | None = None
    declined_requirements: list[Requirement] | None = None
    expires_in: Span | None = None
    notification_message: str | None = None


class MessageInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word to the other party."""

    notification_message: str | None = None


class NothingInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An empty object, or no body at all."""


INPUTS: dict[StepName, type[AcceptInput | MessageInput | NothingInput]] = {
    "accept": AcceptInput,
    "decline": MessageInput,
    "complete": NothingInput,
    "cancel": MessageInput,
}

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def attendance_from_body(request: Request, step: StepName, body: bytes) -> Attendance:
    """Read what a step brings along; requirements are kept as they were sent. Raises Invalid."""
    body = body.strip() or b"{}"
    document = body_of_type(request, body, INPUTS[step])
    members = _MEMBERS.decode(body)
    return Attendance(
        accepted_requirements=_list(members, "accepted_requirements"),
        declined_requirements=_list(members, "declined_requirements"),
        expires_in=getattr(document, "expires_in", None),
        notification_message=getattr(document, "notification_message", None),
    )


def _list(members: dict[str, msgspec.Raw], name: str) -> msgspec.Raw | None:
    text = compact(members[name]) if name in members else "null"
    return None if text == "null" else msgspec.Raw(text)


def taking(step: StepName) -> Handler:
    """The handler of a step."""

    async def take(request: Request) -> Response:
        ref = activity_id(request)
        body = await request.body()
        attendance = attendance_from_body(request, step, body)
        activity = await request.timeline.read(lambda reader: reader.activity(ref))
        also = await other_accounts(request.services.store, request.principal.account, activity)
        now = request.services.clock.now()

        async def work(writer: Writer) -> Answer:
            activity = await take_step(writer, ref, step, attendance, now=now)
            return written(activity_document(activity))

        return await write_once(request, body, work, also=also)

    return take


def _resource(step: StepName, summary: str) -> Resource:
    about = OperationDoc(
        summary=summary,
        tag="interactions",
        parameters=(ONCE,),
        body=json_of(INPUTS[step]),
        answers={200: json_of(ActivityDocument)},
    )
    return resource(f"/activities/{{id}}/{step}", POST=Operation(taking(step), WRITE, about=about))


RESOURCES = (
    _resource("accept", "Accept an interaction, or some of what it asks for"),
    _resource("decline", "Decline an interaction"),
    _resource("complete", "Complete an accepted interaction"),
    _resource("cancel", "Cancel an interaction that nobody has attended"),
)
