"""Writes the facts of the data files to the database: all or nothing, as often as one likes.

What left the files is switched off, never deleted, since offers and trades refer to it. Staff may switch a method off;
loading again does not switch it on.
"""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from escrow.deployment import demo_token_address
from exchange.catalog.data_files import DEMO_TOKEN, FOLDER, CatalogFacts, MethodFacts, read_catalog
from exchange.catalog.models import Asset, Currency, PaymentMethod


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many entries of each kind are in the catalog now."""

    assets: int
    currencies: int
    methods: int


def load_catalog(folder: Path = FOLDER) -> Loaded:
    """Bring the catalog's tables in step with the data files in `folder`. Raises `BadCatalog` when one is wrong."""
    return store_catalog(read_catalog(folder))


@transaction.atomic
def store_catalog(facts: CatalogFacts) -> Loaded:
    """Bring the catalog's tables in step with `facts`."""
    return Loaded(
        assets=_load_assets(facts),
        currencies=_load_currencies(facts),
        methods=_load_methods(facts),
    )


def _load_assets(facts: CatalogFacts) -> int:
    wanted = [asset for asset in facts.assets if asset.token != DEMO_TOKEN or settings.DEMO]
    rows = [
        Asset(
            symbol=asset.symbol,
            name=asset.name,
            chain_id=settings.CHAIN_ID,
            token=demo_token_address() if asset.token == DEMO_TOKEN else asset.token,
            decimals=asset.decimals,
            is_stable=asset.is_stable,
        )
        for asset in wanted
    ]
    Asset.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["symbol"],
        update_fields=["name", "chain_id", "token", "decimals", "is_stable"],
    )
    Asset.objects.exclude(symbol__in=[row.symbol for row in rows]).update(is_active=False)
    return len(rows)


def _load_currencies(facts: CatalogFacts) -> int:
    rows = [
        Currency(code=currency.code, name=currency.name, minor_units=currency.minor_units)
        for currency in facts.currencies
    ]
    Currency.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["name", "minor_units"]
    )
    Currency.objects.exclude(code__in=[row.code for row in rows]).update(is_active=False)
    return len(rows)


def _load_methods(facts: CatalogFacts) -> int:
    rows = [
        PaymentMethod(
            slug=method.slug,
            name=method.name,
            rail=method.rail,
            reversibility=method.reversibility,
            countries=list(method.countries),
            account_fields=dict(method.account_fields),
            payment_window=method.payment_window,
        )
        for method in facts.methods
    ]
    PaymentMethod.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=["name", "rail", "reversibility", "countries", "account_fields", "payment_window"],
    )
    PaymentMethod.objects.exclude(slug__in=[row.slug for row in rows]).update(is_active=False)
    _link_currencies(facts.methods)
    return len(rows)


def _link_currencies(methods: tuple[MethodFacts, ...]) -> None:
    link = PaymentMethod.currencies.through
    keys = dict(PaymentMethod.objects.values_list("slug", "pk"))
    wanted = {(keys[method.slug], code) for method in methods for code in method.currencies}
    present = {
        (method_id, code): pk
        for pk, method_id, code in link.objects.values_list("pk", "paymentmethod_id", "currency_id")
    }
    link.objects.bulk_create(
        [link(paymentmethod_id=method_id, currency_id=code) for method_id, code in sorted(wanted - set(present))],
        ignore_conflicts=True,
    )
    link.objects.filter(pk__in=[present[pair] for pair in set(present) - wanted]).delete()
