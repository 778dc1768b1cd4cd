"""What a trade says to each side at each moment, as data: heading, sentence, clock, one primary button, quiet ones.

Placeholders: {coins} {symbol} {fiat} {peer} {method} {clock} {received} {returned} {share} {confirming} {fallback}.
A button is shown only while the server lists its action as available, so a line here never grants anything.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One deed. `kind`: terms (sign), send (own transaction), dialog (opens `target`), post or link (to `target`)."""

    kind: str
    label: str
    action: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one side reads at one moment of a trade."""

    heading: str
    sentence: str
    clock: str = ""
    consequence: str = ""
    primary: Button | None = None
    quiet: tuple[Button, ...] = ()


SIGN = Button(kind="terms", label="Sign terms", action="sign_terms")
ACCEPT = Button(kind="terms", label="Accept", action="sign_terms")
DECLINE = Button(kind="post", label="Decline", action="decline", target="trade-decline")
WITHDRAW = Button(kind="post", label="Withdraw", action="cancel", target="trade-cancel")
CANCEL = Button(kind="post", label="Cancel trade", action="cancel", target="trade-cancel")
LOCK = Button(kind="send", label="Lock {coins}", action="fund")
SENT = Button(kind="dialog", label="I have sent {fiat}", action="mark_paid", target="dialog-sent")
MORE_TIME = Button(kind="post", label="Give 10 min more", action="give_time", target="trade-more-time")
AGREE_CANCEL = Button(kind="dialog", label="Agree to cancel", action="cancel", target="dialog-cancel")
GIVE_UP = Button(kind="dialog", label="Cancel, I have not paid", action="cancel", target="dialog-cancel")
CONCEDE = Button(kind="dialog", label="Cancel, give the {symbol} back", action="cancel", target="dialog-cancel")
RELEASE = Button(kind="dialog", label="Release {coins}", action="release", target="dialog-release")
DISPUTE = Button(kind="link", label="Open a dispute", action="dispute", target="dispute")
CASE = Button(kind="link", label="Open the case", target="dispute")
STATE_CASE = Button(kind="link", label="Say what happened", target="dispute")
RULING = Button(kind="link", label="Read the ruling", target="dispute")
SIMILAR = Button(kind="link", label="Find similar offers", target="similar")
PEER = Button(kind="link", label="See {peer}'s other offers", target="peer")

UNLOCKED = "After that the trade closes. Nothing was locked."
CLOSED_EARLY = "It ended before any coins were locked, so nothing moved."

BOTH: dict[str, Words] = {
    "asked": Words(
        heading="{peer} has until {clock} to answer",
        sentence="You have signed. Nothing is locked yet and nothing is to be paid.",
        clock="Answer by",
        consequence="After that the trade closes, with no mark on either of you.",
        quiet=(WITHDRAW,),
    ),
    "awaiting_signature": Words(
        heading="{peer} is signing the terms",
        sentence="Nothing to do yet. The trade starts with that signature.",
        clock="Sign by",
        consequence=UNLOCKED,
        quiet=(DECLINE,),
    ),
    "expired": Words(heading="Closed: time ran out", sentence=CLOSED_EARLY, quiet=(SIMILAR,)),
    "cancelled": Words(heading="Closed: cancelled", sentence=CLOSED_EARLY, quiet=(SIMILAR,)),
    "declined": Words(heading="Closed: declined by the maker", sentence=CLOSED_EARLY, quiet=(SIMILAR,)),
    "disputed": Words(
        heading="The arbiter decides by {clock}",
        sentence="Both of you can add to the case until then, or agree on a split and skip the ruling.",
        clock="Ruling by",
        consequence="Without a ruling the coins are split as agreed at the start: {fallback} to the buyer.",
        primary=CASE,
    ),
    "disputed_silent": Words(
        heading="Say what happened",
        sentence="The arbiter decides on what is there. If one side stays silent, the other side's words stand alone.",
        clock="Ruling by",
        consequence="Without a ruling the coins are split as agreed at the start: {fallback} to the buyer.",
        primary=STATE_CASE,
    ),
    "ruled": Words(
        heading="The arbiter has signed a ruling",
        sentence="It is on its way to the chain. The contract pays both sides in the same transaction.",
        primary=RULING,
    ),
    "frozen": Words(
        heading="Frozen until the chain is clear",
        sentence="The chain was rewritten deeper than expected. Do not pay and do not release. The coins are safe in "
        "the escrow contract, and this page goes on by itself.",
    ),
}

BUYER: dict[str, Words] = {
    "to_sign": Words(
        heading="Sign the terms to start the trade",
        sentence="Your wallet shows exactly what you agree to: {coins} for {fiat}. Signing is free and moves nothing. "
        "Do not pay yet.",
        clock="Sign by",
        consequence=UNLOCKED,
        primary=SIGN,
        quiet=(WITHDRAW,),
    ),
    "to_accept": Words(
        heading="{peer} wants to sell you {coins} for {fiat}",
        sentence="Accepting is a free signature. {peer} then locks the {symbol}, and you pay only after that.",
        clock="Answer by",
        consequence="After that the request closes, with no mark on either of you.",
        primary=ACCEPT,
        quiet=(DECLINE,),
    ),
    "awaiting_escrow": Words(
        heading="Do not pay yet",
        sentence="{peer} has not locked the {symbol} in escrow. This page tells you the moment it is locked.",
        clock="{peer} locks by",
        consequence="After that the trade closes, with no mark on you.",
        quiet=(CANCEL,),
    ),
    "locking": Words(
        heading="Do not pay yet",
        sentence="{peer} has sent the {symbol} to the escrow. The lock is being confirmed{confirming}.",
    ),
    "locked": Words(
        heading="Send {fiat}, then mark it paid",
        sentence="{coins} are locked for you. Pay {peer} by {method} from an account in your own name, with the "
        "details below.",
        clock="Pay by",
        consequence="After that the {symbol} goes back to {peer}, so do not pay late.",
        primary=SENT,
        quiet=(GIVE_UP,),
    ),
    "locked_late": Words(
        heading="The time to pay is over",
        sentence="Do not send money now. If you have already sent {fiat}, mark it paid at once; else the {symbol} goes "
        "back to {peer}.",
        primary=SENT,
        quiet=(GIVE_UP,),
    ),
    "late_lock": Words(
        heading="Do not pay: this trade had ended",
        sentence="{peer} locked the {symbol} after it was closed, so you owe nothing. Cancel, and the {symbol} goes "
        "back at once; otherwise it goes back by itself.",
        clock="Goes back after",
        quiet=(GIVE_UP,),
    ),
    "paid": Words(
        heading="{peer} is checking the account",
        sentence="You marked {fiat} as sent. {peer} releases the {symbol} once the money is there.",
        clock="{peer} answers by",
        consequence="After that the trade goes to the arbiter by itself.",
        quiet=(DISPUTE, CONCEDE),
    ),
    "releasing": Words(
        heading="{coins} are on their way to you",
        sentence="{peer} has released them. The payout is being confirmed{confirming}.",
    ),
    "released": Words(
        heading="{received} is in your wallet",
        sentence="The trade is complete. You paid {fiat} to {peer}.",
        quiet=(PEER, SIMILAR),
    ),
    "cancel_proposed": Words(
        heading="{peer} proposes to cancel",
        sentence="Agree only if you have not paid. Agreeing sends the {symbol} back to {peer}. If you have paid, do "
        "not agree: the trade goes on as it was.",
        clock="Pay by",
        consequence="After that the {symbol} goes back to {peer} by itself.",
        primary=AGREE_CANCEL,
        quiet=(SENT,),
    ),
    "refunding": Words(
        heading="The {symbol} is going back to {peer}",
        sentence="Do not pay. The return is being confirmed{confirming}.",
    ),
    "refunded": Words(
        heading="Closed: the {symbol} went back to {peer}",
        sentence="Do not pay anything for this trade any more.",
        quiet=(SIMILAR,),
    ),
    "resolved": Words(
        heading="Paid out: {share} to you",
        sentence="{received} went to your wallet, {returned} to {peer}.",
        primary=RULING,
    ),
}

SELLER: dict[str, Words] = {
    "to_sign": Words(
        heading="Sign the terms to start the trade",
        sentence="Your wallet shows exactly what you agree to: {coins} for {fiat}. Signing is free and moves nothing. "
        "Locking the {symbol} is the step after.",
        clock="Sign by",
        consequence=UNLOCKED,
        primary=SIGN,
        quiet=(WITHDRAW,),
    ),
    "to_accept": Words(
        heading="{peer} wants to buy {coins} for {fiat}",
        sentence="Accepting is a free signature. You then lock the {symbol} in escrow, and {peer} pays after that.",
        clock="Answer by",
        consequence="After that the request closes, with no mark on either of you.",
        primary=ACCEPT,
        quiet=(DECLINE,),
    ),
    "awaiting_escrow": Words(
        heading="Lock {coins} in escrow",
        sentence="{peer} pays only after seeing the lock. The contract holds the coins until you release them; nobody "
        "else can take them.",
        clock="Lock by",
        consequence="After that the trade closes and counts as a missed lock.",
        primary=LOCK,
        quiet=(CANCEL,),
    ),
    "locking": Words(
        heading="Lock sent, nothing to do",
        sentence="It is being confirmed{confirming}. Then {peer} is asked to pay.",
    ),
    "locked": Words(
        heading="Wait for {fiat} from {peer}",
        sentence="Your {symbol} is locked. You are told as soon as {peer} says the money was sent.",
        clock="{peer} pays by",
        consequence="After that the {symbol} comes back to you by itself.",
        quiet=(MORE_TIME,),
    ),
    "locked_late": Words(
        heading="The time to pay is over",
        sentence="{peer} has not marked a payment. The {symbol} comes back to you in a few minutes, by itself.",
    ),
    "late_lock": Words(
        heading="Locked too late",
        sentence="The trade had ended before the lock, so {peer} owes you nothing. The {symbol} comes back when {peer} "
        "cancels, or by itself after the time to pay.",
        clock="Comes back after",
    ),
    "paid": Words(
        heading="Look for {fiat} from {peer}",
        sentence="{peer} says the money was sent by {method}. Release only when you see it in your own account, sent "
        "from an account in {peer}'s name.",
        clock="Answer by",
        consequence="After that the trade goes to the arbiter by itself.",
        primary=RELEASE,
        quiet=(DISPUTE,),
    ),
    "releasing": Words(
        heading="Release sent, nothing to do",
        sentence="{coins} are on their way to {peer}. The payout is being confirmed{confirming}.",
    ),
    "released": Words(
        heading="Trade complete",
        sentence="You received {fiat}, {peer} received {received}.",
        quiet=(PEER, SIMILAR),
    ),
    "cancel_proposed": Words(
        heading="You proposed to cancel",
        sentence="{peer} agrees only if nothing was paid. Until then the {symbol} stays locked and the trade goes on.",
        clock="{peer} pays by",
        consequence="After that the {symbol} comes back to you by itself.",
    ),
    "refunding": Words(
        heading="The {symbol} is coming back to you",
        sentence="The return is being confirmed{confirming}. Nothing to do.",
    ),
    "refunded": Words(
        heading="{coins} are back in your wallet",
        sentence="The trade is closed, without a fee.",
        quiet=(SIMILAR,),
    ),
    "resolved": Words(
        heading="Paid out: {share} to you",
        sentence="{returned} came back to your wallet, {received} went to {peer}.",
        primary=RULING,
    ),
}

ARBITER: dict[str, Words] = {
    "watching": Words(
        heading="You are the arbiter of this trade",
        sentence="You see this trade because you claimed its case. Only a ruling signed by your wallet moves coins.",
        clock="Ruling by",
        consequence="After that the coins are split as agreed at the start: {fallback} to the buyer.",
        primary=Button(kind="link", label="Open the case file", target="case"),
    ),
}
