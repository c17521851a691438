"""The same activity as each of the six APIs shows it, made by the APIs' own renderers."""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from doings.core.account import Account
from doings.core.activity import Activity
from doings.core.documents.document import activity_documents
from doings.core.documents.rendering import encoded_documents, json_rendering, rendered
from doings.core.entity import CONTACT, EntityKey
from doings.core.kinds.rules import kind_named
from doings.core.store.entities import EntityReader
from doings.core.store.rendering import Rendering
from doings.dialects.agendize.mapping import activity as agendize
from doings.dialects.agendize.vocabulary import API as AGENDIZE_API
from doings.dialects.agendize.vocabulary import CONTACT_RECORD
from doings.dialects.agendize.vocabulary import KINDS as AGENDIZE_KINDS
from doings.dialects.cobot.routes import JSON_RENDERING as COBOT_RENDERING
from doings.dialects.invent import mapping as invent
from doings.dialects.invent.vocabulary import KINDS as INVENT_KINDS
from doings.dialects.mio.mapping import activity_detail_document
from doings.dialects.mio.vocabulary import KINDS as MIO_KINDS
from doings.dialects.monica.documents import AccountReference
from doings.dialects.monica.mapping import activity as monica
from doings.dialects.monica.mapping.numbers import numbers_of
from doings.dialects.monica.mapping.public_ids import identities
from doings.dialects.monica.mapping.render_context import AccountApi, RenderContext
from doings.dialects.monica.operations import MOUNT as MONICA_API
from doings.dialects.monica.versions import version_of

LONGEST = 50_000
"""How many characters of a document are shown."""

NO_CONTACT = "It shows what concerns a contact, and this concerns none that is there."


class Setting(msgspec.Struct, frozen=True):
    """What documents depend on besides the activity: whose they are, where, and when."""

    account: Account
    origin_url: str
    secret: bytes
    now: int


class View(NamedTuple):
    """An API's document as text, and where that API has it; or why it has none.

    `left_out` is how many characters of the document are not shown.
    """

    name: str
    path: str | None
    document: str
    left_out: int
    reason: str | None


class Expression(NamedTuple):
    """Where an API shows an activity, and what makes the document."""

    path: str
    rendering: Rendering


Express = Callable[[Activity, Setting], Expression | str]
"""How an API shows an activity, or in a sentence why it does not."""


async def views_of(reader: EntityReader, activity: Activity, setting: Setting) -> list[View]:
    """The activity as each API shows it; it must have been read with attributes."""
    return [
        await _view(reader, name, activity, express(activity, setting))
        for name, express in APIS.items()
    ]


async def _view(
    reader: EntityReader, name: str, activity: Activity, expression: Expression | str
) -> View:
    if isinstance(expression, str):
        return View(name, None, "", 0, expression)
    (document,) = await rendered(expression.rendering, reader, [activity])
    text = msgspec.json.format(document, indent=2).decode()
    return View(name, expression.path, text[:LONGEST], max(0, len(text) - LONGEST), None)


def _own(activity: Activity, setting: Setting) -> Expression:
    del setting
    return Expression(f"/v1/activities/{activity.id}", json_rendering("native", activity_documents))


def _monica(activity: Activity, setting: Setting) -> Expression | str:
    if not monica.is_shown(activity):
        return NO_CONTACT
    url = f"{setting.origin_url}/monica{MONICA_API}"
    version, numbers = version_of(setting.account), numbers_of(setting.account)
    api = AccountApi(
        AccountReference(setting.account.id),
        url,
        identities(setting.secret),
        version,
        numbers=numbers,
    )

    async def render(reader: EntityReader, activities: Sequence[Activity]) -> list[bytes]:
        linked = monica.linked_entities(activities)
        keys = linked.all_keys()
        entities = await reader.entities_by_key(list(keys)) if keys else {}
        context = RenderContext(api, setting.account.time_zone, entities)
        return encoded_documents(monica.activity_documents(activities, linked, context))

    path = f"/monica{MONICA_API}/activities/{numbers.of_activity(activity)}"
    return Expression(path, Rendering(("monica", url, version, numbers), render))


def _invent(activity: Activity, setting: Setting) -> Expression | str:
    del setting
    if activity.kind not in INVENT_KINDS:
        return _no_type(activity)
    contacts = activity.contacts()
    if not contacts:
        return NO_CONTACT
    id_ = contacts[0].id
    rendering = json_rendering("invent", lambda shown: invent.activity_documents(shown, id_))
    return Expression(f"/invent/orgs/c/contacts/{quote(id_, safe='')}/activities", rendering)


def _cobot(activity: Activity, setting: Setting) -> Expression:
    del activity
    return Expression(f"/cobot/{setting.account.slug}/api/activities", COBOT_RENDERING)


def _agendize(activity: Activity, setting: Setting) -> Expression | str:
    if activity.kind not in AGENDIZE_KINDS:
        return _no_type(activity)
    client = _client(activity)
    if client is None:
        return NO_CONTACT
    url = f"{setting.origin_url}/agendize{AGENDIZE_API}"
    context = agendize.RenderContext(url, setting.account.time_zone)
    rendering = json_rendering(
        "agendize", lambda shown: agendize.activity_documents(shown, context)
    )
    path = f"/agendize{AGENDIZE_API}/activities?clientId={quote(client[1], safe='')}"
    return Expression(path, rendering)


def _client(activity: Activity) -> EntityKey | None:
    """Whom this API asks for to find the activity: a contact, or a client record that has none."""
    for entity_type in (CONTACT, CONTACT_RECORD):
        for link in activity.links:
            if link.entity.type == entity_type and not link.entity.is_deleted:
                return link.entity.key
    return None


def _mio(activity: Activity, setting: Setting) -> Expression | str:
    if activity.kind not in MIO_KINDS:
        return _no_type(activity)
    account, now = setting.account, setting.now
    rendering = json_rendering(
        "mio", lambda shown: [activity_detail_document(one, account, now=now) for one in shown]
    )
    return Expression(f"/mio/business/v1/activities/{activity.id}", rendering)


def _no_type(activity: Activity) -> str:
    return f"It has no type for “{kind_named(activity.kind).title}” ({activity.kind})."


APIS: dict[str, Express] = {
    "Doings": _own,
    "Monica": _monica,
    "Invent": _invent,
    "Cobot": _cobot,
    "Agendize": _agendize,
    "mio.ID": _mio,
}
