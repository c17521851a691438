"""The routes of webhooks, with what the description says of each."""

from doings.auth.principal import ADMIN
from doings.httpkit.surface import Operation, resource
from doings.native.documents import webhooks as wire
from doings.native.handlers import webhooks as handlers
from doings.native.openapi.operations import (
    CONDITIONS,
    CURSOR,
    IF_NONE_MATCH,
    LIMIT_PARAMETER,
    NO_BODY,
    ONCE,
    STATUS_FILTER,
    OperationDoc,
    json_of,
)

WEBHOOK = json_of(wire.WebhookDocument)

RESOURCES = (
    resource(
        "/webhooks",
        GET=Operation(
            handlers.list_webhooks,
            ADMIN,
            about=OperationDoc(
                summary="List webhooks",
                tag="webhooks",
                parameters=(IF_NONE_MATCH,),
                answers={200: json_of(wire.WebhookList), 304: NO_BODY},
            ),
        ),
        POST=Operation(
            handlers.create_webhook,
            ADMIN,
            has_secret=True,
            about=OperationDoc(
                summary="Make a webhook",
                tag="webhooks",
                parameters=(ONCE,),
                body=json_of(wire.WebhookInput),
                errors=(410,),
                answers={201: WEBHOOK},
            ),
        ),
    ),
    resource(
        "/webhooks/{id}",
        GET=Operation(
            handlers.show_webhook,
            ADMIN,
            about=OperationDoc(
                summary="Show a webhook",
                tag="webhooks",
                parameters=(IF_NONE_MATCH,),
                answers={200: WEBHOOK, 304: NO_BODY},
            ),
        ),
        PATCH=Operation(
            handlers.patch_webhook,
            ADMIN,
            about=OperationDoc(
                summary="Change a webhook, or switch it off and on",
                tag="webhooks",
                parameters=(*CONDITIONS, ONCE),
                body=json_of(wire.WebhookPatch),
                errors=(410,),
                answers={200: WEBHOOK},
            ),
        ),
        DELETE=Operation(
            handlers.delete_webhook,
            ADMIN,
            about=OperationDoc(
                summary="Remove a webhook with its deliveries",
                tag="webhooks",
                parameters=(*CONDITIONS, ONCE),
                answers={204: NO_BODY},
            ),
        ),
    ),
    resource(
        "/webhooks/{id}/rotate",
        POST=Operation(
            handlers.rotate_secret,
            ADMIN,
            has_secret=True,
            about=OperationDoc(
                summary="Make a new secret; both sign for 24 hours",
                tag="webhooks",
                parameters=(*CONDITIONS, ONCE),
                answers={200: json_of(wire.RotatedSecret)},
            ),
        ),
    ),
    resource(
        "/webhooks/{id}/test",
        POST=Operation(
            handlers.test_webhook,
            ADMIN,
            about=OperationDoc(
                summary="Send a test at once",
                tag="webhooks",
                answers={200: json_of(wire.WebhookTestResult)},
                has_position=False,
            ),
        ),
    ),
    resource(
        "/webhooks/{id}/deliveries",
        GET=Operation(
            handlers.list_deliveries,
            ADMIN,
            about=OperationDoc(
                summary="List deliveries, newest changes first",
                tag="webhooks",
                parameters=(STATUS_FILTER, LIMIT_PARAMETER, CURSOR, IF_NONE_MATCH),
                answers={200: json_of(wire.DeliveryPage), 304: NO_BODY},
            ),
        ),
    ),
    resource(
        "/webhooks/{id}/redeliver",
        POST=Operation(
            handlers.redeliver,
            ADMIN,
            about=OperationDoc(
                summary="Send deliveries again",
                tag="webhooks",
                parameters=(ONCE,),
                body=json_of(wire.RedeliverInput),
                errors=(410,),
                answers={202: json_of(wire.QueuedCount)},
            ),
        ),
    ),
    resource(
        "/webhooks/{id}/stats",
        GET=Operation(
            handlers.show_stats,
            ADMIN,
            about=OperationDoc(
                summary="Count the deliveries of a webhook",
                tag="webhooks",
                parameters=(IF_NONE_MATCH,),
                answers={200: json_of(wire.WebhookStats), 304: NO_BODY},
            ),
        ),
    ),
)
