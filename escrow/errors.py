"""What can go wrong with a node, typed: the rest of the package reacts to the class, never to a message.

Nodes agree on few error codes, so the table goes by the words that Geth, Erigon, Nethermind, Reth, Anvil and the large
providers use.
"""

from typing import Any

from escrow.abi import Failure, read_failure


class RpcError(Exception):
    """A node refused a request, in words of its own."""

    def __init__(self, message: str, *, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class Unavailable(RpcError):
    """No node gave a usable answer just now; the same request may succeed later."""


class WrongChain(Unavailable):
    """A node serves another chain than the configured one, and is not asked again."""


class Untrusted(Unavailable):
    """A node's answers contradict each other, or what its neighbours or the contract's own rules say."""


class Reverted(RpcError):
    """The contract refused a call; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


class NonceTooLow(RpcError):
    """A transaction of this account and nonce is mined already."""


class AlreadyKnown(RpcError):
    """The node has this very transaction in its pool."""


class Underpriced(RpcError):
    """The fee is below what the node accepts, or too little above the transaction it should replace."""


class PoorSender(RpcError):
    """The account cannot pay value and gas."""


class RangeTooLarge(RpcError):
    """The node will not return so many logs or blocks at once."""


_TABLE: tuple[tuple[tuple[str, ...], type[RpcError]], ...] = (
    (("rate limit", "too many requests", "request limit", "capacity"), Unavailable),
    (("nonce too low", "oldnonce", "nonce is too low", "invalid nonce"), NonceTooLow),
    (("already known", "known transaction", "already imported", "already_exists", "already exists"), AlreadyKnown),
    (
        (
            "underpriced",
            "less than block base fee",
            "feetoolow",
            "fee too low",
            "price too low",
            "fee per gas less",
        ),
        Underpriced,
    ),
    (("insufficient funds", "insufficientfunds", "insufficient balance"), PoorSender),
    (
        ("query returned more than", "block range", "range too", "response size", "too many results", "limit exceeded"),
        RangeTooLarge,
    ),
    (
        (
            "header not found",
            "unknown block",
            "missing trie node",
            "rate limit",
            "timeout",
            "timed out",
            "internal error",
        ),
        Unavailable,
    ),
)


def read_error(error: Any) -> RpcError:
    """Return the typed form of a JSON-RPC error object."""
    if not isinstance(error, dict):
        return Unavailable(f"the node answered with the error {error!r}")
    message, code = str(error.get("message", "")), error.get("code", 0)
    lower = message.lower()
    data = _revert_data(error.get("data"))
    if code == 3 or "revert" in lower or (data and "vm exception" in lower):
        return Reverted(read_failure(data))
    for words, kind in _TABLE:
        if any(word in lower for word in words):
            return kind(message, code=code)
    if code in {-32005, -32016, 429}:
        return Unavailable(message, code=code)
    return RpcError(message or "the node refused without a word", code=code)


def _revert_data(data: Any) -> str:
    """Find the revert bytes: most nodes put them in `data`, some one object deeper, some behind a word."""
    if isinstance(data, dict):
        return _revert_data(data.get("data") or data.get("result"))
    if isinstance(data, str):
        text = data.removeprefix("Reverted ").strip()
        return text if text.startswith("0x") else ""
    return ""
