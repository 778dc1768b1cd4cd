"""Everything that is checked before a wallet signs. Pure. Each raises `Mismatch` saying what differs."""

import hashlib
import json
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from parley_client.errors import Mismatch
from parley_client.models import Info, TransactionCall, TypedData
from parley_client.terms import ZERO, Domain, Terms, approve_data, fund_data, terms_typed_data, trade_id, typed

# No act is signed for longer than this, seconds: a signature that lies about must end.
LONGEST_SIGNATURE = 7 * 24 * 3600
_PLACES = Decimal(1)


def check_terms(
    trade: Mapping[str, Any], *, info: Info, me: str, amount_fiat: str, worst_price: Decimal | None
) -> TypedData:
    """Return the terms to sign, made anew, once they are those of this trade on this node.

    Chain and escrow are the node's, one party is `me` on the side the trade says, arbiter and fee are the published
    ones, the amount is what `amount_fiat` buys at the trade's price, that price no worse than `worst_price`, what was
    agreed off chain hashes to `details`, and the digest of all this is the trade id.
    """
    told = trade["terms"]
    if told["primaryType"] != "Terms":
        raise Mismatch(f"Asked to sign {told['primaryType']!r} instead of Terms.")
    domain, terms = Domain.from_message(told["domain"]), Terms.from_message(told["message"])
    _same("chain", domain.chain_id, info["chain_id"])
    _same("escrow", domain.contract, info["escrow"])
    _same("buyer", terms.buyer, trade["buyer"])
    _same("seller", terms.seller, trade["seller"])
    _same("your side", terms.seller if trade["role"] == "seller" else terms.buyer, me)
    _same("arbiter", terms.arbiter, _arbiter_for(trade, terms, info))
    if terms.fee_bps > info["fee_bps"]:
        raise Mismatch(f"The fee is {terms.fee_bps} basis points; the node says {info['fee_bps']}.")
    _same("token", terms.token, trade["token"] or ZERO)
    _same("amount", terms.amount, int(trade["amount"]))
    _check_amounts(trade, terms, amount_fiat=amount_fiat, worst_price=worst_price)
    _check_details(trade, terms)
    if terms.pay_by <= time.time():
        raise Mismatch("The deadline to pay lies in the past.")
    _same("trade id", trade_id(terms, domain), trade["trade_id"])
    return terms_typed_data(terms, domain)


def _arbiter_for(trade: Mapping[str, Any], terms: Terms, info: Info) -> str:
    """Return the arbiter the node publishes for so many coins: above a limit of each asset it is the panel."""
    above = info["panel_above"].get(trade["asset"])
    if info["panel"] is None or above is None:
        return info["arbiter"]
    limit = Decimal(above) * Decimal(10) ** int(trade["decimals"])
    return info["panel"] if terms.amount > limit else info["arbiter"]


def _check_amounts(trade: Mapping[str, Any], terms: Terms, *, amount_fiat: str, worst_price: Decimal | None) -> None:
    price, fiat = Decimal(trade["price"]), Decimal(trade["amount_fiat"])
    _same("amount of money", fiat, Decimal(amount_fiat))
    if worst_price is not None:
        is_worse = price > worst_price if trade["role"] == "buyer" else price < worst_price
        if is_worse:
            raise Mismatch(f"The price is {price}; you agreed to {worst_price} at worst.")
    exact = fiat / price * Decimal(10) ** int(trade["decimals"])
    if abs(exact - terms.amount) > _PLACES:
        raise Mismatch(f"{fiat} at {price} is {exact:.0f} base units, but the terms say {terms.amount}.")


def _check_details(trade: Mapping[str, Any], terms: Terms) -> None:
    details = trade["details"]
    # RFC 8785 for what stands in here: text and small whole numbers, names in ASCII order.
    canonical = json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if terms.details != "0x" + hashlib.sha256(canonical.encode()).hexdigest():
        raise Mismatch("What was agreed off chain does not hash to the details of the terms.")
    for name in ("price", "amount_fiat"):
        _same(name, Decimal(details[name]), Decimal(trade[name]))
    for name in ("asset", "currency", "method"):
        _same(name, details[name], trade[name])


