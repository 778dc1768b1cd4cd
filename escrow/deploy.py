"""Putting the contracts on a chain, through the CREATE2 factory; running it again changes nothing."""

import logging
import time
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from escrow import abi, deployment
from escrow.errors import RpcError, Unavailable
from escrow.rpc import Node

log = logging.getLogger(__name__)
WAIT_SECONDS = 180
ONE_DEMO_DOLLAR = 10**6


class CannotDeploy(Exception):
    """Deployment is impossible or went wrong; the message says what to do."""


def deploy_escrow(rpc_url: str, key: str) -> str:
    """Return the escrow's address after making sure that exactly our code stands there. Raises `CannotDeploy`.

    `key` pays for the deployment and gets no power by it.
    """
    return _deploy("Escrow", Node(rpc_url), key)


def deploy_demo_token(rpc_url: str, key: str) -> str:
    """Return the address of the play-money token; only the local chain accepts it. Raises `CannotDeploy`."""
    return _deploy("DemoToken", Node(rpc_url), key)


def fund_demo_accounts(rpc_url: str, key: str, *, accounts: list[str], dollars: int) -> None:
    """Mint Demo Dollars to those of `accounts` that hold none."""
    node, token = Node(rpc_url), deployment.demo_token_address()
    for account in accounts:
        holds = node.call(
            "eth_call", {"to": token, "data": abi.encode_words("balanceOf", ("address",), account)}, "latest"
        )
        if int(holds, 16) == 0:
            data = abi.encode_words("mint", ("address", "uint256"), account, dollars * ONE_DEMO_DOLLAR)
            _send(node, key, to=token, data=data)


def has_our_code(code: str, contract: str) -> bool:
    """Return whether deployed `code` is the artefact's, not counting the immutables that the constructor filled in."""
    ours = abi.artifact(contract)
    return _blank(code, ours["immutables"]) == _blank(ours["deployedBytecode"], ours["immutables"])


def _deploy(contract: str, node: Node, key: str) -> str:
    address = deployment.predict(contract)
    code = node.call("eth_getCode", address, "latest")
    if code == "0x":
        if node.call("eth_getCode", deployment.factory(), "latest") == "0x":
            raise CannotDeploy(
                f"This chain has no deployment proxy at {deployment.factory()}; deploy that first "
                "(https://github.com/Arachnid/deterministic-deployment-proxy)."
            )
        data = deployment.salt(contract) + abi.artifact(contract)["bytecode"].removeprefix("0x")
        _send(node, key, to=deployment.factory(), data=data)
        code = node.call("eth_getCode", address, "latest")
    if not has_our_code(code, contract):
        raise CannotDeploy(f"What stands at {address} is not the {contract} of this release.")
    return address


def _send(node: Node, key: str, *, to: str, data: str) -> None:
    account: LocalAccount = Account.from_key(key)
    request = {"from": account.address, "to": to, "data": data}
    try:
        gas = int(node.call("eth_estimateGas", request), 16)
        block = node.call("eth_getBlockByNumber", "latest", False)
        base, tip = int(block["baseFeePerGas"], 16), int(node.call("eth_maxPriorityFeePerGas"), 16)
        transaction: dict[str, Any] = {
            "chainId": int(node.call("eth_chainId"), 16),
            "nonce": int(node.call("eth_getTransactionCount", account.address, "pending"), 16),
            "to": to,
            "data": data,
            "value": 0,
            "gas": gas * 5 // 4,
            "maxFeePerGas": base * 2 + tip,
            "maxPriorityFeePerGas": tip,
            "type": 2,
        }
        signed = account.sign_transaction(transaction)
        node.call("eth_sendRawTransaction", signed.raw_transaction.to_0x_hex())
    except Unavailable:
        raise
    except RpcError as error:
        raise CannotDeploy(f"The node refused the transaction of {account.address}: {error}") from error
    _wait(node, signed.hash.to_0x_hex())


def _wait(node: Node, tx_hash: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        receipt = node.call("eth_getTransactionReceipt", tx_hash)
        if receipt is not None:
            if int(receipt["status"], 16) != 1:
                raise CannotDeploy(f"The transaction {tx_hash} failed on chain.")
            return
        time.sleep(0.05)
    raise CannotDeploy(f"The transaction {tx_hash} was not mined within {WAIT_SECONDS} seconds.")


def _blank(code: str, immutables: list[list[int]]) -> bytes:
    raw = bytearray.fromhex(code.removeprefix("0x"))
    for start, length in immutables:
        raw[start : start + length] = bytes(length)
    return bytes(raw)
