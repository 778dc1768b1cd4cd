"""The demo's people: wallets of Anvil's published development mnemonic, worth nothing anywhere else."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from eth_account import Account as Wallet
from eth_account.signers.local import LocalAccount

from escrow.terms import TypedData, digest
from exchange.accounts import actions as accounts
from exchange.accounts.models import Account
from exchange.stack.anvil import MNEMONIC

CAST = {1: "Sara", 2: "Ben", 3: "Carol", 5: "Dora"}
ARBITER = "Carol"
# Both must sign a ruling on a large trade.
PANEL = ("Carol", "Dora")
OTHERS = (
    "Nina", "Otto", "Priya", "Quentin", "Rosa", "Samuel", "Tariq", "Uma", "Viktor", "Wanda",
    "Ximena", "Yusuf", "Zoe", "Amara", "Bruno", "Chidi", "Daria", "Emeka", "Fatima", "Goran",
    "Hana", "Ines", "Jonas", "Kavya", "Lucas", "Maren", "Noor",
)  # fmt: skip
# Indexes below this are Anvil's own ten accounts.
FIRST_OTHER = 10


@dataclass(frozen=True, slots=True)
class Person:
    """An account together with the wallet that signs for it."""

    account: Account
    wallet: LocalAccount

    def sign(self, typed_data: TypedData) -> str:
        """Return the wallet's 65-byte EIP-712 signature as hex."""
        return str(Wallet.unsafe_sign_hash(digest(typed_data), self.wallet.key).signature.to_0x_hex())


@lru_cache(maxsize=64)
def wallet(index: int) -> LocalAccount:
    """Return wallet `index` of the development mnemonic (BIP-44 path of Ethereum)."""
    Wallet.enable_unaudited_hdwallet_features()
    key: LocalAccount = Wallet.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}")
    return key


def gather(*, joined: datetime) -> dict[str, Person]:
    """Return everybody by name, with accounts where there were none; two are arbiters, Carol may use the admin too."""
    cast = CAST | {FIRST_OTHER + place: name for place, name in enumerate(OTHERS)}
    people: dict[str, Person] = {}
    for index, name in cast.items():
        key = wallet(index)
        account, is_new = Account.objects.get_or_create(address=str(key.address))
        if is_new:
            accounts.rename(account, name)
            Account.objects.filter(pk=account.pk).update(joined_at=joined, last_active_at=joined)
        people[name] = Person(account, key)
    arbiter = people[ARBITER].account
    if not arbiter.is_arbiter:
        accounts.appoint_arbiter(arbiter, by="seed_demo")
        Account.objects.filter(pk=arbiter.pk).update(is_staff=True, is_superuser=True)
    for name in PANEL[1:]:
        if not people[name].account.is_arbiter:
            accounts.appoint_arbiter(people[name].account, by="seed_demo")
    return people
