"""The indexes of the order book: one for each run of the price order and one for each other order."""

from django.db import models
from django.db.models import Q


def book_indexes(side: str, *, direction: str) -> list[models.Index]:
    """Return one index for each run that `book_runs.py` merges, in the order in which that side is read.

    Offers to sell are read cheapest first, offers to buy dearest first (`direction`); ties always by age.
    """
    # Where a limit makes an offer worse, the margin decides whether it can stand on a page (`book_runs._within_bound`).
    is_sale = side == "sell"
    listed = Q(side=side, state="active", visibility="public", hidden="")
    runs = {
        "fixed": ("fixed_price", Q(price_type="fixed")),
        "margin": ("margin_bps", Q(price_type="margin")),
        "floor": ("margin_bps" if is_sale else "floor_price", Q(price_type="margin", floor_price__isnull=False)),
        "ceiling": ("ceiling_price" if is_sale else "margin_bps", Q(price_type="margin", ceiling_price__isnull=False)),
        "formula": ("formula_price", Q(price_type="formula", formula_price__isnull=False)),
    }
    # Formulas that give nothing just now have no price to be ordered by; the late ones are found by their moment.
    formula = listed & Q(price_type="formula")
    parked = models.Index(
        fields=["asset", "currency", "id"],
        condition=formula & Q(formula_price__isnull=True),
        name=f"book_{side}_parked",
    )
    late = models.Index(
        fields=["asset", "currency", "formula_until"],
        condition=formula & Q(formula_price__isnull=False),
        name=f"book_{side}_late",
    )
    return [parked, late] + [
        models.Index(
            fields=["asset", "currency", f"{direction}{key}", "id"],
            condition=listed & condition,
            name=f"book_{side}_{run}",
        )
        for run, (key, condition) in runs.items()
    ]


def order_indexes() -> list[models.Index]:
    """Return one index for each other order of the book (`book_orders.py`)."""
    listed = Q(state="active", visibility="public", hidden="")
    orders = {"newest": ["-id"], "trust": ["-maker_trust", "id"], "speed": ["maker_speed", "id"]}
    return [
        models.Index(fields=["side", "asset", "currency", *fields], condition=listed, name=f"book_by_{name}")
        for name, fields in orders.items()
    ]
