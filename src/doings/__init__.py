"""Doings: a self-hosted activity server that speaks five published activities APIs."""


def __getattr__(name: str) -> str:
    """`__version__`, read when somebody asks: it takes a tenth of the time to start."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - takes its time to load

        return version("doings")
    raise AttributeError(name)
