"""Which resource a path is."""

import pytest

from doings.httpkit.routing import Paths

PATHS = Paths(
    [
        ("/", "root"),
        ("/contacts", "contacts"),
        ("/contacts/new", "new"),
        ("/contacts/{id}", "contact"),
        ("/contacts/{id}/notes/{note}", "note"),
        ("/{space}/api", "api"),
        ("/tiles/{level}/{number}", "tile"),
    ],
    are_open=["/tiles/{level}/{number}"],
)


def parts_of(path: str) -> list[str]:
    """The segments of a path."""
    return path.split("/")[1:] if path != "/" else []


@pytest.mark.parametrize(
    ("path", "found", "params"),
    [
        ("/", "root", {}),
        ("/contacts", "contacts", {}),
        ("/contacts/new", "new", {}),
        ("/contacts/8", "contact", {"id": "8"}),
        ("/contacts/a b/notes/ü", "note", {"id": "a b", "note": "ü"}),
        ("/co-up/api", "api", {"space": "co-up"}),
        ("/tiles/0/067", "tile", {"level": "0", "number": "067"}),
        ("/tiles/0/x001/067.p/3", "tile", {"level": "0", "number": "x001/067.p/3"}),
    ],
)
def test_the_first_path_that_fits_is_found(path: str, found: str, params: dict[str, str]) -> None:
    """The first path that fits is found, with the values of its variable parts."""
    assert PATHS.find(parts_of(path)) == (found, params)


@pytest.mark.parametrize(
    "path", ["/contact", "/contacts/", "/contacts//notes/1", "/contacts/8/notes", "//api", "/x"]
)
def test_what_fits_nothing_is_not_found(path: str) -> None:
    """A variable segment is never empty, and no segment is skipped."""
    assert PATHS.find(parts_of(path)) is None
