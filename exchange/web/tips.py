"""Safety tips: one at a time, chosen by state, side and how long the payer can take the money back; never a wall.

A reader dismisses a tip on the device (`frontend/src/page/tips.ts`); the next one that fits takes its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass

ONLY_HERE = "The arbiter writes in the case only. Anyone who contacts you elsewhere is not the arbiter."
OWN_NAME = (
    "Pay from an account in your own name, and leave the reference blank or as the seller asks. Never write the name "
    "of a coin or of this site there."
)
THIRD_PARTY = (
    "Money from an account in another name is not {peer}'s payment. Do not release for it; send it back to where it "
    "came from."
)
OVERPAID = (
    "More arrived than agreed? Do not send the rest to another account. Release only when the amount is right, or send "
    "all of it back to the account it came from."
)
BY_REVERSAL = {
    "hours": "Payments by {method} can be taken back for hours. Wait until it is booked before you release.",
    "days": "Payments by {method} can be taken back for days. With somebody you do not know, wait until it is booked.",
    "months": "Payments by {method} can be taken back for months. Release only to people you have reason to trust.",
}
TIPS: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("awaiting_escrow", "buyer"): (("wait", "Whoever asks you to pay before the lock, or outside, wants your money."),),
    ("locked", "buyer"): (("own-name", OWN_NAME),),
    ("locked", "seller"): (("third-party", THIRD_PARTY),),
    ("cancel_proposed", "buyer"): (("refund", "Never cancel because somebody promises to send your money back."),),
    ("paid", "seller"): (
        ("own-bank", "Open your bank yourself. Screenshots, e-mails and SMS about a payment prove nothing."),
        ("overpaid", OVERPAID),
    ),
    ("paid", "buyer"): (
        ("no-reversal", "Do not take the payment back, and do not agree to \u201ccancel, I will refund you\u201d."),
    ),
    ("disputed", "buyer"): (("only-here", ONLY_HERE),),
    ("disputed", "seller"): (("only-here", ONLY_HERE),),
}


@dataclass(frozen=True, slots=True)
class Tip:
    """One warning; `key` names it for whoever has dismissed it."""

    key: str
    text: str


def tips_for(ui_state: str, *, side: str, reversibility: str, facts: Mapping[str, str]) -> list[Tip]:
    """Return the tips that fit this moment, the most important first; a page shows one."""
    found = list(TIPS.get((ui_state, side), ()))
    if (ui_state, side) == ("paid", "seller") and reversibility in BY_REVERSAL:
        found.insert(0, (f"reversal-{reversibility}", BY_REVERSAL[reversibility]))
    return [Tip(key, text.format_map(facts)) for key, text in found]
