"""The component gallery at `/dev/components`: every partial in its states, for eyes and for the axe tests."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exchange.core import clock
from exchange.web import chips, stepper, tx
from exchange.web.dispute_form import StatementForm
from exchange.web.next_action import Situation, compose
from exchange.web.units import Coin, Money

SELLER, BUYER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
HASH = "0x" + "5fbdb2315678afecb367f032d93f642f64180aa3" + "0" * 24
FACTS = {
    "coins": "0.080092\u00a0ETH",
    "symbol": "ETH",
    "fiat": "250.00\u00a0EUR",
    "peer": "Sara",
    "method": "SEPA Instant",
    "clock": "14:10\u00a0UTC",
    "received": "0.079691\u00a0ETH",
    "returned": "0.02\u00a0ETH",
    "share": "60%",
    "confirming": ", 3 of 12 blocks",
    "fallback": "50%",
}
SIDES = ("buyer", "seller")
ACTIONS = ("sign_terms", "decline", "cancel", "fund", "mark_paid", "release", "dispute", "settle")


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show the gallery."""
    now = clock.now()
    context: dict[str, Any] = {
        "chips": [chips.trade_chip(key, symbol="ETH", confirmations=3, required=12) for key in chips.TRADE_CHIPS],
        "rails": [_rail(state) for state in ("signing", "awaiting_escrow", "paid", "disputed", "released", "refunded")],
        "cards": [_card(state, side) for state in ("awaiting_escrow", "locked", "paid") for side in SIDES],
        "progresses": [
            tx.sample("done", "active", "idle", "idle"),
            tx.sample("done", "done", "done", "active", final="Final, 3 of 12", tx_hash=HASH),
            tx.sample("done", "done", "failed", "idle", problem="Replaced by another transaction from your wallet."),
        ],
        "deadlines": [
            (now + timedelta(minutes=27, seconds=41), now - timedelta(minutes=2)),
            (now + timedelta(minutes=6), now - timedelta(minutes=24)),
            (now + timedelta(minutes=2), now - timedelta(minutes=28)),
            (now + timedelta(days=2, hours=4), now),
        ],
        "coin": Coin("ETH", 18),
        "stable": Coin("DUSD", 6, is_stable=True),
        "money": Money("EUR"),
        "units": 80_092_123_456_789_012,
        "fiat_amount": Decimal("3121.4"),
        "market": Decimal("3078.12"),
        "address": SELLER,
        "hash": HASH,
        "form": StatementForm({"reason": "", "wish": "split", "share": "1,250", "statement": "Short"}, side="buyer"),
    }
    return render(request, "gallery/components.html", context)


def _rail(state: str) -> tuple[list[stepper.Step], tuple[int, int]]:
    steps = stepper.steps(state, symbol="ETH")
    return steps, stepper.position(steps)


def _card(state: str, side: str) -> Any:
    now = clock.now()
    situation = Situation(
        ui_state=state,
        side=side,
        actions=ACTIONS,
        deadline=now + timedelta(minutes=27),
        since=now - timedelta(minutes=3),
    )
    return compose(situation, facts=FACTS, targets={})
