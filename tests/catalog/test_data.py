"""The data files themselves: real facts, complete, in a form that browsers and Python read alike."""

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from exchange.catalog import countries, currencies, data_files
from exchange.catalog.data_files import BadCatalog, read_catalog
from exchange.catalog.models import Rail

FACTS = read_catalog()
METHODS = {method.slug: method for method in FACTS.methods}


def test_there_are_at_least_sixty_methods_over_thirty_currencies() -> None:
    assert len(FACTS.methods) >= 60
    assert len(FACTS.currencies) >= 30
    assert {code for method in FACTS.methods for code in method.currencies} == {one.code for one in FACTS.currencies}


def test_every_currency_has_a_method_that_needs_no_meeting() -> None:
    remote = [method for method in FACTS.methods if method.rail not in {Rail.CASH_IN_PERSON, Rail.CASH_BY_MAIL}]
    assert {code for method in remote for code in method.currencies} == {one.code for one in FACTS.currencies}


def test_every_rail_is_used() -> None:
    assert {method.rail for method in FACTS.methods} == set(Rail)


def test_names_and_minor_units_are_those_of_cldr() -> None:
    facts = {one.code: one for one in FACTS.currencies}
    assert (facts["EUR"].name, facts["EUR"].minor_units) == ("Euro", 2)
    assert facts["JPY"].minor_units == facts["KRW"].minor_units == facts["VND"].minor_units == 0


@pytest.mark.parametrize("slug", METHODS)
def test_the_fields_of_a_method_are_a_sound_schema(slug: str) -> None:
    schema = dict(METHODS[slug].account_fields)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["propertyOrder"] == list(schema["properties"])
    assert schema["required"]
    assert not schema["additionalProperties"]
    example = {name: (field.get("examples") or field["enum"])[0] for name, field in schema["properties"].items()}
    Draft202012Validator(schema).validate(example)


@pytest.mark.parametrize("slug", METHODS)
def test_patterns_cover_the_whole_value_and_need_no_escapes_that_browsers_refuse(slug: str) -> None:
    for field in METHODS[slug].account_fields["properties"].values():
        pattern = field.get("pattern", "^$")
        assert pattern.startswith("^")
        assert pattern.endswith("$")
        # In the browsers' `v` mode a class must not hold these bare.
        for inside in re.findall(r"\[\^?((?:\\.|[^\]\\])*)\]", pattern):
            bare = re.sub(r"\\.|[A-Za-z0-9]-[A-Za-z0-9]", "", inside)
            assert not set("()[]{}/-|") & set(bare), (pattern, inside)


def test_bank_methods_ask_for_the_account_holder_first() -> None:
    for method in FACTS.methods:
        if method.rail in {Rail.BANK_TRANSFER, Rail.INSTANT_BANK}:
            assert method.account_fields["propertyOrder"][0] == "holder_name"
            assert "holder_name" in method.account_fields["required"]


@pytest.mark.parametrize(
    ("slug", "field", "good", "bad"),
    [
        ("sepa-instant", "iban", "DE89370400440532013000", "DE8937040044053201300!"),
        ("sepa-instant", "iban", "FR14 2004 1010 0505 0001 3M02 606", "1489 2004"),
        ("sepa", "bic", "COBADEFFXXX", "COBA"),
        ("faster-payments", "sort_code", "12-34-56", "12-34-5"),
        ("pix", "pix_key", "+5511998765432", "5511"),
        ("upi", "upi_id", "sara@okbank", "sara"),
        ("swish", "swish_number", "0701234567", "12"),
        ("m-pesa-kenya", "phone_ke", "+254712345678", "+255712345678"),
        ("zelle", "phone_or_email", "sara@example.org", "sara"),
    ],
)
def test_patterns_know_good_from_bad(slug: str, field: str, good: str, bad: str) -> None:
    schema = METHODS[slug].account_fields["properties"][field]
    assert Draft202012Validator(schema).is_valid(good)
    assert not Draft202012Validator(schema).is_valid(bad)


