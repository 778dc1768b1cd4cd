"""The OpenAPI 3.1 document: what ninja derives from the views, completed with security, headers and problems."""

from typing import Any

from exchange.accounts.tokens import SCOPES
from exchange.api.examples import PROBLEM_SCHEMA
from exchange.api.idempotency import HEADER

_IDEMPOTENCY_KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "Any text of yours, 1 to 128 visible characters: sending the call again with it does nothing twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}
_SECURITY_SCHEMES = {
    "BearerToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token from POST /auth/siwe or POST /tokens. Scopes: " + ", ".join(SCOPES) + ".",
    },
    "BrowserSession": {
        "type": "apiKey",
        "in": "cookie",
        "name": "parley_session",
        "description": "Set by POST /auth/siwe. Unsafe calls also need the header X-CSRFToken.",
    },
}


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Return the finished document."""
    document["components"].setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    document["components"]["securitySchemes"] = _SECURITY_SCHEMES
    for path in document["paths"].values():
        for operation in path.values():
            _complete_operation(operation)
    return document


def _complete_operation(operation: dict[str, Any]) -> None:
    public, scope, unsafe = (operation.pop(name) for name in ("x-public", "x-scope", "x-unsafe"))
    token: dict[str, list[str]] = {"BearerToken": [scope] if scope else []}
    operation["security"] = [{}, token] if public else [token, {"BrowserSession": []}]
    if unsafe and not public:
        operation["parameters"] = [*operation.get("parameters", []), _IDEMPOTENCY_KEY]
    operation["responses"] = {str(status): value for status, value in sorted(operation["responses"].items())}
