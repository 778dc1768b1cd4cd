"""Offers: what a maker is willing to trade, at what price, with whom and how."""

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.core.ids import new_code
from exchange.offers.book_changes import BookChange  # noqa: F401  (Django looks for models here)
from exchange.offers.book_entries import BookEntry  # noqa: F401  (Django looks for models here)
from exchange.offers.book_indexes import book_indexes, order_indexes


class Side(models.TextChoices):
    """What the maker does with the coins."""

    SELL = "sell", "Sells"
    BUY = "buy", "Buys"


class PriceType(models.TextChoices):
    """How the price of a coin is found at the moment of taking."""

    FIXED = "fixed", "Fixed"
    MARGIN = "margin", "Market with a margin"
    FORMULA = "formula", "Formula"


class OfferState(models.TextChoices):
    """Whether the book shows an offer."""

    DRAFT = "draft", "Not signed yet"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    CLOSED = "closed", "Closed"


class Visibility(models.TextChoices):
    """Who finds an active offer."""

    PUBLIC = "public", "Everyone, in the book"
    LINK = "link", "Only who has the link"


class Hidden(models.TextChoices):
    """Why the book leaves an active offer out for a while; kept up to date by `showing.py`."""

    NOT = "", "Shown"
    BREAK = "break", "Maker takes a break"
    HOURS = "hours", "Outside working hours"
    EMPTY = "empty", "Less is left than its smallest trade"


class ParkedFormula(models.TextChoices):
    """Why a formula gives no price just now; it is tried again at every reading of prices."""

    NOT = "", "It gives a price"
    STALE = "stale", "A price in it is too old or missing"
    UNDEFINED = "undefined", "It divides by zero or is not above zero"
    OUT_OF_RANGE = "out-of-range", "It lies too far from the market"


# A maker who has not released yet comes behind all who have.
SPEED_UNKNOWN = 2**31 - 1


def new_link_key() -> str:
    """Return the part of a link nobody can guess: 128 bits."""
    return secrets.token_urlsafe(16)


