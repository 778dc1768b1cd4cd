"""What we know of the chain, and what we want to send to it.

`Block`, `ChainEvent`, `Escrow`, `Credit` are derived: `reindex` drops and rebuilds them from the chain alone.
`Intent` and `Attempt` are the keeper's own books and are never dropped.
"""

import uuid

from django.db import models
from django.db.models import Q

from escrow.events import STATUSES
from escrow.fields import AddressField, Bytes32Field, Uint256Field
from escrow.standing import ChainReport, Cursor, FinalCounter
from escrow.terms import Domain, Terms

__all__ = [
    "Attempt",
    "Block",
    "ChainEvent",
    "ChainReport",
    "Credit",
    "Cursor",
    "Escrow",
    "FinalCounter",
    "Intent",
    "KeeperState",
]


class Block(models.Model):
    """A block we know the hash of: each one with an event of ours, and every one near the head."""

    chain_id = models.PositiveBigIntegerField()
    number = models.PositiveBigIntegerField()
    hash = Bytes32Field()
    parent_hash = Bytes32Field()
    timestamp = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain_id", "number"], name="block_one_a_height")]

    def __str__(self) -> str:
        return f"{self.number} {self.hash[:10]}"


class ChainEvent(models.Model):
    """One log of the contract. Never deleted: a log whose block left the chain is marked orphaned."""

    class State(models.TextChoices):
        """How sure we are."""

        SEEN = "seen"
        FINAL = "final"
        ORPHANED = "orphaned"

    chain_id = models.PositiveBigIntegerField()
    contract = AddressField()
    block_number = models.PositiveBigIntegerField()
    block_hash = Bytes32Field()
    block_time = models.PositiveBigIntegerField()
    tx_hash = Bytes32Field()
    log_index = models.PositiveIntegerField()
    name = models.CharField(max_length=16)
    trade_id = Bytes32Field(blank=True)
    # The indexed words, then the data, hex: `escrow.decode.read_event(name, payload)` gives the arguments.
    payload = models.TextField()
    state = models.CharField(max_length=8, choices=State)
    # Position in the one order in which the product learns of final events; given once, never given again.
    final_seq = models.PositiveBigIntegerField(null=True, unique=True)

    class Meta:
        constraints = [
            # A block's hash and a place in it name one log; height first, so that what is new is next to each other.
            models.UniqueConstraint(fields=["chain_id", "block_number", "log_index", "block_hash"], name="event_once"),
            models.CheckConstraint(
                condition=Q(state="final", final_seq__isnull=False) | (~Q(state="final") & Q(final_seq__isnull=True)),
                name="event_final_has_position",
            ),
        ]
        indexes = [
            models.Index(fields=["trade_id", "block_number", "log_index"], name="event_of_trade"),
            models.Index(fields=["chain_id", "block_number"], condition=Q(state="seen"), name="event_not_final"),
        ]

    def __str__(self) -> str:
        return f"{self.name} in block {self.block_number} ({self.state})"


_STATUS = [(status, status) for status in STATUSES]


class Escrow(models.Model):
    """Mirror of one trade on chain. `head_*` is what the newest block says, `final_*` what can no longer change."""

    trade_id = Bytes32Field(primary_key=True)
    chain_id = models.PositiveBigIntegerField()
    contract = AddressField()

    seller = AddressField()
    buyer = AddressField()
    token = AddressField()
    amount = Uint256Field()
    arbiter = AddressField()
    fee_recipient = AddressField()
    fee_bps = models.PositiveIntegerField()
    pay_by = models.PositiveBigIntegerField()
    confirm_window = models.PositiveBigIntegerField()
    arbitration_window = models.PositiveBigIntegerField()
    fallback_buyer_bps = models.PositiveIntegerField()
    details = Bytes32Field()
    salt = Uint256Field()

    head_status = models.CharField(max_length=8, choices=_STATUS)
    head_deadline = models.PositiveBigIntegerField()
    head_block = models.PositiveBigIntegerField()
    head_tx_hash = Bytes32Field()
    head_to_buyer = Uint256Field()
    head_to_seller = Uint256Field()
    head_fee = Uint256Field()

    final_status = models.CharField(max_length=8, choices=_STATUS)
    final_deadline = models.PositiveBigIntegerField()
    final_block = models.PositiveBigIntegerField(null=True)
    final_tx_hash = Bytes32Field(blank=True)
    final_to_buyer = Uint256Field()
    final_to_seller = Uint256Field()
    final_fee = Uint256Field()

    class Meta:
        indexes = [
            models.Index(
                fields=["head_deadline"],
                condition=Q(head_status__in=["funded", "paid", "disputed"]),
                name="escrow_due",
            ),
            models.Index(fields=["token", "head_status"], name="escrow_sums"),
        ]

    def __str__(self) -> str:
        return f"{self.trade_id[:10]} {self.head_status}"

    @property
    def terms(self) -> Terms:
        """The terms, as they were published when the trade was funded."""
        return Terms(
            seller=self.seller,
            buyer=self.buyer,
            token=self.token,
            amount=self.amount,
            arbiter=self.arbiter,
            fee_recipient=self.fee_recipient,
            fee_bps=self.fee_bps,
            pay_by=self.pay_by,
            confirm_window=self.confirm_window,
            arbitration_window=self.arbitration_window,
            fallback_buyer_bps=self.fallback_buyer_bps,
            details=self.details,
            salt=self.salt,
        )

    @property
    def domain(self) -> Domain:
        """The contract that holds the coins."""
        return Domain(chain_id=self.chain_id, contract=self.contract)


