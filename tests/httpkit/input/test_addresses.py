"""Where a caller is and which host it asks for, as proxies and callers write it."""

import pytest

from doings.httpkit.input.addresses import UNKNOWN, address_from_text, is_host


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:80", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:c000:201]:9", "192.0.2.1"),
        ("unknown", UNKNOWN),
        ("_hidden", UNKNOWN),
        ("", UNKNOWN),
        ("[]:80", UNKNOWN),
        ("192.0.2.1.5", UNKNOWN),
        ("192.0.2.01", UNKNOWN),
        ("192.0.2.1:x", UNKNOWN),
        ("[2001:db8::1", UNKNOWN),
        ("a" * 100_000, UNKNOWN),
        ("1:2:3:4:5:6:7:8%" + "z" * 1000, UNKNOWN),
        ('"192.0.2.1"', UNKNOWN),
        ("١٩٢.0.2.1", UNKNOWN),
    ],
)
def test_an_address_is_read_as_proxies_write_it(text: str, address: str) -> None:
    """Without port, brackets and zone; what is no address is one and the same."""
    assert address_from_text(text) == address


@pytest.mark.parametrize(
    "host",
    ["example.org", "example.org:8000", "a_b", "127.0.0.1:1", "[::1]", "[2001:db8::1]:65535"],
)
def test_a_host_may_stand_in_a_link(host: str) -> None:
    """A name or an address, with or without a port."""
    assert is_host(host)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        'a"b',
        "a'b",
        "a<b",
        "a\nb",
        "a\r\nX: y",
        "a\tb",
        "a/b",
        "a?b",
        "a#b",
        "user@a",
        "a\\b",
        "a,b",
        "a%20b",
        "é",
        "a:",
        "a:b",
        "a:65536",
        "a:123456",
        ":80",
        "::1",
        "[::1",
        "[1.2.3.4]",
        "[::1]x",
        "[fe80::1%25eth0]",
        "a" * 300,
    ],
)
def test_nothing_else_may_stand_in_a_link(text: str) -> None:
    """Neither signs that end it nor a user, a path or a port that is none."""
    assert not is_host(text)
