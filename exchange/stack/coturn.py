"""The relay for calls: coturn, where this machine has it, on a loopback port. Without it everything else runs.

Everything it relays stays on this machine, which is the one place where `allow-loopback-peers` is right.
"""

import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from exchange.stack.command import Command
from exchange.stack.ports import LOOPBACK

# A STUN binding request (RFC 8489) with an all-zero transaction id.
_BINDING = b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12)


def find_turn_server() -> str | None:
    """Return the path of coturn's `turnserver`, or None if this machine has none."""
    return shutil.which("turnserver")


@dataclass(frozen=True, kw_only=True)
class Coturn:
    """A relay on `port`; `secret` is a file with what it shares with the web process."""

    folder: Path
    log: Path
    port: int
    secret: Path

    def prepare(self) -> None:
        """Write its settings; the secret stays out of the process listing."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        values = {
            "listening-ip": LOOPBACK,
            "relay-ip": LOOPBACK,
            "listening-port": str(self.port),
            "realm": "parley",
            "static-auth-secret": self.secret.read_text(encoding="ascii"),
            "userdb": str(self.folder / "users.db"),
            "pidfile": str(self.folder / "pid"),
            "log-file": "stdout",
        }
        flags = ("use-auth-secret", "no-cli", "no-tls", "no-dtls", "no-multicast-peers", "allow-loopback-peers")
        # A pass is for sound and picture: with TCP (RFC 6062) it would open a way to every service beside the relay.
        narrow = "no-tcp-relay"
        lines = [f"{name}={value}" for name, value in values.items()] + [*flags, narrow, "fingerprint", "simple-log"]
        self._settings.touch(mode=0o600)
        self._settings.write_text("\n".join(lines) + "\n", encoding="ascii")

    def command(self) -> Command:
        """Return the server's command line."""
        argv = (find_turn_server() or "turnserver", "-c", str(self._settings))
        return Command(name="turn", argv=argv, environment={}, folder=self.folder, log=self.log)

    def is_ready(self) -> bool:
        """Return whether it answers a STUN binding request."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.5)
            try:
                probe.sendto(_BINDING, (LOOPBACK, self.port))
                return probe.recv(64).startswith(b"\x01\x01")
            except OSError:
                return False

    def settle(self) -> None:
        """Nothing is left to do once it answers."""

    @property
    def url(self) -> str:
        """The value of TURN_URLS."""
        return f"turn:{LOOPBACK}:{self.port}?transport=udp"

    @property
    def _settings(self) -> Path:
        return self.folder / "turnserver.conf"
