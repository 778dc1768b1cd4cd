"""A bot that makes a market in ETH/EUR and completes what is taken: it locks, waits for the money, releases.

    NODE=http://localhost:8000 MAKER_KEY=0x… python examples/market_maker.py

Asking a bank is left to `money_arrived`: whoever runs this for real asks theirs there, and nothing else.
"""

import os
import sys
import time
from collections.abc import Callable
from decimal import Decimal

from parley_client import LocalWallet, Parley, Wallet, calls, flows
from parley_client.models import Offer, Trade

SPREAD = Decimal("0.01")


def draft_at(price: Decimal) -> dict[str, object]:
    """Return what this bot offers: to sell up to 1 ETH in trades of 50 to 500 EUR."""
    return {
        "side": "sell",
        "asset": "ETH",
        "currency": "EUR",
        "price": {"type": "fixed", "value": f"{price:.2f}"},
        "min_fiat": "50",
        "max_fiat": "500",
        "total_asset": "1",
        "methods": ["sepa-instant"],
        "terms_text": "Automatic seller: pay the exact amount from your own account.",
        "payment_window": 1800,
        "confirm_window": 3600,
        "arbitration_window": 86_400,
        "fallback_buyer_bps": 5000,
    }


def make_market(node: Parley, wallet: Wallet) -> Offer:
    """Publish an offer above the market, and move it with one bulk edit when the market has moved."""
    market = node.run(flows.fresh_price("ETH", "EUR"))
    offer = node.run(flows.publish_offer(wallet, draft_at(market * (1 + SPREAD))))
    moved = market * (1 + SPREAD / 2)
    told = node.run(flows.reprice(wallet, {offer["id"]: (offer["version"], f"{moved:.2f}")}))
    if told[offer["id"]] != "active":
        raise SystemExit(f"The offer could not be repriced: {told[offer['id']]}")
    published: Offer = node.run(calls.offer(offer["id"]))
    return published


def first_trade(node: Parley, offer: Offer) -> str:
    """Wait until somebody has taken the offer and signed, and return the trade."""
    while True:
        waiting = node.run(calls.trades(group="your_turn"))["items"]
        ours = [one["id"] for one in waiting if one["offer"] == offer["id"]]
        if ours:
            return str(ours[0])
        time.sleep(1)


def complete(node: Parley, wallet: Wallet, code: str, *, money_arrived: Callable[[Trade], bool]) -> Trade:
    """Bring one trade from the taker's signature to its end."""
    trade = node.run(flows.wait_for(code, "agreed", "funded", every=0.2))
    if trade["state"] == "agreed":
        node.run(flows.lock(wallet, trade))
    trade = node.run(flows.wait_for(code, "paid", every=0.2))
    if not money_arrived(trade):
        raise SystemExit(f"No money for {code}: open a dispute instead of releasing.")
    node.run(flows.act(wallet, trade, "release"))
    return node.run(flows.wait_for(code, "released", every=0.2))


def main() -> None:
    """Make a market and complete the first trade."""
    wallet = LocalWallet(os.environ["MAKER_KEY"])
    with Parley(os.environ.get("NODE", "http://localhost:8000")) as node:
        node.run(flows.sign_in(wallet))
        offer = make_market(node, wallet)
        print(f"offer {offer['id']} at {offer['price']} EUR", flush=True)
        done = complete(node, wallet, first_trade(node, offer), money_arrived=lambda _: "--paid" in sys.argv)
        print(f"trade {done['id']} {done['state']}", flush=True)


if __name__ == "__main__":
    main()
