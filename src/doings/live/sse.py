"""The wire of `text/event-stream`: events as bytes, each whole."""

import msgspec

MEDIA_TYPE = "text/event-stream"

HEADERS = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""No proxy may keep the answer, nor wait for its end before it passes it on."""


RETRY_MS = 2000
"""After how many milliseconds a browser connects again."""

BEGINNING = f"retry: {RETRY_MS}\n: this is the feed of changes, one event for each\n\n".encode()

_ENCODER = msgspec.json.Encoder()


def event(name: str, data: object, position: str | None = None) -> bytes:
    """An event; its data is one line of JSON."""
    # Stored JSON may have line ends between its parts, never within a text.
    line = _ENCODER.encode(data).replace(b"\n", b" ").replace(b"\r", b" ")
    head = f"event: {name}\n" if position is None else f"id: {position}\nevent: {name}\n"
    return b"%bdata: %b\n\n" % (head.encode(), line)


def position_event(position: str) -> bytes:
    """Up to this position nothing was missed."""
    return event("position", {}, position)


def reset_event(position: str) -> bytes:
    """The reader was somewhere else; the stream goes on from this position."""
    return event("reset", {"position": position}, position)


def closing_event(reason: str) -> bytes:
    """The last event: why the stream ends."""
    return event("closing", {"reason": reason})
