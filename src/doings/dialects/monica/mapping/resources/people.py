"""What is kept with a contact: how it is reached, where it lives. Pure."""

import zlib

from doings.core.defaults import ADDRESS, CONTACT_FIELD, CONTACT_FIELD_TYPE
from doings.core.entity import CONTACT
from doings.dialects.monica.mapping.countries import country_document
from doings.dialects.monica.mapping.render_context import RenderContext
from doings.dialects.monica.mapping.resources import members
from doings.dialects.monica.mapping.resources.entities import EntityResource, embedded
from doings.dialects.monica.mapping.resources.fields import (
    Document,
    Field,
    Item,
    Resource,
    Shown,
)
from doings.dialects.monica.mapping.resources.members import (
    ACCOUNT,
    CREATED_AT,
    ID,
    OBJECT,
    UPDATED_AT,
    URL,
    UUID,
    shown_time,
)
from doings.dialects.monica.validation import (
    INTEGER,
    LIST,
    NAME,
    NAMES,
    NUMERIC,
    REQUIRED,
    STRING,
    SWITCH,
    Exists,
    at_most,
    integer_of,
    is_switched_on,
    number_of,
)

ITS_CONTACT = (REQUIRED, INTEGER, Exists(CONTACT))
"""The rules of `contact_id` of what belongs to one contact."""

CONTACT_FIELD_TYPES = EntityResource(
    resource=Resource(
        type=CONTACT_FIELD_TYPE,
        object="contactfieldtype",
        path="/contactfieldtypes",
        fields=(
            Field("name", (REQUIRED, *NAME)),
            Field("fontawesome_icon", NAME, is_kept=True),
            Field("protocol", NAME, is_kept=True),
            Field(
                "delible",
                (SWITCH,),
                holds=(bool,),
                store=is_switched_on,
                missing=True,
                is_kept=True,
            ),
            Field("type", NAME, is_kept=True),
        ),
        members=(
            ID,
            UUID,
            OBJECT,
            "name",
            "fontawesome_icon",
            "protocol",
            "delible",
            "type",
            ACCOUNT,
            CREATED_AT,
            UPDATED_AT,
        ),
    ),
    is_numbered=True,
    defaults=(
        {
            "name": "Email",
            "fontawesome_icon": "fa fa-envelope-open-o",
            "protocol": "mailto:",
            "delible": False,
            "type": "email",
        },
        {
            "name": "Phone",
            "fontawesome_icon": "fa fa-volume-control-phone",
            "protocol": "tel:",
            "delible": False,
            "type": "phone",
        },
        {
            "name": "Facebook",
            "fontawesome_icon": "fa fa-facebook-official",
            "protocol": "https://facebook.com/",
        },
        {"name": "Twitter", "fontawesome_icon": "fa fa-twitter-square"},
        {
            "name": "Whatsapp",
            "fontawesome_icon": "fa fa-whatsapp",
            "protocol": "https://wa.me/",
        },
        {"name": "Telegram", "fontawesome_icon": "fa fa-telegram", "protocol": "telegram:"},
        {"name": "LinkedIn", "fontawesome_icon": "fa fa-linkedin-square"},
    ),
    dependent=(CONTACT_FIELD, "contact_field_type"),
)

LABELS = {
    "home": "Home",
    "work": "Work",
    "cell": "Mobile",
    "fax": "Fax",
    "pager": "Pager",
    "main": "Main",
    "other": "Other",
}
"""The labels that Monica knows, which are found in upper and lower case, and how they are shown."""


def _labels(sent: list[str | None]) -> list[str]:
    """The labels as they are stored, each once; empty ones are left out."""
    words = [label for label in sent if label]
    known = [label.lower() if label.lower() in LABELS else label for label in words]
    return list(dict.fromkeys(known))


def _label_documents(resource: Resource, item: Item, context: RenderContext) -> list[Document]:  # noqa: ARG001 - a Shown's shape
    """The documents of labels; a label has no entity, so its number is made of its text."""
    known = list(LABELS)
    labels = [label for label in item.values["labels"] or () if isinstance(label, str)]
    return [
        {
            "id": known.index(label) + 1 if label in LABELS else zlib.crc32(label.encode()),
            "object": "contactfieldlabel",
            "type": label,
            "label": LABELS.get(label, label),
            "account": context.api.account,
            "created_at": shown_time(item.created_at),
            "updated_at": shown_time(item.updated_at),
        }
        for label in labels
    ]


LABELS_FIELD = Field("labels", (LIST, NAMES), holds=(list,), store=_labels, is_kept=True)

CONTACT_FIELDS = EntityResource(
    resource=Resource(
        type=CONTACT_FIELD,
        object="contactfield",
        path="/contactfields",
        contact=ITS_CONTACT,
        fields=(
            Field(
                "contact_field_type",
                (REQUIRED, INTEGER, Exists(CONTACT_FIELD_TYPE)),
                sent_as="contact_field_type_id",
                holds=(int, str),
                store=integer_of,
                show=embedded(CONTACT_FIELD_TYPES),
                refers_to=CONTACT_FIELD_TYPE,
            ),
            Field("content", (REQUIRED, *NAME), sent_as="data"),
            LABELS_FIELD,
        ),
        members=(
            ID,
            UUID,
            OBJECT,
            "content",
            "contact_field_type",
            Shown("labels", _label_documents),
            ACCOUNT,
            members.CONTACT,
            CREATED_AT,
            UPDATED_AT,
        ),
        unknown="The selected contact field id is invalid.",
        is_listed=False,
    ),
    unknown_to_delete="The selected contact field id is invalid.",
    named_by="content",
)


ADDRESSES = EntityResource(
    resource=Resource(
        type=ADDRESS,
        object="address",
        path="/addresses",
        contact=ITS_CONTACT,
        fields=(
            Field("name", NAME),
            Field("street", NAME),
            Field("city", NAME),
            Field("province", NAME),
            Field("postal_code", NAME),
            Field("country", (STRING, at_most(3)), show=country_document),
            Field("latitude", (NUMERIC,), holds=(int, float), store=number_of),
            Field("longitude", (NUMERIC,), holds=(int, float), store=number_of),
            LABELS_FIELD,
        ),
        members=(
            ID,
            UUID,
            OBJECT,
            "name",
            "street",
            "city",
            "province",
            "postal_code",
            "latitude",
            "longitude",
            "country",
            URL,
            ACCOUNT,
            members.CONTACT,
            CREATED_AT,
            UPDATED_AT,
        ),
        unknown="The selected address id is invalid.",
    ),
    unknown_to_delete="The selected address id is invalid.",
    stays=True,
)
