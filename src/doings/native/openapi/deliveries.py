"""What the description says of deliveries to webhooks: the part `webhooks` of OpenAPI 3.1."""

from collections.abc import Callable
from typing import Any, get_args

from doings.native.documents.webhooks import DeliveryBody, EntityDeliveryBody, WebhookEvent
from doings.native.http.request_body import JSON

Json = dict[str, Any]

TYPES = (DeliveryBody, EntityDeliveryBody)
"""The bodies of deliveries."""

EVENTS: tuple[str, ...] = get_args(WebhookEvent)

NOTES = """\
A webhook is told of a change if the activity fitted its filters right after the change or right \
before it, whatever has happened since. What enters the filters and what leaves them comes as \
`activity.updated`, once. Deliveries are requests of Standard Webhooks, signed by each secret \
that is valid (`whsec_…`, shown in the answer that makes it and nowhere else) and by the key whose \
public part is `public_key` (`whpk_…`). After a rotation both secrets sign for 24 hours, ten at \
most. An answer of 2xx within 15 seconds is success; 410 disables the webhook (`gone`). After \
anything else, a redirect as well, the same delivery is sent again after 5 seconds, 5 and 30 \
minutes, 2, 5, 10, 14, 20 and 24 hours, or after the seconds or at the date of the receiver's \
`Retry-After`, a day at most. After the last try the webhook is disabled (`failing`). A webhook \
that the settings of Cobot or mio.ID made is listed here as well; its `url`, `description` and \
`enabled` can be changed, and what it is told of cannot (422)."""
"""What holds for all webhooks."""

_HEADERS = (
    ("webhook-id", "The same in every attempt: by it a receiver knows what it has already."),
    ("webhook-timestamp", "When this attempt was made, in seconds since 1970."),
    (
        "webhook-signature",
        (
            "Signatures of `<webhook-id>.<webhook-timestamp>.<body>`, with spaces between: `v1,…`"
            " by HMAC-SHA256 for each secret that is valid, `v1a,…` by ed25519; base64 both."
        ),
    ),
)

_ANSWERS: Json = {
    "2XX": {"description": "Received. Only so is the next one sent that waits for it"},
    "410": {"description": "Nothing is wanted here any more: the webhook is disabled"},
    "default": {
        "description": "Sent again later, as it was",
        "headers": {
            "Retry-After": {
                "description": "Seconds or a date, a day at most: when to try again",
                "schema": {"type": "string"},
            }
        },
    },
}


def described_deliveries(schema: Callable[[Any], Json]) -> Json:
    """A delivery of each event; `schema` gives the schema of a type."""
    return {event: {"post": _delivery(event, schema)} for event in EVENTS}


def _delivery(event: str, schema: Callable[[Any], Json]) -> Json:
    noun, _, verb = event.partition(".")
    one = schema(EntityDeliveryBody if noun == "entity" else DeliveryBody)
    subject = "An entity" if noun == "entity" else "An activity"
    return {
        "operationId": f"webhook_{noun}_{verb}",
        "summary": f"{subject} was {verb}",
        "description": "Sent to the `url` of a webhook; with a `batch` over 1 as a list.",
        "tags": ["webhooks"],
        "security": [],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": text,
                "schema": {"type": "string"},
            }
            for name, text in _HEADERS
        ],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"anyOf": [one, {"type": "array", "items": one}]}}},
        },
        "responses": _ANSWERS,
    }