def test_payment_windows_are_at_least_ten_minutes_and_at_most_a_week() -> None:
    assert all(600 <= method.payment_window <= 7 * 86_400 for method in FACTS.methods)


def test_countries_are_countries() -> None:
    assert countries.names()["PT"] == "Portugal"
    assert not {"EU", "UN", "ZZ", "EZ"} & countries.codes()
    assert 240 < len(countries.codes()) < 256
    assert list(countries.names().values()) == sorted(countries.names().values())


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(LookupError):
        currencies.name_of("XYZ")
    with pytest.raises(LookupError):
        currencies.minor_units_of("XYZ")


METHOD = """
[[method]]
slug = "test"
name = "Test"
rail = "other"
currencies = ["EUR"]
countries = ["DE"]
reversibility = "none"
payment_window = 600
fields = ["holder_name"]
"""


def write(folder: Path, *, method: str = METHOD, field: str = 'title = "Holder"\ntype = "string"') -> Path:
    (folder / "methods").mkdir(parents=True)
    (folder / "fields").mkdir()
    (folder / "methods" / "one.toml").write_text(method)
    (folder / "fields" / "one.toml").write_text(f"[holder_name]\n{field}\n")
    (folder / "currencies.toml").write_text('codes = ["EUR"]\n')
    (folder / "assets.toml").write_text((data_files.FOLDER / "assets.toml").read_text())
    return folder


def test_a_small_catalog_is_read(tmp_path: Path) -> None:
    assert [method.slug for method in read_catalog(write(tmp_path)).methods] == ["test"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('slug = "test"', 'slug = "Test It"', "kebab"),
        ('name = "Test"', 'name = ""', "1 to 64"),
        ('rail = "other"', 'rail = "pigeon"', "pigeon"),
        ('reversibility = "none"', 'reversibility = "never"', "never"),
        ('currencies = ["EUR"]', "currencies = []", "currency"),
        ('currencies = ["EUR"]', 'currencies = ["USD"]', "currency"),
        ('countries = ["DE"]', 'countries = ["XX"]', "XX"),
        ('countries = ["DE"]', 'countries = ["DE", "DE"]', "double"),
        ('countries = ["DE"]', 'countries = ["@mars"]', "@mars"),
        ("payment_window = 600", "payment_window = 5", "window"),
        ('fields = ["holder_name"]', 'fields = ["shoe_size"]', "shoe_size"),
        ("[[method]]", "[[method]", "one.toml"),
        (METHOD, METHOD + METHOD, "twice"),
    ],
)
def test_a_wrong_fact_stops_the_load(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(BadCatalog, match=re.escape(words)):
        read_catalog(write(tmp_path, method=METHOD.replace(old, new)))


def test_a_bank_method_without_its_holder_stops_the_load(tmp_path: Path) -> None:
    bank = METHOD.replace('"other"', '"bank-transfer"').replace('["holder_name"]', '["note", "holder_name"]')
    fields = 'title = "Holder"\ntype = "string"\n[note]\ntitle = "Note"\ntype = "string"'
    folder = write(tmp_path, method=bank, field=fields)
    with pytest.raises(BadCatalog, match="account holder first"):
        read_catalog(folder)


@pytest.mark.parametrize(
    "field",
    [
        'type = "string"',
        'title = "Holder"\ntype = "number"',
        'title = "Holder"\ntype = "text"',
        'title = "Holder"\ntype = "string"\npattern = "("',
        'title = "Holder"\ntype = "string"\npattern = "^a$"\nexamples = ["b"]',
    ],
)
def test_a_field_that_is_no_field_stops_the_load(tmp_path: Path, field: str) -> None:
    with pytest.raises(BadCatalog, match="holder_name"):
        read_catalog(write(tmp_path, field=field))


def test_an_unknown_currency_stops_the_load(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "currencies.toml").write_text('codes = ["EUR", "XYZ"]\n')
    with pytest.raises(BadCatalog, match="XYZ"):
        read_catalog(folder)
