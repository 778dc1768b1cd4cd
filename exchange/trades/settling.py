"""Settling: both sides sign the same split, and the contract pays it out without an arbiter.

A split's signature has no end of its own on chain. So only a party's newest offer is kept, the node shows the other
side the share and never the signature, and carries it out only when both are the same.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from escrow import calls
from escrow.calls import Call
from escrow.relay import IntentView
from escrow.terms import TypedData, split_typed_data
from exchange.accounts.models import Account
from exchange.core import money
from exchange.core.errors import Invalid
from exchange.trades import decide, queries, relaying
from exchange.trades.apply import Change, apply
from exchange.trades.consents import check_signature
from exchange.trades.decide import Side
from exchange.trades.models import SettleProposal, Trade


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What came of a signature: the relayed act once both sides agree, else None."""

    buyer_bps: int
    intent: IntentView | None


def settle(code: str, *, by: Account, buyer_bps: int, signature: str, now: datetime) -> Settlement:
    """Offer or accept a split of `buyer_bps` basis points to the buyer (fee from the buyer's share).

    Raises `NotFound`, `Forbidden`, `Conflict` or `Invalid`.
    """
    trade = queries.trade_for(code, account=by)
    check_signature(typed_data_of(trade, buyer_bps=buyer_bps), signature=signature, by=by)
    with transaction.atomic():
        # Both parties may sign at once: under the lock, the second one sees the first one's offer.
        Trade.objects.select_for_update().get(pk=trade.pk)
        trade = queries.trade_for(code, account=by)
        known = queries.on_chain([trade])[trade.trade_id]
        snapshot, role = queries.snapshot_of(trade, known=known), queries.role_of(trade, account=by)
        if "settle" not in decide.available_actions(snapshot, role, now):
            raise decide.refusal(snapshot, role, "settle", now)
        SettleProposal.objects.update_or_create(
            trade=trade,
            account=by,
            defaults={"buyer_bps": buyer_bps, "signature": signature, "created_at": now},
        )
        other = SettleProposal.objects.filter(trade=trade, buyer_bps=buyer_bps).exclude(account=by).first()
        if other is None:
            apply(trade, Change(kind="split_offered", facts={"buyer_bps": buyer_bps}), by=by.address, now=now)
            return Settlement(buyer_bps=buyer_bps, intent=None)
        pair = (signature, other.signature) if role.side is Side.SELLER else (other.signature, signature)
        intent = relaying.send(
            trade,
            _call(trade, buyer_bps=buyer_bps, signatures=pair),
            action="settle",
            by=by,
            now=now,
            attempt=known.attempts("settle"),
        )
    return Settlement(buyer_bps=buyer_bps, intent=intent)


def _call(trade: Trade, *, buyer_bps: int, signatures: tuple[str, str]) -> Call:
    return calls.settle(
        queries.terms_of(trade),
        queries.domain_of(trade),
        buyer_bps=buyer_bps,
        seller_signature=signatures[0],
        buyer_signature=signatures[1],
    )


def typed_data_of(trade: Trade, *, buyer_bps: int) -> TypedData:
    """Return what each party signs for this split. Raises `Invalid` for a share outside 0 to 10,000."""
    if not 0 <= buyer_bps <= money.BPS:
        raise Invalid(fields={"/buyer_bps": "Give whole basis points from 0 to 10000."})
    return split_typed_data(trade_id=trade.trade_id, buyer_bps=buyer_bps, domain=queries.domain_of(trade))
