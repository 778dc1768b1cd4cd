"""Finding trades, only ever for those who may see them: the two parties, and an arbiter who has claimed the case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Case, Count, F, Q, QuerySet, When

from escrow import queries as chain
from escrow import relay
from escrow.queries import EscrowView
from escrow.terms import Domain, Terms
from exchange.accounts.models import Account
from exchange.catalog.models import Asset
from exchange.core import clock
from exchange.core.errors import NotFound
from exchange.core.ids import read_code
from exchange.offers.arbiters import arbiter_for
from exchange.offers.models import Offer
from exchange.trades.agreement import House
from exchange.trades.decide import Role, Side, Snapshot
from exchange.trades.models import Trade
from exchange.trades.states import BEFORE_LOCK, OPEN, State

# What is read together with a trade. Not maker and taker, who are its seller and buyer again, nor the arbiter, whom few
# trades meet: every join more doubles what PostgreSQL spends on planning.
PARTS = ("offer", "seller", "buyer", "asset", "currency", "method")
# An account has few open trades at a time; more than this are not sorted into "your turn" and "waiting".
MOST_OPEN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChain:
    """What the escrow and the relay know of one trade: the mirror (None before the lock) and acts on their way.

    `is_doubtful` while the mirror and the contract itself do not say the same.
    """

    escrow: EscrowView | None = None
    intents: tuple[relay.IntentView, ...] = ()
    is_doubtful: bool = False

    @property
    def pending(self) -> frozenset[str]:
        """Acts that are on their way or done: each works once, so only a failed one may be tried again."""
        return frozenset(intent.purpose for intent in self.intents if intent.state not in {"failed", "dropped"})

    def attempts(self, action: str) -> int:
        """Return how often this act was asked for: the number of the next attempt, counted from 0."""
        return sum(1 for intent in self.intents if intent.purpose == action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What an account has behind it: finished trades, and the accounts it finished one with."""

    finished: int = 0
    partners: frozenset[int] = frozenset()


def trade_for(code: str, *, account: Account | None, include_arbiter: bool = False) -> Trade:
    """Return the trade `code`. Raises `NotFound` for everyone but its parties and the arbiter of its case."""
    trade = _whole(read_code(code))
    if account is None or trade is None:
        raise NotFound("There is no such trade, or it is not yours.")
    side = role_of(trade, account=account).side
    if side is Side.STRANGER or (side is Side.ARBITER and not include_arbiter):
        raise NotFound("There is no such trade, or it is not yours.")
    return trade


def trade_by_code(code: str) -> Trade:
    """Return the trade `code` for the system's own work; no permission is asked. Raises `NotFound`."""
    trade = _whole(code)
    if trade is None:
        raise NotFound("There is no such trade, or it is not yours.")
    return trade


def role_of(trade: Trade, *, account: Account) -> Role:
    """Return the part `account` has in `trade`."""
    if account.pk == trade.seller_id:
        return Role(side=Side.SELLER, is_maker=account.pk == trade.maker_id)
    if account.pk == trade.buyer_id:
        return Role(side=Side.BUYER, is_maker=account.pk == trade.maker_id)
    if trade.arbiter_id is not None and account.pk == trade.arbiter_id:
        return Role(side=Side.ARBITER)
    return Role(side=Side.STRANGER)


def role_for(code: str, *, account: Account) -> Role:
    """Return the part `account` has in the trade `code`, a stranger's if there is none: for sockets."""
    trade = Trade.objects.filter(code=read_code(code)).first()
    return role_of(trade, account=account) if trade else Role(side=Side.STRANGER)


def terms_of(trade: Trade) -> Terms:
    """Return the Terms of `trade`."""
    return Terms.from_json(trade.terms)


def domain_of(trade: Trade) -> Domain:
    """Return the contract that holds this trade's coins; a later contract takes new trades only."""
    return Domain(chain_id=int(trade.chain_id), contract=trade.contract)


def house(asset: Asset, units: int) -> House:
    """Return what this node brings into a new trade of `units` base units."""
    return House(
        arbiter=arbiter_for(asset, units),
        fee_recipient=settings.FEE_RECIPIENT,
        fee_bps=settings.FEE_BPS if settings.FEE_RECIPIENT else 0,
        lock_window=settings.LOCK_WINDOW,
        pay_margin=settings.PAY_MARGIN,
    )


