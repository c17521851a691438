"""The timeline on a page of your own: your server asks for a viewer token, the page shows it.

python examples/embed.py 8
"""

import os
import sys
from html import escape
from http.server import BaseHTTPRequestHandler, HTTPServer
from string import Template

import httpx

PORT = int(os.environ.get("PORT", "9001"))
PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A customer</title>
<script src="$url/embed.js" async></script>
<h1>What happened</h1>
<doings-timeline src="$url" entity="$entity" token="$token" theme="auto"></doings-timeline>
</html>
""")


def page(entity: str, origin: str) -> str:
    """The page, with a token that reads this one timeline from this origin for an hour."""
    url = os.environ["DOINGS_URL"]
    asked = {"entity": entity, "origins": [origin], "expires_in": 3600}
    signed_in = {"Authorization": f"Bearer {os.environ['DOINGS_SECRET']}"}
    answer = httpx.post(f"{url}/v1/viewer-tokens", json=asked, headers=signed_in)
    token = answer.raise_for_status().json()["token"]
    return PAGE.substitute(url=url, entity=escape(entity), token=token)


class Handler(BaseHTTPRequestHandler):
    """Shows the page; a real app would look first who is asking."""

    def do_GET(self) -> None:
        """Answer with a new page, and so with a new token."""
        body = page(f"contact:{sys.argv[1]}", f"http://{self.headers['Host']}").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
