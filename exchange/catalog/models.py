"""What can be traded and how it can be paid; loaded from `data/*.toml`, never typed into code."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Asset(models.Model):
    """A coin on one chain; `token` is empty for the native coin. Amounts are integers of base units."""

    symbol = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=64)
    chain_id = models.PositiveBigIntegerField()
    token = models.CharField(max_length=42, blank=True)
    decimals = models.PositiveSmallIntegerField()
    is_stable = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain_id", "token"], name="asset_once_a_chain")]

    def __str__(self) -> str:
        return self.symbol


class Currency(models.Model):
    """A national currency, ISO 4217."""

    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=64)
    minor_units = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "currencies"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code


class Rail(models.TextChoices):
    """How money travels."""

    BANK_TRANSFER = "bank-transfer", "Bank transfer"
    INSTANT_BANK = "instant-bank", "Instant bank transfer"
    CARD_WALLET = "card-wallet", "Card or wallet"
    MOBILE_MONEY = "mobile-money", "Mobile money"
    CASH_IN_PERSON = "cash-in-person", "Cash in person"
    CASH_BY_MAIL = "cash-by-mail", "Cash by mail"
    GIFT_CARD = "gift-card", "Gift card"
    OTHER = "other", "Other"


class Reversibility(models.TextChoices):
    """How long the payer can take the money back."""

    NONE = "none", "Cannot be reversed"
    HOURS = "hours", "Can be reversed for hours"
    DAYS = "days", "Can be reversed for days"
    MONTHS = "months", "Can be reversed for months"


class PaymentMethod(models.Model):
    """One way to send national money; `account_fields` is the JSON Schema of the payee's details."""

    slug = models.SlugField(max_length=48, unique=True)
    name = models.CharField(max_length=64)
    rail = models.CharField(max_length=16, choices=Rail)
    reversibility = models.CharField(max_length=8, choices=Reversibility)
    currencies = models.ManyToManyField(Currency, related_name="methods")
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    account_fields = models.JSONField()
    # Seconds a buyer usually needs: the default payment window of an offer with this method.
    payment_window = models.PositiveIntegerField()
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
