"""A chain of a test's own, with the contracts on it, and the people who use it.

Sara sells, Ben buys, Carol arbitrates, Mallory attacks; Fred gets the fees, Kim keeps. Their wallets are Anvil's.
"""

import secrets
import time
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from eth_account import Account as Wallet
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from escrow import abi, calls, deploy, deployment
from escrow import terms as agreement
from escrow.calls import Call
from escrow.indexer.step import Follower, Step
from escrow.keeper.loop import Keeper
from escrow.keeper.signer import KeySigner
from escrow.rpc import Chain, chain
from escrow.terms import Domain, Terms, TypedData

DAY = 24 * 3600
ETHER = 10**18
# Published with every development node: accounts 0 to 9 of "test test … junk".
KEYS = {
    "kim": "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "sara": "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "ben": "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
    "carol": "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
    "fred": "0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
    "mallory": "0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356",
    "deployer": "0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6",
}
WALLETS: dict[str, LocalAccount] = {name: Wallet.from_key(key) for name, key in KEYS.items()}
ADDRESS = {name: str(wallet.address) for name, wallet in WALLETS.items()}


def sign(name: str, typed_data: TypedData) -> str:
    """Return a person's signature over typed data."""
    return sign_digest(name, agreement.digest(typed_data))


def sign_digest(name: str, digest: bytes) -> str:
    """Return a person's signature over 32 bytes."""
    return "0x" + bytes(WALLETS[name].unsafe_sign_hash(Hash32(digest)).signature).hex()


def sample_terms(**changes: Any) -> Terms:
    """Return terms that the contract accepts if funded now."""
    base = Terms(
        seller=ADDRESS["sara"],
        buyer=ADDRESS["ben"],
        token=agreement.ZERO,
        amount=ETHER,
        arbiter=ADDRESS["carol"],
        fee_recipient=ADDRESS["fred"],
        fee_bps=50,
        pay_by=int(time.time()) + 3600,
        confirm_window=3600,
        arbitration_window=7 * DAY,
        fallback_buyer_bps=5000,
        details="0x" + "11" * 32,
        salt=secrets.randbits(256),
    )
    return replace(base, **changes)


