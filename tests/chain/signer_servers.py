"""Real HTTP servers that speak the protocols of Web3Signer and Clef, with Kim's key behind them."""

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eth_account.signers.local import LocalAccount

from tests.chain.world import WALLETS

Transaction = dict[str, Any]
METHODS = {"web3signer": "eth_signTransaction", "clef": "account_signTransaction"}


@dataclass
class SignerServer:
    """One signer. `tamper` changes what is signed, `answer` replaces the whole result."""

    kind: str
    url: str = ""
    wallet: LocalAccount = WALLETS["kim"]
    tamper: Callable[[Transaction], Transaction] = field(default=lambda transaction: transaction)
    answer: Callable[[str], Any] | None = None
    on_request: Callable[[], None] = field(default=lambda: None)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def reply(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer one JSON-RPC request as the real one does."""
        self.asked.append(request)
        self.on_request()
        frame = {"jsonrpc": "2.0", "id": request["id"]}
        if request["method"] != METHODS[self.kind]:
            return {**frame, "error": {"code": -32601, "message": "the method does not exist"}}
        [wanted] = request["params"]
        if wanted["from"].lower() != str(WALLETS["kim"].address).lower():
            return {**frame, "error": {"code": -32000, "message": "no key for address"}}
        signed = self.wallet.sign_transaction(self.tamper(_transaction(wanted)))
        raw = signed.raw_transaction.to_0x_hex()
        if self.answer is not None:
            return {**frame, "result": self.answer(raw)}
        return {**frame, "result": raw if self.kind == "web3signer" else {"raw": raw, "tx": wanted}}


def _transaction(wanted: dict[str, str]) -> Transaction:
    numbers = ("chainId", "nonce", "value", "gas", "maxFeePerGas", "maxPriorityFeePerGas")
    read: Transaction = {name: int(wanted[name], 16) for name in numbers}
    return read | {"type": 2, "to": wanted["to"], "data": wanted["data"]}


@contextmanager
def serving(kind: str) -> Generator[SignerServer]:
    """Serve until the block ends."""
    signer = SignerServer(kind=kind)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps(signer.reply(request)).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that left early is none of the test's business."""

    server = Server(("127.0.0.1", 0), Handler)
    signer.url = f"{kind}+http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield signer
    finally:
        server.shutdown()
        server.server_close()
