"""Makes a typed client of the native API from its own description: one file, which needs httpx.

python examples/typed_client.py http://127.0.0.1:8000/v1/openapi.json > doings_client.py

Each schema becomes a TypedDict, each operation a method under its operationId. Streams are left
out. It fails for a description with something that it does not know, so that nothing is lost.
"""

import json
import keyword
import re
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

HEAD = '''"""A client of the native API of Doings {version}, made by examples/typed_client.py."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Literal, NotRequired, TypedDict
from urllib.parse import quote

import httpx


class Problem(Exception):
    """What the server refused, as RFC 9457 has it; status 304 is what an ETag says is unchanged."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        super().__init__(document.get("detail") or document.get("title") or f"status {{status}}")
        self.status = status
        self.document = document


'''

CLIENT = '''
class Doings:
    """A server, signed in to; `url` is where it is reached, without `{base}`."""

    def __init__(self, url: str, secret: str, *, http: httpx.Client | None = None) -> None:
        self._url = url.rstrip("/") + "{base}"
        # A long poll waits for a minute.
        self._http = http or httpx.Client(timeout=75)
        self._headers = {{"Authorization": f"Bearer {{secret}}"}}

    def __enter__(self) -> Doings:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def _ask(
        self,
        method: str,
        path: str,
        query: dict[str, Any],
        headers: dict[str, str | None],
        body: object = None,
        media_type: str | None = None,
    ) -> httpx.Response:
        sent = {{**self._headers, **{{n: v for n, v in headers.items() if v is not None}}}}
        if media_type is not None:
            sent["Content-Type"] = media_type
        answer = self._http.request(
            method,
            self._url + path,
            params={{name: value for name, value in query.items() if value is not None}},
            headers=sent,
            json=body,
        )
        if not answer.is_success:
            is_problem = "json" in answer.headers.get("Content-Type", "")
            raise Problem(answer.status_code, answer.json() if is_problem else {{}})
        return answer
'''

METHOD = '''
    def {name}(
        self,{parameters}
    ) -> {result}:
        """{doc}"""
        answer = self._ask(
            "{method}",
            {path},
            {{{query}}},
            {{{headers}}},{body}
        )
        {answer}
'''

ANSWERS = {
    "application/json": ("{}", "result: {} = answer.json()\n        return result"),
    "text/plain": ("str", "return answer.text"),
    "application/octet-stream": ("bytes", "return answer.content"),
}
"""How answers of a media type are typed and read."""

STREAM = "text/event-stream"

SIMPLE = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "object": "dict[str, Any]",
}


def type_of(schema: Json) -> str:
    """The type that a schema stands for; raises ValueError for one that is not known."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(type_of(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    return _plain_type(schema, schema.get("type"))


def _plain_type(schema: Json, named: str | list[str] | None) -> str:
    """The type of a schema that says what it is by `type`, or by nothing."""
    if isinstance(named, list):
        return " | ".join(_plain_type(schema, one) for one in named)
    if named == "array":
        return f"list[{type_of(schema.get('items', {}))}]"
    if named == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"dict[str, {type_of(schema['additionalProperties'])}]"
    if named is None and not {"oneOf", "allOf", "not"} & schema.keys():
        return "Any"
    if named not in SIMPLE:
        raise ValueError(f"a schema that is not known here: {schema}")
    return SIMPLE[named]


def typed_dict(name: str, schema: Json) -> str:
    """The class of an object, or an alias for anything else."""
    if schema.get("type") != "object" or "properties" not in schema:
        return f'{name} = "{type_of(schema)}"\n'
    required = set(schema.get("required", ()))
    types = {
        member: type_of(value) if member in required else f"NotRequired[{type_of(value)}]"
        for member, value in schema["properties"].items()
    }
    if any(not member.isidentifier() or keyword.iskeyword(member) for member in types):
        # A class cannot have a member of that name, so this form of the same is taken.
        pairs = ", ".join(f"{member!r}: {type_!r}" for member, type_ in types.items())
        return f"{name} = TypedDict({name!r}, {{{pairs}}})\n"
    members = [f"    {member}: {type_}" for member, type_ in types.items()] or ["    pass"]
    return f"class {name}(TypedDict):\n{_doc(schema)}" + "\n".join(members) + "\n"


def _doc(schema: Json) -> str:
    text = _one_line(schema.get("description") or "")
    return f'    """{text}"""\n\n' if text else ""


def _one_line(text: str) -> str:
    """The first sentence or so, as a docstring takes it."""
    return text.strip().partition("\n")[0].replace("\\", "\\\\").replace('"', "'")


def python_name(name: str) -> str:
    """A parameter's name as Python takes it."""
    plain = re.sub(r"\W", "_", name).lower()
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def methods(description: Json) -> Iterator[str]:
    """The methods of all operations but streams."""
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            answers = [
                media_type
                for status, response in operation["responses"].items()
                if status.startswith("2")
                for media_type in response.get("content", {})
            ]
            if STREAM not in answers:
                yield method_of(method, path, operation, answers)


