"""A row of the book: everything a taker sees of an offer, reckoned for the amount asked and the person who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal, localcontext
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings

from exchange.accounts.models import Account
from exchange.catalog.models import Asset, Currency
from exchange.core import money
from exchange.core.errors import DomainError
from exchange.offers import gates
from exchange.offers.book_methods import Method
from exchange.offers.book_select import OF_KEYS, Record, fetch, whole_rows
from exchange.offers.hours import WorkingHours
from exchange.offers.models import Offer, PriceType
from exchange.offers.pricing import PriceRule, effective_price, price_against_market
from exchange.prices.queries import Market

# Rows that a process remembers, some 2.5 kB each: the first pages of the pairs that are read, for the usual amounts.
MOST_REMEMBERED = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Who offers, with the figures a rate is made of (`reputation.formula.completion`)."""

    id: int
    address: str
    name: str
    last_active_at: datetime | None
    finished: int = 0
    abandoned: int = 0

    @property
    def label(self) -> str:
        """The chosen name, else the short address."""
        return self.name or f"{self.address[:6]}…{self.address[-4:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRow:
    """One offer for one reader. Units are base units of the asset; `price` is None while it is paused.

    `max_fiat` is the most that can be taken now, given what is left. For the asked amount `units` are locked, and
    `buyer_gets` is what remains of them after the fee.
    """

    id: int
    code: str
    side: str
    maker: Maker
    asset: str
    decimals: int
    currency: str
    minor_units: int
    price: Decimal | None
    price_type: str
    margin_bps: int | None
    against_market_bps: int | None
    min_fiat: Decimal
    max_fiat: Decimal
    remaining_units: int
    methods: tuple[Method, ...]
    payment_window: int
    approve_by_hand: bool
    min_finished_trades: int
    first_trade_max: Decimal | None
    country: str
    hours: WorkingHours | None
    formula: str
    units: int | None
    buyer_gets: int | None
    state: str
    version: int
    takeable: bool
    reason: str | None
    reason_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom rows are reckoned: the pair and its market, the asked amount of fiat, the viewer and their trades.

    `partners` are makers with whom the viewer has finished a trade: their limits for first trades do not apply.
    `blocked` are makers whom the viewer has blocked.
    """

    asset: Asset
    currency: Currency
    market: Market
    now: datetime
    amount: Decimal | None = None
    viewer: int | None = None
    finished_trades: int | None = None
    partners: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()


def read_page(
    keys: str, params: dict[str, Any], reader: Reader, *, direction: str, most: int
) -> list[tuple[BookRow, bool, Decimal]]:
    """Return (row, whether it stands among the paused, its key) for the first of what `keys` finds, with one query."""
    facts = _facts(reader)
    found = fetch(whole_rows(keys, direction=direction), params)[:most]
    return [(_row_now(record, reader, facts), paused, key) for record, paused, key in found]


def read_rows(keys: Sequence[int], reader: Reader) -> list[BookRow]:
    """Return the rows of the offers with these primary keys, in their order, with one query."""
    if not keys:
        return []
    facts = _facts(reader)
    return [_row_now(record, reader, facts) for record, _, _ in fetch(OF_KEYS, {"keys": list(keys)})]


def row_of(
    offer: Offer,
    *,
    market: Market,
    now: datetime,
    amount: Decimal | None = None,
    viewer: Account | None = None,
    finished_trades: int | None = None,
    partners: frozenset[int] = frozenset(),
    blocked: frozenset[int] = frozenset(),
) -> BookRow:
    """Return `offer` as a row, whatever its state: for the page of one offer and for a maker's own list."""
    reader = Reader(
        asset=offer.asset,
        currency=offer.currency,
        market=market,
        now=now,
        amount=amount,
        viewer=viewer.pk if viewer else None,
        finished_trades=finished_trades,
        partners=partners,
        blocked=blocked,
    )
    return read_rows([offer.pk], reader)[0]


class _Facts(NamedTuple):
    """What a row depends on beside its record and its price."""

    asset: str
    decimals: int
    currency: str
    minor_units: int
    market: Decimal | None
    fee_bps: int
    amount: Decimal | None
    viewer: int | None
    finished_trades: int | None
    partners: frozenset[int]
    blocked: frozenset[int]


