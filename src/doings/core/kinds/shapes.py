"""The shapes of `data`, one Struct for each kind that has one: the contract with the caller.

A member without a default is required, any other may be left out or null; members that are not
named here are kept. A shape only checks: what is stored is the text that was sent.
"""

from typing import Annotated, Any

import msgspec

from doings.core.budget import LIST_ITEMS
from doings.core.kinds.formats import (
    Date,
    Deadline,
    EntityId,
    Instant,
    Integer,
    PathText,
    Seconds,
    ShortText,
    Size,
)

MANY = msgspec.Meta(max_length=LIST_ITEMS)
"""How long a list may be."""


class EncounterData(msgspec.Struct, frozen=True, kw_only=True):
    """encounter.logged: the type is linked by itself."""

    activity_type_id: Integer | None = None
    emotions: Annotated[list[Integer], MANY] | None = None
    happened_on: Date | None = None


class CallData(msgspec.Struct, frozen=True, kw_only=True):
    """call.logged: what was said is the activity's body; `contact_called` says who rang whom."""

    contact_called: bool | None = None
    emotions: Annotated[list[Integer], MANY] | None = None
    happened_on: Date | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a conversation; its time is a date where no more is known."""

    id: Integer | None = None
    content: str
    written_at: ShortText | None = None
    written_by_me: bool | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None


class ConversationData(msgspec.Struct, frozen=True, kw_only=True):
    """conversation.logged: the activity's body is the contents of the messages."""

    contact_field_type_id: Integer | None = None
    messages: Annotated[list[Message], MANY] | None = None
    happened_on: Date | None = None


class LifeEventType(msgspec.Struct, frozen=True, kw_only=True):
    """What sort of change it is, in numbers and in words."""

    id: Integer | None = None
    name: ShortText | None = None


class LifeEventData(msgspec.Struct, frozen=True, kw_only=True):
    """life_event.logged."""

    life_event_type: LifeEventType | None = None
    happened_on: Date | None = None
    happened_at_month_unknown: bool | None = None
    happened_at_day_unknown: bool | None = None


