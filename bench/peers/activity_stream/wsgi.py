"""The app of a server process."""

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application


def create() -> WSGIHandler:
    """The project as WSGI."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.peers.activity_stream.settings")
    return get_wsgi_application()
