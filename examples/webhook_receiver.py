"""Receives what a webhook delivers: verifies each delivery, and handles each event once.

DOINGS_WEBHOOK_SECRET=whsec_… python examples/webhook_receiver.py
"""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

PORT = int(os.environ.get("PORT", "9000"))
SEEN: set[str] = set()
"""The ids of deliveries that were handled: one may come again. A real app keeps them for days."""


def handle(event: str, body: dict[str, object]) -> None:
    """What your app does with an event."""
    print(event, json.dumps(body), flush=True)


class Handler(BaseHTTPRequestHandler):
    """Answers quickly: what takes long belongs into a queue, as a slow answer is tried again."""

    def do_POST(self) -> None:
        """Answer 204 for what is handled, 400 for what does not come from the webhook."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            delivery = Webhook(os.environ["DOINGS_WEBHOOK_SECRET"]).verify(body, dict(self.headers))
        except WebhookVerificationError:
            self.send_response(400)
            self.end_headers()
            return
        if self.headers["webhook-id"] not in SEEN:
            SEEN.add(self.headers["webhook-id"])
            handle(delivery["type"], delivery["data"])
        self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
