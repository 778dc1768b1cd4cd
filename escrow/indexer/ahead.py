"""Reading the next range while the last one is written: one thread, one range, and nothing kept that does not fit."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread

from escrow.errors import RpcError
from escrow.indexer.scan import Range
from escrow.mirror import BadHistory
from escrow.rpc import Node


class ReadAhead:
    """At most one range on its way. What was read counts only if it goes on exactly where the cursor stands."""

    def __init__(self) -> None:
        self._node: Node | None = None
        self._found: Future[Range | None] | None = None

    def begin(self, node: Node, read: Callable[[], Range | None]) -> None:
        """Start reading. The thread ends with its range, and a process that leaves does not wait for it."""
        found: Future[Range | None] = Future()

        def run() -> None:
            try:
                found.set_result(read())
            except BaseException as error:  # noqa: BLE001 - it is raised where the range is asked for
                found.set_exception(error)

        self._node, self._found = node, found
        Thread(target=run, name="read-ahead", daemon=True).start()

    def take(self, node: Node, *, start: int, before: str, until: int | None) -> Range | None:
        """Return the range read ahead from `node` if it begins at `start` upon block `before`; else None.

        `until` is the highest block wanted. A reading that failed counts as none: the step reads for itself then, and
        fails itself if it must.
        """
        found, self._found = self._found, None
        if found is None or node is not self._node:
            return None
        try:
            known = found.result()
        except (RpcError, BadHistory):
            return None
        if known is None or (known.start, known.before) != (start, before):
            return None
        return known if until is None or known.head.number <= until else None
