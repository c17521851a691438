"""The kinds that Doings knows, as one table: a title template and a meaning for each of them.

Icon and shape of `data` go by the noun.
The language of the templates is that of `core.kinds.template`.
"""

import msgspec

from doings.core.kinds.shapes import (
    AppointmentData,
    CallData,
    ConferenceRegistrationData,
    ConsentData,
    ConversationData,
    EmailData,
    EncounterData,
    FileData,
    FormResultData,
    InteractionData,
    InvoiceData,
    LifeEventData,
    NoteData,
    PlanData,
    TextMessageData,
)


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind; `data` is the shape of its data, None where every JSON object is allowed.

    `colour` is like #3366cc, and that of kinds of an account's own only.
    """

    kind: str
    title: str
    template: str
    icon: str
    meaning: str
    data: type[msgspec.Struct] | None = None
    colour: str | None = None


_CONTACTS = (
    ("encounter.logged", "{text}", "Something was done together with a contact."),
    ("text.posted", "{text}", "A text was posted for people to read."),
    ("note.created", "{text}", "A note was written about a contact."),
    ("note.updated", "Updated note{?: {text}}", "The content of a note was changed."),
    ("note.deleted", "Deleted note{?: {text}}", "A note was removed."),
    ("call.logged", "Call{? with {@contact}}{?: {text}}", "There was a call with a contact."),
    (
        "conversation.logged",
        "Conversation{? with {@contact}}{?: {text}}",
        "Messages went to and fro between a contact and us.",
    ),
    (
        "life_event.logged",
        "{life_event_type.name}{?: {text}}",
        "Something changed in the life of a contact.",
    ),
    ("journal_entry.written", "{text}", "Somebody wrote down what happened on a day."),
    ("task.completed", "Completed task{?: {text}}", "What was to be done was done."),
    ("file.uploaded", "Uploaded “{file.file_filename}”.", "A file was added to a contact."),
    ("segment.added", "Added{? {@contact}} to {@segment}.", "A contact joined a segment."),
    ("segment.removed", "Removed{? {@contact}} from {@segment}.", "A contact left a segment."),
    ("contact.blocked", "Blocked {@contact}.", "A contact may no longer write to us."),
    ("contact.unblocked", "Unblocked {@contact}.", "A blocked contact may write to us again."),
    ("contact.unsubscribed", "{@contact} unsubscribed.", "A contact wants no more broadcasts."),
    ("contact.resubscribed", "{@contact} subscribed again.", "A contact wants broadcasts again."),
    ("consent.created", "Gave consent{?: {text}}", "A contact agreed to something."),
    ("consent.updated", "Updated consent{?: {text}}", "The text of a consent was changed."),
    ("consent.deleted", "Withdrew consent{?: {text}}", "A consent no longer holds."),
)

_APPOINTMENT = (
    " [appointment](appointment:{appointment.id}){?: {appointment.service.name}}"
    "{? with {appointment.staff.first_name}{? {appointment.staff.last_name}}}."
)
_FORM = " form{? “{form_result.name.name}”}."
_CONFERENCE = "{? for “{conference_registration.conference.title}”}."

_BOOKED = (
    ("appointment.created", "Made" + _APPOINTMENT, "An appointment was made."),
    ("appointment.updated", "Changed" + _APPOINTMENT, "An appointment was moved or changed."),
    ("appointment.deleted", "Canceled" + _APPOINTMENT, "An appointment was called off."),
    ("form_result.created", "Filled in" + _FORM, "A form was filled in."),
    ("form_result.updated", "Changed answers to" + _FORM, "The answers to a form were changed."),
    ("form_result.deleted", "Deleted answers to" + _FORM, "The answers to a form were removed."),
    ("email.created", "Sent email{?: {text}}", "An email went out to a contact."),
    ("email.updated", "Updated email{?: {text}}", "An email was changed."),
    ("email.deleted", "Deleted email{?: {text}}", "An email was removed."),
    (
        "text_message.created",
        "Sent text message{?: {text}}",
        "A text message went out to a contact.",
    ),
    ("text_message.updated", "Updated text message{?: {text}}", "A text message was changed."),
    ("text_message.deleted", "Deleted text message{?: {text}}", "A text message was removed."),
    (
        "conference_registration.created",
        "Registered" + _CONFERENCE,
        "Seats at a conference were reserved.",
    ),
    (
        "conference_registration.updated",
        "Changed registration" + _CONFERENCE,
        "The registration for a conference was changed.",
    ),
    (
        "conference_registration.deleted",
        "Canceled registration" + _CONFERENCE,
        "The seats at a conference were given back.",
    ),
)

_OF_INVOICE = " [invoice{? {invoice_number}}](invoice:{invoice_id})"
_AMOUNT_AND_MEMBER = "{? ({amount} {currency})}{? for {@membership}}."
_INVOICE = _OF_INVOICE + _AMOUNT_AND_MEMBER
_PLAN = "{? from {old_plan_name}}{? to {new_plan_name}}{? as of {change_date}}."

_BILLED = (
    ("invoice.created", "Created" + _INVOICE, "An invoice was made out."),
    ("invoice.updated", "Updated" + _INVOICE, "An invoice was changed."),
    ("invoice.sent", "Sent" + _INVOICE, "An invoice went out."),
    ("invoice.deleted", "Deleted" + _INVOICE, "An invoice was removed."),
    ("plan.changed", "Changed plan{? of {@membership}}" + _PLAN, "A membership changed its plan."),
    ("membership.created", "New membership{? of {@membership}}.", "Somebody became a member."),
    ("membership.canceled", "Canceled membership{? of {@membership}}.", "A membership will end."),
    (
        "membership.confirmed",
        "Confirmed membership{? of {@membership}}.",
        "A new membership was accepted.",
    ),
    (
        "membership.uncanceled",
        "Uncanceled membership{? of {@membership}}.",
        "A canceled membership goes on after all.",
    ),
    (
        "membership.reactivated",
        "Reactivated membership{? of {@membership}}.",
        "A membership that had ended goes on.",
    ),
    ("membership.deleted", "Deleted membership{? of {@membership}}.", "A membership was removed."),
    (
        "payment.failed",
        "Payment failed{? for" + _OF_INVOICE + "}{? ({amount} {currency})}{? of {@membership}}.",
        "Money that was due could not be collected.",
    ),
    (
        "payment_method.updated",
        "Updated payment method{? of {@membership}}.",
        "A member pays in another way.",
    ),
    ("drop_in_pass.created", "Created drop-in pass{? for {@membership}}.", "A day pass was sold."),
    (
        "guest_account.created",
        "Created guest account{? for {@membership}}.",
        "Somebody without a membership got an account.",
    ),
)

_RESOURCE = "{? of {@resource}}"
_FOR_MEMBER = "{? for {@membership}}."
_BOOKING = " booking" + _RESOURCE + _FOR_MEMBER
_ALLOCATION = " allocation" + _RESOURCE + _FOR_MEMBER
_CHECK_IN = " check-in{? of {@membership}}."

_SPACE = (
    ("booking.created", "Created" + _BOOKING, "A resource was booked."),
    ("booking.updated", "Updated" + _BOOKING, "A booking was changed."),
    ("booking.deleted", "Deleted" + _BOOKING, "A booking was called off."),
    ("resource.created", "Created resource{? {@resource}}.", "Something new can be booked."),
    (
        "resource.updated",
        "Updated resource{? {@resource}}.",
        "Something that can be booked was changed.",
    ),
    ("resource.deleted", "Deleted resource{? {@resource}}.", "Something can no longer be booked."),
    ("allocation.created", "Created" + _ALLOCATION, "A resource was given to a member for good."),
    ("allocation.updated", "Updated" + _ALLOCATION, "An allocation was changed."),
    ("allocation.deleted", "Deleted" + _ALLOCATION, "A resource was taken back from a member."),
    ("checkin.created", "Created" + _CHECK_IN, "Somebody came in."),
    ("checkin.updated", "Updated" + _CHECK_IN, "A check-in was changed."),
    ("checkin.deleted", "Deleted" + _CHECK_IN, "A check-in was removed."),
    ("event.published", "Published event{? {@event}}.", "An event was announced."),
)

_BY_AND_WHY = "{? by {actor}}{?: {text}}"

_INTERACTIONS = (
    ("details.requested", "Details requested" + _BY_AND_WHY, "One party asks for details."),
    ("details.shared", "Details shared" + _BY_AND_WHY, "One party offers its own details."),
    ("details.swapped", "Details swapped" + _BY_AND_WHY, "One party offers details for details."),
    (
        "authorization.requested",
        "Authorization requested" + _BY_AND_WHY,
        "One party asks the other to authorize something.",
    ),
)

_ICONS = {
    "encounter": "🤝",
    "text": "💬",
    "note": "📝",
    "call": "📞",
    "conversation": "🗨",
    "life_event": "🌱",
    "journal_entry": "📓",
    "task": "🗹",
    "file": "📎",
    "segment": "📂",
    "contact": "👤",
    "consent": "✅",
    "appointment": "📅",
    "form_result": "📋",
    "email": "📧",
    "text_message": "📱",
    "conference_registration": "🎫",
    "invoice": "🧾",
    "plan": "🔀",
    "membership": "🪪",
    "payment": "💸",
    "payment_method": "💳",
    "drop_in_pass": "🎟",
    "guest_account": "🔑",
    "booking": "🕑",
    "resource": "🪑",
    "allocation": "📍",
    "checkin": "🚪",
    "event": "📣",
    "details": "🔁",
    "authorization": "🔏",
}

_SHAPES: dict[str, type[msgspec.Struct]] = {
    "encounter": EncounterData,
    "note": NoteData,
    "call": CallData,
    "conversation": ConversationData,
    "life_event": LifeEventData,
    "file": FileData,
    "consent": ConsentData,
    "appointment": AppointmentData,
    "form_result": FormResultData,
    "email": EmailData,
    "text_message": TextMessageData,
    "conference_registration": ConferenceRegistrationData,
    "invoice": InvoiceData,
    "plan": PlanData,
    "details": InteractionData,
    "authorization": InteractionData,
}


def title_from_kind(kind: str) -> str:
    """The title of a kind by its name: Form result created for `form_result.created`."""
    return kind.replace(".", " ").replace("_", " ").capitalize()


def _kind(kind: str, template: str, meaning: str) -> Kind:
    noun = kind.partition(".")[0]
    return Kind(
        kind=kind,
        title=title_from_kind(kind),
        template=template,
        icon=_ICONS[noun],
        meaning=meaning,
        data=_SHAPES.get(noun),
    )


CATALOGUE: dict[str, Kind] = {
    row[0]: _kind(*row)
    for table in (_CONTACTS, _BOOKED, _BILLED, _SPACE, _INTERACTIONS)
    for row in table
}
"""Every kind with a meaning of its own, in the order of the documentation."""
