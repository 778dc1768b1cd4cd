"""Reads `data/*.toml` and checks every line of it, so that a wrong fact stops a deployment, not a trade. Pure.

Methods name their details by the fields of `data/fields/`; here these become one JSON Schema (2020-12) per method.
jsonb forgets the order of members, so `propertyOrder` keeps it.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError

from exchange.catalog import countries, currencies
from exchange.catalog.models import Rail, Reversibility

# The token that stands on the local demo chain only.
DEMO_TOKEN = "demo"  # noqa: S105
FOLDER = Path(__file__).parent / "data"
SCHEMA = "https://json-schema.org/draft/2020-12/schema"
# A buyer needs at least ten minutes; a week is the longest an offer may give (`offers/windows.py`).
SHORTEST_WINDOW, LONGEST_WINDOW = 600, 7 * 86_400
_SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_SYMBOL = re.compile(r"^[A-Z0-9]{2,12}$")
Choice = TypeVar("Choice", Rail, Reversibility)
_BANK_RAILS = frozenset({Rail.BANK_TRANSFER, Rail.INSTANT_BANK})


class BadCatalog(Exception):
    """A fact in the data files is wrong; the message names file, entry and fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFacts:
    """One `[[asset]]`; `token` is "", "demo" or a contract's address."""

    symbol: str
    name: str
    token: str
    decimals: int
    is_stable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyFacts:
    """One currency code with what CLDR knows of it."""

    code: str
    name: str
    minor_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFacts:
    """One `[[method]]`, its field names resolved to a JSON Schema."""

    slug: str
    name: str
    rail: Rail
    reversibility: Reversibility
    currencies: tuple[str, ...]
    countries: tuple[str, ...]
    account_fields: Mapping[str, Any]
    payment_window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogFacts:
    """Everything the data files say."""

    assets: tuple[AssetFacts, ...]
    currencies: tuple[CurrencyFacts, ...]
    methods: tuple[MethodFacts, ...]


def read_catalog(folder: Path = FOLDER) -> CatalogFacts:
    """Return the facts below `folder`. Raises `BadCatalog` at the first that is wrong."""
    money = _read(folder / "currencies.toml")
    codes = tuple(money["codes"])
    _refuse_doubles("currencies.toml", codes)
    groups = money.get("countries", {})
    fields = _read_fields(folder / "fields")
    methods = tuple(
        _method(entry, file=file, fields=fields, codes=codes, groups=groups)
        for file in sorted((folder / "methods").glob("*.toml"))
        for entry in _entries(file)
    )
    _refuse_doubles("methods", [method.slug for method in methods])
    _refuse_doubles("methods", [method.name for method in methods])
    assets = tuple(_asset(entry) for entry in _read(folder / "assets.toml")["asset"])
    _refuse_doubles("assets.toml", [asset.symbol for asset in assets])
    return CatalogFacts(assets=assets, currencies=tuple(_currency(code) for code in codes), methods=methods)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadCatalog(f"{file.name}: {error}") from error


def _entries(file: Path) -> list[dict[str, Any]]:
    """Return the methods of one file; a rail at its top holds for all of them."""
    content = _read(file)
    shared = {"rail": content["rail"]} if "rail" in content else {}
    return [{**shared, **entry} for entry in content["method"]]


def _asset(entry: Mapping[str, Any]) -> AssetFacts:
    facts = AssetFacts(**entry)
    if not _SYMBOL.match(facts.symbol) or not 0 <= facts.decimals <= 18:
        raise BadCatalog(f"assets.toml: {facts.symbol}: a symbol has 2 to 12 capitals and digits, 0 to 18 decimals.")
    return facts


def _currency(code: str) -> CurrencyFacts:
    try:
        return CurrencyFacts(code=code, name=currencies.name_of(code), minor_units=currencies.minor_units_of(code))
    except LookupError as error:
        raise BadCatalog(f"currencies.toml: {code} is no currency of CLDR.") from error


def _method(
    entry: Mapping[str, Any],
    *,
    file: Path,
    fields: Mapping[str, Any],
    codes: tuple[str, ...],
    groups: Mapping[str, list[str]],
) -> MethodFacts:
    where = f"{file.name}: {entry.get('slug', '?')}"
    names = entry["fields"]
    unknown = [name for name in names if name.removesuffix("?") not in fields]
    served = codes if entry["currencies"] == ["*"] else tuple(entry["currencies"])
    places = tuple(_countries(entry["countries"], groups=groups, where=where))
    facts = MethodFacts(
        slug=entry["slug"],
        name=entry["name"],
        rail=_choice(Rail, entry["rail"], where=where),
        reversibility=_choice(Reversibility, entry["reversibility"], where=where),
        currencies=served,
        countries=places,
        account_fields={} if unknown else _schema(names, fields=fields),
        payment_window=entry["payment_window"],
    )
    faults = {
        f"unknown fields {unknown}": bool(unknown),
        "the slug is not kebab-case": not _SLUG.match(facts.slug),
        "the name has 1 to 64 characters": not 1 <= len(facts.name) <= 64,
        "no currency, a double one or one outside currencies.toml": (
            not served or len(set(served)) != len(served) or not set(served) <= set(codes)
        ),
        "a double country": len(set(places)) != len(places),
        "bank methods ask for the account holder first": facts.rail in _BANK_RAILS and names[:1] != ["holder_name"],
        "the payment window is out of bounds": not SHORTEST_WINDOW <= facts.payment_window <= LONGEST_WINDOW,
    }
    for fault, found in faults.items():
        if found:
            raise BadCatalog(f"{where}: {fault}.")
    return facts


def _countries(listed: Iterable[str], *, groups: Mapping[str, list[str]], where: str) -> Iterable[str]:
    for item in listed:
        for code in groups.get(item[1:], []) if item.startswith("@") else [item]:
            if code not in countries.codes():
                raise BadCatalog(f"{where}: {code} is no country of CLDR.")
            yield code
        if item.startswith("@") and item[1:] not in groups:
            raise BadCatalog(f"{where}: there is no group {item}.")


def _read_fields(folder: Path) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for file in sorted(folder.glob("*.toml")):
        for name, schema in _read(file).items():
            _check_field(schema, where=f"{file.name}: {name}", known=name in fields)
            fields[name] = schema
    return fields


def _check_field(schema: Mapping[str, Any], *, where: str, known: bool) -> None:
    """Refuse a field that is no JSON Schema, has no title, or whose own examples do not pass it."""
    try:
        Draft202012Validator.check_schema(schema)
        for example in schema.get("examples", []):
            Draft202012Validator(schema).validate(example)
    except (SchemaError, ValidationError) as error:
        raise BadCatalog(f"{where}: {error.message}") from error
    if known or not schema.get("title") or schema.get("type") != "string":
        raise BadCatalog(f"{where}: a field is defined once, has a title and is a string.")


def _schema(names: Iterable[str], *, fields: Mapping[str, Any]) -> dict[str, Any]:
    order = [name.removesuffix("?") for name in names]
    # Sound by construction: each property was checked when it was read.
    return {
        "$schema": SCHEMA,
        "type": "object",
        "properties": {name: fields[name] for name in order},
        "required": [name for name in names if not name.endswith("?")],
        "additionalProperties": False,
        "propertyOrder": order,
    }


def _choice(kind: type[Choice], value: str, *, where: str) -> Choice:
    try:
        return kind(value)
    except ValueError as error:
        raise BadCatalog(f"{where}: {value!r} is none of {', '.join(kind.values)}.") from error


def _refuse_doubles(where: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise BadCatalog(f"{where}: {value} appears twice.")
        seen.add(value)
