"""Offers: what a maker is willing to trade, at what price, with whom and how."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.core.ids import new_code


class Side(models.TextChoices):
    """What the maker does with the coins."""

    SELL = "sell", "Sells"
    BUY = "buy", "Buys"


class PriceType(models.TextChoices):
    """How the price of a coin is found at the moment of taking."""

    FIXED = "fixed", "Fixed"
    MARGIN = "margin", "Market with a margin"


class OfferState(models.TextChoices):
    """Whether the book shows an offer."""

    DRAFT = "draft", "Not signed yet"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    CLOSED = "closed", "Closed"


def _book_indexes(side: Side, *, direction: str) -> list[models.Index]:
    """Return one index for each run that `book_runs.py` merges, in the order in which that side is read.

    Offers to sell are read cheapest first, offers to buy dearest first (`direction`); ties always by age.
    """
    listed = Q(side=side, state="active")
    runs = {
        "fixed": ("fixed_price", Q(price_type="fixed")),
        "margin": ("margin_bps", Q(price_type="margin")),
        "floor": ("floor_price", Q(floor_price__isnull=False)),
        "ceiling": ("ceiling_price", Q(ceiling_price__isnull=False)),
    }
    return [
        models.Index(
            fields=["asset", "currency", f"{direction}{key}", "id"],
            condition=listed & condition,
            name=f"book_{side.value}_{run}",
        )
        for run, (key, condition) in runs.items()
    ]


class Offer(models.Model):
    """A maker's standing offer. Quantities are base units of the asset, limits are fiat, windows are seconds."""

    code = models.CharField(max_length=8, unique=True, default=new_code, editable=False)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="offers")
    side = models.CharField(max_length=4, choices=Side)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    methods = models.ManyToManyField(PaymentMethod, related_name="+")

    price_type = models.CharField(max_length=8, choices=PriceType)
    fixed_price = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    margin_bps = models.IntegerField(null=True, blank=True)
    floor_price = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    ceiling_price = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)

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
                | Q(price_type="margin", fixed_price__isnull=True, margin_bps__isnull=False),
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
            models.CheckConstraint(condition=~Q(state="active") | ~Q(signature=""), name="offer_active_is_signed"),
        ]
        indexes = [
            *_book_indexes(Side.SELL, direction=""),
            *_book_indexes(Side.BUY, direction="-"),
            models.Index(fields=["maker", "-id"], name="offer_of_maker"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.maker} {self.get_side_display().lower()} {self.asset} for {self.currency}"
