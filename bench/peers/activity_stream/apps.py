"""The project's own app: it says what has a stream."""

from django.apps import AppConfig, apps


class People(AppConfig):
    """Users act, contacts are acted on."""

    name = "bench.peers.activity_stream"
    label = "people"

    def ready(self) -> None:
        """Give both their streams."""
        from actstream import registry  # noqa: PLC0415 - needs the apps' models
        from django.contrib.auth import get_user_model  # noqa: PLC0415

        registry.register(get_user_model(), apps.get_model("people", "Contact"))
