"""Putting the contracts on a chain, through the CREATE2 factory; running it again changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address

from escrow import abi, deployment
from escrow.errors import RpcError, Unavailable
from escrow.rpc import Node, wait_for_receipt

if TYPE_CHECKING:
    from escrow.rpc import TxParams, Web3

WAIT_SECONDS = 180
ONE_DEMO_DOLLAR = 10**6


class CannotDeploy(Exception):
    """Deployment is impossible or went wrong; the message says what to do."""


def deploy_escrow(rpc_url: str, key: str) -> str:
    """Return the escrow's address after making sure that exactly our code stands there. Raises `CannotDeploy`.

    `key` pays for the deployment and gets no power by it.
    """
    return _deploy("Escrow", Node(rpc_url).web3(), key)


def deploy_demo_token(rpc_url: str, key: str) -> str:
    """Return the address of the play-money token; only the local chain accepts it. Raises `CannotDeploy`."""
    return _deploy("DemoToken", Node(rpc_url).web3(), key)


def fund_demo_accounts(rpc_url: str, key: str, *, accounts: list[str], dollars: int) -> None:
    """Mint Demo Dollars to those of `accounts` that hold none."""
    w3 = Node(rpc_url).web3()
    token = w3.eth.contract(
        address=to_checksum_address(deployment.demo_token_address()), abi=abi.artifact("DemoToken")["abi"]
    )
    for account in accounts:
        if token.functions.balanceOf(account).call() == 0:
            _send(w3, key, to=token.address, data=token.encode_abi("mint", [account, dollars * ONE_DEMO_DOLLAR]))


def has_our_code(code: str, contract: str) -> bool:
    """Return whether deployed `code` is the artefact's, not counting the immutables that the constructor filled in."""
    ours = abi.artifact(contract)
    return _blank(code, ours["immutables"]) == _blank(ours["deployedBytecode"], ours["immutables"])


def _deploy(contract: str, w3: Web3, key: str) -> str:
    address, factory = (to_checksum_address(one) for one in (deployment.predict(contract), deployment.factory()))
    if not w3.eth.get_code(address):
        if not w3.eth.get_code(factory):
            raise CannotDeploy(
                f"This chain has no deployment proxy at {factory}; deploy that first "
                "(https://github.com/Arachnid/deterministic-deployment-proxy)."
            )
        data = deployment.salt(contract) + abi.artifact(contract)["bytecode"].removeprefix("0x")
        _send(w3, key, to=factory, data=data)
    if not has_our_code(w3.eth.get_code(address).to_0x_hex(), contract):
        raise CannotDeploy(f"What stands at {address} is not the {contract} of this release.")
    return str(address)


def _send(w3: Web3, key: str, *, to: str, data: Any) -> None:
    account: LocalAccount = Account.from_key(key)
    try:
        base, tip = w3.eth.get_block("latest")["baseFeePerGas"], w3.eth.max_priority_fee
        transaction: dict[str, Any] = {
            "chainId": w3.eth.chain_id,
            "nonce": w3.eth.get_transaction_count(account.address, "pending"),
            "from": account.address,
            "to": to,
            "data": data,
            "value": 0,
            "maxFeePerGas": base * 2 + tip,
            "maxPriorityFeePerGas": tip,
        }
        transaction["gas"] = w3.eth.estimate_gas(cast("TxParams", transaction)) * 5 // 4
        tx_hash = w3.eth.send_raw_transaction(account.sign_transaction(transaction).raw_transaction)
    except Unavailable:
        raise
    except RpcError as error:
        raise CannotDeploy(f"The node refused the transaction of {account.address}: {error}") from error
    receipt = wait_for_receipt(w3, tx_hash, seconds=WAIT_SECONDS)
    if receipt is None:
        raise CannotDeploy(f"The transaction {tx_hash.to_0x_hex()} was not mined within {WAIT_SECONDS} seconds.")
    if receipt["status"] != 1:
        raise CannotDeploy(f"The transaction {tx_hash.to_0x_hex()} failed on chain.")


def _blank(code: str, immutables: list[list[int]]) -> bytes:
    raw = bytearray.fromhex(code.removeprefix("0x"))
    for start, length in immutables:
        raw[start : start + length] = bytes(length)
    return bytes(raw)
