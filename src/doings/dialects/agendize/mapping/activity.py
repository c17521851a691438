"""Activities as the vendor's documents; `saved` is the way back. It knows no HTTP."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from doings.core.activity import ACTOR, Activity, Linked, rendered_links
from doings.core.entity import Entity
from doings.core.presentation.prose import plain_body, prose
from doings.core.text import object_from_text
from doings.core.values.instants import instant_from_text
from doings.core.values.json_values import as_object, as_text
from doings.dialects.agendize.dates import document_of
from doings.dialects.agendize.documents import (
    ActivityDocument,
    AppointmentDocument,
    ConferenceDocument,
    ConferenceRegistrationDocument,
    DateDocument,
    EmailNotificationDocument,
    FormDocument,
    FormNameDocument,
    FormResultDocument,
    MarketingConsentDocument,
    NoteDocument,
    ServiceDocument,
    SessionDocument,
    StaffDocument,
    TextMessageNotificationDocument,
    UserDocument,
)
from doings.dialects.agendize.vocabulary import (
    APPOINTMENT,
    CONFERENCE,
    CONSENT,
    EMAIL,
    FORM_RESULT,
    KEPT_DATES,
    KINDS,
    NOTE,
    ORIGIN,
    PATHS,
    TEXT_MESSAGE,
    UPDATED,
    USER,
)

Members = dict[str, Any]


class RenderContext(msgspec.Struct, frozen=True):
    """What a document depends on besides the activity: the API's address, the company's zone."""

    url: str
    time_zone: str


class Facts(msgspec.Struct, frozen=True):
    """An activity, read for rendering; `previous` is empty unless it is an update."""

    activity: Activity
    data: Members
    previous: Members
    time_zone: str
    url: str
    dates: Members
    """The dates that are not shown by their instants alone."""

    def of(self, name: str) -> Members:
        """A member of data that is an object, empty where there is none."""
        return as_object(self.data.get(name))

    def id_in(self, members: Members) -> str:
        """The id of what the activity is about; the activity's own where data names none."""
        return as_text(members.get("id")) or self.activity.id_at(ORIGIN)

    def self_link(self, id: str) -> str:
        """The address of what the activity is about."""
        type_, _ = KINDS[self.activity.kind]
        return f"{self.url}/{PATHS[type_]}/{id}"


def activity_documents(
    activities: Sequence[Activity], context: RenderContext
) -> list[ActivityDocument]:
    """Render activities of the vocabulary's kinds."""
    return [
        _activity_document(activity, user, context)
        for activity, user in zip(activities, rendered_links(activities, _user), strict=True)
    ]


def _activity_document(
    activity: Activity, user: UserDocument | None, context: RenderContext
) -> ActivityDocument:
    type_, event = KINDS[activity.kind]
    data = object_from_text(activity.data)
    previous = as_object(data.get("previous")) if event == UPDATED else {}
    time_zone, dates = activity.time_zone or context.time_zone, _kept_dates(activity)
    facts = Facts(activity, data, previous, time_zone, context.url, dates)
    date = document_of(activity.occurred_at, time_zone, dates.get("date"))
    document = ActivityDocument(activity.id_at(ORIGIN), type_, date, event, user)
    name, render = _MEMBERS[type_]
    setattr(document, name, render(facts))
    if type_ in {CONSENT, FORM_RESULT}:
        document.marketing_consent = _marketing_consent(facts)
    if event == UPDATED:
        document.updated_attributes = [camel(name) for name in previous]
    return document


def _user(links: tuple[Linked, ...]) -> UserDocument | None:
    """The actor that is a user, else any actor."""
    other_actor: Entity | None = None
    for link in links:
        if ACTOR in link.roles:
            if link.entity.type == USER:
                return user_document(link.entity)
            other_actor = other_actor or link.entity
    return user_document(other_actor) if other_actor else None


def user_document(user: Entity) -> UserDocument:
    """Render the user who did it; a name that is not in parts is split at its last space."""
    attrs = object_from_text(user.attrs)
    first, last = as_text(attrs.get("first_name")), as_text(attrs.get("last_name"))
    if first is None and last is None and user.name:
        head, _, tail = user.name.rpartition(" ")
        first, last = (head, tail) if head else (tail, None)
    return UserDocument(
        user_name=user.id,
        email_address=as_text(attrs.get("email")),
        first_name=first,
        last_name=last,
    )


def note_document(facts: Facts) -> NoteDocument:
    """Render a note; one without an id of its own has the activity's."""
    note_id = facts.id_in(facts.of("note"))
    before = facts.previous.get("body", UNSET)
    return NoteDocument(note_id, prose(facts.activity), facts.self_link(note_id), before)


