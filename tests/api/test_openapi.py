"""The OpenAPI document: valid, complete, and the same for every client."""

import json
from typing import Any

import pytest
import schemathesis

from exchange.accounts.tokens import SCOPES
from tests.api.client import Api, document

OPERATIONS = [
    (method, path, operation)
    for path, methods in sorted(document()["paths"].items())
    for method, operation in sorted(methods.items())
]


def test_the_document_is_openapi_3_1() -> None:
    assert document()["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(document()).validate()


@pytest.mark.django_db
def test_the_document_is_served_and_can_be_revalidated() -> None:
    response = Api()("GET", "/openapi.json")
    assert json.loads(response.content) == document()
    assert Api()("GET", "/openapi.json", **{"If-None-Match": response["ETag"]}).status_code == 304


def test_every_reference_leads_somewhere() -> None:
    names = set(document()["components"]["schemas"])
    assert set(_references(document())) <= names


def test_operations_have_names_of_their_own() -> None:
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_says_what_it_does_and_shows_its_refusals(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    assert operation["description"]
    assert operation["tags"]
    assert {"400", "401", "422", "429", "503"} <= set(operation["responses"])
    for status, response in operation["responses"].items():
        if status >= "400":
            (media,) = response["content"].values()
            (example,) = media["examples"].values()
            assert example["value"]["status"] == int(status)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_says_who_may_call_it(method: str, path: str, operation: dict[str, Any]) -> None:
    token = next(way for way in operation["security"] if "BearerToken" in way)
    assert set(token["BearerToken"]) <= set(SCOPES)
    has_key = any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"])
    assert has_key == (method != "get" and {} not in operation["security"])


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"].rpartition("/")[2]] if isinstance(value.get("$ref"), str) else []
        return own + [name for part in value.values() for name in _references(part)]
    if isinstance(value, list):
        return [name for part in value for name in _references(part)]
    return []
