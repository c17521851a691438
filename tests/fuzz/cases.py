"""Requests thought up from the route tables, by a seed: odd ones, and among them good ones.

Ids, cursors and ETags that answers held are used again, so that changes of changes are tried.
"""

import gzip
import zlib
from collections.abc import Callable
from functools import partial
from random import Random
from urllib.parse import quote, urlencode

import msgspec

from doings.httpkit.surface import Operation
from tests.fuzz.examples import Document, Key, example_of, operations, places, with_value
from tests.fuzz.values import HEADER_VALUES, JSON_VALUES, TEXTS
from tests.fuzz.world import ENTITIES, Answer, Case, Headers

KEPT = 40
"""How many values of a name are kept to be used again."""

OFTEN_GOOD = (0, 0, 0.05, 0.05, 0.2, 0.6)
"""How odd a case is: what is odd everywhere is refused at the door, and tries nothing behind it."""

NOT_FOUND = 404

RARELY = 0.05
"""How often something is deleted: what is gone can be tried no more."""

_GZIP: Callable[[bytes], bytes] = partial(gzip.compress, mtime=0)
"""Without the time, as the same seed makes the same cases."""

CODINGS: dict[bytes, Callable[[bytes], bytes]] = {b"deflate": zlib.compress, b"gzip": _GZIP}

OFTEN_KNOWN = 0.85
"""How often a value that an answer held is preferred."""

LARGEST = 100_000
"""Bytes of the longest answer that is looked through."""

PARTS: dict[str, tuple[str, ...]] = {
    "space": ("acme",) * 8 + ("www", "other"),
    "org_id": ("c", "acme", "1"),
    "type": ("contact", "contact", "membership", "user", "individual", "activity_type", "x"),
    "id": ("1", "8", "m1", "u1", "3", "zoë/100%"),
    "contact_id": ("8", "zoë/100%"),
    "origin": ("phone", "api", "interaction"),
    "external_id": ("7", "zoë/100%"),
}
"""Good values of the variable parts of paths, besides those that answers held."""

VALUES: dict[str, tuple[str, ...]] = {
    "wait": ("0", "", "-1", "61", "x"),
    "clientId": ("8", "r1"),
    "appointmentId": ("a1",),
    "link": ("contact:8", "user:u1", "contact:zoë/100%"),
    "actor": ("user:u1",),
    "entity": ("i1", "acme"),
    "id": ("t1",),
    "cifcode": ("X1",),
    "source_ids": ("m1", "m1,8"),
    "from": ("2026-03-01", "2026/03/01"),
    "to": ("2026-03-02", "2026/03/02 10:00"),
    "last": ("3", "500"),
    "q": ("summary", "anna*", '"some text"'),
    "query": ("jim",),
    "types": ("text,encounter", "note_created"),
    "take": ("5",),
    "limit": ("5", "100"),
    "page": ("1", "2"),
    "kind": ("note.created", "note.*", "text.posted,email.created"),
    "origin": ("api", "phone"),
    "external_id": ("7", "t1"),
    "level": ("WARN", "ERROR"),
    "channel": ("admin",),
    "since": ("2026-01-01", "2026-01-01T00:00:00Z"),
    "until": ("2027-01-01", "9999-12-29T00:00:00Z"),
    "order": ("asc", "desc"),
    "cursor": ("x",),
    "next": ("x",),
    "after": ("0", "5"),
    "by": ("day", "kind"),
    "bom": ("true", "false"),
    "atomic": ("true", "false"),
    "on_repeat": ("keep", "replace"),
    "agendize sort": ("asc", "desc"),
    "monica sort": ("created_at", "-updated_at", "-called_at"),
    "agendize type": ("note", "appointment"),
    "invent type": ("note_added", "contact_blocked"),
    "native type": ("contact", "!contact", "segment,user"),
    "access_token": ("",),
    "apiKey": ("",),
    "apikey": ("",),
    "token": ("",),
}
"""Good values of parameters. No request may wait, which would take the time of many."""

ALWAYS = {"agendize": ("clientId",), "cobot": ("last", "source_ids", "from")}
"""Parameters of which a list takes one at least."""

LISTS = ("data", "items", "activities")
"""Members of answers that hold what the answer is about."""

NAMES = {"next": "cursor", "prev": "cursor"}
"""Members whose values are those of another parameter."""

WANTED = frozenset({"id", "key", "external_id"})

STEPS = frozenset({"accept", "decline", "complete", "cancel"})


