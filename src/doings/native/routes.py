"""The native API on one page: every path, its operations, and what is said about them."""

from typing import Any

from doings.auth.principal import ADMIN, WRITE
from doings.core.documents.document import ActivityDocument, EntityDocument
from doings.httpkit.problem import respond_problem
from doings.httpkit.surface import Operation, Surface, resource
from doings.live.sse import MEDIA_TYPE as EVENT_STREAM
from doings.native.auth import authenticate, authenticate_stream
from doings.native.documents.account import AccountDocument, IssuedToken, TokenInput, TokenList
from doings.native.documents.activities import ActivityInput, ActivityPage, ActivityPatch
from doings.native.documents.batches import BatchResult
from doings.native.documents.entities import EntityInput, EntityPage, EntityPatch
from doings.native.documents.feed import ChangePage, StreamEvent
from doings.native.documents.log import FeedPage
from doings.native.documents.stats import DayStats, KindStats
from doings.native.formats.activitystreams import MEDIA_TYPE as ACTIVITY_STREAMS
from doings.native.formats.activitystreams import AsPage
from doings.native.formats.export import CSV, NDJSON
from doings.native.handlers import (
    account,
    activities,
    entities,
    erasures,
    interactions,
    kinds,
    merges,
    stats,
)
from doings.native.handlers.batching import batch
from doings.native.handlers.feed import changes, log, stream
from doings.native.http.request_body import JSON, MERGE_PATCH
from doings.native.openapi import description
from doings.native.openapi.operations import (
    BATCH_PARAMETERS,
    CONDITIONS,
    ENTITY_FILTERS,
    FEED_PARAMETERS,
    FILTERS,
    HISTORY_PARAMETERS,
    IF_NONE_MATCH,
    NO_BODY,
    ONCE,
    STATS_FILTERS,
    STREAM_NOTES,
    STREAM_PARAMETERS,
    OperationDoc,
    json_of,
    knowing_parameters,
)
from doings.native.viewing import addresses, tokens
from doings.native.viewing.documents import ViewedPage
from doings.native.viewing.tokens import VIEWER_NOTES
from doings.native.webhook_routes import RESOURCES as WEBHOOKS

ACTIVITY = json_of(ActivityDocument)
ENTITY = json_of(EntityDocument)
TIMELINE = {JSON: ActivityPage, ACTIVITY_STREAMS: AsPage, CSV: str, NDJSON: str}

_ACTIVITIES = (
    resource(
        "/activities",
        GET=Operation(
            activities.list_activities,
            about=OperationDoc(
                summary="List activities, newest first",
                tag="activities",
                parameters=(*FILTERS, IF_NONE_MATCH),
                answers={200: TIMELINE, 304: NO_BODY},
            ),
        ),
        POST=Operation(
            activities.record_activity,
            WRITE,
            about=OperationDoc(
                summary="Record an activity",
                tag="activities",
                parameters=(ONCE,),
                body=json_of(ActivityInput),
                answers={201: ACTIVITY, 200: ACTIVITY},
            ),
        ),
    ),
    resource(
        "/activities/batch",
        POST=Operation(
            batch.record_batch,
            WRITE,
            body_limit=batch.ARRAY_BYTES,
            about=OperationDoc(
                limits=batch.LIMITS,
                summary="Record many activities",
                tag="activities",
                parameters=(*BATCH_PARAMETERS, ONCE),
                body={JSON: list[ActivityInput], NDJSON: str},
                answers={200: {JSON: BatchResult, NDJSON: str}},
            ),
        ),
    ),
    resource(
        "/activities/by-external-id/{origin}/{external_id}",
        PUT=Operation(
            activities.put_activity,
            WRITE,
            about=OperationDoc(
                summary="Record or replace the activity of an external id",
                tag="activities",
                parameters=(*CONDITIONS, ONCE),
                body=json_of(ActivityInput),
                answers={200: ACTIVITY, 201: ACTIVITY},
            ),
        ),
    ),
    resource(
        "/activities/{id}",
        GET=Operation(
            activities.show_activity,
            about=OperationDoc(
                summary="Show an activity",
                tag="activities",
                parameters=(IF_NONE_MATCH,),
                answers={200: ACTIVITY, 304: NO_BODY},
            ),
        ),
        PATCH=Operation(
            activities.patch_activity,
            WRITE,
            about=OperationDoc(
                summary="Change an activity",
                tag="activities",
                parameters=(*CONDITIONS, ONCE),
                body={MERGE_PATCH: ActivityPatch, JSON: ActivityPatch},
                answers={200: ACTIVITY},
            ),
        ),
        DELETE=Operation(
            activities.delete_activity,
            WRITE,
            about=OperationDoc(
                summary="Delete an activity",
                tag="activities",
                parameters=(*CONDITIONS, ONCE),
                answers={204: NO_BODY},
            ),
        ),
    ),
    resource(
        "/activities/{id}/changes",
        GET=Operation(
            activities.show_history,
            about=OperationDoc(
                summary="Show the history of an activity, also of a deleted one",
                tag="activities",
                parameters=(*HISTORY_PARAMETERS, IF_NONE_MATCH),
                answers={200: json_of(ChangePage), 304: NO_BODY},
            ),
        ),
    ),
)

