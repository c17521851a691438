"""A page of a contact's stream, and a post that acts on a contact."""

import json

from actstream.actions import action_handler
from actstream.models import Action
from django.contrib.auth import get_user_model
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from bench.peers.activity_stream.models import Contact

LIMIT = 35


def stream(_: HttpRequest, account: int, name: str) -> JsonResponse:
    """The newest actions on a contact; actors and targets come with one statement for each kind."""
    contact = get_object_or_404(Contact, account=account, name=name)
    actions = contact.target_actions.public().fetch_generic_relations("actor", "target")[:LIMIT]
    return JsonResponse({"items": [_document(action) for action in actions]})


def act(request: HttpRequest, account: int) -> JsonResponse:
    """Record that a user did something to a contact."""
    document = json.loads(request.body)
    _, _, name = document["links"][0].partition(":")
    contact, _ = Contact.objects.get_or_create(account=account, name=name)
    user = get_user_model().objects.first()
    # What the signal of `actstream.action` calls, which does not return the action.
    action = action_handler(
        document["kind"], sender=user, target=contact, description=document.get("summary")
    )
    return JsonResponse(_document(action), status=201)


def ready(_: HttpRequest) -> JsonResponse:
    """Whether the program has started."""
    return JsonResponse({"ready": True})


def _document(action: Action) -> dict[str, object]:
    return {
        "id": action.pk,
        "verb": action.verb,
        "description": action.description,
        "timestamp": action.timestamp.isoformat(),
        "actor": {"id": action.actor.pk, "name": action.actor.get_username()},
        "target": {"id": action.target.pk, "name": action.target.name},
    }


urlpatterns = [
    path("readyz", ready),
    path("accounts/<int:account>/contacts/<str:name>/stream", stream),
    path("accounts/<int:account>/actions", act),
]
