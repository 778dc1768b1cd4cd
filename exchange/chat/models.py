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

    # The two unique constraints serve every look-up; further indexes would only slow the chat down.
    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="messages", db_index=False)
    seq = models.PositiveIntegerField()
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
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


class Attachment(models.Model):
    """An encrypted file of a trade room as its sender announced it; what it is called and holds is in the message."""

    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="attachments")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Random: it is all that an outsider who sees an address could learn.
    name = models.CharField(max_length=32, unique=True)
    # Encrypted bytes, and the SHA-256 of each chunk (hex) with their Merkle root.
    size = models.PositiveIntegerField()
    hashes = models.JSONField()
    root = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trade", "sender", "root"], name="attachment_once")]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(finished_at__isnull=True), name="attachment_unfinished")
        ]

    def __str__(self) -> str:
        return self.name


class AttachmentChunk(models.Model):
    """One encrypted piece of a file."""

    attachment = models.ForeignKey(Attachment, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    index = models.PositiveSmallIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attachment", "index"], name="attachment_chunk_once")]

    def __str__(self) -> str:
        return f"{self.attachment_id} chunk {self.index}"


class ChatSettings(models.Model):
    """What an account lets the other side of its trades see; nothing here is needed to trade."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="chat_settings"
    )
    shows_presence = models.BooleanField(default=True)
    shows_typing = models.BooleanField(default=True)
    shows_read = models.BooleanField(default=True)
    enter_sends = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"chat settings of {self.account_id}"
