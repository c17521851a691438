"""The vendor's JSON, member by member in the order of its documentation."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType


class DateDocument(msgspec.Struct, frozen=True, rename="camel"):
    """A local time, without its offset, and the zone it is local to."""

    date_time: str
    time_zone: str


class UserDocument(msgspec.Struct, rename="camel"):
    """The user who did it."""

    user_name: str
    email_address: str | None
    first_name: str | None
    last_name: str | None


class NoteDocument(msgspec.Struct, rename="camel"):
    """A note, or the record of a consent."""

    id: str
    body: str | None
    self_link: str
    previous_body: str | UnsetType | None = UNSET


class ServiceDocument(msgspec.Struct):
    """The service that was booked."""

    id: str | None
    name: str | None


class StaffDocument(msgspec.Struct, rename="camel"):
    """The member of staff whom an appointment is with."""

    id: str | None
    first_name: str | None
    last_name: str | None


class AppointmentDocument(msgspec.Struct, rename="camel", kw_only=True):
    """An appointment as it is after what happened, and what an update replaced."""

    id: str
    start: DateDocument | None
    previous_start: DateDocument | UnsetType | None = UNSET
    end: DateDocument | None
    previous_end: DateDocument | UnsetType | None = UNSET
    service: ServiceDocument | None
    previous_service: ServiceDocument | UnsetType | None = UNSET
    staff: StaffDocument | None
    previous_staff: StaffDocument | UnsetType | None = UNSET
    notes: str | None
    previous_notes: str | UnsetType | None = UNSET
    self_link: str
    status: str | None
    previous_status: str | UnsetType | None = UNSET


class FormDocument(msgspec.Struct):
    """The form that was filled in."""

    id: str | None


class FormNameDocument(msgspec.Struct):
    """The name of a form, in an object of its own as in the documentation."""

    name: str | None


class FormResultDocument(msgspec.Struct, rename="camel"):
    """A form that somebody filled in."""

    id: str
    form: FormDocument | None
    name: FormNameDocument | None
    self_link: str


class MarketingConsentDocument(msgspec.Struct):
    """The text that somebody agreed to."""

    text: str


class EmailNotificationDocument(msgspec.Struct, rename="camel"):
    """An email."""

    body: str | None
    subject: str | None
    self_link: str


class TextMessageNotificationDocument(msgspec.Struct, rename="camel"):
    """A text message."""

    body: str | None
    self_link: str


class ConferenceDocument(msgspec.Struct):
    """The conference that somebody registered for."""

    id: str | None
    title: str | None
    capacity: str | None


class SessionDocument(msgspec.Struct):
    """When a conference takes place."""

    id: str | None
    start: DateDocument | None
    end: DateDocument | None


class ConferenceRegistrationDocument(msgspec.Struct, rename="camel"):
    """Seats at a conference."""

    self_link: str
    id: str
    number_of_seats: int | None
    conference: ConferenceDocument | None
    session: SessionDocument | None
    source: str | None
    source_type: str | None
    status: str | None
    cancel_reason: str | None


class ActivityDocument(msgspec.Struct, rename="camel"):
    """One element of the list; members of other types, and of updates only, may be absent."""

    id: str
    type: str
    date: DateDocument
    event: str
    user: UserDocument | None
    note: NoteDocument | UnsetType = UNSET
    appointment: AppointmentDocument | UnsetType = UNSET
    form_result: FormResultDocument | UnsetType = UNSET
    marketing_consent: MarketingConsentDocument | UnsetType = UNSET
    email_notification: EmailNotificationDocument | UnsetType = UNSET
    text_message_notification: TextMessageNotificationDocument | UnsetType = UNSET
    updated_attributes: list[str] | UnsetType = UNSET
    conference_registration: ConferenceRegistrationDocument | UnsetType = UNSET


class ErrorMember(msgspec.Struct):
    """The code and the message of an error."""

    code: int
    message: str


class ErrorDocument(msgspec.Struct):
    """Any error."""

    error: ErrorMember


Members = dict[str, Any]


class SavedDate(msgspec.Struct, rename="camel"):
    """A time in a saved answer."""

    date_time: str
    time_zone: str | None = None


class SavedUser(msgspec.Struct, rename="camel"):
    """The user who did it."""

    user_name: str
    email_address: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class SavedActivity(msgspec.Struct, rename="camel", kw_only=True):
    """One element of an answer of a saved answer; what an answer may lack has a default."""

    id: str
    type: str
    date: SavedDate
    event: str
    user: SavedUser | None = None
    note: Members | None = None
    appointment: Members | None = None
    form_result: Members | None = None
    marketing_consent: Members | None = None
    email_notification: Members | None = None
    text_message_notification: Members | None = None
    updated_attributes: list[str] | None = None
    conference_registration: Members | None = None


class DeliveredClient(msgspec.Struct):
    """Whom an appointment is for."""

    email: str | None
    firstname: str | None
    id: str
    lastname: str | None
    phone: str | None


class DeliveredCompany(msgspec.Struct):
    """The account."""

    id: int
    name: str


class DeliveredEvent(msgspec.Struct, rename={"start_date": "start-date", "end_date": "end-date"}):
    """When an appointment is; RFC 3339 with an offset."""

    id: str | None
    start_date: str | None
    end_date: str | None


class DeliveredService(msgspec.Struct):
    """What was booked; its duration in minutes."""

    duration: int | None
    id: str | None
    name: str | None
    price: float | None


class DeliveredStaff(msgspec.Struct):
    """Whom an appointment is with."""

    email: str | None
    firstname: str | None
    lastname: str | None


class DeliveryDocument(msgspec.Struct):
    """What a webhook is sent."""

    action: str
    client: DeliveredClient | None
    company: DeliveredCompany
    event: DeliveredEvent
    service: DeliveredService
    source: str
    staff: DeliveredStaff
