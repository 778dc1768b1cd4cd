"""What a receipt says, in order: the same on the page, in the PDF, and for whoever checks it by its signed link."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from exchange.core.errors import NotFound
from exchange.trades.view import TradeView
from exchange.web.room import Room
from exchange.web.units import say_coins, say_fiat

SALT = "parley.receipt"
ENDS = {
    "released": "Completed: the coins went to the buyer",
    "refunded": "Refunded: the coins went back to the seller",
    "resolved": "Split between both sides",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`parties` and `deal` hold names and money, `chain` what anyone can look up on chain."""

    title: str
    outcome: str
    parties: tuple[tuple[str, str], ...]
    deal: tuple[tuple[str, str], ...]
    chain: tuple[tuple[str, str], ...]
    link: str


def has_receipt(view: TradeView) -> bool:
    """Return whether a trade has ended with its coins paid out."""
    return view.state in ENDS


def receipt_of(room: Room) -> Receipt:
    """Return the receipt of an ended trade. Raises `NotFound` before the coins have moved."""
    view = room.view
    if not has_receipt(view) or view.finished_at is None:
        raise NotFound("There is no receipt yet: the coins have not been paid out.")
    paid_out = (("To the buyer", view.to_buyer), ("To the seller", view.to_seller), ("Fee", view.fee))
    end = next((line for line in reversed(view.timeline) if line.tx_hash), None)
    return Receipt(
        title=f"Receipt for trade {view.code}",
        outcome=ENDS[view.state],
        parties=(
            ("Seller", f"{view.seller.name}, {view.seller.address}"),
            ("Buyer", f"{view.buyer.name}, {view.buyer.address}"),
        ),
        deal=(
            ("Coins", say_coins(view.amount, room.coin, full=True)),
            ("Money", say_fiat(view.amount_fiat, room.money)),
            ("Price", f"{say_fiat(view.price, room.money)} for 1 {view.asset}"),
            ("Market then", room.price_source or "fixed price"),
            ("Method", view.method_name),
            *((name, say_coins(units, room.coin, full=True)) for name, units in paid_out if units is not None),
            ("Ended", f"{view.finished_at:%Y-%m-%d %H:%M} UTC"),
        ),
        chain=chain_facts(view, contract=room.contract, end_hash=end.tx_hash if end else ""),
        link=f"{settings.SITE_URL}{reverse('receipt-check', args=[token_of(view.code)])}",
    )


def chain_facts(view: TradeView, *, contract: str, end_hash: str) -> tuple[tuple[str, str], ...]:
    """Return what can be checked against the chain without this site."""
    return (
        ("Chain", str(settings.CHAIN_ID)),
        ("Contract", contract),
        ("Trade key", view.trade_id),
        ("Last transaction", end_hash or "none"),
    )


def token_of(code: str) -> str:
    """Return the signed name of a receipt: whoever has it may check the receipt, nobody can guess it."""
    return signing.dumps(code, salt=SALT)


def read_token(token: str) -> str:
    """Return the trade a receipt's link names. Raises `NotFound`."""
    try:
        return str(signing.loads(token, salt=SALT))
    except signing.BadSignature as error:
        raise NotFound("This is not the link of a receipt of ours, or it was cut short.") from error
