"""The questions before a deed that cannot be undone: what is to be true, in ticks, and what will happen."""

from collections.abc import Mapping
from dataclasses import dataclass

from exchange.trades.view import TradeView


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """One native dialog; its deed is a free signature that this site sends to the chain."""

    id: str
    title: str
    lead: str
    ticks: tuple[str, ...]
    warning: str
    action: str
    label: str
    css: str = "button-primary"
    facts: tuple[tuple[str, str], ...] = ()


SENT = Dialog(
    id="dialog-sent",
    title="You have sent {fiat}?",
    lead="{peer} then looks for the money. Your wallet shows “mark_paid”; signing is free.",
    ticks=("I sent {fiat} from an account in my name", "I kept the receipt"),
    warning="Do not take the payment back after this: the arbiter sees it.",
    action="mark_paid",
    label="I have sent {fiat}",
)
CANCEL = Dialog(
    id="dialog-cancel",
    title="Cancel and give the {symbol} back?",
    lead="The contract sends {coins} back to {peer} at once. Your wallet shows “cancel”; signing is free.",
    ticks=("I have not sent any money for this trade, or I have it back",),
    warning="Cannot be undone. Never cancel because somebody promises to send your money back.",
    action="cancel",
    label="Cancel the trade",
    css="button-danger",
)
RELEASE = Dialog(
    id="dialog-release",
    title="Release {coins} to {peer}?",
    lead="",
    ticks=("I logged in to my bank and see {fiat}", "The sender's name is {peer}"),
    warning="Cannot be undone. Screenshots and SMS are not proof. Nobody from this site will ever ask you to release.",
    action="release",
    label="Release {coins}",
    facts=(("To", "{receiver}"), ("Your wallet shows", "release, a free signature")),
)


def dialogs_of(view: TradeView, *, facts: Mapping[str, str]) -> list[Dialog]:
    """Return the dialogs of a party's side, whatever the state: what is allowed is decided when the deed arrives."""
    side = {"buyer": (SENT, CANCEL), "seller": (RELEASE,)}.get(view.role, ())
    words = {**facts, "receiver": view.buyer.address}
    return [_fill(dialog, words) for dialog in side]


def _fill(dialog: Dialog, words: Mapping[str, str]) -> Dialog:
    return Dialog(
        id=dialog.id,
        title=dialog.title.format_map(words),
        lead=dialog.lead.format_map(words),
        ticks=tuple(tick.format_map(words) for tick in dialog.ticks),
        warning=dialog.warning.format_map(words),
        action=dialog.action,
        label=dialog.label.format_map(words),
        css=dialog.css,
        facts=tuple((name, value.format_map(words)) for name, value in dialog.facts),
    )
