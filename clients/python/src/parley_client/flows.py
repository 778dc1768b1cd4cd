"""What a trader does, as flows: they yield calls and pauses, check, sign, and touch no network themselves."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlsplit

from parley_client import calls, checks
from parley_client.core import AskNode, Call, Flow, Pause, UseToken
from parley_client.errors import Mismatch, ParleyError, Problem
from parley_client.models import Action, HowTo, Info, Offer, State, Trade, TransactionCall
from parley_client.wallet import Wallet

NONCE_LIFETIME = timedelta(minutes=5)
STATEMENT = "Sign in. This proves the address is yours. It costs nothing and moves nothing."
_ENDED = frozenset({"released", "refunded", "resolved", "expired", "cancelled", "declined"})
_GAS = {"fund": 300_000, "approve": 100_000}


def sign_in(wallet: Wallet) -> Flow[str]:
    """Sign in by EIP-4361 and have the client use the token; returns it.

    The message is written here, for the host that is called and the chain the node names: no text of its is signed.
    """
    node: str = yield AskNode()
    info: Info = yield calls.info()
    nonce = (yield Call("POST", "/auth/nonce", body={"address": wallet.address}))["nonce"]
    message = sign_in_message(node, wallet.address, chain_id=info["chain_id"], nonce=nonce, now=datetime.now(UTC))
    body = {"message": message, "signature": wallet.sign_text(message)}
    answer = yield Call("POST", "/auth/siwe", body=body)
    yield UseToken(answer["token"])
    return str(answer["token"])


def sign_in_message(node: str, address: str, *, chain_id: int, nonce: str, now: datetime) -> str:
    """Return the EIP-4361 text for one sign-in at `node`. Raises `Mismatch` for a nonce that could hide other lines."""
    if not (nonce.isascii() and nonce.isalnum() and 8 <= len(nonce) <= 64):
        raise Mismatch("The node's nonce is none.")
    site = urlsplit(node)
    lines = [
        f"{site.netloc} wants you to sign in with your Ethereum account:",
        address,
        "",
        STATEMENT,
        "",
        f"URI: {site.scheme}://{site.netloc}/signin",
        "Version: 1",
        f"Chain ID: {chain_id}",
        f"Nonce: {nonce}",
        f"Issued At: {_moment(now)}",
        f"Expiration Time: {_moment(now + NONCE_LIFETIME)}",
    ]
    return "\n".join(lines)


def publish_offer(wallet: Wallet, draft: Mapping[str, Any]) -> Flow[Offer]:
    """Make an offer, check that its typed data says what `draft` said, sign and publish it."""
    info: Info = yield calls.info()
    made: Offer = yield calls.create_offer(draft)
    checked = checks.check_offer(made["typed_data"], draft=draft, info=info, me=wallet.address)
    published: Offer = yield calls.sign_offer(made["id"], wallet.sign_typed(checked))
    return published


def reprice(wallet: Wallet, prices: Mapping[str, tuple[int, str]]) -> Flow[dict[str, str]]:
    """Set fixed prices of many offers, `{id: (version, price)}`, in two calls; returns each one's state or code."""
    info: Info = yield calls.info()
    edits = [
        {"id": id_, "version": version, "price": {"type": "fixed", "value": price}}
        for id_, (version, price) in prices.items()
    ]
    edited = (yield calls.change_offers(edits))["items"]
    told = {one["id"]: one["problem"]["code"] for one in edited if one["problem"]}
    signed = []
    for one in (item["offer"] for item in edited if item["offer"]):
        draft = {**one, "price": {"type": "fixed", "value": prices[one["id"]][1]}}
        checked = checks.check_offer(one["typed_data"], draft=draft, info=info, me=wallet.address)
        signed.append({"id": one["id"], "version": one["version"], "signature": wallet.sign_typed(checked)})
    if signed:
        for one in (yield calls.change_offers(signed))["items"]:
            told[one["id"]] = one["offer"]["state"] if one["offer"] else one["problem"]["code"]
    return told


def fresh_price(asset: str, currency: str, *, within: float = 600) -> Flow[Decimal]:
    """Return the market price, waiting while it is stale. Raises `ParleyError` when it does not get fresh in time."""
    end = time.monotonic() + within
    while True:
        told = yield calls.price(asset, currency)
        if told["price"] is not None and not told["is_stale"]:
            return Decimal(told["price"])
        if time.monotonic() > end:
            raise ParleyError(f"There is no fresh price of {asset} in {currency}.")
        yield Pause(1)


def best_offer(*, side: str, asset: str, currency: str, amount_fiat: str) -> Flow[Offer]:
    """Return the best offer that can be taken for this amount. Raises `ParleyError` when there is none."""
    found = yield calls.book(side=side, asset=asset, currency=currency, amount_fiat=amount_fiat, limit=20)
    for one in found["items"]:
        if one["takeable"]:
            return cast(Offer, one)
    raise ParleyError(f"Nobody offers to {side} {asset} for {amount_fiat} {currency} just now.")


