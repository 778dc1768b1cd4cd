"""A client of the API that holds every answer to the OpenAPI document."""

import json
import re
import uuid
from functools import cache
from typing import Any, cast

import jsonschema
from django.http import HttpResponse
from django.test import Client

from exchange.accounts.actions import issue_token
from exchange.accounts.models import Account
from exchange.accounts.tokens import SCOPES
from exchange.api.root import api
from exchange.core import clock

BASE = "/api/v1"


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document as a client reads it."""
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=BASE)))
    return found


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    # Literal paths first: `/me/offers` before `/{x}/offers`.
    paths = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path) for path in paths]


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """Return the operation that a request meets, None when there is none."""
    for pattern, template in _patterns():
        if pattern.match(path.partition("?")[0]):
            found: dict[str, Any] | None = document()["paths"][template].get(method.lower())
            if found is not None:
                return found
    return None


def check_answer(method: str, path: str, response: HttpResponse) -> None:
    """Assert that the document allows this answer: its status, its media type and its body."""
    operation = operation_of(method, path)
    if operation is None or response.status_code in {304, 405, 500}:
        return
    described = operation["responses"].get(str(response.status_code))
    assert described is not None, f"{method} {path} answers {response.status_code}, which is not in the document"
    if "content" not in described:
        assert response.content == b""
        return
    media = response["Content-Type"].partition(";")[0]
    assert media in described["content"], f"{media} is not in {list(described['content'])}"
    if media in {"application/octet-stream", "text/csv"}:
        return
    schema = {**described["content"][media]["schema"], "components": document()["components"]}
    jsonschema.Draft202012Validator(schema).validate(json.loads(response.content))


def token_for(account: Account, *scopes: str) -> str:
    """Return a bearer token of an account, with these scopes or all."""
    from datetime import timedelta

    wanted = scopes or SCOPES
    return issue_token(account, name="test", scopes=wanted, lifetime=timedelta(days=1), now=clock.now())[1]


class Api:
    """Calls the API as one account, or as a stranger."""

    def __init__(self, account: Account | None = None, *scopes: str, token: str | None = None) -> None:
        self.http = Client(raise_request_exception=False)
        self.token = token or (token_for(account, *scopes) if account else None)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Make a call and return the response; a `body` that is bytes is sent as it is."""
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        media = headers.pop("content_type", "application/json")
        response = self.http.generic(method, BASE + path, content, content_type=media, headers=headers)
        answer = cast("HttpResponse", response)
        check_answer(method, BASE + path, answer)
        return answer

    def get(self, path: str, *, expect: int = 200, **headers: str) -> Any:
        """GET and return the JSON."""
        return self._expect("GET", path, None, expect, headers)

    def post(self, path: str, body: Any = None, *, expect: int = 200, **headers: str) -> Any:
        """POST with an idempotency key and return the JSON."""
        headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        return self._expect("POST", path, body, expect, headers)

    def put(self, path: str, body: Any, *, expect: int = 200, **headers: str) -> Any:
        """PUT and return the JSON."""
        return self._expect("PUT", path, body, expect, headers)

    def patch(self, path: str, body: Any, *, expect: int = 200, **headers: str) -> Any:
        """PATCH and return the JSON."""
        return self._expect("PATCH", path, body, expect, headers)

    def delete(self, path: str, *, expect: int = 204, **headers: str) -> Any:
        """DELETE and return the JSON, None when there is none."""
        return self._expect("DELETE", path, None, expect, headers)

    def _expect(self, method: str, path: str, body: Any, status: int, headers: dict[str, str]) -> Any:
        response = self(method, path, body, **headers)
        assert response.status_code == status, f"{method} {path}: {response.status_code} {response.content.decode()}"
        return json.loads(response.content) if response.content else None