def check_action(told: TypedData, *, trade: Mapping[str, Any], action: str) -> TypedData:
    """Return the act to sign, made anew: this act, of this trade, on its contract, not for ever."""
    terms = trade["terms"]
    domain = Domain.from_message(terms["domain"])
    _same("contract", Domain.from_message(told["domain"]), domain)
    message = told["message"]
    if told["primaryType"] != "Action" or set(message) != {"tradeId", "action", "validUntil"}:
        raise Mismatch(f"Asked to sign {told['primaryType']!r} instead of an act.")
    own_id = trade_id(Terms.from_message(terms["message"]), domain)
    _same("trade", message["tradeId"], own_id)
    _same("act", message["action"], action)
    until = int(message["validUntil"])
    if not time.time() < until < time.time() + LONGEST_SIGNATURE:
        raise Mismatch("The signature would be good for too long, or not at all.")
    members = [
        {"name": "tradeId", "type": "bytes32"},
        {"name": "action", "type": "string"},
        {"name": "validUntil", "type": "uint40"},
    ]
    return typed("Action", {"Action": members}, {"tradeId": own_id, "action": action, "validUntil": until}, domain)


def check_fund(call: TransactionCall, *, trade: Mapping[str, Any]) -> None:
    """Check that a transaction locks exactly this trade's coins in its contract, and does nothing else."""
    domain, terms = Domain.from_message(trade["terms"]["domain"]), Terms.from_message(trade["terms"]["message"])
    _same("trade id", trade_id(terms, domain), trade["trade_id"])
    _same("receiver", call["to"], domain.contract)
    _same("chain", call["chain_id"], domain.chain_id)
    _same("coins sent along", int(call["value"]), terms.amount if terms.token == ZERO else 0)
    _same("call data", call["data"].lower(), fund_data(terms))


def check_approval(call: TransactionCall, *, trade: Mapping[str, Any]) -> None:
    """Check that an approval is for this trade's token, contract and exact amount."""
    domain, terms = Domain.from_message(trade["terms"]["domain"]), Terms.from_message(trade["terms"]["message"])
    _same("token", call["to"], terms.token)
    _same("coins sent along", int(call["value"]), 0)
    _same("call data", call["data"].lower(), approve_data(domain.contract, terms.amount))


def check_offer(told: TypedData, *, draft: Mapping[str, Any], info: Info, me: str) -> TypedData:
    """Return an offer's typed data once it says what the draft said, for this maker, on this node."""
    domain, message = told["domain"], told["message"]
    if told["primaryType"] != "Offer" or domain.get("name") != "Parley":
        raise Mismatch(f"Asked to sign {told['primaryType']!r} of {domain.get('name')!r} instead of an offer.")
    _same("chain", int(domain["chainId"]), info["chain_id"])
    _same("escrow", domain["verifyingContract"], info["escrow"])
    _same("maker", message["maker"], me)
    _same("arbiter", message["arbiter"], info["arbiter"])
    has_panel = info["panel"] is not None and draft["asset"] in info["panel_above"]
    _same("panel", message["panel"], info["panel"] if has_panel else ZERO)
    if int(message["feeBps"]) > info["fee_bps"]:
        raise Mismatch(f"The fee is {message['feeBps']} basis points; the node says {info['fee_bps']}.")
    for name in ("side", "asset", "currency"):
        _same(name, message[name], draft[name])
    for name, own in (("minFiat", "min_fiat"), ("maxFiat", "max_fiat")):
        _same(own, Decimal(message[name]), Decimal(draft[own]))
    _same("methods", sorted(message["paymentMethods"]), sorted(draft["methods"]))
    rule = draft["price"]
    _same("price type", message["priceType"], rule["type"])
    if rule["type"] == "fixed":
        _same("price", Decimal(message["fixedPrice"]), Decimal(rule["value"]))
    elif rule["type"] == "margin":
        _same("margin", int(message["marginBps"]), rule["bps"])
        for name, own in (("floorPrice", "floor"), ("ceilingPrice", "ceiling")):
            _same(own, Decimal(message[name] or 0), Decimal(rule.get(own) or 0))
    return told


def _same(what: str, found: Any, wanted: Any) -> None:
    one, other = (value.lower() if isinstance(value, str) else value for value in (found, wanted))
    if one != other:
        raise Mismatch(f"Nothing was signed: the {what} is {found}, not {wanted}.")
