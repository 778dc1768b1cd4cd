"""Free TCP ports on the loopback interface."""

import random
import socket

LOOPBACK = "127.0.0.1"
# Below the range from which the system serves outgoing connections, so a port stays ours while its owner restarts.
_RANGE = range(20_000, 30_000)
_chosen: set[int] = set()


def is_free(port: int, *, host: str = LOOPBACK) -> bool:
    """Return whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose_port(*, preferred: int | None = None) -> int:
    """Return `preferred` if it is free, else a random free port, never one that this process was given before."""
    if preferred is not None and is_free(preferred):
        return preferred
    choice = random.SystemRandom()
    for _ in range(200):
        port = choice.choice(_RANGE)
        if port not in _chosen and is_free(port):
            _chosen.add(port)
            return port
    raise OSError("no free port between 20000 and 29999")
