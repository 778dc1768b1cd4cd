"""The exit kit: everything a party needs to finish a trade without this node, in one JSON object and one HTML file.

Nothing in it has to be believed: the trade id is the digest of the terms, each signature names its signer, calls can be
built again from the terms, and the state is read from the chain. The node signs it as well, if it has a key.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings

from escrow import calls, deployment, relay
from escrow import queries as chain
from escrow.calls import Call
from escrow.registry import Place
from escrow.terms import Domain, Terms, terms_typed_data
from exchange.accounts.models import Account
from exchange.core import clock, node_key
from exchange.core.errors import NotFound
from exchange.trades import queries
from exchange.trades.decide import Side
from exchange.trades.models import Trade

TITLE = "Parley exit kit 1"
PAGE = settings.BASE_DIR / "exchange" / "static" / "parley" / "exit.html"
# Where the page expects a kit that comes inside it.
_SLOT = '<script type="application/json" id="kit"></script>'
_OPEN = ["funded", "paid", "disputed"]
_READS = ("tradeOf", "tradeIdOf", "creditOf")
_FUNCTIONS = {
    "mark_paid": "markPaid",
    "release": "release",
    "cancel": "cancel",
    "dispute": "dispute",
    "refund_expired": "refundExpired",
    "escalate": "escalate",
    "resolve_expired": "resolveExpired",
    "withdraw": "withdraw",
}
# Relayed calls that carry a signature of their own and may be sent by anyone while it is good.
_UNDER_WAY = frozenset({"queued", "sent"})


def exit_kit(code: str, *, account: Account, now: datetime) -> dict[str, Any]:
    """Return the kit of a trade for one of its two parties. Raises `NotFound` for everybody else."""
    trade = queries.trade_for(code, account=account)
    side = queries.role_of(trade, account=account).side
    if side not in {Side.BUYER, Side.SELLER}:
        raise NotFound("There is no such trade, or it is not yours.")
    terms, domain = queries.terms_of(trade), queries.domain_of(trade)
    told = _told(trade, terms, domain, side=side.value, now=now)
    return {**told, "node_signature": node_key.sign(TITLE, told)}


def exit_page(kit: dict[str, Any] | None = None) -> str:
    """Return the one HTML file that needs no server, with `kit` inside it if one is given."""
    page = _page()
    if kit is None:
        return page
    # Inside a script element only this sign could end it, and JSON may write it otherwise.
    inside = json.dumps(kit, ensure_ascii=True).replace("<", "\\u003c")
    return page.replace(_SLOT, _SLOT.replace("></", f">{inside}</"))


@cache
def _page() -> str:
    return PAGE.read_text(encoding="utf-8")


def _told(trade: Trade, terms: Terms, domain: Domain, *, side: str, now: datetime) -> dict[str, Any]:
    place = _place(domain)
    view = chain.escrow_of(trade.trade_id)
    return {
        "kind": "parley-exit-kit",
        "v": 1,
        "made_at": clock.to_unix(now),
        "site": settings.SITE_URL,
        "trade": trade.code,
        "trade_id": trade.trade_id,
        "role": side,
        "chain_id": domain.chain_id,
        "chain_name": place.name if place else f"Chain {domain.chain_id}",
        "rpc_url": place.public_rpc_url if place else "",
        "contract": domain.contract,
        "code_hash": _code_hash(domain),
        "asset": {"symbol": trade.asset.symbol, "decimals": trade.asset.decimals},
        "terms": terms.to_json(),
        "details": trade.details,
        "seen": {"status": view.head_status, "deadline": _seconds(view.head_deadline)} if view else None,
        "signatures": _signatures(trade, terms, domain),
        "abi": calls.fragments({*_FUNCTIONS.values(), *_READS}),
        "calls": _calls(terms, domain, side=side),
        "signed_calls": _signed_calls(trade, domain),
    }


def _calls(terms: Terms, domain: Domain, *, side: str) -> list[dict[str, Any]]:
    """Return what this party, or anyone, may send: in which status, and the Unix times between which it counts.

    `after` and `until` are null where the contract sets no time, or tells it only later (`tradeOf` says the deadline).
    """
    own: dict[str, list[tuple[str, list[str], int | None, int | None]]] = {
        "buyer": [
            ("mark_paid", ["funded"], None, terms.pay_by),
            ("cancel", _OPEN, None, None),
            ("dispute", ["paid"], None, None),
        ],
        "seller": [("release", _OPEN, None, None), ("dispute", ["paid"], None, None)],
    }
    rows = [_row(act, side, calls.act(act, terms, domain), when, after, until) for act, when, after, until in own[side]]
    doors = [
        ("refund_expired", "funded", terms.pay_by, calls.refund_expired(terms, domain)),
        ("escalate", "paid", None, calls.escalate(terms, domain)),
        ("resolve_expired", "disputed", None, calls.resolve_expired(terms, domain)),
    ]
    rows += [_row(act, "anyone", call, [when], after, None) for act, when, after, call in doors]
    receiver = terms.buyer if side == "buyer" else terms.seller
    taking = calls.withdraw(domain, token=terms.token, to=receiver)
    return [*rows, _row("withdraw", side, taking, ["released", "refunded", "resolved"], None, None)]


def _row(act: str, who: str, call: Call, when: Sequence[str], after: int | None, until: int | None) -> dict[str, Any]:
    times = {"status": list(when), "after": after, "until": until}
    return {"act": act, "who": who, "function": _FUNCTIONS[act], **times, **_sent(call)}


def _sent(call: Call) -> dict[str, str]:
    return {"to": call.to, "data": call.data, "value": str(call.value)}


def _signed_calls(trade: Trade, domain: Domain) -> list[dict[str, Any]]:
    """Return calls that a party signed for this node to send and that are not on the chain (yet)."""
    return [
        {"act": wish.purpose, "by": wish.account, "to": domain.contract, "data": wish.data, "value": "0"}
        for wish in relay.calls_of(trade.trade_id)
        if wish.state in _UNDER_WAY and wish.account
    ]


def _signatures(trade: Trade, terms: Terms, domain: Domain) -> list[dict[str, Any]]:
    """Return both parties' stored consents, each with what it is over: the Terms, or the maker's offer."""
    over = terms_typed_data(terms, domain)
    found: list[dict[str, Any]] = [
        {"by": person.address, "what": "terms", "typed_data": over, "signature": signature}
        for person, signature in ((trade.taker, trade.taker_signature), (trade.maker, trade.maker_signature))
        if signature
    ]
    consent = trade.maker_consent
    if consent.get("signature"):
        offer = {"typed_data": consent["typed_data"], "signature": consent["signature"]}
        found.append({"by": trade.maker.address, "what": "offer", **offer})
    return found


def _place(domain: Domain) -> Place | None:
    try:
        return deployment.place(domain.chain_id)
    except LookupError:
        return None


def _code_hash(domain: Domain) -> str | None:
    """Return the hash of the contract's code, None while no node tells it: the kit is whole without."""
    try:
        return chain.code_hash(domain.contract, chain_id=domain.chain_id)
    except (chain.Unavailable, LookupError):
        return None


def _seconds(moment: datetime | None) -> int:
    return clock.to_unix(moment) if moment else 0
