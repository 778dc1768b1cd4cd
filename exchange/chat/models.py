"""The trade-room log: ciphertext only. Keys here are public halves; nothing the server holds can read a message."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from exchange.trades.models import Trade


class ChatIdentity(models.Model):
    """A trader's Ed25519 identity key, bound to the wallet by the wallet's signature; hex without prefix."""

    LONGEST_SIGNATURE = 2048

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="chat_identity")
    public_key = models.CharField(max_length=64)
    wallet_signature = models.CharField(max_length=LONGEST_SIGNATURE)
    # Opaque to us: the chat seed under a passphrase, for wallets that do not sign repeatably.
    backup = models.TextField(blank=True, max_length=4096)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.public_key


class TradeKey(models.Model):
    """One party's X25519 key for one trade, signed by the party's identity key; hex without prefix."""

    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="chat_keys")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The identity as it was when the key was published, so that the other side can always check it.
    identity_key = models.CharField(max_length=64)
    wallet_signature = models.CharField(max_length=2048)
    public_key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trade", "account"], name="trade_key_once")]

    def __str__(self) -> str:
        return self.public_key


class ChatLog(models.Model):
    """The head of a trade's log: locking this row gives the next `seq`."""

    trade = models.OneToOneField(Trade, on_delete=models.PROTECT, primary_key=True, related_name="chat_log")
    head = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.trade_id} at {self.head}"


class Message(models.Model):
    """One message as its sender signed it (`body`), with the place the server gave it (`seq`, gapless per trade)."""

    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="messages")
    seq = models.PositiveIntegerField()
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    n = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    body = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("trade_id", "seq")
        constraints = [
            models.UniqueConstraint(fields=["trade", "seq"], name="message_seq"),
            models.UniqueConstraint(fields=["trade", "sender", "n"], name="message_no_fork"),
            models.CheckConstraint(condition=Q(seq__gte=1, n__gte=1), name="message_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.trade_id}#{self.seq}"


class ReadMark(models.Model):
    """How far one party has received and read the log."""

    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="read_marks")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    delivered = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trade", "account"], name="read_mark_once")]

    def __str__(self) -> str:
        return f"{self.trade_id} read to {self.read}"


class PaymentDetails(models.Model):
    """The payee's account details, encrypted to the payer; handed over only while coins are locked."""

    trade = models.OneToOneField(Trade, on_delete=models.PROTECT, primary_key=True, related_name="payment_details")
    envelope = models.JSONField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"payment details of {self.trade_id}"