def take(
    wallet: Wallet, offer: Offer, *, amount_fiat: str, method: str | None = None, worst_price: str | None = None
) -> Flow[Trade]:
    """Take an offer by a fresh quote, check the terms, sign them; returns the trade."""
    info: Info = yield calls.info()
    quote = yield calls.quote(offer["id"], amount_fiat=amount_fiat)
    chosen = method or offer["methods"][0]
    trade: Trade = yield calls.take(offer["id"], amount_fiat=amount_fiat, method=chosen, quote=quote["quote"])
    return (yield from _consent(wallet, trade, info=info, amount_fiat=amount_fiat, worst_price=worst_price))


def approve_trade(wallet: Wallet, trade_id: str, *, amount_fiat: str, worst_price: str | None = None) -> Flow[Trade]:
    """Consent by hand to a take of one's own offer."""
    info: Info = yield calls.info()
    trade: Trade = yield calls.trade(trade_id)
    return (yield from _consent(wallet, trade, info=info, amount_fiat=amount_fiat, worst_price=worst_price))


def _consent(wallet: Wallet, trade: Trade, *, info: Info, amount_fiat: str, worst_price: str | None) -> Flow[Trade]:
    checked = checks.check_terms(
        trade,
        info=info,
        me=wallet.address,
        amount_fiat=amount_fiat,
        worst_price=None if worst_price is None else Decimal(worst_price),
    )
    agreed: Trade = yield calls.sign_terms(trade["id"], wallet.sign_typed(checked))
    return agreed


def act(wallet: Wallet, trade: Trade, action: Action) -> Flow[dict[str, Any]]:
    """Sign an act of this very trade and have the node send it; returns the relay job and the state."""
    how: HowTo = yield calls.how_to(trade["id"], action)
    if how["typed_data"] is None:
        raise ParleyError(f"{action} needs no signature now.")
    checked = checks.check_action(how["typed_data"], trade=trade, action=action)
    signature = wallet.sign_typed(checked)
    until = int(checked["message"]["validUntil"])
    return dict((yield calls.relay(trade["id"], action, signature=signature, valid_until=until)))


def lock(wallet: Wallet, trade: Trade, *, rpc_url: str | None = None) -> Flow[str]:
    """Lock the coins by one's own transaction, checked against the terms; returns its hash. A token is approved first.

    `rpc_url` is an Ethereum node of one's own; left out, the one the node names.
    """
    info: Info = yield calls.info()
    rpc = rpc_url or info["rpc_url"]
    how: HowTo = yield calls.how_to(trade["id"], "fund")
    call, approval = how["call"], how["approve"]
    if call is None:
        raise ParleyError("The node does not say how to lock.")
    checks.check_fund(call, trade=trade)
    if approval is not None:
        checks.check_approval(approval, trade=trade)
        yield from _receipt((yield from _send(wallet, approval, rpc=rpc, gas=_GAS["approve"])), rpc=rpc)
    tx_hash = yield from _send(wallet, call, rpc=rpc, gas=_GAS["fund"])
    yield calls.tell_transaction(trade["id"], tx_hash)
    return tx_hash


def wait_for(trade_id: str, *states: State, within: float = 3600, every: float = 1) -> Flow[Trade]:
    """Return the trade once it is in one of `states`. Raises `ParleyError` when it has ended otherwise, or in time."""
    end = time.monotonic() + within
    while True:
        trade: Trade = yield calls.trade(trade_id)
        if trade["state"] in states:
            return trade
        if trade["state"] in _ENDED or time.monotonic() > end:
            raise ParleyError(f"Trade {trade_id} is {trade['state']}, not {' or '.join(states)}.")
        yield Pause(every)


def _send(wallet: Wallet, call: TransactionCall, *, rpc: str, gas: int) -> Flow[str]:
    count = yield from _ask(rpc, "eth_getTransactionCount", wallet.address, "pending")
    price = yield from _ask(rpc, "eth_gasPrice")
    transaction = {
        "to": call["to"],
        "data": call["data"],
        "value": int(call["value"]),
        "chainId": call["chain_id"],
        "nonce": int(count, 16),
        "gas": gas,
        "maxFeePerGas": 2 * int(price, 16) + 10**9,
        "maxPriorityFeePerGas": 10**9,
    }
    sent = yield from _ask(rpc, "eth_sendRawTransaction", wallet.sign_transaction(transaction))
    return str(sent)


def _receipt(tx_hash: str, *, rpc: str) -> Flow[None]:
    while True:
        found = yield from _ask(rpc, "eth_getTransactionReceipt", tx_hash)
        if found is not None:
            if int(found["status"], 16) != 1:
                raise ParleyError(f"The transaction {tx_hash} failed.")
            return
        yield Pause(0.5)


def _ask(rpc: str, method: str, *parameters: Any) -> Flow[Any]:
    answer = yield calls.ethereum(rpc, method, *parameters)
    if not isinstance(answer, dict) or "error" in answer:
        raise Problem(
            502, {"code": "ethereum", "detail": str(answer.get("error") if isinstance(answer, dict) else answer)}
        )
    return answer.get("result")


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
