"""The project's settings; the database is the one of `DOINGS_DATABASE`."""

import os
from typing import Any
from urllib.parse import parse_qs, urlsplit

CONNECTIONS_LAST = None
"""Persistent, as Django advises for a busy site."""


def _database(url: str) -> dict[str, Any]:
    if url.startswith("sqlite:///"):
        pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.removeprefix("sqlite:///"),
            "CONN_MAX_AGE": CONNECTIONS_LAST,
            # Without IMMEDIATE a transaction that reads first and then writes may fail.
            "OPTIONS": {"init_command": pragmas, "transaction_mode": "IMMEDIATE", "timeout": 30},
        }
    parts = urlsplit(url)
    schema = parse_qs(parts.query)["search_path"][0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": parts.username,
        "HOST": parts.hostname,
        "PORT": parts.port,
        "CONN_MAX_AGE": CONNECTIONS_LAST,
        "OPTIONS": {"options": f"-c search_path={schema}"},
    }


SECRET_KEY = "of no use: nobody signs in"  # noqa: S105
DATABASES = {"default": _database(os.environ["DOINGS_DATABASE"])}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "bench.peers.activity_stream.apps.People",
    "actstream",
]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "bench.peers.activity_stream.views"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
