"""Loading: all or nothing, as often as one likes, and never against what staff decided."""

from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.core.management.base import CommandError

from escrow.deployment import demo_token_address
from exchange.catalog import fields, queries
from exchange.catalog.data_files import FOLDER
from exchange.catalog.load import load_catalog
from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.core.errors import Invalid, NotFound

pytestmark = pytest.mark.django_db


def snapshot() -> list[object]:
    return [
        list(Asset.objects.order_by("symbol").values()),
        list(Currency.objects.order_by("code").values()),
        list(PaymentMethod.objects.order_by("slug").values()),
        sorted(PaymentMethod.currencies.through.objects.values_list("id", "paymentmethod_id", "currency_id")),
    ]


def test_loading_twice_changes_nothing() -> None:
    first = load_catalog()
    before = snapshot()
    assert load_catalog() == first
    assert snapshot() == before


def test_the_command_says_what_it_loaded() -> None:
    out = StringIO()
    call_command("load_catalog", stdout=out)
    assert "2 assets" in out.getvalue()
    assert f"{PaymentMethod.objects.count()} payment methods" in out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the data files that a test may change."""
    return copytree(FOLDER, tmp_path / "data")


def test_a_wrong_file_leaves_the_tables_alone(folder: Path) -> None:
    load_catalog()
    before = snapshot()
    cash = folder / "methods" / "cash.toml"
    cash.write_text(cash.read_text() + cash.read_text())
    with pytest.raises(CommandError, match="appears twice"):
        call_command("load_catalog", folder=folder)
    assert snapshot() == before


def test_the_demo_dollar_exists_in_the_demo_only(settings: LazySettings) -> None:
    load_catalog()
    dollar = queries.asset("dusd")
    assert (dollar.token, dollar.decimals, dollar.is_stable) == (demo_token_address(), 6, True)
    assert [asset.symbol for asset in queries.assets()] == ["ETH", "DUSD"]
    settings.DEMO = False
    load_catalog()
    with pytest.raises(NotFound):
        queries.asset("DUSD")
    assert [asset.symbol for asset in queries.assets()] == ["ETH"]


def test_what_left_the_files_is_switched_off_and_links_follow(folder: Path) -> None:
    load_catalog()
    (folder / "methods" / "gift-card.toml").unlink()
    wallets = folder / "methods" / "card-wallet.toml"
    wallets.write_text(wallets.read_text().replace('currencies = ["CHF"]', 'currencies = ["CHF", "EUR"]'))
    load_catalog(folder)
    assert not PaymentMethod.objects.get(slug="amazon-gift-card").is_active
    assert [one.code for one in queries.method("twint").currencies.all()] == ["CHF", "EUR"]
    load_catalog()
    assert [one.code for one in queries.method("twint").currencies.all()] == ["CHF"]


def test_loading_does_not_switch_on_what_staff_switched_off() -> None:
    load_catalog()
    PaymentMethod.objects.filter(slug="paypal").update(is_active=False)
    load_catalog()
    with pytest.raises(NotFound):
        queries.method("paypal")


def test_methods_are_found_by_currency_and_country() -> None:
    load_catalog()
    polish = {method.slug for method in queries.methods(currency="PLN", country="PL")}
    assert {"blik", "elixir", "cash-in-person", "wise"} <= polish
    assert "zelle" not in polish
    assert "blik" not in {method.slug for method in queries.methods(currency="PLN", country="DE")}
    assert [method.slug for method in queries.methods(slugs=["blik", "\x00", "\ud800"])] == ["blik"]


def test_codes_are_read_in_any_case() -> None:
    load_catalog()
    assert queries.currency("eur").code == "EUR"
    for find in (queries.asset, queries.currency, queries.method):
        for code in ("XXX", "", "EU\x00", "\ud800"):
            with pytest.raises(NotFound):
                find(code)


def test_fields_come_in_the_order_a_form_shows_them() -> None:
    load_catalog()
    names = [field.name for field in fields.ordered_fields(queries.method("sepa"))]
    assert names == ["holder_name", "iban", "bic", "bank_name", "note"]
    holder, iban, bic, *_ = fields.ordered_fields(queries.method("sepa"))
    assert holder.required
    assert iban.pattern.startswith("^[A-Z]{2}")
    assert not bic.required
    assert fields.ordered_fields(queries.method("ach"))[3].choices == ("checking", "savings")


def test_details_are_checked_field_by_field() -> None:
    load_catalog()
    sepa = queries.method("sepa")
    fields.check_details(sepa, {"holder_name": "Sara Example", "iban": "DE89370400440532013000"})
    with pytest.raises(Invalid) as refused:
        fields.check_details(sepa, {"iban": "12", "shoe_size": "42"})
    assert refused.value.fields == {
        "/holder_name": "This is needed.",
        "/iban": "Write it like this: DE89 3704 0044 0532 0130 00.",
        "/shoe_size": "This method has no such field.",
    }
