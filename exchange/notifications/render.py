"""One sentence for each event and side: what happened and what to do. No amounts, no names: they may leave the site.

Pure. `{code}` is the trade's public code.
"""

from dataclasses import dataclass

from exchange.notifications.models import Kind


@dataclass(frozen=True, slots=True)
class Line:
    """What a notification says, what it is about and where it leads."""

    kind: str
    text: str
    path: str


# event -> side -> sentence. The side "maker" or "taker" is asked first, then "buyer" or "seller", then "both".
WORDS: dict[str, dict[str, str]] = {
    "trade.requested": {
        "maker": "Your offer was taken: trade {code}.",
        "taker": "Trade {code} waits for your signature.",
    },
    "trade.agreed": {
        "seller": "Trade {code} is agreed. Lock the coins in escrow.",
        "buyer": "Trade {code} is agreed. Do not pay yet: the seller locks the coins first.",
    },
    "trade.funded": {
        "buyer": "The coins of trade {code} are locked. Send the payment, then mark it paid.",
        "seller": "The coins of trade {code} are locked. The buyer pays next.",
    },
    "trade.paid": {
        "seller": "The buyer marked trade {code} paid. Check your account, then release.",
        "buyer": "Trade {code} is marked paid. The seller is checking.",
    },
    "trade.disputed": {
        "both": "Trade {code} is in dispute. Say what happened.",
        "arbiter": "Trade {code} is in dispute and waits for an arbiter.",
    },
    "trade.released": {
        "buyer": "Trade {code} is complete. The coins are in your wallet.",
        "seller": "Trade {code} is complete.",
    },
    "trade.refunded": {
        "buyer": "Trade {code} is closed. The coins went back to the seller.",
        "seller": "Trade {code} is closed. The coins are back in your wallet.",
    },
    "trade.resolved": {"both": "The coins of trade {code} were split. The trade is closed."},
    "trade.expired": {"both": "Trade {code} has expired. Nothing was locked."},
    "trade.cancelled": {"both": "Trade {code} was cancelled. Nothing was locked."},
    "trade.declined": {"both": "Trade {code} was declined by the maker. Nothing was locked."},
    "dispute.opened": {"both": "A case was opened for trade {code}. Read it and say what happened."},
    "dispute.claimed": {"both": "An arbiter has taken on the case of trade {code}."},
    "dispute.recused": {
        "both": "The arbiter of trade {code} gave the case back. Read why.",
        "arbiter": "The case of trade {code} was given back and waits for an arbiter.",
    },
    "dispute.key": {"both": "The arbiter has opened the case of trade {code}. You can hand messages over now."},
    "dispute.evidence": {
        "both": "A file was added to the case of trade {code}.",
        "arbiter": "A file was added to the case of trade {code}.",
    },
    "dispute.asked": {"both": "The arbiter of trade {code} asks for evidence. Read what is wanted and by when."},
    "dispute.proposed": {"arbiter": "A ruling on trade {code} waits for your signature: read the case first."},
    "dispute.ruled": {"both": "The arbiter has ruled on trade {code}."},
}
# Events that need no notice to the one who caused them.
QUIET_FOR_ACTOR = frozenset(
    {
        "trade.requested",
        "trade.agreed",
        "trade.cancelled",
        "trade.declined",
        "dispute.opened",
        "dispute.evidence",
    }
)
# Reminders by what is running out; said when a quarter and when a tenth of the time is left.
REMINDERS: dict[str, str] = {
    "accept": "Trade {code} waits for your answer, and its time is running out.",
    "lock": "The time to lock the coins of trade {code} is running out.",
    "pay": "The time to pay in trade {code} is running out. If you have paid, mark it paid.",
    "check": "The time to check the payment of trade {code} is running out. Then the arbiter decides.",
    "state": "The arbiter of trade {code} decides soon, and you have not said what happened.",
    "cosign": "A ruling on trade {code} still waits for your signature, and the time to rule is running out.",
    "rule": "The time to rule on trade {code} is running out.",
    "answer": "The arbiter of trade {code} waits for your evidence, and the time is running out.",
}
# What is not about a trade: sentence, kind and where it leads. The reason of a decision stands on the page, not here.
NOTICES: dict[str, tuple[str, Kind, str]] = {
    "webhook.disabled": (
        "A webhook was switched off: nothing could be delivered. Look at it and switch it on again.",
        Kind.SECURITY,
        "/settings/webhooks",
    ),
    "account.restricted": (
        "Your account is suspended: no new offers and trades. Running trades go on. Read why.",
        Kind.SECURITY,
        "/settings",
    ),
    "account.lifted": ("Your account is no longer suspended. Your offers are back.", Kind.SECURITY, "/me/offers"),
    "offer.restricted": ("Your offer {code} was hidden by staff. Read why.", Kind.OFFER, "/me/offers"),
    "offer.lifted": ("Your offer {code} is no longer hidden.", Kind.OFFER, "/me/offers"),
    "method.restricted": (
        "A payment method of your offers was blocked. Offers with no other method cannot be taken.",
        Kind.OFFER,
        "/me/offers",
    ),
    "method.lifted": ("A payment method of your offers is no longer blocked.", Kind.OFFER, "/me/offers"),
}


def render_notice(event: str, *, code: str = "") -> Line:
    """Return the line for something that is not about a trade."""
    text, kind, path = NOTICES[event]
    return Line(kind=str(kind), text=text.format(code=code), path=path)


def render(event: str, *, code: str, side: str, part: str = "", is_turn: bool = False) -> Line | None:
    """Return the line for one person, None when the event says nothing to this side.

    `side` is buyer, seller or arbiter, `part` maker or taker; `is_turn` says that the trade waits for this person.
    """
    words = WORDS.get(event, {})
    own = [part, side] if side == "arbiter" else [part, side, "both"]
    text = next((words[name] for name in own if name in words), None)
    if text is None:
        return None
    is_case = event.startswith("dispute.") or event == "trade.disputed"
    kind = Kind.YOUR_TURN if is_turn else Kind.DISPUTE if is_case else Kind.TRADE
    return Line(kind=str(kind), text=text.format(code=code), path=_path(code, side=side, is_case=is_case))


def _path(code: str, *, side: str, is_case: bool) -> str:
    if side == "arbiter":
        return "/arbiter"
    return f"/trades/{code}/dispute" if is_case else f"/trades/{code}"
