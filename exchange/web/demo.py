"""The demo wallets' way to the local chain: play people's requests, forwarded to accounts that Anvil keeps unlocked.

It exists in demo mode on chain 31337 only, for everyone: whoever opens the demo may be Sara, Ben, Carol or Dora. Each
wallet reads freely, and signs and sends for its own account; nothing else of the node can be reached from here.
"""

import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST

LOCAL_CHAIN = 31337
# Accounts 1, 2, 3 and 5 of the standard development mnemonic.
WALLETS = {
    "sara": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "ben": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    "carol": "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
    "dora": "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc",
}
READS = frozenset(
    {
        "eth_blockNumber",
        "eth_call",
        "eth_estimateGas",
        "eth_gasPrice",
        "eth_getBalance",
        "eth_getTransactionReceipt",
    }
)
# Where each signing method names the account it signs with.
SIGNS: dict[str, Callable[[list[Any]], Any]] = {
    "eth_sendTransaction": lambda params: params[0]["from"],
    "eth_signTypedData_v4": lambda params: params[0],
    "personal_sign": lambda params: params[1],
}
TRANSACTION = frozenset({"from", "to", "data", "value", "gas"})
MAX_REQUEST = 64 * 1024
MAX_ANSWER = 1024 * 1024
TIMEOUT = 15
# JSON-RPC and EIP-1193 error codes.
INVALID, UNAUTHORIZED, UNSUPPORTED, UNREACHABLE = -32602, 4100, 4200, 4900


class Refused(Exception):
    """A request the proxy does not forward, with its JSON-RPC code."""

    def __init__(self, code: int, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


@require_POST
def wallet(request: HttpRequest) -> JsonResponse:
    """Answer `{wallet, method, params}` with `{result}` or `{error: {code, message, data}}`; 404 outside the demo."""
    if not settings.DEMO or settings.CHAIN_ID != LOCAL_CHAIN:
        raise Http404
    try:
        return JsonResponse(carry_out(request.body if _is_small(request) else b""))
    except Refused as refusal:
        return JsonResponse({"error": {"code": refusal.code, "message": refusal.message}}, status=400)


def carry_out(body: bytes) -> dict[str, Any]:
    """Return the node's answer to a wallet's request, or the wallet's own. Raises `Refused`."""
    name, method, params = read_request(body)
    own = WALLETS[name]
    if method in {"eth_accounts", "eth_requestAccounts"}:
        return {"result": [own]}
    if method == "eth_chainId":
        return {"result": hex(LOCAL_CHAIN)}
    if method in SIGNS:
        check_own(method, params, own=own)
    elif method not in READS:
        raise Refused(UNSUPPORTED, "The demo wallet cannot do that.")
    return forward(method, params)


def read_request(body: bytes) -> tuple[str, str, list[Any]]:
    """Return wallet, method and parameters of a request. Raises `Refused` for anything else."""
    try:
        read = json.loads(body)
        name, method, params = read["wallet"], read["method"], read.get("params", [])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refused(INVALID, "Send wallet, method and params as JSON, at most 64 KiB.") from error
    if name not in list(WALLETS) or not isinstance(method, str) or not isinstance(params, list) or len(params) > 3:
        raise Refused(INVALID, "Name one of the demo wallets, a method and a list of parameters.")
    return name, method, params


def check_own(method: str, params: list[Any], *, own: str) -> None:
    """Raise `Refused` unless `method` signs with the wallet's own account and nothing but the usual is sent."""
    try:
        account = SIGNS[method](params)
    except (IndexError, KeyError, TypeError) as error:
        raise Refused(INVALID, "The parameters do not name an account.") from error
    if not isinstance(account, str) or account.lower() != own.lower():
        raise Refused(UNAUTHORIZED, "This wallet does not hold that account.")
    if method == "eth_sendTransaction" and (len(params) != 1 or not set(params[0]) <= TRANSACTION):
        raise Refused(INVALID, "A transaction has from, to, data, value and gas.")


def forward(method: str, params: list[Any]) -> dict[str, Any]:
    """Return `{result}` or `{error}` as the local node gives it. Raises `Refused` when it cannot be reached."""
    node = urlsplit(settings.CHAIN_RPC_URLS[0])
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    kind = http.client.HTTPSConnection if node.scheme == "https" else http.client.HTTPConnection
    connection = kind(node.hostname or "", node.port, timeout=TIMEOUT)
    try:
        connection.request("POST", node.path or "/", body, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read(MAX_ANSWER))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused(UNREACHABLE, "The local chain cannot be reached.") from error
    finally:
        connection.close()
    if isinstance(answer, dict):
        return {key: answer[key] for key in ("result", "error") if key in answer}
    raise Refused(UNREACHABLE, "The local chain gave an answer that cannot be read.")


def _is_small(request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length", "")
    return length.isdigit() and int(length) <= MAX_REQUEST


urlpatterns = [path("demo/wallet", wallet, name="demo-wallet")]
