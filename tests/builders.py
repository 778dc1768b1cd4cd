"""The actors and their things: Sara sells, Ben buys, Carol arbitrates, Mallory attacks.

Their wallets are Anvil's standard development accounts (index 1, 2, 3, 7), so they own play coins on the test chain.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from eth_account import Account as Wallet
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from escrow.terms import TypedData, digest
from exchange.accounts.models import Account
from exchange.catalog.data_files import CatalogFacts, read_catalog
from exchange.catalog.load import store_catalog
from exchange.catalog.models import Asset, Currency, PaymentMethod
from exchange.core import clock
from exchange.offers import actions
from exchange.offers.drafts import OfferDraft, PriceDraft
from exchange.offers.models import Offer
from exchange.prices.models import Reading

MNEMONIC = "test test test test test test test test test test test junk"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person: the account in the database and the wallet that signs for it."""

    account: Account
    wallet: LocalAccount

    @property
    def address(self) -> str:
        """The checksummed address."""
        return str(self.wallet.address)

    @property
    def key(self) -> str:
        """The private key as 0x-hex: play money only."""
        return "0x" + bytes(self.wallet.key).hex()

    def sign(self, typed_data: TypedData) -> str:
        """Return the EIP-712 signature of complete typed data, 65 bytes as 0x-hex."""
        return sign_digest(self.wallet, digest(typed_data))

    def sign_text(self, text: str) -> str:
        """Return the `personal_sign` signature of `text`."""
        return "0x" + bytes(self.wallet.sign_message(encode_defunct(text=text)).signature).hex()


@cache
def wallet(index: int) -> LocalAccount:
    """Return the wallet at `index` of the development mnemonic."""
    Wallet.enable_unaudited_hdwallet_features()
    derived: LocalAccount = Wallet.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}")
    return derived


def sign_digest(signer: LocalAccount, hashed: bytes) -> str:
    """Return the signature of a 32-byte digest, 65 bytes as 0x-hex with v 27 or 28."""
    return "0x" + bytes(signer.unsafe_sign_hash(Hash32(hashed)).signature).hex()


def actor(index: int, *, name: str = "", **fields: Any) -> Actor:
    """Return the person at `index`, created in the database if need be."""
    signer = wallet(index)
    account = Account.objects.filter(address=signer.address).first()
    if account is None:
        account = Account.objects.create_user(str(signer.address), **fields)
        if name:
            from exchange.accounts.actions import rename

            rename(account, name)
    return Actor(account=account, wallet=signer)


def sara() -> Actor:
    """Sara, who sells."""
    return actor(1, name="Sara")


def ben() -> Actor:
    """Ben, who buys."""
    return actor(2, name="Ben")


def carol() -> Actor:
    """Carol, the arbiter that the settings name."""
    return actor(3, name="Carol", is_arbiter=True)


def mallory() -> Actor:
    """Mallory, who attacks."""
    return actor(7, name="Mallory")


@cache
def _facts() -> CatalogFacts:
    return read_catalog()


def catalog() -> None:
    """Load the catalog once a database."""
    if not Asset.objects.exists():
        store_catalog(_facts())


def asset(symbol: str = "ETH") -> Asset:
    """Return an asset of the catalog."""
    catalog()
    return Asset.objects.get(symbol=symbol)


def currency(code: str = "EUR") -> Currency:
    """Return a currency of the catalog."""
    catalog()
    return Currency.objects.get(code=code)


def method(slug: str = "sepa-instant") -> PaymentMethod:
    """Return a payment method of the catalog."""
    catalog()
    return PaymentMethod.objects.get(slug=slug)


def market_price(
    price: str = "3000", *, pair: tuple[str, str] = ("ETH", "EUR"), age: int = 0, sources: int = 3
) -> None:
    """Set the market price of a pair: `sources` equal readings, `age` seconds old."""
    moment = clock.now() - clock.seconds(age)
    for number in range(sources):
        Reading.objects.update_or_create(
            source=f"test-{number}",
            asset=pair[0],
            currency=pair[1],
            defaults={"price": Decimal(price), "observed_at": moment},
        )


def draft(**changes: Any) -> OfferDraft:
    """Return what a maker fills in: sells 2 ETH at 3000 EUR, 100 to 3000 EUR a trade, by SEPA Instant."""
    catalog()
    facts: dict[str, Any] = {
        "side": "sell",
        "asset": "ETH",
        "currency": "EUR",
        "price": PriceDraft(type="fixed", value="3000.00"),
        "min_fiat": "100.00",
        "max_fiat": "3000.00",
        "total_asset": "2",
        "methods": ("sepa-instant",),
        "payment_window": 1800,
        "confirm_window": 86_400,
        "arbitration_window": 7 * 86_400,
        "fallback_buyer_bps": 5000,
    }
    return OfferDraft(**{**facts, **changes})


def unsigned_offer(maker: Actor | None = None, **changes: Any) -> Offer:
    """Return a draft offer of `maker` (Sara unless said otherwise)."""
    by = maker or sara()
    return actions.create(by=by.account, draft=draft(**changes), now=clock.now())


def offer(maker: Actor | None = None, **changes: Any) -> Offer:
    """Return a signed, active offer of `maker` (Sara unless said otherwise); `changes` are fields of the draft."""
    by = maker or sara()
    made = unsigned_offer(by, **changes)
    return actions.sign(made, by=by.account, signature=by.sign(made.typed_data), now=clock.now())


def margin(bps: int, *, floor: str | None = None, ceiling: str | None = None) -> PriceDraft:
    """Return a market price with a margin in basis points."""
    return PriceDraft(type="margin", bps=bps, floor=floor, ceiling=ceiling)


def fixed(value: str) -> PriceDraft:
    """Return a fixed price."""
    return PriceDraft(type="fixed", value=value)