def method_of(method: str, path: str, operation: Json, answers: list[str]) -> str:
    """One operation as a method."""
    given = operation.get("parameters", [])
    required = [one for one in given if one["in"] == "path"]
    optional = [one for one in given if one["in"] != "path"]
    signature = [f"{python_name(one['name'])}: {type_of(one['schema'])}" for one in required]
    media_type, body_type = _body(operation)
    if body_type is not None:
        signature.append(f"body: {body_type}")
    if optional:
        signature.append("*")
    signature += [
        f"{python_name(one['name'])}: {type_of(one['schema'])} | None = None" for one in optional
    ]
    result, answer = _result(operation, answers)
    text = METHOD.format(
        name=operation["operationId"],
        parameters="".join(f"\n        {one}," for one in signature),
        result=result,
        doc=_one_line(operation.get("summary") or operation["operationId"]),
        method=method.upper(),
        path=_path(path),
        query=_pairs(optional, "query"),
        headers=_pairs(optional, "header"),
        body="" if body_type is None else f"\n            body,\n            {media_type!r},",
        answer=answer,
    )
    return text if "answer" in answer else text.replace("        answer = self", "        self")


def _body(operation: Json) -> tuple[str | None, str | None]:
    contents = operation.get("requestBody", {}).get("content", {})
    for media_type, content in contents.items():
        if media_type.endswith("json") and "ndjson" not in media_type:
            return media_type, type_of(content["schema"])
    if contents:
        raise ValueError(f"a body that is not known here: {', '.join(contents)}")
    return None, None


def _result(operation: Json, answers: list[str]) -> tuple[str, str]:
    if not answers:
        return "None", "return None"
    media_type = next(one for one in ANSWERS if one in answers)
    schemas = [
        response["content"][media_type]["schema"]
        for status, response in operation["responses"].items()
        if status.startswith("2") and media_type in response.get("content", {})
    ]
    name = " | ".join(dict.fromkeys(map(type_of, schemas)))
    result, answer = ANSWERS[media_type]
    return result.format(name), answer.format(name)


def _path(path: str) -> str:
    parts = re.sub(
        r"\{(\w+)\}", lambda found: f'{{quote(str({python_name(found[1])}), safe="")}}', path
    )
    return f"f'{parts}'" if parts != path else f'"{path}"'


def _pairs(parameters: list[Json], place: str) -> str:
    names = [one["name"] for one in parameters if one["in"] == place]
    return ", ".join(f'"{name}": {python_name(name)}' for name in names)


def client_from(description: Json) -> str:
    """The text of the client; raises ValueError for a description that is not known."""
    schemas = description["components"]["schemas"]
    classes = [typed_dict(name, schema) for name, schema in schemas.items()]
    base = description["servers"][0]["url"]
    version = description["info"]["version"]
    return (
        HEAD.format(version=version)
        + "\n\n".join(classes)
        + "\n"
        + CLIENT.format(base=base)
        + "".join(methods(description))
    )


def main(source: str) -> None:
    """Print the client that a description, at an address or in a file, makes."""
    if source.startswith(("http://", "https://")):
        with urllib.request.urlopen(source) as answer:
            text = answer.read()
    else:
        text = Path(source).read_bytes()
    print(client_from(json.loads(text)), end="")


if __name__ == "__main__":
    main(*sys.argv[1:])