@dataclass
class World:
    """One Anvil at `url`."""

    url: str
    confirmations: int = 1
    # Another chain than the configured one, another contract than the one for new trades.
    chain_id: int | None = None
    contract: str = ""
    keepers: list[Keeper] = field(default_factory=list)
    _mines_itself: bool = True
    _follower: Follower | None = field(default=None, repr=False)

    @cached_property
    def chain(self) -> Chain:
        """Our own door to the node."""
        return chain(chain_id=self.chain_id)

    @property
    def domain(self) -> Domain:
        """The deployed contract."""
        usual = deployment.domain()
        return Domain(chain_id=self.chain_id or usual.chain_id, contract=self.contract or usual.contract)

    def rpc(self, method: str, *params: Any) -> Any:
        """Ask the node anything."""
        return self.chain.call(method, *params)

    def deploy(self) -> None:
        """Put escrow and token on the chain, and give everyone 1,000 Demo Dollars."""
        deploy.deploy_escrow(self.url, KEYS["deployer"])
        deploy.deploy_demo_token(self.url, KEYS["deployer"])
        deploy.fund_demo_accounts(self.url, KEYS["deployer"], accounts=[ADDRESS["sara"], ADDRESS["ben"]], dollars=1_000)

    def terms(self, **changes: Any) -> Terms:
        """Return terms by the chain's own clock."""
        changes.setdefault("pay_by", self.now() + 3600)
        return sample_terms(**changes)

    def trade_id(self, terms: Terms) -> str:
        """Return the id of a trade here."""
        return agreement.trade_id(terms, self.domain)

    def now(self) -> int:
        """Return the time of the newest block, or the clock's if that is later."""
        block = self.rpc("eth_getBlockByNumber", "latest", False)
        return max(int(block["timestamp"], 16), int(time.time()))

    def height(self) -> int:
        """Return the number of the newest block."""
        return int(self.rpc("eth_blockNumber"), 16)

    def mine(self, blocks: int = 1) -> None:
        """Mine empty blocks."""
        self.rpc("anvil_mine", hex(blocks))

    def jump(self, seconds: int) -> None:
        """Move the chain's clock on and mine a block."""
        self.rpc("evm_increaseTime", seconds)
        self.mine()

    def reorganise(self, depth: int, transactions: list[tuple[str, int]] | None = None) -> None:
        """Replace the last `depth` blocks; `transactions` are (signed bytes, place of their block among the new)."""
        self.rpc("anvil_reorg", depth, [list(one) for one in transactions or []])

    def send(self, call: Call, *, by: str, gas: int = 800_000) -> str:
        """Send a call as a person's own transaction and return its hash. Raises `AssertionError` if it reverts."""
        request = {"from": ADDRESS[by], "to": call.to, "data": call.data, "value": hex(call.value), "gas": hex(gas)}
        tx_hash = str(self.rpc("eth_sendTransaction", request))
        assert self.receipt(tx_hash)["status"] == "0x1", f"{call} by {by} reverted"
        return tx_hash

    def send_raw(self, raw: str) -> str:
        """Send signed bytes, wait until they are mined and return their hash."""
        tx_hash = str(self.rpc("eth_sendRawTransaction", raw))
        self.receipt(tx_hash)
        return tx_hash

    def receipt(self, tx_hash: str) -> dict[str, Any]:
        """Return the receipt once there is one: Anvil may answer a moment before it has mined."""
        deadline = time.monotonic() + 20
        while (receipt := self.rpc("eth_getTransactionReceipt", tx_hash)) is None:
            assert time.monotonic() < deadline, f"{tx_hash} was not mined"
            time.sleep(0.002)
        return dict(receipt)

    def hold_mining(self) -> None:
        """From now on a block comes only when it is asked for."""
        self.rpc("evm_setAutomine", False)
        self._mines_itself = False

    def go_on_mining(self) -> None:
        """Mine on every transaction again."""
        self.rpc("evm_setAutomine", True)
        self._mines_itself = True

    def settle(self) -> None:
        """Wait until everything that can be mined is, unless mining is held."""
        deadline = time.monotonic() + 20
        while self._mines_itself and int(self.rpc("txpool_status")["pending"], 16):
            assert time.monotonic() < deadline, "the pool does not empty"
            time.sleep(0.002)

    def sign_raw(self, call: Call, *, by: str) -> str:
        """Return a person's signed transaction, for placing it into a block at will."""
        nonce = int(self.rpc("eth_getTransactionCount", ADDRESS[by], "latest"), 16)
        transaction: dict[str, Any] = {
            "to": call.to,
            "data": call.data,
            "value": call.value,
            "gas": 800_000,
            "nonce": nonce,
        }
        transaction |= {"chainId": call.chain_id, "maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**9, "type": 2}
        return str(WALLETS[by].sign_transaction(transaction).raw_transaction.to_0x_hex())

    def fund(self, terms: Terms) -> str:
        """Have the seller lock the coins."""
        by = next(name for name, address in ADDRESS.items() if address == terms.seller)
        approval = calls.approve(terms, self.domain)
        if approval is not None:
            self.send(approval, by=by)
        return self.send(calls.fund(terms, self.domain), by=by)

    def act(self, action: str, terms: Terms, *, by: str) -> str:
        """Have a party act by its own transaction."""
        return self.send(calls.act(action, terms, self.domain), by=by)

    def signed_act(self, action: str, terms: Terms, *, by: str, valid_until: int | None = None) -> Call:
        """Return a party's act by signature, ready to be relayed."""
        until = valid_until or self.now() + 3600
        typed = agreement.action_typed_data(
            trade_id=self.trade_id(terms), action=action, valid_until=until, domain=self.domain
        )
        return calls.act_by_signature(
            action,
            terms,
            self.domain,
            signer=ADDRESS[by],
            valid_until=until,
            signature=sign(by, typed),
        )

    def settlement(self, terms: Terms, *, buyer_bps: int) -> Call:
        """Return a split that both parties signed."""
        typed = agreement.split_typed_data(trade_id=self.trade_id(terms), buyer_bps=buyer_bps, domain=self.domain)
        return calls.settle(
            terms,
            self.domain,
            buyer_bps=buyer_bps,
            seller_signature=sign("sara", typed),
            buyer_signature=sign("ben", typed),
        )

    def ruling(self, terms: Terms, *, buyer_bps: int, by: str = "carol") -> Call:
        """Return a ruling by signature."""
        until = self.now() + 3600
        typed = agreement.ruling_typed_data(
            trade_id=self.trade_id(terms), buyer_bps=buyer_bps, reason_code=3, valid_until=until, domain=self.domain
        )
        return calls.resolve_by_signature(
            terms, self.domain, buyer_bps=buyer_bps, reason_code=3, valid_until=until, signature=sign(by, typed)
        )

    def balance(self, address: str, token: str = agreement.ZERO) -> int:
        """Return base units."""
        if token == agreement.ZERO:
            return int(self.rpc("eth_getBalance", address, "latest"), 16)
        data = abi.encode_words("balanceOf", ("address",), address)
        return int(self.rpc("eth_call", {"to": token, "data": data}, "latest"), 16)

    def status(self, terms: Terms) -> int:
        """Return what the contract itself says of a trade."""
        data = abi.encode_call("tradeOf", bytes.fromhex(self.trade_id(terms)[2:]))
        return int(self.rpc("eth_call", {"to": self.domain.contract, "data": data}, "latest")[:66], 16)

    @property
    def follower(self) -> Follower:
        """The indexer of this test."""
        if self._follower is None:
            self._follower = self.new_follower()
        return self._follower

    def new_follower(self) -> Follower:
        """Return an indexer that remembers nothing."""
        contracts = deployment.contracts(self.chain_id)
        return Follower(self.chain, contracts=contracts, start=0, confirmations=self.confirmations)

    def catch_up(self) -> list[Step]:
        """Follow the chain to its head and return the steps that did something."""
        steps = []
        while (step := self.follower.step()).kind != "idle":
            steps.append(step)
        return steps

    def keeper(self) -> Keeper:
        """Return a keeper with Kim's key."""
        keeper = Keeper(self.chain, signer=KeySigner(KEYS["kim"]))
        self.keepers.append(keeper)
        return keeper
