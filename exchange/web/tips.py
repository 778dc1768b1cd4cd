"""Safety tips: at most one at a time, chosen by state and side; never a wall of warnings."""

from collections.abc import Mapping

ONLY_HERE = "The arbiter writes in the case only. Anyone who contacts you elsewhere is not the arbiter."
TIPS: dict[tuple[str, str], str] = {
    ("locked", "buyer"): "Pay from an account in your own name, and leave the reference blank or as the seller asks. "
    "Never write the name of a coin or of this site there.",
    ("locked", "seller"): "Money from an account in another name is not {peer}'s payment. Do not release for it; "
    "send it back to where it came from.",
    ("paid", "seller"): "Open your bank yourself. Screenshots, e-mails and SMS about a payment prove nothing.",
    ("paid", "buyer"): "Do not take the payment back, and do not agree to “cancel, I will refund you”.",
    ("disputed", "buyer"): ONLY_HERE,
    ("disputed", "seller"): ONLY_HERE,
}


def tip_for(ui_state: str, *, side: str, facts: Mapping[str, str]) -> str:
    """Return the tip for this moment, or nothing."""
    return TIPS.get((ui_state, side), "").format_map(facts)
