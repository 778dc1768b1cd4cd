"""Tags and filters of every template: amounts, prices, times, addresses, icons, chips. Built in, no `{% load %}`."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from exchange.core import clock
from exchange.core.money import from_units
from exchange.web import addresses, chips, numbers, times
from exchange.web.units import CoinLike, MoneyLike, say_coins, say_fiat

register = template.Library()
ICONS = "parley/icons.svg"
NOTHING = "\u2013"


@register.simple_tag
def built(name: str) -> str:
    """Return the address of a built file: `main.css`."""
    return static(f"parley/{name}")


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw a lucide icon from the sprite; decorative, the words stand beside it."""
    classes = f"icon {css}".strip()
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static(ICONS),
        name,
    )


@register.simple_tag
def amount(units: int, coin: CoinLike, full: bool = False) -> SafeString:
    """Write base units as coins; the title keeps every decimal."""
    whole, shown = say_coins(units, coin, full=True), say_coins(units, coin, full=full)
    css = "" if full else "nowrap"
    if whole == shown:
        return format_html('<bdi class="{}">{}</bdi>', css, shown)
    return format_html('<bdi class="{}" title="{}">{}</bdi>', css, whole, shown)


@register.simple_tag
def coins(units: int, coin: CoinLike, full: bool = False) -> str:
    """Write base units as plain text, for sentences and button labels."""
    return say_coins(units, coin, full=full)


@register.simple_tag
def coins_plain(units: int, coin: CoinLike) -> str:
    """Write base units as a bare decimal number, for copying and for form fields."""
    return f"{from_units(int(units), decimals=coin.decimals).normalize():f}"


@register.simple_tag
def fiat(value: Decimal | str | None, money: MoneyLike) -> str:
    """Write money with its ISO code; a dash where there is none."""
    return NOTHING if value is None else say_fiat(Decimal(value), money)


@register.simple_tag
def fiat_range(least: Decimal, most: Decimal, money: MoneyLike) -> str:
    """Write the limits of an offer: `50 to 1,000 EUR`, minor units only where there are any."""
    return numbers.range_words(least, most, currency=money.code, minor_units=money.minor_units)


@register.simple_tag
def price_words(price: Decimal | None, market: Decimal | None) -> str:
    """Say a price against the market: `1.4% above market`."""
    return numbers.price_words(price, market)


@register.simple_tag
def luck_words(price: Decimal | None, market: Decimal | None, buys: bool) -> str:
    """Say what a price means for the reader's side."""
    return numbers.luck_words(price, market, buys=buys)


@register.filter
def percent(bps: int | None) -> str:
    """Write basis points as percent."""
    return NOTHING if bps is None else numbers.percent_words(int(bps))


@register.filter
def distance(bps: int) -> str:
    """Write a margin in words: `1.4% above market`."""
    return numbers.distance_words(int(bps))


@register.filter
def plain(value: Decimal) -> str:
    """Write a number as a form field takes it."""
    return f"{value.normalize():f}"


@register.filter(name="json")
def as_json(value: object) -> str:
    """Write a value as JSON, for a data attribute."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@register.filter
def rate(share: Decimal | None) -> str:
    """Write a share between 0 and 1 as a whole percent."""
    return NOTHING if share is None else f"{numbers.number_words(share * 100, most=0)}%"


@register.filter
def number(value: int | Decimal) -> str:
    """Write a count with groups."""
    return numbers.number_words(Decimal(value), most=0)


@register.filter
def ordinal(value: int) -> str:
    """Write a place: `5th`."""
    return numbers.ordinal_words(int(value))


@register.filter
def span(seconds: int | None) -> str:
    """Write a span of seconds: `30 min`."""
    return NOTHING if seconds is None else times.span_words(int(seconds))


@register.simple_tag
def moment(value: datetime | None, css: str = "") -> str:
    """Write a moment as clock time in a `<time>` that script may turn to the reader's zone."""
    if value is None:
        return NOTHING
    return format_html(
        '<time class="{}" datetime="{}">{}</time>', css, value.isoformat(), times.clock_words(value, now=clock.now())
    )


@register.filter
def ago(value: datetime | None) -> str:
    """Write how long ago something was."""
    return times.ago_words(value, now=clock.now())


@register.filter
def active(value: datetime | None) -> str:
    """Write in which band somebody was last active."""
    return times.active_words(value, now=clock.now())


@register.filter
def day(value: datetime) -> str:
    """Write a day in full."""
    return times.day_words(value)


@register.inclusion_tag("components/deadline.html")
def deadline(label: str, value: datetime, since: datetime | None = None, consequence: str = "") -> Mapping[str, Any]:
    """Write a deadline: clock time, what remains, what happens then."""
    now = clock.now()
    return {
        "label": label,
        "value": value,
        "since": since,
        "consequence": consequence,
        "clock": times.clock_words(value, now=now),
        "left": times.left_words(value - now),
        "urgency": times.urgency(created=since, deadline=value, now=now),
    }


@register.simple_tag
def address(value: str, css: str = "") -> SafeString:
    """Write an address or hash in full, in groups, with marked ends."""
    first, middle, last = addresses.groups(value)
    spans = format_html_join("", "<span>{}</span><wbr>", ((part,) for part in middle))
    return format_html(
        '<bdi class="address address-full {}" dir="ltr"><span><b>{}</b></span><wbr>{}<b>{}</b></bdi>',
        css,
        first,
        spans,
        last,
    )


@register.simple_tag
def address_short(value: str) -> SafeString:
    """Write an address shortened, for lists only."""
    return format_html('<bdi class="address nowrap" dir="ltr">{}</bdi>', addresses.short_address(value))


@register.inclusion_tag("components/state_chip.html")
def state_chip(key: str, symbol: str = "", confirmations: int = 0, required: int = 0) -> Mapping[str, Any]:
    """Draw the chip of a trade state."""
    return {"chip": chips.trade_chip(key, symbol=symbol, confirmations=confirmations, required=required)}


@register.inclusion_tag("components/state_chip.html")
def offer_chip(key: str) -> Mapping[str, Any]:
    """Draw the chip of an offer state."""
    return {"chip": chips.OFFER_CHIPS.get(key, chips.UNKNOWN)}


@register.inclusion_tag("components/state_chip.html")
def case_chip(key: str) -> Mapping[str, Any]:
    """Draw the chip of a case."""
    return {"chip": chips.CASE_CHIPS.get(key, chips.UNKNOWN)}


@register.simple_tag
def avatar(account_address: str, css: str = "") -> SafeString:
    """Draw a person's picture; the name always stands beside it."""
    return format_html(
        '<img class="avatar {}" src="{}" alt="" width="36" height="36" loading="lazy" decoding="async">',
        css,
        reverse("avatar", args=[account_address]),
    )


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, unit: str = "", wide: bool = False) -> Mapping[str, Any]:
    """Draw a form field: label, hint, error, input."""
    return {"field": bound, "unit": unit, "wide": wide}


@register.simple_tag
def explorer(kind: str, value: str) -> str:
    """Return the block explorer's address of a `tx`, `address` or `block`; empty where the chain has none."""
    return f"{settings.CHAIN_EXPLORER_URL.rstrip('/')}/{kind}/{value}" if settings.CHAIN_EXPLORER_URL else ""


@register.filter
def inline_code(text: str) -> SafeString:
    """Write what stands between backquotes as code."""
    parts = ((part, index % 2 == 1) for index, part in enumerate(text.split("`")))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if is_code else part,) for part, is_code in parts)
    )