_ENTITIES = (
    resource(
        "/entities",
        GET=Operation(
            entities.list_entities,
            about=OperationDoc(
                summary="List people and things",
                tag="entities",
                parameters=(*ENTITY_FILTERS, IF_NONE_MATCH),
                answers={200: json_of(EntityPage), 304: NO_BODY},
            ),
        ),
    ),
    resource(
        "/entities/{type}/{id}",
        GET=Operation(
            entities.show_entity,
            about=OperationDoc(
                summary="Show an entity",
                tag="entities",
                parameters=(IF_NONE_MATCH,),
                answers={200: ENTITY, 304: NO_BODY},
            ),
        ),
        PUT=Operation(
            entities.put_entity,
            WRITE,
            about=OperationDoc(
                summary="Create or replace an entity",
                tag="entities",
                parameters=(*CONDITIONS, ONCE),
                body=json_of(EntityInput),
                answers={200: ENTITY, 201: ENTITY},
            ),
        ),
        PATCH=Operation(
            entities.patch_entity,
            WRITE,
            about=OperationDoc(
                summary="Change an entity",
                tag="entities",
                parameters=(*CONDITIONS, ONCE),
                body={MERGE_PATCH: EntityPatch, JSON: EntityPatch},
                answers={200: ENTITY},
            ),
        ),
        DELETE=Operation(
            entities.delete_entity,
            WRITE,
            about=OperationDoc(
                summary="Delete an entity; its activities stay. With a contact go its tasks,"
                " reminders, addresses and ways to reach it",
                tag="entities",
                parameters=(*CONDITIONS, ONCE),
                answers={204: NO_BODY},
            ),
        ),
    ),
    resource(
        "/entities/{type}/{id}/activities",
        GET=Operation(
            entities.list_activities_of_entity,
            is_viewable=True,
            about=OperationDoc(
                summary="List the activities of an entity, newest first",
                tag="entities",
                parameters=(*FILTERS, IF_NONE_MATCH),
                answers={200: TIMELINE | {JSON: (ActivityPage, ViewedPage)}, 304: NO_BODY},
                limits=VIEWER_NOTES,
            ),
        ),
    ),
)

_OVERVIEWS = (
    resource(
        "/stats",
        GET=Operation(
            stats.show_stats,
            is_viewable=True,
            about=OperationDoc(
                summary="Count activities by day or kind",
                tag="overviews",
                parameters=(*STATS_FILTERS, IF_NONE_MATCH),
                answers={200: json_of(DayStats | KindStats), 304: NO_BODY},
            ),
        ),
    ),
    resource(
        "/changes",
        GET=Operation(
            changes.list_changes,
            about=OperationDoc(
                summary="Read the feed of changes, oldest first",
                tag="overviews",
                parameters=(*FEED_PARAMETERS, IF_NONE_MATCH),
                answers={200: json_of(FeedPage), 304: NO_BODY},
                errors=(410,),
            ),
        ),
    ),
    resource(
        "/stream",
        GET=Operation(
            stream.stream_changes,
            is_viewable=True,
            authenticate=authenticate_stream,
            about=OperationDoc(
                summary="Follow the feed as it happens, as server-sent events",
                tag="overviews",
                parameters=STREAM_PARAMETERS,
                answers={200: {EVENT_STREAM: StreamEvent}},
                errors=(406,),
                limits=STREAM_NOTES,
                has_position=False,
            ),
        ),
    ),
)

_ADMINISTRATION = (
    resource(
        "/account",
        GET=Operation(
            account.show_account,
            ADMIN,
            about=OperationDoc(
                summary="Show the account",
                tag="administration",
                parameters=(IF_NONE_MATCH,),
                answers={200: json_of(AccountDocument), 304: NO_BODY},
            ),
        ),
    ),
    resource(
        "/tokens",
        GET=Operation(
            account.list_tokens,
            ADMIN,
            about=OperationDoc(
                summary="List credentials",
                tag="administration",
                parameters=(IF_NONE_MATCH,),
                answers={200: json_of(TokenList), 304: NO_BODY},
            ),
        ),
        POST=Operation(
            account.create_token,
            ADMIN,
            has_secret=True,
            about=OperationDoc(
                summary="Make a credential",
                tag="administration",
                parameters=(ONCE,),
                body=json_of(TokenInput),
                answers={201: json_of(IssuedToken)},
            ),
        ),
    ),
    resource(
        "/tokens/{key}",
        DELETE=Operation(
            account.revoke_token,
            ADMIN,
            about=OperationDoc(
                summary="Revoke a credential",
                tag="administration",
                parameters=(ONCE,),
                answers={204: NO_BODY},
            ),
        ),
    ),
)

_DESCRIPTION = resource(
    "/openapi.json",
    GET=Operation(
        description.describing(lambda: SURFACE.resources),
        None,
        is_public=True,
        about=OperationDoc(
            summary="Describe this API",
            tag="description",
            answers={200: json_of(dict[str, Any])},
        ),
    ),
)

_RESOURCES = (
    *_ACTIVITIES,
    *interactions.RESOURCES,
    *_ENTITIES,
    *_OVERVIEWS,
    *kinds.RESOURCES,
    *log.RESOURCES,
    *merges.RESOURCES,
    *WEBHOOKS,
    *tokens.RESOURCES,
    *addresses.RESOURCES,
    *erasures.RESOURCES,
    *_ADMINISTRATION,
    _DESCRIPTION,
)

SURFACE: Surface = Surface(
    name="native",
    resources=tuple([knowing_parameters(one) for one in _RESOURCES]),
    vary="Accept, Authorization",
    authenticate=authenticate,
    respond_error=respond_problem,
)
