"""Feedback: one word of each side about the other after a trade, within fourteen days, with one reply."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction

from exchange.accounts.models import Account
from exchange.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange.core.outbox import emit
from exchange.reputation.models import Feedback
from exchange.trades import queries as trades
from exchange.trades.models import Trade
from exchange.trades.states import PAID_OUT

OPEN_FOR = timedelta(days=14)
MOST_WORDS = 500
# A band says enough of an amount and cannot be matched with a transfer.
BANDS = ((100, "under 100"), (500, "100 to 500"), (2000, "500 to 2,000"), (10_000, "2,000 to 10,000"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackView:
    """A word about somebody: by whom, in which role, about how much, when; texts come from strangers."""

    id: int
    author: str
    author_address: str
    role: str
    is_good: bool
    text: str
    band: str
    at: datetime
    reply: str


def give(code: str, *, by: Account, is_good: bool, text: str, now: datetime) -> Feedback:
    """Say how the other side was. Raises `NotFound`, `Invalid`, or `Conflict` (`too_early`, `too_late`, `said`)."""
    trade = trades.trade_for(code, account=by)
    words = _read(text, field="/text")
    _check_time(trade, now=now)
    subject = trade.buyer if by.pk == trade.seller_id else trade.seller
    try:
        with transaction.atomic():
            said = Feedback.objects.create(
                trade=trade, author=by, subject=subject, is_good=is_good, text=words, created_at=now
            )
            emit("feedback.given", {"trade": trade.code, "by": by.address, "version": trade.version})
    except IntegrityError as error:
        raise Conflict("You have said your word about this trade; it stands.", code="said") from error
    return said


def reply(feedback_id: int, *, by: Account, text: str, now: datetime) -> Feedback:
    """Answer a word about oneself, once. Raises `NotFound`, `Forbidden`, `Invalid` or `Conflict` (`said`)."""
    words = _read(text, field="/text")
    if not words:
        raise Invalid(fields={"/text": "Write your reply."})
    with transaction.atomic():
        said = Feedback.objects.select_for_update().filter(pk=feedback_id).first()
        if said is None:
            raise NotFound("There is no such feedback.")
        if said.subject_id != by.pk:
            raise Forbidden("Only the one it is about can reply.", code="wrong_role")
        if said.reply:
            raise Conflict("You have replied already.", code="said")
        said.reply, said.replied_at = words, now
        said.save(update_fields=["reply", "replied_at"])
    return said


def about(account: Account, *, limit: int = 50) -> list[FeedbackView]:
    """Return what others say of an account, the newest first."""
    rows = Feedback.objects.filter(subject=account).select_related("author", "trade").order_by("-id")[:limit]
    return [_view(row) for row in rows]


def of_trade(trade_code: str, *, account: Account) -> FeedbackView | None:
    """Return what `account` said about the other side of a trade of its own; None if nothing yet."""
    row = Feedback.objects.select_related("author", "trade").filter(trade__code=trade_code, author=account).first()
    return _view(row) if row else None


def is_open(trade: Trade, *, now: datetime) -> bool:
    """Return whether feedback can be given now."""
    return trade.state in PAID_OUT and trade.finished_at is not None and now <= trade.finished_at + OPEN_FOR


def _check_time(trade: Trade, *, now: datetime) -> None:
    if trade.state not in PAID_OUT:
        raise Conflict("Feedback opens when the coins have been paid out.", code="too_early")
    if not is_open(trade, now=now):
        raise Conflict("Feedback closed 14 days after the trade's end.", code="too_late")


def _read(text: str, *, field: str) -> str:
    words = " ".join(text.split())
    if len(words) > MOST_WORDS or "\x00" in words:
        raise Invalid(fields={field: f"Write at most {MOST_WORDS} characters; these are {len(words)}."})
    return words


def _view(row: Feedback) -> FeedbackView:
    return FeedbackView(
        id=row.pk,
        author=row.author.label,
        author_address=row.author.address,
        role="seller" if row.author_id == row.trade.seller_id else "buyer",
        is_good=row.is_good,
        text=row.text,
        band=_band(row.trade.amount_fiat, row.trade.currency_id),
        at=row.created_at,
        reply=row.reply,
    )


def _band(amount: Decimal, currency: str) -> str:
    words = next((words for most, words in BANDS if amount < most), "over 10,000")
    return f"{words} {currency}"
