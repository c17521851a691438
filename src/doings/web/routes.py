"""The pages, all of them: every path, and who is asked to sign in."""

from doings.httpkit.surface import Surface
from doings.web.page import respond_error
from doings.web.pages import (
    activity,
    connect,
    display,
    edit,
    entity,
    interactions,
    proof,
    record,
    search,
    sign_in,
    static,
    timeline,
)
from doings.web.pages.people import erasing, holds, merging, suggestions
from doings.web.settings import (
    credentials,
    embedding,
    erasures,
    export,
    frame,
    imports,
    kinds,
    pulls,
    retention,
    sessions,
    webhooks,
)
from doings.web.unsent import authenticate_or_keep

SURFACE = Surface(
    name="web",
    resources=(
        *sign_in.RESOURCES,
        *connect.RESOURCES,
        *display.RESOURCES,
        *timeline.RESOURCES,
        *activity.RESOURCES,
        *proof.RESOURCES,
        *entity.RESOURCES,
        *merging.RESOURCES,
        *suggestions.RESOURCES,
        *holds.RESOURCES,
        *erasing.RESOURCES,
        *record.RESOURCES,
        *edit.RESOURCES,
        *interactions.RESOURCES,
        *search.RESOURCES,
        *frame.RESOURCES,
        *credentials.RESOURCES,
        *webhooks.RESOURCES,
        *imports.RESOURCES,
        *pulls.RESOURCES,
        *kinds.RESOURCES,
        *export.RESOURCES,
        *retention.RESOURCES,
        *erasures.RESOURCES,
        *embedding.RESOURCES,
        *sessions.RESOURCES,
        *static.RESOURCES,
    ),
    vary="Cookie, Accept-Encoding",
    authenticate=authenticate_or_keep,
    respond_error=respond_error,
)
