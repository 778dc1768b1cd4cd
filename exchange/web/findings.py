"""Words that help arbiters and parties: how findings begin for each reason, and what counts as proof by rail."""

from exchange.disputes.models import RulingReason

TEMPLATES: dict[int, str] = {
    int(RulingReason.PAID_IN_FULL): "Agreed was: … The buyer showed: … dated …, for …, from an account in the name …, "
    "to the account the seller named. The seller showed: … I find that the buyer paid in full and in time, so the "
    "coins go to the buyer.",
    int(RulingReason.NOT_PAID): "Agreed was: … The buyer claims to have paid on … but showed no record of a bank that "
    "names date, amount and both names. The seller showed a complete statement for that time without this payment. "
    "I find that no payment arrived, so the coins go back to the seller.",
    int(RulingReason.PAID_IN_PART): "Agreed was: … Of this, … arrived on …, as both statements show. The rest … I "
    "split the coins in the proportion that was paid: … of …",
    int(RulingReason.THIRD_PARTY): "Agreed was a payment from an account in the buyer's own name. The payment of … "
    "came from an account in the name …, which is not the buyer's. The money …, so the coins …",
    int(RulingReason.REVERSED): "The payment of … arrived on … and was taken back on …, as the seller's statement "
    "shows. The buyer says … I find …",
    int(RulingReason.NO_PROOF): "Both sides were asked on … to show …, by … The buyer showed … The seller showed … "
    "Neither proves the case. I split the coins as …",
    int(RulingReason.ABUSE): "The rules of this site were broken by … on …: … This matters for the split because …",
}
ANY = (
    "A statement or receipt as a file from the bank, with date, amount and both names.",
    "Screenshots count little: they are easily made.",
)
STANDARDS: dict[str, tuple[str, ...]] = {
    "instant-bank": (
        "The bank's PDF confirmation with time and reference; instant payments arrive within seconds.",
        ANY[1],
    ),
    "bank-transfer": (
        "The bank's PDF statement covering the day of payment, the account holder's name visible.",
        ANY[1],
    ),
    "card-wallet": ("The provider's own receipt with both account names and its transaction number.", ANY[1]),
    "mobile-money": ("The operator's confirmation message and a statement from its app or shop.", ANY[1]),
    "cash-in-person": ("A dated receipt signed by both. Without one, neither side can prove much.",),
    "cash-by-mail": ("The tracking number, the delivery record, and photos of the sealed and the opened letter.",),
}


def standards_of(rail: str) -> tuple[str, ...]:
    """Return what proof a payment rail gives, for both sides and the arbiter."""
    return STANDARDS.get(rail, ANY)