class Credit(models.Model):
    """What an account could withdraw in one token, by the newest and by the last final block; no row means nothing."""

    chain_id = models.PositiveBigIntegerField()
    contract = AddressField()
    account = AddressField()
    token = AddressField()
    head_amount = Uint256Field(default=0)
    final_amount = Uint256Field(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain_id", "contract", "account", "token"], name="credit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.token}"


class Intent(models.Model):
    """One call the keeper is asked to send. It only causes a transaction; a chain event is what counts."""

    class State(models.TextChoices):
        """queued → sent → mined or failed; failed or dropped without a transaction when it makes no sense any more."""

        QUEUED = "queued"
        SENT = "sent"
        MINED = "mined"
        FAILED = "failed"
        DROPPED = "dropped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    purpose = models.CharField(max_length=32)
    trade_id = Bytes32Field()
    # Whose wish it is; empty for the keeper's own work on deadlines.
    account = AddressField(blank=True)
    chain_id = models.PositiveBigIntegerField()
    to = AddressField()
    data = models.TextField()

    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    error = models.CharField(max_length=200, blank=True)
    # Sent at the earliest then; moved on after a refusal that time can cure.
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    sender = AddressField(blank=True)
    nonce = models.PositiveBigIntegerField(null=True)
    tx_hash = Bytes32Field(blank=True)
    sent_at = models.DateTimeField(null=True)
    # Wei: the most it can cost while open, what it did cost once mined; `paid` is the part that earlier tries burnt.
    cost = Uint256Field(default=0)
    paid = Uint256Field(default=0)
    block_number = models.PositiveBigIntegerField(null=True)
    block_hash = Bytes32Field(blank=True)
    # Set when the outcome is final; until then a reorganisation may open it again.
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["chain_id", "sender", "nonce"], condition=Q(nonce__isnull=False), name="intent_nonce_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "mined"]) | Q(nonce__isnull=False), name="intent_sent_has_nonce"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "created_at"], condition=Q(state="queued"), name="intent_queue"),
            models.Index(fields=["chain_id", "nonce"], condition=Q(closed_at__isnull=True), name="intent_open"),
            models.Index(fields=["trade_id", "created_at"], name="intent_of_trade"),
            models.Index(fields=["account", "created_at"], name="intent_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} ({self.state})"


class Attempt(models.Model):
    """One signed transaction for an intent, stored before it is broadcast; a replacement is another row, same nonce."""

    intent = models.ForeignKey(Intent, on_delete=models.PROTECT, related_name="attempts")
    chain_id = models.PositiveBigIntegerField()
    sender = AddressField()
    nonce = models.PositiveBigIntegerField()
    tx_hash = Bytes32Field(unique=True)
    raw = models.TextField()
    gas = models.PositiveBigIntegerField()
    max_fee = Uint256Field()
    tip = Uint256Field()
    created_at = models.DateTimeField()
    broadcast_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["chain_id", "sender", "nonce"], name="attempt_nonce")]

    def __str__(self) -> str:
        return self.tx_hash


class KeeperState(models.Model):
    """Who sends on one chain. `epoch` is the fence: a keeper whose epoch is no longer here may not write."""

    chain_id = models.PositiveBigIntegerField(primary_key=True)
    address = AddressField(blank=True)
    epoch = models.PositiveBigIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True)
    balance = Uint256Field(default=0)
    trouble = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"keeper {self.address}"
