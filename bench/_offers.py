"""A book of any size, put into the tables by COPY: only what the book reads, in a mixture as real books have it.

The entries by payment method are written by the table's own trigger.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection

from exchange.accounts.models import Account
from exchange.catalog.models import Asset, PaymentMethod
from exchange.core.ids import ALPHABET
from exchange.offers.models import Offer
from exchange.reputation.models import Standing

MAKERS = 2000
# How books are spread: euros and dollars, then a long tail.
CURRENCIES = {"EUR": 40, "USD": 24, "GBP": 10, "BRL": 6, "INR": 6, "NGN": 5, "CHF": 4, "PLN": 3, "MXN": 2}
MARKET = Decimal(3000)
_COLUMNS = (
    "id, code, maker_id, side, asset_id, currency_id, method_keys, price_type, fixed_price, margin_bps, "
    "floor_price, ceiling_price, formula, formula_price, formula_until, formula_problem, min_fiat, max_fiat, "
    "total_units, remaining_units, terms_text, payment_window, confirm_window, arbitration_window, "
    "fallback_buyer_bps, approve_by_hand, min_finished_trades, first_trade_max, country, open_from, open_until, "
    "open_days, time_zone, visibility, link_key, hidden, turns_at, state, version, typed_data, signature, "
    "created_at, updated_at, maker_trust, maker_speed"
)
_NULL = "\\N"


def seed(count: int, *, now: datetime, progress: Callable[[int], None] = lambda _: None) -> None:
    """Add `count` offers of `MAKERS` makers; `progress` hears how many are in. The same book every time."""
    dice = random.Random(2026)
    makers = _makers(now)
    asset = Asset.objects.get(symbol="ETH")
    methods = {
        code: [one.pk for one in PaymentMethod.objects.filter(currencies=code).order_by("slug")] for code in CURRENCIES
    }
    first = (Offer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    with connection.cursor() as cursor:
        # One COPY of a million rows takes longer than any request may.
        cursor.execute("SET statement_timeout = 0")
        with cursor.copy(f"COPY offers_offer ({_COLUMNS}) FROM STDIN") as copy:
            for number, line in enumerate(_lines(count, dice, makers, asset.pk, methods, first=first, now=now)):
                copy.write(line)
                if number % 10_000 == 0:
                    progress(number)
    progress(count)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('offers_offer', 'id'), %s)", [first + count])
        cursor.execute("ANALYZE offers_offer, offers_bookentry")
        cursor.execute("RESET statement_timeout")


def _makers(now: datetime) -> list[int]:
    known = Account.objects.filter(name="", address__startswith="0xbe").values_list("pk", flat=True)
    if not known:
        addresses = [f"0xbe{number:038x}" for number in range(MAKERS)]
        made = Account.objects.bulk_create(
            Account(address=address, password="!", last_active_at=now) for address in addresses
        )
        Standing.objects.bulk_create(
            Standing(account=one, finished=number % 300, abandoned=number % 7, updated_at=now)
            for number, one in enumerate(made)
        )
        return [one.pk for one in made]
    return list(known)


def _lines(
    count: int,
    dice: random.Random,
    makers: list[int],
    asset: int,
    methods: dict[str, list[int]],
    *,
    first: int,
    now: datetime,
) -> Iterator[str]:
    codes, weights = list(CURRENCIES), list(CURRENCIES.values())
    stamp, until = now.isoformat(), (now + timedelta(days=1)).isoformat()
    pick, between = dice.choice, dice.randint
    for number in range(first, first + count):
        currency, maker = dice.choices(codes, weights)[0], pick(makers)
        kind = pick(("margin", "margin", "margin", "margin", "margin", "fixed", "fixed", "formula"))
        side = pick(("sell", "sell", "sell", "buy", "buy"))
        away = between(-100, 900) if side == "sell" else between(-900, 100)
        price = f"{MARKET * (10_000 + away) / 10_000:.2f}"
        has_limit = kind == "margin" and between(0, 9) < 2
        least = pick((10, 20, 50, 50, 100, 100, 200, 500))
        most = least * pick((2, 5, 10, 20))
        able = methods[currency]
        chosen = sorted({able[int(len(able) * dice.random() ** 2)] for _ in range(between(1, 3))})
        yield (
            "\t".join(
                (
                    str(number),
                    _code(number),
                    str(maker),
                    side,
                    str(asset),
                    currency,
                    "{" + ",".join(map(str, chosen)) + "}",
                    kind,
                    price if kind == "fixed" else _NULL,
                    str(away) if kind == "margin" else _NULL,
                    f"{MARKET * 97 / 100:.2f}" if has_limit else _NULL,
                    f"{MARKET * 106 / 100:.2f}" if has_limit else _NULL,
                    "market(ETH/" + currency + ")" if kind == "formula" else "",
                    price if kind == "formula" else _NULL,
                    until if kind == "formula" else _NULL,
                    "",
                    str(least),
                    str(most),
                    "2000000000000000000",
                    "2000000000000000000",
                    "",
                    "1800\t86400\t604800\t5000",
                    "f",
                    "3" if between(0, 6) == 0 else "0",
                    str(least * 2) if between(0, 9) == 0 else _NULL,
                    "",
                    f"{_NULL}\t{_NULL}\t127\t",
                    "public",
                    f"bench-{number:020d}",
                    "hours" if between(0, 19) == 0 else "",
                    _NULL,
                    "paused" if between(0, 19) == 0 else "active",
                    "1",
                    "{}",
                    "0x00",
                    stamp,
                    stamp,
                    str(maker * 7919 % 10_000),
                    str(60 + maker * 104_729 % 3600),
                )
            )
            + "\n"
        )


def _code(number: int) -> str:
    """Return a code for a number: a full cycle, so that codes are as spread as random ones and never repeat."""
    value, text = number * 0x9E3779B1 % 2**40, ""
    for _ in range(8):
        value, digit = divmod(value, 32)
        text += ALPHABET[digit]
    return text