class Offer(models.Model):
    """A maker's standing offer. Quantities are base units of the asset, limits are fiat, windows are seconds."""

    code = models.CharField(max_length=8, unique=True, default=new_code, editable=False)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="offers")
    side = models.CharField(max_length=4, choices=Side)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    methods = models.ManyToManyField(PaymentMethod, related_name="+")
    # The same keys in the row itself, so that the book filters and reads a page without a join.
    method_keys = ArrayField(models.IntegerField(), default=list)

    price_type = models.CharField(max_length=8, choices=PriceType)
    fixed_price = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    margin_bps = models.IntegerField(null=True, blank=True)
    floor_price = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    ceiling_price = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    # Signed as it was written; what it gives now is reckoned at every reading of prices and good until `formula_until`.
    formula = models.CharField(max_length=500, blank=True)
    formula_price = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    formula_until = models.DateTimeField(null=True, blank=True)
    formula_problem = models.CharField(max_length=12, choices=ParkedFormula, blank=True)

    min_fiat = models.DecimalField(max_digits=20, decimal_places=4)
    max_fiat = models.DecimalField(max_digits=20, decimal_places=4)
    total_units = models.DecimalField(max_digits=78, decimal_places=0)
    remaining_units = models.DecimalField(max_digits=78, decimal_places=0)

    terms_text = models.TextField(blank=True, max_length=2000)
    payment_window = models.PositiveIntegerField()
    confirm_window = models.PositiveIntegerField()
    arbitration_window = models.PositiveIntegerField()
    fallback_buyer_bps = models.PositiveIntegerField(default=5000)
    approve_by_hand = models.BooleanField(default=False)
    min_finished_trades = models.PositiveIntegerField(default=0)
    # The most for a taker who has not finished a trade with this maker yet.
    first_trade_max = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    # Where it applies (cash in person); empty: everywhere its methods work.
    country = models.CharField(max_length=2, blank=True)
    # Working hours in `time_zone`, minutes of the day; an end before the beginning runs over midnight; None: always.
    open_from = models.PositiveSmallIntegerField(null=True, blank=True)
    open_until = models.PositiveSmallIntegerField(null=True, blank=True)
    # Monday is bit 0.
    open_days = models.PositiveSmallIntegerField(default=127)
    time_zone = models.CharField(max_length=64, blank=True)

    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PUBLIC)
    link_key = models.CharField(max_length=32, default=new_link_key, editable=False)
    hidden = models.CharField(max_length=8, choices=Hidden, blank=True, default=Hidden.NOT)
    # When `hidden` has to be looked at again.
    turns_at = models.DateTimeField(null=True, blank=True)

    # The maker's standing as the book sorts by it: trust in basis points, speed in seconds (`standings.py`).
    maker_trust = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    maker_speed = models.PositiveIntegerField(default=SPEED_UNKNOWN, db_default=SPEED_UNKNOWN, editable=False)

    state = models.CharField(max_length=8, choices=OfferState, default=OfferState.DRAFT)
    # Grows with every edit; the maker's signature is over one version.
    version = models.PositiveIntegerField(default=1)
    typed_data = models.JSONField(default=dict)
    signature = models.CharField(max_length=2048, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    price_type="fixed",
                    fixed_price__gt=0,
                    margin_bps__isnull=True,
                    floor_price__isnull=True,
                    ceiling_price__isnull=True,
                )
                | Q(price_type="margin", fixed_price__isnull=True, margin_bps__isnull=False)
                | (Q(price_type="formula", fixed_price__isnull=True, margin_bps__isnull=True) & ~Q(formula="")),
                name="offer_has_one_price",
            ),
            models.CheckConstraint(
                condition=Q(floor_price__isnull=True) | Q(floor_price__gt=0), name="offer_floor_positive"
            ),
            models.CheckConstraint(
                condition=Q(ceiling_price__isnull=True)
                | Q(floor_price__isnull=True, ceiling_price__gt=0)
                | Q(ceiling_price__gte=F("floor_price")),
                name="offer_floor_below_ceiling",
            ),
            models.CheckConstraint(condition=Q(min_fiat__gt=0, max_fiat__gte=F("min_fiat")), name="offer_limits"),
            models.CheckConstraint(
                condition=Q(total_units__gt=0, remaining_units__gte=0, remaining_units__lte=F("total_units")),
                name="offer_quantity",
            ),
            models.CheckConstraint(condition=Q(fallback_buyer_bps__lte=10_000), name="offer_fallback"),
            models.CheckConstraint(
                condition=Q(margin_bps__isnull=True) | Q(margin_bps__gte=-5000, margin_bps__lte=10_000),
                name="offer_margin_bounds",
            ),
            models.CheckConstraint(
                condition=Q(first_trade_max__isnull=True)
                | Q(first_trade_max__gte=F("min_fiat"), first_trade_max__lte=F("max_fiat")),
                name="offer_first_trade",
            ),
            models.CheckConstraint(
                condition=Q(open_from__isnull=True, open_until__isnull=True, time_zone="")
                | (Q(open_from__lt=1440, open_until__lte=1440, open_days__gt=0, open_days__lt=128) & ~Q(time_zone="")),
                name="offer_hours",
            ),
            models.CheckConstraint(condition=~Q(state="active") | ~Q(signature=""), name="offer_active_is_signed"),
        ]
        indexes = [
            *book_indexes(Side.SELL, direction=""),
            *book_indexes(Side.BUY, direction="-"),
            *order_indexes(),
            models.Index(fields=["maker", "-id"], name="offer_of_maker"),
            GinIndex(fields=["method_keys"], name="book_methods", fastupdate=False),
            models.Index(fields=["turns_at"], condition=Q(turns_at__isnull=False), name="offer_turns"),
            models.Index(
                fields=["asset", "currency", "formula"],
                condition=Q(state="active", price_type="formula"),
                name="offer_formulas",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.maker} {self.get_side_display().lower()} {self.asset} for {self.currency}"


class Break(models.Model):
    """A maker who takes a break: none of their offers is in the book until then; None: until they return."""

    maker = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField(null=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.maker} until {self.until or 'they return'}"


class Sketch(models.Model):
    """An offer that is being written: the answers of the wizard as they were typed, kept until it is made."""

    code = models.CharField(max_length=8, unique=True, default=new_code, editable=False)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The offer that is edited; None for a new one.
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, null=True, related_name="+")
    offer_version = models.PositiveIntegerField(default=0)
    answers = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["maker", "offer"], condition=Q(offer__isnull=False), name="sketch_one_edit")
        ]
        indexes = [models.Index(fields=["maker", "-updated_at"], name="sketch_of_maker")]

    def __str__(self) -> str:
        return f"draft {self.code}"


class SavedSearch(models.Model):
    """A filter of the book somebody wants to hear about: a new offer that fits makes a notification."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The maker's side that fits: who wants to buy hears of offers to sell.
    side = models.CharField(max_length=4, choices=Side)
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    currency = models.ForeignKey(Currency, on_delete=models.CASCADE, related_name="+")
    amount = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    method = models.ForeignKey(PaymentMethod, on_delete=models.CASCADE, null=True, related_name="+")
    # The rest of the filter as the market's address says it.
    query = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(fields=["account", "side", "asset", "currency", "query"], name="search_once")
        ]
        indexes = [models.Index(fields=["side", "asset", "currency"], name="search_of_pair")]

    def __str__(self) -> str:
        return f"{self.account} looks for {self.asset}/{self.currency}"

    @property
    def taker_side(self) -> str:
        """What the searcher wants to do with the coins."""
        return "buy" if self.side == Side.SELL else "sell"