class File(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file, which is kept elsewhere."""

    id: str | None = None
    file_path: PathText | None = None
    file_filename: ShortText
    file_size: Size | None = None
    file_mimetype: ShortText | None = None
    file_url: str | None = None
    created_at: Instant | None = None


class FileData(msgspec.Struct, frozen=True, kw_only=True):
    """file.uploaded."""

    file: File


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A note, whose content is the activity's body."""

    id: str | None = None
    attachments: Annotated[list[File], MANY] | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None


class PreviousBody(msgspec.Struct, frozen=True, kw_only=True):
    """What the body was before an update."""

    body: str | None = None


class NoteData(msgspec.Struct, frozen=True, kw_only=True):
    """note.*."""

    note: Note | None = None
    previous: PreviousBody | None = None


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A thing of another system of which only the id is known."""

    id: str | None = None


class MarketingConsent(msgspec.Struct, frozen=True, kw_only=True):
    """The text that somebody agreed to."""

    text: str


class ConsentData(msgspec.Struct, frozen=True, kw_only=True):
    """consent.*."""

    note: Reference | None = None
    marketing_consent: MarketingConsent | None = None
    previous: PreviousBody | None = None


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Something with an id and a name, like the service that was booked."""

    id: str | None = None
    name: str | None = None


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an appointment is with."""

    id: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment as it is after what happened; it is linked by itself."""

    id: EntityId
    start: Instant
    end: Instant
    service: Named | None = None
    staff: Staff | None = None
    notes: str | None = None
    status: str | None = None


class PreviousAppointment(msgspec.Struct, frozen=True, kw_only=True):
    """What an update replaced in an appointment."""

    start: Instant | None = None
    end: Instant | None = None
    service: Named | None = None
    staff: Staff | None = None
    notes: str | None = None
    status: str | None = None


class AppointmentData(msgspec.Struct, frozen=True, kw_only=True):
    """appointment.*."""

    appointment: Appointment
    previous: PreviousAppointment | None = None


class FormName(msgspec.Struct, frozen=True, kw_only=True):
    """The name of a form, wrapped as its vendor does it."""

    name: str | None = None


class FormResult(msgspec.Struct, frozen=True, kw_only=True):
    """A form that somebody filled in."""

    id: str
    form: Reference | None = None
    name: FormName | None = None
    marketing_consent: Any = None


class FormResultData(msgspec.Struct, frozen=True, kw_only=True):
    """form_result.*."""

    form_result: FormResult
    marketing_consent: MarketingConsent | None = None


class EmailData(msgspec.Struct, frozen=True, kw_only=True):
    """email.*: the subject is the activity's summary, the text its body."""

    email: Reference | None = None


class TextMessageData(msgspec.Struct, frozen=True, kw_only=True):
    """text_message.*: the text is the activity's body."""

    text_message: Reference | None = None


class Conference(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody registered for; its vendor writes the capacity as text."""

    id: str | None = None
    title: str | None = None
    capacity: str | Integer | None = None


class ConferenceSession(msgspec.Struct, frozen=True, kw_only=True):
    """When a conference takes place."""

    id: str | None = None
    start: Instant | None = None
    end: Instant | None = None


class ConferenceRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """A registration as it is after what happened."""

    id: str
    number_of_seats: Integer | None = None
    conference: Conference | None = None
    session: ConferenceSession | None = None
    source: str | None = None
    source_type: str | None = None
    status: str | None = None
    cancel_reason: str | None = None


class PreviousConferenceRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """What an update replaced in a registration."""

    number_of_seats: Integer | None = None
    conference: Conference | None = None
    session: ConferenceSession | None = None
    source: str | None = None
    source_type: str | None = None
    status: str | None = None
    cancel_reason: str | None = None


class ConferenceRegistrationData(msgspec.Struct, frozen=True, kw_only=True):
    """conference_registration.*."""

    conference_registration: ConferenceRegistration
    previous: PreviousConferenceRegistration | None = None


Amount = str | int | float
"""Money is text, so that no digit is lost; numbers are taken from those who have only them."""


class InvoiceData(msgspec.Struct, frozen=True, kw_only=True):
    """invoice.created: all of it frozen, an invoice does not change with the member's name."""

    invoice_number: str | Integer | None = None
    invoice_id: str | Integer | None = None
    amount: Amount | None = None
    currency: str | None = None
    membership_id: str | None = None
    membership_name: str | None = None


class PlanData(msgspec.Struct, frozen=True, kw_only=True):
    """plan.changed: both plans as they were on that day."""

    old_plan_name: str | None = None
    new_plan_name: str | None = None
    change_date: Date | None = None
    old_plan_extras: Annotated[list[Any], MANY] | None = None
    new_plan_extras: Annotated[list[Any], MANY] | None = None
    old_plan_price: Amount | None = None
    new_plan_price: Amount | None = None
    old_plan_currency: str | None = None
    new_plan_currency: str | None = None
    membership_id: str | None = None
    membership_name: str | None = None


PARTS = 50
"""Items of one requirement: an empty one takes three bytes, and is shown as ten times as many."""


class RequirementItem(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a requirement."""

    code: str | None = None
    type: str | None = None
    data: Any = None


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """What one party wants to know of the other; `data` is there once it was accepted."""

    code: str | None = None
    type: str | None = None
    category: str | None = None
    data: Any = None
    items: Annotated[list[RequirementItem], msgspec.Meta(max_length=PARTS)] | None = None


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """How long something lasts once it has begun."""

    seconds: Seconds | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step in the life of an interaction."""

    status: str | None = None
    at: Deadline | None = None


class InteractionData(msgspec.Struct, frozen=True, kw_only=True):
    """details.* and authorization.requested; the members from `status` on are set by the server."""

    requirements: Annotated[list[Requirement], MANY] | None = None
    valid_until: Deadline | None = None
    expires_in: Span | None = None
    notification_message: str | None = None
    status: str | None = None
    attended_at: Deadline | None = None
    completed_at: Deadline | None = None
    expires_at: Deadline | None = None
    accepted_requirements: Annotated[list[Requirement], MANY] | None = None
    declined_requirements: Annotated[list[Requirement], MANY] | None = None
    timeline: Annotated[list[Step], MANY] | None = None