class Thinker:
    """Thinks up one case after the other; the same seed and answers make the same cases."""

    def __init__(self, seed: int, own_key: str) -> None:
        self._random = Random(seed)
        self._operations = list(operations())
        self._weights = [RARELY if key[1] == "DELETE" else 1 for key, _ in self._operations]
        self._group = self._answered = ""
        self._used: list[tuple[str, str]] = []
        self._own_key = own_key
        self._known: dict[str, list[str]] = {}

    def case(self) -> Case:
        """The next one."""
        random = self._random
        self._oddness = random.choice(OFTEN_GOOD)
        ((key, operation),) = random.choices(self._operations, self._weights)
        surface, method, path = key
        self._group, self._answered = _groups_of(path)
        self._used = []
        headers, body = self._headers_and_body(key, operation)
        return Case(
            surface=surface,
            method=random.choice(METHODS) if self._is_odd(0.1) else method,
            path=self._path(path),
            query=self._query(surface, operation),
            headers=headers,
            body=body,
            is_signed_in=not self._is_odd(0.05),
        )

    def _is_odd(self, share: float = 1) -> bool:
        """Whether the next part of this case is to be odd; of some parts only a share is."""
        return self._random.random() < self._oddness * share

    def learn(self, answer: Answer) -> None:
        """Keep the ids and cursors of an answer, and forget what is not there."""
        if answer.status == NOT_FOUND:
            for name, value in self._used:
                if value in self._known[name]:
                    self._known[name].remove(value)
        if cursor := answer.headers.get("pagination-next"):
            self._keep("next", cursor)
        if etag := answer.headers.get("etag"):
            self._keep("etag", etag)
        if not answer.headers.get("content-type", "").startswith("application/json"):
            return
        if 0 < len(answer.body) < LARGEST and answer.status < 400:
            self._learn(msgspec.json.decode(answer.body))

    def _learn(self, document: Document) -> None:
        if not isinstance(document, list):
            for name, parameter in NAMES.items():
                if cursor := document.get(name):
                    self._keep(parameter, str(cursor))
            document = next((document[name] for name in LISTS if name in document), document)
        for item in document if isinstance(document, list) else [document]:
            for name in WANTED.intersection(item):
                self._keep(f"{self._answered} id" if name == "id" else name, str(item[name]))
            if "id" in item and str(item.get("kind")).startswith(("details.", "authorization.")):
                self._keep(INTERACTION, item["id"])

    def _keep(self, name: str, value: str) -> None:
        if value == self._own_key:
            return  # else the run would end with this credential
        kept = self._known.setdefault(name, [])
        if value in kept:
            return
        if len(kept) < KEPT:
            kept.append(value)
        else:
            kept[self._random.randrange(KEPT)] = value

    def _path(self, path: str) -> bytes:
        if "{type}/{id}" in path and not self._is_odd():
            key = "/".join([quote(part, safe="") for part in self._random.choice(list(ENTITIES))])
            path = path.replace("{type}/{id}", key)
        segments = [self._segment(part) for part in path.encode().split(b"/")]
        if self._is_odd(0.1):
            segments.insert(self._random.randrange(1, len(segments) + 1), self._odd())
        return b"/".join(segments) or b"/"

    def _segment(self, part: bytes) -> bytes:
        if not part.startswith(b"{"):
            return self._odd() if self._is_odd(0.03) else part
        name = part[1:-1].decode()
        if self._is_odd():
            return self._odd().replace(b"/", b"%2F")
        return quote(self._value(self._grouped(name), PARTS.get(name, ("none",))), safe="").encode()

    def _grouped(self, name: str) -> str:
        """Ids are those of what the path is about: of contacts, or of activities."""
        return f"{self._group} id" if name in {"id", "activity"} else name

    def _value(self, name: str, good: tuple[str, ...]) -> str:
        known = self._known.get(name)
        if known and self._random.random() < OFTEN_KNOWN:
            self._used.append((name, self._random.choice(known)))
            return self._used[-1][1]
        return self._random.choice(good)

    def _odd(self) -> bytes:
        return self._random.choice(TEXTS)

    def _query(self, surface: str, operation: Operation) -> bytes:
        random = self._random
        known = sorted(operation.parameters.lists | operation.parameters.singles)
        names = random.sample(known, min(len(known), random.choice((0, 0, 1, 1, 2, 3))))
        needed = [name for name in ALWAYS.get(surface, ()) if name in known]
        if needed and not self._is_odd():
            names.append(random.choice(needed))
        if self._is_odd(0.2):
            names.append("_unknown")
        pairs = [self._pair(surface, name) for name in names]
        more = random.choice((b"&", b"=", b"&&%", b"&a")) if self._is_odd(0.1) else b""
        return b"&".join(pairs) + more

    def _pair(self, surface: str, name: str) -> bytes:
        brackets = self._random.choice(("[]", "[0]", "[a]", "[")) if self._is_odd(0.3) else ""
        return f"{name}{brackets}=".encode() + self._parameter(surface, name)

    def _parameter(self, surface: str, name: str) -> bytes:
        good = VALUES.get(f"{surface} {name}") or VALUES.get(name)
        if name != "wait" and (good is None or self._is_odd()):
            return self._odd()
        return quote(self._value(name, good or ("",))).encode()

    def _headers_and_body(self, key: Key, operation: Operation) -> tuple[Headers, bytes]:
        random = self._random
        headers: Headers = []
        for name in random.sample(sorted(HEADER_VALUES), 2 * self._is_odd()):
            headers.append((name, random.choice(HEADER_VALUES[name])))
        if "etag" in self._known and random.random() < 0.05:
            condition = random.choice((b"if-match", b"if-none-match"))
            headers.append((condition, random.choice(self._known["etag"]).encode("latin-1")))
        example = example_of(key, operation)
        if example is None:
            return headers, random.choice(JSON_VALUES) if self._is_odd(0.1) else b""
        media_type, body = self._body(example)
        if not self._is_odd(0.1):
            headers.append((b"content-type", media_type))
        if self._is_odd(0.1):
            coding, compress = random.choice(((b"gzip", _GZIP), (b"deflate", zlib.compress)))
            headers.append((b"content-encoding", coding))
            body = compress(body)
        return headers, self._broken(body) if self._is_odd(0.2) else body

    def _body(self, example: Document) -> tuple[bytes, bytes]:
        """The media type and the bytes of a body that is like the example."""
        random = self._random
        draw = random.random()
        if draw < 0.05 and isinstance(example, dict):
            return b"application/x-www-form-urlencoded", self._form(example)
        if draw < 0.07 and isinstance(example, dict):
            return b"multipart/form-data; boundary=xx", self._multipart(example)
        body = self._json(example)
        if draw < 0.1 and isinstance(example, list):
            return b"application/x-ndjson", body
        if isinstance(example, list) and draw < 0.6:
            lines = [self._json(example[0]) for _ in range(random.choice((1, 2, 5)))]
            return b"application/x-ndjson", b"\n".join(lines)
        return b"application/json", body

    def _json(self, example: Document) -> bytes:
        """The example with a few values replaced, or members left out."""
        random = self._random
        document = self._smaller(example) if random.random() < 0.6 else example
        if random.random() < 0.2:
            document = self._renewed(document)
        if random.random() < 0.3:
            return msgspec.json.encode(document)
        place = random.choice(list(places(document)))
        return with_value(document, place, random.choice(JSON_VALUES))

    def _smaller(self, document: Document) -> Document:
        if not isinstance(document, dict):
            return document
        return {name: value for name, value in document.items() if self._random.random() < 0.8}

    def _renewed(self, document: Document) -> Document:
        """The document with ids that answers held."""
        if isinstance(document, list):
            return [self._renewed(value) for value in document]
        if isinstance(document, dict):
            return {
                name: self._value(name, (value,))
                if isinstance(value, str)
                else self._renewed(value)
                for name, value in document.items()
            }
        return document

    def _form(self, example: Document) -> bytes:
        pairs = [(name, self._odd()) for name in self._smaller(example)]
        pairs += [(f"{name}[]", b"1") for name in example if self._random.random() < 0.1]
        return urlencode(pairs).encode() if self._random.random() < 0.9 else self._odd()

    def _multipart(self, example: Document) -> bytes:
        parts = [
            b'--xx\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
            % (name.encode(), self._odd())
            for name in self._smaller(example)
        ]
        return b"".join(parts) + b"--xx--\r\n"

    def _broken(self, body: bytes) -> bytes:
        """The body cut off, or with some of its bytes replaced."""
        random = self._random
        if random.random() < 0.5 or not body:
            return body[: random.randrange(len(body) + 1)]
        at = random.randrange(len(body))
        return body[:at] + random.randbytes(random.choice((1, 1, 4))) + body[at + 1 :]


INTERACTION = "interaction id"
"""The ids of activities that take steps."""


def _groups_of(path: str) -> tuple[str, str]:
    """The mount of a path with what the ids in it are ids of, and with what its answer is about."""
    mount, *words = [part for part in path.split("/") if part and not part.startswith("{")]
    named = [word for word in words if word in GROUPS] or words[-1:] or [""]
    about = f"{mount} {named[-1]}"
    return ("interaction" if words[-1:] and words[-1] in STEPS else f"{mount} {named[0]}"), about


GROUPS = frozenset({"activities", "contacts", "entities"})
"""Where ids are those of this part of a path, although others follow."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW")
