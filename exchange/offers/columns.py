"""From checked values to the columns of an offer's row that an edit may change."""

from typing import Any

from exchange.offers.hours import EVERY_DAY
from exchange.offers.validate import OfferValues


def columns_of(values: OfferValues) -> dict[str, Any]:
    """Return the columns that an edit may change."""
    hours = values.hours
    return {
        "price_type": values.rule.type,
        "fixed_price": values.rule.fixed,
        "margin_bps": values.rule.margin_bps,
        "floor_price": values.rule.floor,
        "ceiling_price": values.rule.ceiling,
        "formula": values.rule.formula,
        "min_fiat": values.min_fiat,
        "max_fiat": values.max_fiat,
        "total_units": values.total_units,
        "method_keys": sorted(method.pk for method in values.methods),
        "terms_text": values.terms_text,
        "payment_window": values.payment_window,
        "confirm_window": values.confirm_window,
        "arbitration_window": values.arbitration_window,
        "fallback_buyer_bps": values.fallback_buyer_bps,
        "approve_by_hand": values.approve_by_hand,
        "min_finished_trades": values.min_finished_trades,
        "first_trade_max": values.first_trade_max,
        "country": values.country,
        "open_from": hours.start if hours else None,
        "open_until": hours.end if hours else None,
        "open_days": hours.days if hours else EVERY_DAY,
        "time_zone": hours.time_zone if hours else "",
        "visibility": values.visibility,
    }
