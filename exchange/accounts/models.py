"""People. An account *is* an Ethereum address; nobody has a password here."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from exchange.accounts.names import skeleton


class AccountManager(BaseUserManager["Account"]):
    """Creates accounts by address, as Django's own commands expect."""

    def create_user(self, address: str, **fields: Any) -> "Account":
        """Return a new account that signs in with its wallet only."""
        account = self.model(address=address, **fields)
        account.set_unusable_password()
        account.save(using=self._db)
        return account

    def create_superuser(self, address: str, **fields: Any) -> "Account":
        """Return a new staff account with every permission; it too signs in with its wallet."""
        fields.pop("password", None)
        return self.create_user(address, is_staff=True, is_superuser=True, **fields)


class Account(AbstractBaseUser, PermissionsMixin):
    """A trader, arbiter or member of staff: one EIP-55 checksummed address."""

    address = models.CharField(max_length=42, unique=True)
    name = models.CharField(max_length=32, blank=True)
    # What the name looks like (`names.skeleton`), so that no two names can be mistaken for one another.
    name_key = models.CharField(max_length=96, blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_arbiter = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    last_active_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "address"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(address__regex=r"^0x[0-9a-fA-F]{40}$"), name="account_is_address"),
            models.UniqueConstraint(fields=["name_key"], condition=~Q(name_key=""), name="account_name_once"),
            models.CheckConstraint(
                condition=Q(name="", name_key="") | (~Q(name="") & ~Q(name_key="")), name="account_name_has_key"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the name's key in step with the name, and leave no row with a password field that could match."""
        self.name_key = skeleton(self.name)
        if self._state.adding and not self.password:
            self.set_unusable_password()
        super().save(*args, **kwargs)

    @property
    def short(self) -> str:
        """The address as it is shown in lists: `0x71C7…976F`."""
        return f"{self.address[:6]}…{self.address[-4:]}"

    @property
    def label(self) -> str:
        """The chosen name, else the short address."""
        return self.name or self.short


class SignInNonce(models.Model):
    """A single-use EIP-4361 nonce, bound to the session or client that asked for it (a hash; empty: to none)."""

    nonce = models.CharField(max_length=32, unique=True)
    binding = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=42, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="nonce_expiry")]

    def __str__(self) -> str:
        return f"nonce {self.pk}"


class ApiToken(models.Model):
    """A bearer token; only its SHA-256 is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=32))
    # Networks in CIDR notation it may be used from; empty: from anywhere.
    networks = ArrayField(models.CharField(max_length=43), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="token_expiry")]

    def __str__(self) -> str:
        return self.name


class Restriction(models.Model):
    """What staff have decided about an account, an offer or a payment method, why, and until when.

    It holds from `starts_at` until `ends_at` (null: until somebody lifts it), even if the sweep is late. `undo` is what
    lifting gives back. Nothing here can reach coins: running trades go on under the contract's rules.
    """

    class Kind(models.TextChoices):
        """What it is about; `subject` is the address, the offer's code or the method's slug."""

        ACCOUNT = "account", "Account suspended"
        OFFER = "offer", "Offer hidden"
        METHOD = "method", "Payment method blocked"

    kind = models.CharField(max_length=7, choices=Kind)
    subject = models.CharField(max_length=64)
    # The person it concerns; a method concerns all who offer it.
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="restrictions")
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=42)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=42, blank=True)
    undo = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(lifted_at__isnull=True), name="restriction_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=models.F("starts_at")), name="restriction_has_span"
            ),
        ]
        indexes = [
            models.Index(fields=["account"], condition=Q(lifted_at__isnull=True), name="restriction_running"),
            models.Index(fields=["ends_at"], condition=Q(lifted_at__isnull=True), name="restriction_end"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"


class Regard(models.Model):
    """What one trader thinks of another: blocked or trusted, with a note. Nobody but its holder ever sees it."""

    class Kind(models.TextChoices):
        """Blocked people cannot trade with the holder; trusted ones are marked."""

        BLOCK = "block", "Blocked"
        TRUST = "trust", "Trusted"

    holder = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="regards")
    other = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "other"], name="regard_once"),
            models.CheckConstraint(condition=~Q(holder=models.F("other")), name="regard_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.kind} {self.other}"