def appointment_document(facts: Facts) -> AppointmentDocument:
    """Render an appointment."""
    now, before = facts.of("appointment"), facts.previous
    appointment_id = facts.id_in(now)
    return AppointmentDocument(
        id=appointment_id,
        start=_moment(facts, now, "start", "start"),
        previous_start=_moment(facts, before, "start", "previous_start")
        if "start" in before
        else UNSET,
        end=_moment(facts, now, "end", "end"),
        previous_end=_moment(facts, before, "end", "previous_end") if "end" in before else UNSET,
        service=_service(now),
        previous_service=_service(before) if "service" in before else UNSET,
        staff=_staff(now),
        previous_staff=_staff(before) if "staff" in before else UNSET,
        notes=now.get("notes"),
        previous_notes=before.get("notes", UNSET),
        self_link=facts.self_link(appointment_id),
        status=now.get("status"),
        previous_status=before.get("status", UNSET),
    )


def _service(members: Members) -> ServiceDocument | None:
    service = members.get("service")
    return ServiceDocument(id=service.get("id"), name=service.get("name")) if service else None


def _staff(members: Members) -> StaffDocument | None:
    staff = members.get("staff")
    if not staff:
        return None
    return StaffDocument(
        id=staff.get("id"),
        first_name=staff.get("first_name"),
        last_name=staff.get("last_name"),
    )


def form_result_document(facts: Facts) -> FormResultDocument:
    """Render a form that was filled in."""
    result = facts.of("form_result")
    form, name = result.get("form"), result.get("name")
    result_id = facts.id_in(result)
    return FormResultDocument(
        id=result_id,
        form=FormDocument(form.get("id")) if form else None,
        name=FormNameDocument(name.get("name")) if name else None,
        self_link=facts.self_link(result_id),
    )


def _marketing_consent(facts: Facts) -> MarketingConsentDocument | UnsetType:
    """The text that was agreed to, from data or from the form result; UNSET if there is none."""
    for members in (facts.data, facts.of("form_result")):
        text = as_text(as_object(members.get("marketing_consent")).get("text"))
        if text is not None:
            return MarketingConsentDocument(text)
    return UNSET


def email_document(facts: Facts) -> EmailNotificationDocument:
    """Render an email."""
    email_id = facts.id_in(facts.of("email"))
    return EmailNotificationDocument(
        body=plain_body(facts.activity),
        subject=facts.activity.summary,
        self_link=facts.self_link(email_id),
    )


def text_message_document(facts: Facts) -> TextMessageNotificationDocument:
    """Render a text message."""
    message_id = facts.id_in(facts.of("text_message"))
    return TextMessageNotificationDocument(
        body=prose(facts.activity), self_link=facts.self_link(message_id)
    )


def conference_document(facts: Facts) -> ConferenceRegistrationDocument:
    """Render a registration for a conference."""
    registration = facts.of("conference_registration")
    registration_id = facts.id_in(registration)
    return ConferenceRegistrationDocument(
        self_link=facts.self_link(registration_id),
        id=registration_id,
        number_of_seats=registration.get("number_of_seats"),
        conference=_conference(registration),
        session=_session(facts, registration),
        source=registration.get("source"),
        source_type=registration.get("source_type"),
        status=registration.get("status"),
        cancel_reason=registration.get("cancel_reason"),
    )


_MEMBERS: dict[str, tuple[str, Callable[[Facts], msgspec.Struct]]] = {
    NOTE: ("note", note_document),
    CONSENT: ("note", note_document),
    APPOINTMENT: ("appointment", appointment_document),
    FORM_RESULT: ("form_result", form_result_document),
    EMAIL: ("email_notification", email_document),
    TEXT_MESSAGE: ("text_message_notification", text_message_document),
    CONFERENCE: ("conference_registration", conference_document),
}
"""The member that an activity of each type has of its own, and what renders it."""


def _conference(registration: Members) -> ConferenceDocument | None:
    conference = registration.get("conference")
    if not conference:
        return None
    capacity = conference.get("capacity")
    return ConferenceDocument(
        id=conference.get("id"),
        title=conference.get("title"),
        capacity=None if capacity is None else str(capacity),
    )


def _session(facts: Facts, registration: Members) -> SessionDocument | None:
    session = registration.get("session")
    if not session:
        return None
    return SessionDocument(
        id=session.get("id"),
        start=_moment(facts, session, "start", "session_start"),
        end=_moment(facts, session, "end", "session_end"),
    )


def _moment(facts: Facts, members: Members, name: str, key: str) -> DateDocument | None:
    """A time that data keeps as RFC 3339; `key` is what `dates` calls it."""
    text = members.get(name)
    if not text:
        return None
    return document_of(instant_from_text(text), facts.time_zone, facts.dates.get(key))


def _kept_dates(activity: Activity) -> Members:
    """The dates that an import kept as they were written."""
    if activity.metadata == "{}" or activity.origin != ORIGIN:
        return {}
    return as_object(object_from_text(activity.metadata).get(KEPT_DATES))


def camel(name: str) -> str:
    """What a member of our data is called in the vendor's documents."""
    head, *rest = name.split("_")
    return head + "".join([word.capitalize() for word in rest])
