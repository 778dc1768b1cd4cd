"""A signer that keeps the key in a process, or machine, of its own: Web3Signer or Clef, asked by JSON-RPC over HTTP.

Sources: Web3Signer's `eth_signTransaction` (https://docs.web3signer.consensys.io), Clef's `account_signTransaction`
(https://geth.ethereum.org/docs/tools/clef/apis). What comes back is believed in nothing: every field is compared with
what was asked, and the signature must be that of the keeper's account.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
import urllib3
from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from eth_utils.crypto import keccak
from hexbytes import HexBytes

from escrow.addresses import parse_address
from escrow.calls import Call
from escrow.keeper import policy
from escrow.keeper.fees import Fees
from escrow.keeper.signer import CannotSign, Signed, unsigned

# Scheme of KEEPER_SIGNER_URL: the method that signer has for it.
METHODS = {"web3signer": "eth_signTransaction", "clef": "account_signTransaction"}
CONNECT_SECONDS = 3
# A rule-set signs at once; a person who must press a button cannot keep deadlines.
READ_SECONDS = 10
LONGEST_ANSWER = 64 * 1024
_NUMBERS = ("chainId", "nonce", "value", "gas", "maxFeePerGas", "maxPriorityFeePerGas")
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@dataclass(frozen=True, slots=True)
class Door:
    """Where the signer listens and which method it has."""

    url: str
    method: str


def read_url(text: str) -> Door:
    """Return what `web3signer+http://host:9000` or `clef+https://user:password@host` says. Raises `ValueError`."""
    kind, _, url = text.partition("+")
    parts = urlsplit(url)
    if kind not in METHODS or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("KEEPER_SIGNER_URL is web3signer+http(s)://host:port or clef+http(s)://host:port.")
    return Door(url=url, method=METHODS[kind])


class RemoteSigner:
    """Asks a signer over HTTP; `address` is the account whose key it holds for us."""

    def __init__(self, url: str, *, address: str, read_seconds: int = READ_SECONDS) -> None:
        door = read_url(url)
        parts = urlsplit(door.url)
        host = parts.netloc.rpartition("@")[2]
        self._method = door.method
        self._url = parts._replace(netloc=host).geturl()
        self._headers = {"content-type": "application/json"}
        if parts.username:
            self._headers |= urllib3.make_headers(basic_auth=f"{parts.username}:{parts.password or ''}")
        self._timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds)
        self._pool = urllib3.PoolManager(maxsize=2, retries=False)
        self._address = parse_address(address)

    @property
    def address(self) -> str:
        """The account that pays for gas."""
        return self._address

    def sign(self, call: Call, *, nonce: int, gas: int, fees: Fees) -> Signed:
        """Return the signed EIP-1559 transaction. Raises `policy.NotAllowed` or `CannotSign`."""
        policy.check_call(call)
        wanted = unsigned(call, nonce=nonce, gas=gas, fees=fees)
        request = {name: hex(wanted[name]) for name in _NUMBERS}
        request |= {"from": self._address, "to": call.to, "data": call.data}
        raw = _raw_of(self._ask(request))
        return check_signed(raw, wanted=wanted, signer=self._address)

    def _ask(self, request: dict[str, str]) -> Any:
        body = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": self._method, "params": [request]})
        try:
            response = self._pool.request(
                "POST",
                self._url,
                body=body,
                headers=self._headers,
                timeout=self._timeout,
                redirect=False,
                preload_content=False,
            )
            with response:
                answer = orjson.loads(response.read(LONGEST_ANSWER))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise CannotSign(f"the signer does not answer: {type(error).__name__}") from error
        except orjson.JSONDecodeError as error:
            raise CannotSign(f"the signer answered HTTP {response.status} with no JSON") from error
        if not isinstance(answer, dict) or answer.get("error") is not None or "result" not in answer:
            told = answer.get("error") if isinstance(answer, dict) else None
            words = told.get("message", "") if isinstance(told, dict) else ""
            raise CannotSign(f"the signer refuses: {str(words)[:100] or 'without a word'}")
        return answer["result"]


def _raw_of(result: Any) -> str:
    """Return the signed bytes: Web3Signer answers with them, Clef with an object that holds them."""
    raw = result.get("raw") if isinstance(result, dict) else result
    if not isinstance(raw, str) or not raw.startswith("0x"):
        raise CannotSign("the signer answered with no transaction")
    return raw


def check_signed(raw: str, *, wanted: dict[str, Any], signer: str) -> Signed:
    """Return `raw` if it is exactly the `wanted` transaction, signed by `signer`. Raises `CannotSign`."""
    try:
        data = HexBytes(raw)
        read = TypedTransaction.from_bytes(data)
        fields = read.as_dict()
        # The one valid form only: a second form of the same transaction would have another hash.
        is_canonical = bytes(read.encode()) == bytes(data) and fields["s"] <= _HALF_ORDER
        sender = str(Account.recover_transaction(data))
    except Exception as error:  # the libraries raise what they please on garbled bytes
        raise CannotSign("the signer answered with bytes that are no transaction") from error
    same = all(fields[name] == wanted[name] for name in ("type", *_NUMBERS))
    same = same and all(HexBytes(fields[name]) == HexBytes(wanted[name]) for name in ("to", "data"))
    if not same or fields.get("accessList") or not is_canonical:
        raise CannotSign("the signer signed something else than it was asked for")
    if sender != signer:
        raise CannotSign(f"the signer signs as {sender}, not as {signer}")
    return Signed(raw=data.to_0x_hex(), tx_hash="0x" + keccak(bytes(data)).hex())
