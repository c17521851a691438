"""Makes the tables in `DOINGS_DATABASE` and fills them: so many accounts with so many actions each.

The actions are those that the benchmark records in Doings: of the same time, by as many users, and
about the same contacts.
"""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import django
from django.db import connection

from bench.traffic.data import BUSY, USERS, contact_of, drafts

BATCH = 2000


def main(accounts: int, each: int) -> None:
    """Fill the tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.peers.activity_stream.settings")
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - needs the settings

    call_command("migrate", run_syncdb=True, verbosity=0)
    from actstream.models import Action  # noqa: PLC0415 - needs the apps

    actions = _actions(accounts, each)
    while some := list(islice(actions, BATCH)):
        Action.objects.bulk_create(some)
    # Without figures about its tables SQLite would read every action on a contact for a page.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _actions(accounts: int, each: int) -> Iterator[Any]:
    from actstream.models import Action  # noqa: PLC0415 - needs the apps
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415

    from bench.peers.activity_stream.models import Contact  # noqa: PLC0415

    user = get_user_model()
    users = [user.objects.create(username=f"User {number}") for number in range(USERS)]
    of_user = ContentType.objects.get_for_model(user)
    of_contact = ContentType.objects.get_for_model(Contact)
    for account in range(1, accounts + 1):
        contacts: dict[str, Any] = {}
        for number, draft in enumerate(drafts((account - 1) * each, each)):
            name = contact_of(number) if accounts == 1 else BUSY
            if name not in contacts:
                contacts[name] = Contact.objects.create(account=account, name=name)
            yield Action(
                actor_content_type=of_user,
                actor_object_id=users[number % USERS].pk,
                verb=draft.kind,
                description=f"{draft.summary}\n{draft.body}",
                target_content_type=of_contact,
                target_object_id=contacts[name].pk,
                timestamp=datetime.fromtimestamp(draft.occurred_at / 1e6, UTC),
            )


main(*(int(word) for word in sys.argv[1:]))
