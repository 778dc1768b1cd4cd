"""The calls programs make most, as values to `run`; every other one is `Call(method, path, …)`."""

from collections.abc import Mapping, Sequence
from typing import Any

from parley_client.core import Call


def info() -> Call:
    """What the node is: chain, escrow, arbiter, fee."""
    return Call("GET", "/info")


def me() -> Call:
    """The signed-in account."""
    return Call("GET", "/me")


def book(*, side: str, asset: str, currency: str, amount_fiat: str | None = None, limit: int = 50) -> Call:
    """Offers, the best effective price first; `side="buy"` lists those from which the caller can buy."""
    query = {"side": side, "asset": asset, "currency": currency, "amount": amount_fiat, "limit": limit}
    return Call("GET", "/offers", query)


def price(asset: str, currency: str) -> Call:
    """The market price with its sources and ages."""
    return Call("GET", f"/prices/{asset}/{currency}")


def offer(offer_id: str) -> Call:
    """One offer in full."""
    return Call("GET", f"/offers/{offer_id}")


def my_offers(*, cursor: str | None = None) -> Call:
    """One's own offers in every state."""
    return Call("GET", "/me/offers", {"cursor": cursor})


def create_offer(draft: Mapping[str, Any]) -> Call:
    """Make an offer; it is published by its signature."""
    return Call("POST", "/offers", body=dict(draft))


def sign_offer(offer_id: str, signature: str) -> Call:
    """Publish an offer."""
    return Call("POST", f"/offers/{offer_id}/signature", body={"signature": signature})


def change_offers(items: Sequence[Mapping[str, Any]]) -> Call:
    """Pause, resume, edit, sign or close up to a hundred offers; one result for each."""
    return Call("PATCH", "/me/offers/bulk", body={"items": [dict(item) for item in items]})


def quote(offer_id: str, *, amount_fiat: str) -> Call:
    """What taking this amount gives now, and a note that holds its price for a minute."""
    return Call("GET", f"/offers/{offer_id}/quote", {"amount_fiat": amount_fiat})


def take(offer_id: str, *, amount_fiat: str, method: str, quote: str) -> Call:
    """Take an offer."""
    return Call("POST", f"/offers/{offer_id}/take", body={"amount_fiat": amount_fiat, "method": method, "quote": quote})


def trades(*, group: str | None = None, cursor: str | None = None) -> Call:
    """One's own trades."""
    return Call("GET", "/trades", {"group": group, "cursor": cursor})


def trade(trade_id: str) -> Call:
    """One trade."""
    return Call("GET", f"/trades/{trade_id}")


def sign_terms(trade_id: str, signature: str) -> Call:
    """Consent to a trade's terms."""
    return Call("POST", f"/trades/{trade_id}/terms-signature", body={"signature": signature})


def how_to(trade_id: str, action: str) -> Call:
    """What to sign or send for an act."""
    return Call("GET", f"/trades/{trade_id}/actions/{action}")


def relay(trade_id: str, action: str, *, signature: str, valid_until: int) -> Call:
    """Have a signed act sent by the node."""
    return Call(
        "POST", f"/trades/{trade_id}/actions/{action}", body={"signature": signature, "valid_until": valid_until}
    )


def tell_transaction(trade_id: str, tx_hash: str) -> Call:
    """Tell of a transaction of one's own."""
    return Call("POST", f"/trades/{trade_id}/transactions", body={"hash": tx_hash})


def ethereum(rpc_url: str, method: str, *parameters: Any) -> Call:
    """Ask an Ethereum node, which knows nothing of Parley."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
    return Call("POST", "", body=body, url=rpc_url)
