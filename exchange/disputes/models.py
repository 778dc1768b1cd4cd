"""Disputes: what each side says and shows, who rules, and the ruling.

Message keys and evidence are sealed in the browser to the people of the case: nothing in those columns can be read
here.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from exchange.trades.models import Trade


class Reason(models.TextChoices):
    """Why a trade is disputed, in the trader's words."""

    NOT_RECEIVED = "not-received", "The money has not arrived"
    NOT_RELEASED = "not-released", "I paid and the coins are not released"
    WRONG_AMOUNT = "wrong-amount", "The amount is wrong"
    OTHER_NAME = "other-name", "It came from another name"
    NO_ANSWER = "no-answer", "The other side does not answer"
    ASKED_OFF_SITE = "asked-off-site", "I was asked to leave the site"
    REVERSED = "reversed", "The payment was reversed"
    OTHER = "other", "Something else"


class RulingReason(models.IntegerChoices):
    """The reason code that the arbiter's ruling carries on chain."""

    PAID_IN_FULL = 1, "The buyer paid in full"
    NOT_PAID = 2, "The buyer did not pay"
    PAID_IN_PART = 3, "The buyer paid in part"
    THIRD_PARTY = 4, "The payment came from a third party"
    REVERSED = 5, "The payment was reversed"
    NO_PROOF = 6, "Neither side proved its case"
    ABUSE = 7, "One side broke the rules"


class Dispute(models.Model):
    """One case. It exists from the first statement or from the on-chain dispute, whichever we learn of first."""

    trade = models.OneToOneField(Trade, on_delete=models.PROTECT, related_name="case")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=16, choices=Reason, blank=True)
    opened_at = models.DateTimeField()
    # From the chain; null until the on-chain dispute is final.
    rule_by = models.DateTimeField(null=True)
    arbiter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    claimed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["rule_by"], condition=Q(closed_at__isnull=True), name="dispute_queue")]

    def __str__(self) -> str:
        return f"dispute of {self.trade}"


class Statement(models.Model):
    """What one party says happened and wants; append-only."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="statements")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=16, choices=Reason)
    # The buyer's share this party asks for, basis points.
    wish_bps = models.PositiveIntegerField()
    text = models.TextField(max_length=5000)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(wish_bps__lte=10_000), name="statement_wish")]

    def __str__(self) -> str:
        return f"{self.account} on {self.dispute}"


class Ruling(models.Model):
    """What the arbiter decided and signed; the chain carries it out."""

    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="ruling")
    arbiter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rulings")
    buyer_bps = models.PositiveIntegerField()
    reason_code = models.PositiveSmallIntegerField(choices=RulingReason)
    findings = models.TextField(max_length=5000)
    # For the arbiters only; never shown to the parties.
    private_note = models.TextField(max_length=2000, blank=True)
    signature = models.CharField(max_length=2048, blank=True)
    valid_until = models.DateTimeField(null=True)
    # Of a panel so many must sign; until then `signature` is empty and the parties are told nothing.
    signatures_needed = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(buyer_bps__lte=10_000), name="ruling_share")]

    def __str__(self) -> str:
        return f"{self.buyer_bps} bps to the buyer of {self.dispute}"

    @property
    def is_proposed(self) -> bool:
        """Whether a panel's ruling still lacks signatures."""
        return self.signatures_needed > 1 and not self.signature


# The same for a query over disputes, as `Ruling.is_proposed`.
LACKS_SIGNATURES = Q(ruling__signatures_needed__gt=1, ruling__signature="")
SIDES = (("buyer", "Buyer"), ("seller", "Seller"), ("both", "Both"))


class CaseKey(models.Model):
    """The X25519 key an arbiter reads one case with, vouched for as in the chat; hex without prefix."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="case_keys")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    identity_key = models.CharField(max_length=64)
    wallet_signature = models.CharField(max_length=2048)
    public_key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispute", "account"], name="case_key_once")]

    def __str__(self) -> str:
        return self.public_key


class Disclosure(models.Model):
    """The key of one message, sealed to one arbiter of the case by one party; `sender` and `n` name the message."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="disclosures")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    case_key = models.ForeignKey(CaseKey, on_delete=models.PROTECT, related_name="disclosures")
    sender = models.CharField(max_length=42)
    n = models.PositiveIntegerField()
    # libsodium sealed box (base64) of the 32-byte message key.
    sealed = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case_key", "account", "sender", "n"], name="disclosure_once"),
            models.CheckConstraint(condition=Q(n__gte=1), name="disclosure_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.sender} {self.n}"


class KeyShare(models.Model):
    """The secret of an arbiter's case key, sealed to a colleague of the panel by the arbiter's browser.

    `identity_key` (hex) is the colleague's chat identity; the box is to its X25519 form.
    """

    case_key = models.ForeignKey(CaseKey, on_delete=models.CASCADE, related_name="shares")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    identity_key = models.CharField(max_length=64)
    # libsodium sealed box (base64) of the 32-byte secret.
    sealed = models.CharField(max_length=128)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case_key", "reader"], name="key_share_once")]

    def __str__(self) -> str:
        return f"{self.case_key_id} for {self.reader_id}"


class Evidence(models.Model):
    """A file of one party, encrypted in the browser; `sealed` holds its key for each reader's public key (hex)."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="evidence")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # What it shows, in the party's words; everyone in the case reads it.
    note = models.CharField(max_length=500)
    # Name, type, size and hash of the file, encrypted with its key (base64).
    manifest = models.CharField(max_length=2048)
    # Bytes and SHA-256 (hex) of the ciphertext.
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    chunk_count = models.PositiveSmallIntegerField()
    sealed = models.JSONField()
    at = models.DateTimeField()
    complete_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"evidence {self.pk} of {self.dispute_id}"


class EvidenceChunk(models.Model):
    """A part of a file's ciphertext: at most 256 KiB."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="chunks")
    n = models.PositiveSmallIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evidence", "n"], name="evidence_chunk_once")]

    def __str__(self) -> str:
        return f"{self.evidence_id}.{self.n}"


class EvidenceRequest(models.Model):
    """What the arbiter asks one side, or both, to show, and by when."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="requests")
    arbiter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=6, choices=SIDES)
    text = models.TextField(max_length=1000)
    due_at = models.DateTimeField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.side} by {self.due_at}"


class Recusal(models.Model):
    """An arbiter who gave a case back, and why; the same arbiter cannot take it again."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="recusals")
    arbiter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispute", "arbiter"], name="recusal_once")]

    def __str__(self) -> str:
        return f"{self.arbiter_id} of {self.dispute_id}"


class PanelSeat(models.Model):
    """A person who sits on a panel: a contract wallet (such as a Safe) that Terms name as arbiter."""

    panel = models.CharField(max_length=42)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["panel", "member"], name="panel_seat_once")]

    def __str__(self) -> str:
        return f"{self.member_id} of {self.panel}"


class RulingSignature(models.Model):
    """One panel member's signature of a ruling; the panel's contract counts them."""

    ruling = models.ForeignKey(Ruling, on_delete=models.PROTECT, related_name="signatures")
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signature = models.CharField(max_length=132)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ruling", "signer"], name="ruling_signed_once")]

    def __str__(self) -> str:
        return f"{self.signer_id} under {self.ruling_id}"
