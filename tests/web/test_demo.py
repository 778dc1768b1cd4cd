"""The demo wallets' proxy to the local chain: each play person's own account, a short list of methods, nothing else."""

import json
import time
from typing import Any

import pytest
from django.http import Http404
from django.test import Client, RequestFactory
from eth_account import Account as Wallet
from eth_account.messages import encode_defunct, encode_typed_data

from exchange.web import demo
from tests.builders import wallet

SARA, BEN = demo.WALLETS["sara"], demo.WALLETS["ben"]
TYPED_DATA: dict[str, Any] = {
    "types": {
        "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "version", "type": "string"}],
        "ChatSeed": [{"name": "purpose", "type": "string"}, {"name": "account", "type": "address"}],
    },
    "primaryType": "ChatSeed",
    "domain": {"name": "Parley chat", "version": "1"},
    "message": {"purpose": "Unlock my chat.", "account": SARA},
}


def ask(name: str, method: str, params: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return the proxy's answer to one request of a demo wallet."""
    body = json.dumps({"wallet": name, "method": method, "params": params or [], **more})
    return read(demo.wallet(RequestFactory().post("/demo/wallet", body, content_type="application/json")))


def read(response: Any) -> dict[str, Any]:
    return {"status": response.status_code, **json.loads(response.content)}


def balance(address: str) -> int:
    return int(ask("sara", "eth_getBalance", [address, "latest"])["result"], 16)


def test_the_wallets_are_the_development_accounts_one_two_three_and_five() -> None:
    assert list(demo.WALLETS.values()) == [wallet(index).address for index in (1, 2, 3, 5)]


def test_a_wallet_shows_its_own_account_and_the_local_chain() -> None:
    assert ask("sara", "eth_requestAccounts")["result"] == [SARA]
    assert ask("ben", "eth_accounts")["result"] == [BEN]
    assert int(ask("ben", "eth_chainId")["result"], 16) == 31337
    assert int(ask("carol", "eth_blockNumber")["result"], 16) >= 0


def test_sara_signs_typed_data_and_texts_and_gives_the_same_signature_twice() -> None:
    first = ask("sara", "eth_signTypedData_v4", [SARA, TYPED_DATA])["result"]
    assert Wallet.recover_message(encode_typed_data(full_message=TYPED_DATA), signature=first) == SARA
    assert ask("sara", "eth_signTypedData_v4", [SARA, TYPED_DATA])["result"] == first
    text = "localhost wants you to sign in"
    signed = ask("sara", "personal_sign", ["0x" + text.encode().hex(), SARA])["result"]
    assert Wallet.recover_message(encode_defunct(text=text), signature=signed) == SARA


def test_sara_sends_her_own_coins() -> None:
    before = balance(BEN)
    sent = ask("sara", "eth_sendTransaction", [{"from": SARA, "to": BEN, "value": hex(10**15)}])
    receipt = None
    for _ in range(100):  # the node answers with the hash a moment before the block is mined
        receipt = ask("sara", "eth_getTransactionReceipt", [sent["result"]])["result"]
        if receipt is not None:
            break
        time.sleep(0.05)
    assert receipt is not None
    assert receipt["status"] == "0x1"
    assert balance(BEN) == before + 10**15


def test_a_refusal_of_the_chain_comes_through_with_its_data() -> None:
    answer = ask("sara", "eth_sendTransaction", [{"from": SARA, "to": BEN, "value": hex(10**30)}])
    assert "result" not in answer
    assert answer["error"]["message"]


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("eth_sendTransaction", [{"from": BEN, "to": SARA, "value": "0x1"}]),
        ("eth_signTypedData_v4", [BEN, TYPED_DATA]),
        ("personal_sign", ["0x00", BEN]),
    ],
)
def test_mallory_cannot_use_one_wallet_for_anothers_account(method: str, params: list[Any]) -> None:
    answer = ask("sara", method, params)
    assert (answer["status"], answer["error"]["code"]) == (400, 4100)


@pytest.mark.parametrize(
    "method", ["anvil_setBalance", "eth_sign", "eth_accounts_", "evm_mine", "eth_sendRawTransaction", "debug_traceCall"]
)
def test_mallory_reaches_nothing_else_of_the_node(method: str) -> None:
    answer = ask("sara", method, [SARA, "0x1"])
    assert (answer["status"], answer["error"]["code"]) == (400, 4200)


@pytest.mark.parametrize(
    "params",
    [
        [],
        ["no transaction"],
        [{"to": BEN}],
        [{"from": SARA, "to": BEN, "nonce": "0x0"}],
        [{"from": SARA, "to": BEN}, {"from": BEN}],
    ],
)
def test_mallory_sends_transactions_of_odd_shapes(params: list[Any]) -> None:
    answer = ask("sara", "eth_sendTransaction", params)
    assert (answer["status"], answer["error"]["code"]) == (400, -32602)


@pytest.mark.parametrize(
    "body", ["", "[]", "null", "{}", '{"wallet": "sara"}', "[" * 50_000, '{"wallet": {}, "method": 1}']
)
def test_mallory_sends_what_is_no_request(body: str) -> None:
    answer = read(demo.wallet(RequestFactory().post("/demo/wallet", body, content_type="application/json")))
    assert (answer["status"], answer["error"]["code"]) == (400, -32602)


def test_mallory_is_no_wallet_and_large_requests_are_not_read() -> None:
    assert ask("mallory", "eth_accounts")["error"]["code"] == -32602
    assert ask("sara", "eth_call", [{}] * 4)["error"]["code"] == -32602
    assert ask("sara", "personal_sign", ["0x" + "00" * demo.MAX_REQUEST, SARA])["error"]["code"] == -32602


def test_outside_the_demo_there_is_no_such_address(settings: Any) -> None:
    settings.CHAIN_ID = 1
    with pytest.raises(Http404):
        ask("sara", "eth_accounts")
    settings.CHAIN_ID, settings.DEMO = 31337, False
    with pytest.raises(Http404):
        ask("sara", "eth_accounts")


def test_a_node_that_is_away_is_said_plainly(settings: Any) -> None:
    settings.CHAIN_RPC_URLS = ["http://127.0.0.1:9"]
    assert ask("sara", "eth_blockNumber")["error"] == {"code": 4900, "message": "The local chain cannot be reached."}


def test_reading_the_address_is_refused() -> None:
    assert demo.wallet(RequestFactory().get("/demo/wallet")).status_code == 405


@pytest.mark.django_db
def test_another_sites_page_cannot_use_the_wallets() -> None:
    body = json.dumps({"wallet": "sara", "method": "eth_accounts"})
    answer = Client(enforce_csrf_checks=True).post("/demo/wallet", body, content_type="application/json")
    assert answer.status_code == 403
