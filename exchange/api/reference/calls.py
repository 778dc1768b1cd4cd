"""The OpenAPI document as a reader wants it: calls in groups, each with what it takes, gives and refuses."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

import orjson
from django.utils.text import slugify

from exchange.api.reference import snippets
from exchange.api.reference.samples import resolved, sample
from exchange.api.root import PREFIX, document


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that is sent or answered."""

    name: str
    type: str
    is_required: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One operation."""

    id: str
    method: str
    path: str
    title: str
    words: tuple[str, ...]
    scope: str | None
    is_public: bool
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    success: str
    answer: tuple[Field, ...]
    refusals: tuple[str, ...]
    request: snippets.Request

    @property
    def languages(self) -> tuple[tuple[str, str], ...]:
        """The call in each language."""
        asked = self.request
        return (
            ("curl", snippets.curl(asked)),
            ("Python", snippets.python(asked)),
            ("TypeScript", snippets.typescript(asked)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The calls of one subject."""

    name: str
    slug: str
    calls: tuple[Call, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Return all calls by subject, in the order of the routes; the document does not change while we run."""
    told: dict[str, Any] = orjson.loads(document())
    schemas = told["components"]["schemas"]
    found: dict[str, list[Call]] = {}
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            call = _call(method.upper(), path.removeprefix(PREFIX), operation, schemas)
            found.setdefault(operation["tags"][0], []).append(call)
    return tuple(Group(name=name, slug=slugify(name), calls=tuple(calls)) for name, calls in found.items())


def group_called(slug: str) -> Group | None:
    """Return the group with this address."""
    return next((group for group in groups() if group.slug == slug), None)


def _call(method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Call:
    parameters = operation.get("parameters", [])
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = content.get("schema")
    success = next(status for status in operation["responses"] if status < "400")
    told: Iterable[Mapping[str, Any]] = operation["responses"][success].get("content", {}).values()
    answer = next((media["schema"] for media in told), None)
    scopes = next(way["BearerToken"] for way in operation["security"] if "BearerToken" in way)
    is_public = {} in operation["security"]
    return Call(
        id=operation["operationId"],
        method=method,
        path=path,
        title=operation["operationId"].replace("_", " ").capitalize(),
        words=tuple(" ".join(part.split()) for part in operation["description"].split("\n\n")),
        scope=scopes[0] if scopes else None,
        is_public=is_public,
        parameters=tuple(_parameter(one, schemas) for one in parameters),
        body=tuple(_fields(body, schemas)) if body else (),
        success=success,
        answer=tuple(_fields(answer, schemas)) if answer else (),
        refusals=tuple(status for status in operation["responses"] if status >= "400"),
        request=snippets.Request(
            method=method,
            path=_filled(path, parameters, schemas),
            query=urlencode([(one["name"], _example(one, schemas)) for one in parameters if _is_asked(one)]),
            body=sample(body, schemas) if body else None,
            has_key=any(one["in"] == "header" for one in parameters),
            with_token=not is_public,
        ),
    )


def _is_asked(parameter: Mapping[str, Any]) -> bool:
    # What is needed, and what makes an example speak: the book's side and amount.
    return parameter["in"] == "query" and (parameter.get("required") or parameter["name"] in {"side", "amount_fiat"})


def _filled(path: str, parameters: list[Any], schemas: Mapping[str, Any]) -> str:
    for one in parameters:
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", str(_example(one, schemas)))
    return path


def _example(parameter: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    if parameter["name"] == "action":
        return "mark_paid"
    if parameter["in"] == "path" and parameter["name"] == "name":
        return "kQ3vR8sT2uW5xY7z"
    return sample(parameter["schema"], schemas, name=parameter["name"])


def _parameter(one: Mapping[str, Any], schemas: Mapping[str, Any]) -> Field:
    words = one.get("description") or one["schema"].get("description", "")
    type_ = f"{_type(one['schema'], schemas)}, in the {one['in']}"
    return Field(name=one["name"], type=type_, is_required=bool(one.get("required")), words=words)


def _fields(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[Field]:
    whole = resolved(schema, schemas)
    required = set(whole.get("required", ()))
    for name, part in whole.get("properties", {}).items():
        words = part.get("description") or resolved(part, schemas).get("description", "")
        yield Field(name=name, type=_type(part, schemas), is_required=name in required, words=" ".join(words.split()))


def _type(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches:
        return " or ".join(dict.fromkeys(_type(branch, schemas) for branch in branches))
    if "const" in schema or "enum" in schema:
        return " | ".join(orjson.dumps(one).decode() for one in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'], schemas)}"
    return str(schema.get("type", "any"))
