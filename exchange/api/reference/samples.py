"""A sound example of any value the OpenAPI document describes: known by its name, else made from its schema."""

from collections.abc import Mapping
from typing import Any

# What a field of this name usually holds; everything else follows from its schema.
_KNOWN: dict[str, Any] = {
    "address": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    "amount": "250.00",
    "amount_fiat": "250.00",
    "asset": "ETH",
    "code": "8F3K7Q2M",
    "country": "DE",
    "currency": "EUR",
    "delivery_id": "msg_0c5b2f8e6a1d4a0e9c582f4d3b1f7a2f",
    "events": ["trade.funded", "trade.paid"],
    "findings": "The bank's receipt shows that the buyer paid a part in time. " * 3,
    "fallback_buyer_bps": 5000,
    "id": "8F3K7Q2M",
    "lifetime": 7_776_000,
    "max_fiat": "500.00",
    "message": "localhost:8000 wants you to sign in with your Ethereum account: …",
    "method": "sepa-instant",
    "methods": ["sepa-instant"],
    "min_fiat": "50.00",
    "msg": {"v": 1, "trade": "8F3K7Q2M", "n": 1, "ct": "…"},
    "name": "My bot",
    "networks": ["203.0.113.0/24"],
    "note": "Answers fast",
    "price": {"type": "fixed", "value": "3000.00"},
    "scopes": ["offers:read", "trades:read"],
    "since": "2026-11-01",
    "slug": "sepa-instant",
    "statement": "I sent 250.00 EUR by SEPA Instant at 14:10 and have the receipt of my bank with name and time. " * 2,
    "terms_text": "I answer within minutes.",
    "total_asset": "1",
    "trade": "8F3K7Q2M",
    "until": "2026-12-01",
    "url": "https://bot.example/parley",
    "valid_until": 4_000_000_000,
}
_SIGNATURE = "0x" + "11" * 65
# Which of several branches an example takes: the first that is not null.
_DEEPEST = 6


def sample(schema: Mapping[str, Any], schemas: Mapping[str, Any], *, name: str = "", depth: int = 0) -> Any:
    """Return a value that `schema` allows; of an object only what is required, or what tells most."""
    schema = resolved(schema, schemas)
    if name in _KNOWN and not (name == "message" and schema.get("type") == "object"):
        return _KNOWN[name]
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        wanted = schema.get("required") or list(schema.get("properties", {}))[:2]
        parts = {part: schema["properties"][part] for part in wanted if depth < _DEEPEST}
        return {part: sample(inner, schemas, name=part, depth=depth + 1) for part, inner in parts.items()}
    if kind == "array":
        return [sample(schema["items"], schemas, depth=depth + 1)]
    if kind in {"integer", "number"}:
        return schema.get("default", schema.get("minimum", 1))
    if kind == "boolean":
        return schema.get("default", False)
    return _text(schema)


def resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema without references, its first branch that is not null."""
    while True:
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rpartition("/")[2]]
            continue
        branches = [branch for branch in schema.get("anyOf", schema.get("oneOf", ())) if branch.get("type") != "null"]
        if not branches:
            return schema
        schema = branches[0]


def _text(schema: Mapping[str, Any]) -> str:
    pattern = str(schema.get("pattern", ""))
    if "examples" in schema:
        return str(schema["examples"][0])
    if pattern.startswith("^0x([0-9a-fA-F]{2})"):
        return _SIGNATURE
    for length in (40, 64, 128):
        if f"{{{length}}}" in pattern:
            return ("0x" if pattern.startswith("^0x") else "") + "22" * (length // 2)
    return "text"
