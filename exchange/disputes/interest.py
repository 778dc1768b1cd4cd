"""Conflicts of interest: who may not judge a trade, whatever the reason to ask."""

from exchange.accounts.models import Account
from exchange.core.errors import Forbidden
from exchange.disputes.models import Dispute, PanelSeat, Recusal
from exchange.trades import queries as trades
from exchange.trades.models import Trade


def refuse_interest(trade: Trade, arbiter: Account, *, case: Dispute | None = None) -> None:
    """Raise `Forbidden` for an arbiter who is a party, has traded with one, gave the case back, or is not named."""
    if arbiter.pk in {trade.seller_id, trade.buyer_id}:
        raise Forbidden("You are a party of this trade.", code="conflict_of_interest")
    if not is_named(arbiter, str(trade.terms["arbiter"])):
        raise Forbidden("The Terms of this trade name another arbiter, whose wallet alone can rule.", code="not_named")
    if trades.met_before(arbiter, [trade.seller_id, trade.buyer_id]):
        raise Forbidden("You have traded with one of the parties.", code="conflict_of_interest")
    if case is not None and Recusal.objects.filter(dispute=case, arbiter=arbiter).exists():
        raise Forbidden("You gave this case back; it cannot be yours again.", code="recused")


def has_interest(trade: Trade, arbiter: Account, *, case: Dispute) -> bool:
    """Return whether `refuse_interest` would refuse this account."""
    try:
        refuse_interest(trade, arbiter, case=case)
    except Forbidden:
        return True
    return False


def is_named(arbiter: Account, named: str) -> bool:
    """Return whether Terms that name `named` as arbiter mean this account: itself, or a seat on that panel."""
    return arbiter.address == named or PanelSeat.objects.filter(panel=named, member=arbiter).exists()


def named_addresses(arbiter: Account) -> list[str]:
    """Return the addresses under which Terms may mean this account."""
    return [arbiter.address, *PanelSeat.objects.filter(member=arbiter).values_list("panel", flat=True)]
