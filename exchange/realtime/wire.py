"""uvicorn's socket protocol with two short cuts: shared frames out, and a way to stop a socket that waits for its peer.

A frame made once goes to every socket as the same bytes, without a task or a queue for each. uvicorn is started with
`--ws exchange.realtime.wire:Wire`; an application finds it in the scope's extensions.
"""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

EXTENSION = "parley.wire"


def text_frame(payload: bytes) -> bytes:
    """Return the bytes of a server's text frame, the same for every socket."""
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


class Wire(WebSocketsSansIOProtocol):
    """One connection."""

    def handle_connect(self, event: Request) -> None:
        """Offer the short cuts to the application, which starts in the loop's next turn."""
        super().handle_connect(event)
        if not self.handshake_complete:
            self.scope["extensions"] = {**(self.scope["extensions"] or {}), EXTENSION: {"wire": self}}

    @property
    def backlog(self) -> int:
        """How many bytes the peer has not taken yet."""
        return self.transport.get_write_buffer_size()

    def write(self, frame: bytes) -> None:
        """Put a whole frame on its way; nothing happens once the line is closing."""
        if self.handshake_complete and not self.close_sent and not self.transport.is_closing():
            self.transport.write(frame)

    def wake(self) -> None:
        """Have a waiting `receive` return, as if the peer had gone."""
        self.queue.put_nowait({"type": "websocket.disconnect", "code": 1005})

    def cut(self) -> None:
        """End the connection without waiting for a peer that takes nothing."""
        self.transport.abort()
