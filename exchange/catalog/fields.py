"""The details a payee has to give for a payment method, in the order a form shows them, and their check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from exchange.catalog.models import PaymentMethod
from exchange.core.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountField:
    """One input: `pattern` is an ECMA-262 expression for the whole value, `choices` is empty for free text."""

    name: str
    title: str
    help: str
    required: bool
    pattern: str
    max_length: int | None
    example: str
    choices: tuple[str, ...]


def ordered_fields(method: PaymentMethod) -> list[AccountField]:
    """Return the fields of `method`; bank methods begin with the account holder."""
    schema = method.account_fields
    return [_field(name, schema["properties"][name], schema["required"]) for name in schema["propertyOrder"]]


def check_details(method: PaymentMethod, details: Mapping[str, Any]) -> None:
    """Raise `Invalid` naming each field of `details` that does not fit the method's schema."""
    problems: dict[str, str] = {}
    for error in Draft202012Validator(method.account_fields).iter_errors(dict(details)):
        if error.validator == "required":
            missing = [name for name in method.account_fields["required"] if name not in details]
            problems |= {f"/{name}": "This is needed." for name in missing}
        elif error.validator == "additionalProperties":
            extra = set(details) - set(method.account_fields["properties"])
            problems |= {f"/{name}": "This method has no such field." for name in sorted(extra)}
        else:
            name = str(error.absolute_path[0]) if error.absolute_path else ""
            problems[f"/{name}"] = _words(method.account_fields["properties"].get(name, {}))
    if problems:
        raise Invalid(fields=problems)


def _field(name: str, schema: Mapping[str, Any], required: list[str]) -> AccountField:
    return AccountField(
        name=name,
        title=schema["title"],
        help=schema.get("description", ""),
        required=name in required,
        pattern=schema.get("pattern", ""),
        max_length=schema.get("maxLength"),
        example=(schema.get("examples") or [""])[0],
        choices=tuple(schema.get("enum", ())),
    )


def _words(schema: Mapping[str, Any]) -> str:
    example = (schema.get("examples") or schema.get("enum") or [""])[0]
    return f"Write it like this: {example}." if example else "This cannot be used."
