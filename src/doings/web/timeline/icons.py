"""Which icon of `static/icons.svg` stands for a kind, and the tone that it is shown in."""

from typing import NamedTuple


class Icon(NamedTuple):
    """The id of a symbol, and a tone, which is the name of a colour in `timeline.css`."""

    name: str
    tone: str


_BY_NOUN = {
    "encounter": Icon("people", "warm"),
    "contact": Icon("person", "cool"),
    "guest_account": Icon("person", "cool"),
    "membership": Icon("card", "cool"),
    "segment": Icon("folder", "plain"),
    "consent": Icon("check", "green"),
    "details": Icon("swap", "violet"),
    "authorization": Icon("key", "violet"),
    "text": Icon("speech", "cool"),
    "text_message": Icon("phone", "cool"),
    "email": Icon("envelope", "cool"),
    "call": Icon("phone", "warm"),
    "note": Icon("note", "amber"),
    "file": Icon("clip", "plain"),
    "form_result": Icon("list", "plain"),
    "appointment": Icon("calendar", "violet"),
    "booking": Icon("clock", "violet"),
    "conference_registration": Icon("ticket", "violet"),
    "event": Icon("horn", "violet"),
    "invoice": Icon("receipt", "green"),
    "payment": Icon("coin", "green"),
    "payment_method": Icon("coin", "green"),
    "plan": Icon("swap", "green"),
    "drop_in_pass": Icon("ticket", "green"),
    "resource": Icon("place", "plain"),
    "allocation": Icon("place", "plain"),
    "checkin": Icon("door", "warm"),
}

OTHER = Icon("dot", "plain")
"""For kinds of the caller's own."""


def icon_of(kind: str) -> Icon:
    """The icon of a kind goes by its noun."""
    return _BY_NOUN.get(kind.partition(".")[0], OTHER)