def new_domain() -> Domain:
    """Return the contract that takes new trades."""
    facts = chain.node_facts()
    return Domain(chain_id=facts.chain_id, contract=facts.contract)


def on_chain(trades: Iterable[Trade]) -> dict[str, OnChain]:
    """Return what chain and relay know of each trade, by trade id; in a list, ended trades come without their acts."""
    asked = list(trades)
    escrows = chain.escrows_of([trade.trade_id for trade in asked])
    doubtful = chain.doubtful_trades(escrows)
    return {
        trade.trade_id: OnChain(
            escrow=escrows.get(trade.trade_id),
            intents=tuple(relay.intents_of(trade.trade_id)) if trade.state in OPEN or len(asked) == 1 else (),
            is_doubtful=trade.trade_id in doubtful,
        )
        for trade in asked
    }


def snapshot_of(trade: Trade, *, known: OnChain | None = None) -> Snapshot:
    """Return the facts a decision about `trade` needs."""
    known = known or on_chain([trade])[trade.trade_id]
    return Snapshot(
        state=State(trade.state),
        lock_by=trade.lock_by,
        chain_pay_by=clock.from_unix(int(trade.terms["payBy"])),
        deadline=trade.deadline,
        head=known.escrow.head_status if known.escrow else "none",
        needs_maker_signature=trade.needs_maker_signature,
        maker_signed=bool(trade.maker_signature),
        taker_signed=bool(trade.taker_signature),
        is_frozen=trade.is_frozen,
        is_doubtful=known.is_doubtful,
        pending=known.pending,
    )


def open_trades(account: Account) -> list[Trade]:
    """Return the trades of a party that have not ended, newest first."""
    return list(_of(account).filter(state__in=sorted(OPEN)).order_by("-id")[:MOST_OPEN])


def ended_trades(account: Account, *, before: int | None, limit: int) -> list[Trade]:
    """Return the trades of a party that have ended, newest first, those with a smaller key than `before`."""
    rows = _of(account).exclude(state__in=sorted(OPEN))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-id")[:limit])


def finished_count(account: Account) -> int:
    """Return in how many trades of this account coins reached the buyer."""
    return _of(account).filter(state__in=[State.RELEASED, State.RESOLVED]).count()


def record_of(account: Account) -> Record:
    """Return how many trades of this account brought coins to the buyer, and with whom."""
    other = Case(When(seller=account, then=F("buyer_id")), default=F("seller_id"))
    rows = Trade.objects.filter(Q(seller=account) | Q(buyer=account), state__in=[State.RELEASED, State.RESOLVED])
    found = dict(rows.annotate(other=other).values_list("other").annotate(number=Count("id")).order_by())
    return Record(finished=sum(found.values()), partners=frozenset(found))


def open_takes(account: Account) -> int:
    """Return how many takes of this account wait for their coins to be locked."""
    return Trade.objects.filter(taker=account, state__in=sorted(BEFORE_LOCK)).count()


def given_up_takes(account: Account, *, since: datetime, offer: Offer | None = None) -> int:
    """Return how many takes (of one offer) this account let go since then before anything was locked."""
    rows = Trade.objects.filter(
        taker=account, ended_by=account, state__in=[State.EXPIRED, State.CANCELLED], finished_at__gte=since
    )
    return rows.count() if offer is None else rows.filter(offer=offer).count()


def takes_of(offer_ids: Iterable[int], *, since: datetime) -> dict[int, int]:
    """Return how often each of these offers was taken since then."""
    rows = Trade.objects.filter(offer_id__in=list(offer_ids), created_at__gte=since).values_list("offer_id")
    return dict(rows.annotate(number=Count("id")).order_by())


def met_before(one: Account, others: Iterable[int]) -> bool:
    """Return whether `one` has ever traded with one of the accounts `others`."""
    ids = list(others)
    return Trade.objects.filter(Q(seller=one, buyer__in=ids) | Q(buyer=one, seller__in=ids)).exists()


def _of(account: Account) -> QuerySet[Trade]:
    whole = Trade.objects.select_related(*PARTS).prefetch_related("arbiter")
    return whole.filter(Q(seller=account) | Q(buyer=account))


def _whole(code: str) -> Trade | None:
    # Not `first()`: its ORDER BY and LIMIT make PostgreSQL plan four times as long as it takes to read the row.
    for trade in Trade.objects.select_related(*PARTS).filter(code=code):
        return trade
    return None
