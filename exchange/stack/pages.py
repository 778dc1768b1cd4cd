"""What the front door itself answers: the start-up page and plain error sentences. No script, no outside resource."""

from collections.abc import Sequence
from html import escape

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:15vh auto 0;padding:0 1rem}
li{list-style:none;padding:.15rem 0}ul{padding:0}
.done::before{content:"\\2713\\00a0\\00a0"}.open::before{content:"\\00b7\\00a0\\00a0\\00a0"}
.open{opacity:.6}
"""
_REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


class Progress:
    """The steps of starting up, for the page that people see when they come early."""

    def __init__(self, steps: Sequence[str]) -> None:
        """All `steps` are open at first."""
        self._done = dict.fromkeys(steps, False)
        self.is_ready = False

    def finish(self, step: str) -> None:
        """Tick a step."""
        self._done[step] = True

    def steps(self) -> list[tuple[str, bool]]:
        """Return each step with whether it is done, in order."""
        return list(self._done.items())


def starting_page(progress: Progress) -> bytes:
    """Return the 503 answer with the steps; it reloads itself every second."""
    rows = "".join(
        f'<li class="{"done" if done else "open"}">{escape(step)}{"" if done else " &hellip;"}</li>'
        for step, done in progress.steps()
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="1">'
        '<meta name="viewport" content="width=device-width"><title>Parley is starting</title>'
        f"<style>{_STYLE}</style></head><body><h1>Parley is starting</h1>"
        f"<p>This page opens the exchange by itself in a moment.</p><ul>{rows}</ul></body></html>"
    )
    return answer(503, page, kind="text/html", retry_after=1)


def answer(status: int, text: str, *, kind: str = "text/plain", retry_after: int | None = None) -> bytes:
    """Return a whole HTTP/1.1 response that closes the connection."""
    body = text.encode()
    head = [
        f"HTTP/1.1 {status} {_REASONS[status]}",
        f"Content-Type: {kind}; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    ]
    if retry_after is not None:
        head.append(f"Retry-After: {retry_after}")
    return "\r\n".join([*head, "", ""]).encode() + body
