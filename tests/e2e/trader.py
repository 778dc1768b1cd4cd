"""A person with a wallet who uses the API: signs in, trades, and signs what the exchange asks for."""

import time
import uuid
from typing import Any

import httpx
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data

MNEMONIC = "test test test test test test test test test test test junk"
Account.enable_unaudited_hdwallet_features()


class Trader:
    """One wallet and one API token."""

    def __init__(self, url: str, *, index: int | None = None) -> None:
        self.wallet = (
            Account.create()
            if index is None
            else Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}")
        )
        self.address = str(self.wallet.address)
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=30)
        self.rpc = str(self.http.get("/info").raise_for_status().json()["rpc_url"])
        asked = self.http.post("/auth/nonce", json={"address": self.address}).raise_for_status().json()
        signature = self.wallet.sign_message(encode_defunct(text=asked["message"])).signature.to_0x_hex()
        answer = self.http.post("/auth/siwe", json={"message": asked["message"], "signature": signature})
        # A program keeps the token; the session cookie is for browsers.
        self.http.cookies.clear()
        self.http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['token']}"

    def get(self, path: str, **params: str) -> Any:
        """GET and return the JSON, patient with a process that was just killed."""
        return self._call("GET", path, params=params)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """POST with an idempotency key, so that trying again after a lost answer is harmless."""
        return self._call("POST", path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})

    def put(self, path: str, body: dict[str, Any]) -> Any:
        """PUT and return the JSON; the same again is harmless."""
        return self._call("PUT", path, json=body)

    def sign(self, typed_data: dict[str, Any]) -> str:
        """Return the wallet's EIP-712 signature."""
        return str(self.wallet.sign_message(encode_typed_data(full_message=typed_data)).signature.to_0x_hex())

    def offer(self, **changes: Any) -> str:
        """Publish an offer to sell 1 ETH at 3,000 EUR, or as changed, and return its id."""
        body: dict[str, Any] = {
            "side": "sell",
            "asset": "ETH",
            "currency": "EUR",
            "price": {"type": "fixed", "value": "3000.00"},
            "min_fiat": "50",
            "max_fiat": "500",
            "total_asset": "1",
            "methods": ["sepa-instant"],
            "terms_text": "",
            "payment_window": 1800,
            "confirm_window": 3600,
            "arbitration_window": 86400,
            "fallback_buyer_bps": 5000,
            "approve_by_hand": False,
        }
        offer = self.post("/offers", body | changes)
        self.post(f"/offers/{offer['id']}/signature", {"signature": self.sign(offer["typed_data"])})
        return str(offer["id"])

    def take(self, offer: str, *, fiat: str = "250.00") -> dict[str, Any]:
        """Take an offer, sign the Terms, and return the trade as it was taken."""
        trade: dict[str, Any] = self.post(f"/offers/{offer}/take", {"amount_fiat": fiat, "method": "sepa-instant"})
        self.post(f"/trades/{trade['id']}/terms-signature", {"signature": self.sign(trade["terms"])})
        return trade

    def fund(self, trade: str) -> str:
        """Lock the coins by this wallet's own transaction and return its hash."""
        call = self.get(f"/trades/{trade}/actions/fund")["call"]
        transaction = {
            "to": call["to"],
            "data": call["data"],
            "value": int(call["value"]),
            "chainId": call["chain_id"],
            "nonce": int(self.node("eth_getTransactionCount", self.address, "pending"), 16),
            "gas": 300_000,
            "maxFeePerGas": 10**10,
            "maxPriorityFeePerGas": 10**9,
        }
        raw = self.wallet.sign_transaction(transaction).raw_transaction.to_0x_hex()
        return str(self.node("eth_sendRawTransaction", raw))

    def act(self, trade: str, action: str) -> Any:
        """Sign an action and have it relayed."""
        typed_data = self.get(f"/trades/{trade}/actions/{action}")["typed_data"]
        body = {"signature": self.sign(typed_data), "valid_until": typed_data["message"]["validUntil"]}
        return self.post(f"/trades/{trade}/actions/{action}", body)

    def wait_for(self, trade: str, state: str, *, within: float = 40) -> dict[str, Any]:
        """Return the trade once it is in `state`."""
        end = time.monotonic() + within
        seen: dict[str, Any] = {}
        while time.monotonic() < end:
            seen = self.get(f"/trades/{trade}")
            if seen["state"] == state:
                return seen
            time.sleep(0.1)
        raise AssertionError(f"{trade} is {seen.get('state')}, not {state}: {seen.get('chain')}")

    def balance(self) -> int:
        """Return this wallet's wei."""
        return int(self.node("eth_getBalance", self.address, "latest"), 16)

    def node(self, method: str, *params: Any) -> Any:
        """Ask the chain directly, as a wallet does."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer = httpx.post(self.rpc, json=body, timeout=20).raise_for_status().json()
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _call(self, method: str, path: str, **options: Any) -> Any:
        end = time.monotonic() + 30
        while True:
            try:
                answer = self.http.request(method, path, **options)
            except httpx.TransportError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
                continue
            if answer.status_code in {502, 503} and time.monotonic() < end:
                time.sleep(0.2)
                continue
            assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
            return answer.json() if answer.content else None
