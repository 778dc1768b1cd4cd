"""Trades: one row from take to payout, its append-only timeline, offered splits, and the cursor on final events."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.core.ids import new_code
from exchange.offers.models import Offer
from exchange.trades.states import BEFORE_LOCK, FINISHED, MONEY_STATES, PAID_OUT, State


class Trade(models.Model):
    """One trade between a maker and a taker. `amount` is base units, `amount_fiat` the currency's units."""

    code = models.CharField(max_length=8, unique=True, default=new_code, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="trades")
    offer_version = models.PositiveIntegerField()
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sales")
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="purchases")

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    method = models.ForeignKey(PaymentMethod, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=78, decimal_places=0)
    amount_fiat = models.DecimalField(max_digits=20, decimal_places=4)
    price = models.DecimalField(max_digits=28, decimal_places=10)
    # Sources, ages and median the price was fixed from: {"type", "market", "sources": [{"name", "price", "age"}]}.
    price_snapshot = models.JSONField()

    chain_id = models.PositiveBigIntegerField()
    contract = models.CharField(max_length=42)
    trade_id = models.CharField(max_length=66, unique=True)
    terms = models.JSONField()
    # The salted preimage of `terms.details`, so that both sides can prove what was agreed off chain.
    details = models.JSONField()
    # The signed offer as it stood when it was taken: {"typed_data", "signature"}.
    maker_consent = models.JSONField(default=dict)
    # The offer was approved by hand when it was taken: the maker signs the Terms too.
    needs_maker_signature = models.BooleanField(default=False)
    maker_signature = models.CharField(max_length=2048, blank=True)
    taker_signature = models.CharField(max_length=2048, blank=True)

    state = models.CharField(max_length=12, choices=State)
    version = models.PositiveIntegerField(default=1)
    last_event_id = models.BigIntegerField(null=True)
    # The chain took back what had been final: nothing may be done until both agree again (`project.py`).
    is_frozen = models.BooleanField(default=False)
    # Whether this trade's coins are still taken off what the offer has left.
    holds_units = models.BooleanField(default=True)
    # The seller locked the coins although the trade had ended before: the buyer owes nothing for it.
    is_late_lock = models.BooleanField(default=False)
    # The arbiter who claimed the case; nobody else outside the parties may see the trade.
    arbiter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # When the running state ends and something else may happen; null when nothing does.
    deadline = models.DateTimeField(null=True)
    lock_by = models.DateTimeField()
    # What the buyer is shown; on chain `payBy` is later by PAY_MARGIN.
    pay_by = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    funded_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    disputed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # How it ended, in base units and words of the end event: {"how", "buyer_bps", "reason_code", "expired"}.
    outcome = models.JSONField(default=dict)
    to_buyer = models.DecimalField(max_digits=78, decimal_places=0, null=True)
    to_seller = models.DecimalField(max_digits=78, decimal_places=0, null=True)
    fee = models.DecimalField(max_digits=78, decimal_places=0, null=True)
    # Whose act or silence ended the trade early; null when it ran its course.
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(seller=F("buyer")), name="trade_has_two_parties"),
            models.CheckConstraint(condition=Q(amount__gt=0, amount_fiat__gt=0, price__gt=0), name="trade_amounts"),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(MONEY_STATES)) | Q(last_event_id__isnull=False),
                name="trade_money_state_has_event",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(PAID_OUT))
                | Q(
                    to_buyer__isnull=False,
                    to_seller__isnull=False,
                    fee__isnull=False,
                    amount=F("to_buyer") + F("to_seller") + F("fee"),
                ),
                name="trade_pays_out_what_it_held",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(FINISHED), finished_at__isnull=False, deadline__isnull=True)
                | (~Q(state__in=sorted(FINISHED)) & Q(finished_at__isnull=True)),
                name="trade_end_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["seller", "-id"], name="trade_of_seller"),
            models.Index(fields=["buyer", "-id"], name="trade_of_buyer"),
            models.Index(fields=["taker", "-id"], name="trade_of_taker"),
            models.Index(fields=["arbiter", "-id"], condition=Q(arbiter__isnull=False), name="trade_of_arbiter"),
            models.Index(
                fields=["deadline"], condition=Q(state__in=sorted(BEFORE_LOCK)), name="trade_deadline_before_lock"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class TimelineEntry(models.Model):
    """One transition or remark: who, what, when, transaction, block; append-only, each bound to the last by hash."""

    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="timeline")
    # The trade's version after this row, so that versions and rows count alike.
    n = models.PositiveIntegerField()
    kind = models.CharField(max_length=32)
    # An address, "chain" or "parley".
    actor = models.CharField(max_length=42)
    data = models.JSONField(default=dict)
    tx_hash = models.CharField(max_length=66, blank=True)
    block_number = models.PositiveBigIntegerField(null=True)
    event_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("trade_id", "n")
        constraints = [models.UniqueConstraint(fields=["trade", "n"], name="timeline_gapless")]

    def __str__(self) -> str:
        return f"{self.trade_id}.{self.n} {self.kind}"


class TransactionHint(models.Model):
    """A transaction a wallet told us about; it moves no state, it only lets the page show where it stands."""

    trade = models.ForeignKey(Trade, on_delete=models.CASCADE, related_name="transactions")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    hash = models.CharField(max_length=66)
    created_at = models.DateTimeField()
    # waiting, mined, reverted, replaced, dropped; unknown while no node has shown it yet.
    state = models.CharField(max_length=8, default="unknown")
    nonce = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trade", "hash"], name="transaction_told_once")]

    def __str__(self) -> str:
        return self.hash


class PayerName(models.Model):
    """The buyer's word for whose account will pay, given before the seller's details are read.

    Only a salted hash is kept in clear; name and salt are sealed to both parties' keys of the trade.
    """

    trade = models.OneToOneField(Trade, on_delete=models.PROTECT, primary_key=True, related_name="payer_name")
    commitment = models.CharField(max_length=64)
    # Readers' public keys (hex) to the box sealed to each (base64).
    sealed = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.commitment


class SettleProposal(models.Model):
    """The split one party offers now, signed; it is carried out as soon as the other party has signed the same."""

    trade = models.ForeignKey(Trade, on_delete=models.CASCADE, related_name="proposals")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    buyer_bps = models.PositiveIntegerField()
    signature = models.CharField(max_length=2048)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trade", "account"], name="proposal_once_a_party"),
            models.CheckConstraint(condition=Q(buyer_bps__lte=10_000), name="proposal_share"),
        ]

    def __str__(self) -> str:
        return f"{self.buyer_bps} bps to the buyer of {self.trade_id}"


class EventCursor(models.Model):
    """How far the projection of final chain events has come."""

    name = models.CharField(max_length=32, primary_key=True)
    position = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"
