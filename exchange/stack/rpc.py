"""The few JSON-RPC calls the stack makes to its own Anvil, without the chain library that takes a second to import."""

import json
import urllib.error
import urllib.request
from typing import Any, cast


class NodeError(Exception):
    """The node did not answer, or answered with an error."""


def call_node(url: str, method: str, *params: object, timeout: int = 5) -> Any:
    """Return the result of one JSON-RPC call. Raises `NodeError`."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}).encode()
    request = urllib.request.Request(url, data=body, headers={"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            answer = cast("dict[str, Any]", json.load(response))
    except (OSError, urllib.error.URLError, ValueError) as error:
        raise NodeError(f"{method}: {error}") from error
    if "error" in answer:
        raise NodeError(f"{method}: {answer['error']}")
    return answer["result"]


def block_hash(url: str, number: int) -> str | None:
    """Return the hash of block `number`, None if the chain is not that long."""
    block = call_node(url, "eth_getBlockByNumber", hex(number), False)
    return None if block is None else str(block["hash"])
