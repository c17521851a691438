"""Reading the addresses in a request: where the caller is, and the host that it asks for."""

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

UNKNOWN = "unknown"
"""In the place of an address that cannot be read; all such callers are one."""

_IPV6_LENGTH = 45
_LONGEST_ADDRESS = _IPV6_LENGTH + len("[]:65535") + 16
"""The longest IPv6 address in brackets with a port, and a zone."""

_WITH_PORT = re.compile(r"\[(?P<bracketed>[^\]]*)\](?::\d*)?|(?P<plain>[0-9.]+):\d*", re.ASCII)

_LONGEST_HOST = 255 + len(":65535")
_HOST = re.compile(
    r"(?:[A-Za-z0-9._~-]+|\[(?P<bracketed>[0-9A-Fa-f:.]+)\])(?::(\d{1,5}))?", re.ASCII
)
_MAX_PORT = 65_535


def address_from_text(text: str) -> str:
    """An IP address as it is usually written, or UNKNOWN.

    Proxies write some with a port, in brackets or with a zone, which are left out. An IPv4 address
    that was mapped into IPv6 is an IPv4 address.
    """
    return _address(text) if len(text) <= _LONGEST_ADDRESS else UNKNOWN


@lru_cache(maxsize=4096)
def _address(text: str) -> str:
    found = _WITH_PORT.fullmatch(text)
    bare = (found["bracketed"] or found["plain"]) if found else text
    try:
        address = ip_address((bare or "").partition("%")[0])
    except ValueError:
        return UNKNOWN
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def is_host(text: str) -> bool:
    """Whether a text is a host, with or without a port, and nothing more."""
    return len(text) <= _LONGEST_HOST and _is_host(text)


@lru_cache(maxsize=1024)
def _is_host(text: str) -> bool:
    found = _HOST.fullmatch(text)
    if found is None or int(found[2] or 0) > _MAX_PORT:
        return False
    if found["bracketed"] is None:
        return True
    try:
        IPv6Address(found["bracketed"])
    except ValueError:
        return False
    return True
