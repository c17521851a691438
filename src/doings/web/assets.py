"""The files that pages load: scripts, styles and icons, under a path that changes with them.

The version in the path is a digest of all files, so that a browser keeps them for good, and modules
that import each other are always of one version.
"""

import gzip
from functools import cache
from importlib.resources import files

import msgspec
import xxhash

STATIC = files("doings.web") / "static"

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


class Asset(msgspec.Struct, frozen=True):
    """A file, as it is and compressed."""

    media_type: str
    content: bytes
    compressed: bytes


@cache
def assets() -> dict[str, Asset]:
    """All files by name."""
    return {
        file.name: _asset(file.name, file.read_bytes())
        for file in sorted(STATIC.iterdir(), key=lambda file: file.name)
        if file.name.rpartition(".")[2] in TYPES
    }


def _asset(name: str, content: bytes) -> Asset:
    media_type = TYPES[name.rpartition(".")[2]]
    return Asset(media_type, content, gzip.compress(content, 9, mtime=0))


@cache
def version() -> str:
    """What stands for all files as they are."""
    digest = xxhash.xxh3_64()
    for name, asset in assets().items():
        digest.update(f"{name}\n".encode() + asset.content)
    return digest.hexdigest()


def asset_url(name: str) -> str:
    """Where a file is; raises KeyError for one that there is not."""
    assets()[name]
    return f"/static/{version()}/{name}"