def _facts(reader: Reader) -> _Facts:
    return _Facts(
        asset=reader.asset.symbol,
        decimals=reader.asset.decimals,
        currency=reader.currency.code,
        minor_units=reader.currency.minor_units,
        market=reader.market.price,
        fee_bps=settings.FEE_BPS,
        amount=reader.amount,
        viewer=reader.viewer,
        finished_trades=reader.finished_trades,
        partners=reader.partners,
        blocked=reader.blocked,
    )


def _row_now(record: Record, reader: Reader, facts: _Facts) -> BookRow:
    rule = PriceRule(
        type=PriceType(record.price_type),
        fixed=record.fixed_price,
        margin_bps=record.margin_bps,
        floor=record.floor_price,
        ceiling=record.ceiling_price,
        formula=record.formula,
        reckoned=record.formula_price,
        until=record.formula_until,
    )
    return _row(record, effective_price(rule, reader.market, now=reader.now), facts)


@lru_cache(maxsize=MOST_REMEMBERED)
def _row(record: Record, price: Decimal | None, facts: _Facts) -> BookRow:
    """Return the row, which depends on nothing else: pages that share an offer share the work of dressing it."""
    units = _units(facts, price)
    refused = _refusal(record, facts, is_price_paused=price is None)
    return BookRow(
        id=record.id,
        code=record.code,
        side=record.side,
        maker=Maker(
            id=record.maker,
            address=record.address,
            name=record.name,
            last_active_at=record.last_active_at,
            finished=record.finished,
            abandoned=record.abandoned,
        ),
        asset=facts.asset,
        decimals=facts.decimals,
        currency=facts.currency,
        minor_units=facts.minor_units,
        price=price,
        price_type=record.price_type,
        margin_bps=record.margin_bps,
        against_market_bps=None if price is None else price_against_market(price, facts.market),
        min_fiat=record.min_fiat,
        max_fiat=_most(record, facts, price),
        remaining_units=int(record.remaining_units),
        methods=record.methods,
        payment_window=record.payment_window,
        approve_by_hand=record.approve_by_hand,
        min_finished_trades=record.min_finished_trades,
        first_trade_max=record.first_trade_max,
        country=record.country,
        hours=_hours(record),
        formula=record.formula,
        units=units,
        buyer_gets=None if units is None else units - money.share(units, bps=facts.fee_bps),
        state=record.state,
        version=record.version,
        takeable=refused is None,
        reason=None if refused is None else refused.message,
        reason_code=None if refused is None else refused.code,
    )


def _units(facts: _Facts, price: Decimal | None) -> int | None:
    """Return how many base units the asked amount is, if one was asked and there is a price."""
    if facts.amount is None or price is None:
        return None
    return money.coins_for(facts.amount, price=price, decimals=facts.decimals)


def _most(record: Record, facts: _Facts, price: Decimal | None) -> Decimal:
    """Return the most fiat a taker can ask for: the maker's limit, or the last amount that what is left suffices for.

    The same bound as in `book_runs._quantity`: amount < (left + 1) · price / 10^decimals.
    """
    most = record.max_fiat
    if price is None:
        return most
    cent = Decimal(1).scaleb(-facts.minor_units)
    with localcontext() as context:
        context.prec = 2 * money.MAX_DIGITS
        beyond = money.from_units(int(record.remaining_units) + 1, decimals=facts.decimals) * price
        return min(most, beyond.quantize(cent, rounding=ROUND_CEILING) - cent)


def _refusal(record: Record, facts: _Facts, *, is_price_paused: bool) -> DomainError | None:
    cap = record.first_trade_max
    return gates.refusal(
        gates.Standing(
            state=record.state,
            is_own=record.maker == facts.viewer,
            is_blocked=record.maker in facts.blocked,
            is_maker_active=record.is_active,
            is_price_paused=is_price_paused,
            min_finished_trades=record.min_finished_trades,
            finished_trades=facts.finished_trades,
            hidden=record.hidden,
            hours=_hours(record) if record.hidden else None,
            formula_problem=record.formula_problem,
            first_trade_max=None if record.maker in facts.partners else cap,
            amount=facts.amount,
            currency=facts.currency,
            maker=record.name or "this trader",
        )
    )


def _hours(record: Record) -> WorkingHours | None:
    if record.open_from is None or record.open_until is None:
        return None
    return WorkingHours(
        start=record.open_from, end=record.open_until, days=record.open_days, time_zone=record.time_zone
    )
