"""What may be wrong in a trade, in plain words, each with the right way on. A dispute is always in its place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.urls import reverse

from exchange.trades.view import TradeView

BEFORE = frozenset({"requested", "signing", "awaiting_escrow", "locking"})
HELD = frozenset({"locked", "paid", "disputed"})


@dataclass(frozen=True, slots=True)
class Door:
    """One situation: a question, the answer, and a way on if there is one."""

    question: str
    answer: str
    label: str = ""
    href: str = ""
    opens: str = ""
    # The buyer's share of a split this door proposes, basis points; None for doors that propose nothing.
    proposes: int | None = None


def doors_of(view: TradeView, *, facts: Mapping[str, str]) -> list[Door]:
    """Return the situations that can arise now for this side."""
    if view.role not in {"buyer", "seller"}:
        return []
    found = [*_silence(view), *_payment(view), *_leaving(view), *_agreement(view), _off_site()]
    return [
        replace(door, question=door.question.format_map(facts), answer=door.answer.format_map(facts))
        for door in (*found, dispute_door(view))
    ]


def dispute_door(view: TradeView) -> Door:
    """Return the way to the arbiter, or why it is not open yet."""
    page = reverse("dispute", args=[view.code])
    question = "I want an arbiter to decide"
    if view.ui_state in {"disputed", "ruled", "resolved"}:
        return Door(question, "This trade is with the arbiter.", "Open the case", page)
    if "dispute" in view.actions:
        return Door(
            question,
            "Both of you say what happened, and the arbiter named in the terms splits the coins.",
            "Open a dispute",
            page,
        )
    if view.ui_state in BEFORE:
        return Door(question, "Not needed yet: no coins are locked. You can leave the trade at no cost.")
    if view.ui_state == "locked":
        who = "you mark the trade paid" if view.role == "buyer" else "{peer} marks the trade paid"
        return Door(question, f"Opens as soon as {who}. If no payment is marked in time, the coins go back.")
    return Door(question, "This trade has ended; there is nothing left in escrow to decide about.")


def _silence(view: TradeView) -> list[Door]:
    if view.ui_state == "awaiting_escrow" and view.role == "buyer":
        return [Door("{peer} does not lock the {symbol}", "Wait until {clock}, or cancel now at no cost. Do not pay.")]
    if view.ui_state == "paid" and view.role == "buyer":
        return [
            Door(
                "{peer} does not answer",
                "At {clock} the trade goes to the arbiter by itself. You may also open a dispute now.",
            )
        ]
    if view.ui_state == "locked" and view.role == "seller":
        return [Door("{peer} does not pay", "Nothing to do: after the deadline the {symbol} comes back to you.")]
    return []


def _payment(view: TradeView) -> list[Door]:
    if view.ui_state not in HELD:
        return []
    if view.role == "buyer":
        return [
            Door(
                "I paid the wrong amount, or twice",
                "Tell {peer} in the chat. If too little arrived, send the rest; if too much, agree there on its "
                "return. Never cancel after paying.",
            ),
            Door(
                "The details do not match {peer}'s name",
                "Do not pay. Ask in the chat, and cancel if the answer does not convince you.",
            ),
        ]
    return [
        *_arrived(view),
        Door(
            "The amount or the name is wrong",
            "Do not release. Ask in the chat for the rest, or send the money back to the account it came from and "
            "agree on a split.",
        ),
    ]


def _arrived(view: TradeView) -> list[Door]:
    """The seller of a disputed trade can still release: that ends the dispute without a ruling."""
    if view.ui_state != "disputed" or "release" not in view.actions:
        return []
    return [
        Door(
            "The money has arrived after all",
            "Look in your bank, then release the {symbol} to {peer}. That ends the dispute; no ruling is needed.",
            "Release the coins",
            opens="dialog-release",
        )
    ]


def _leaving(view: TradeView) -> list[Door]:
    if view.ui_state in HELD and "cancel" in view.actions and view.role == "buyer":
        return [
            Door(
                "I want to cancel",
                "Cancelling sends the {symbol} back to {peer} at once. Do it only if you have not paid.",
                "Cancel the trade",
                opens="dialog-cancel",
            )
        ]
    if view.ui_state in HELD and view.role == "seller":
        return [
            Door(
                "I want to cancel",
                "Coins that are locked for {peer} come back if {peer} agrees or does not pay in time. Proposing is a "
                "free signature; {peer} is asked, and nothing moves before {peer} has agreed.",
                "Propose to cancel" if "settle" in view.actions and view.split.mine != 0 else "",
                proposes=0 if "settle" in view.actions and view.split.mine != 0 else None,
            )
        ]
    return []


def _agreement(view: TradeView) -> list[Door]:
    if "settle" not in view.actions:
        return []
    words = "If both of you sign the same split, the contract pays it out at once, without the arbiter."
    return [Door("We have agreed on something else", words, "Agree on a split", href="#settle")]


def _off_site() -> Door:
    return Door(
        "I am asked to go on elsewhere",
        "Stay here. Details and promises given elsewhere cannot be proved, and the arbiter cannot see them.",
    )
