"""Whether the book of a pair is still what it was: lets a kept page be given for longer than its youth.

Each process asks at most every `ASK_EVERY_MS` which changes (`book_changes.py`) it can see now and could not see when
it asked last. PostgreSQL's snapshots say so, not clocks or counters: what was noted first may become visible last.
"""

import logging
import threading
import time

from django.db import DatabaseError, InterfaceError

from exchange.core.prepared import prepared_cursor

ASK_EVERY_MS = 100
# While one thread asks, the others go by what was known this long ago at most.
_LATEST_MS = 200
# Both in one statement, which sees one snapshot.
_ASK = """
SELECT pg_current_snapshot()::text, array(
    SELECT DISTINCT pair FROM offers_bookchange
     WHERE transaction >= pg_snapshot_xmin($1::pg_snapshot) AND NOT pg_visible_in_snapshot(transaction, $1::pg_snapshot)
)
"""
_BEGIN = "SELECT pg_current_snapshot()::text"
log = logging.getLogger(__name__)


class Watch:
    """What one process knows of changes. Moments are of `time.monotonic_ns`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot: str | None = None
        # When the last answer was asked for, and since when no change can have been missed.
        self._asked_at = 0
        self._complete_from = 0
        # By pair: who began to read before this may have missed a change.
        self._changed_at: dict[str, int] = {}

    def is_unchanged(self, pair: str, *, since: int) -> bool:
        """Return whether a page of `pair` whose reading began at `since` would be the same a moment ago.

        False too when it is not known, such as before the first answer and while the database is away.
        """
        if not self._is_up_to_date():
            return False
        return since > max(self._complete_from, self._changed_at.get(pair, 0))

    def _is_up_to_date(self) -> bool:
        age = time.monotonic_ns() - self._asked_at
        if age < ASK_EVERY_MS * 10**6:
            return True
        if not self._lock.acquire(blocking=False):
            return age < _LATEST_MS * 10**6
        try:
            self._ask()
        except (DatabaseError, InterfaceError):
            log.warning("changes of the book cannot be read; its pages are read anew", exc_info=True)
            self._snapshot = None
            return False
        finally:
            self._lock.release()
        return True

    def _ask(self) -> None:
        began = time.monotonic_ns()
        pairs: list[str] = []
        with prepared_cursor() as cursor:
            if self._snapshot is None:
                (snapshot,) = cursor.execute(_BEGIN, prepare=True).fetchone() or ("",)
            else:
                snapshot, pairs = cursor.execute(_ASK, [self._snapshot], prepare=True).fetchone() or ("", [])
        ended = time.monotonic_ns()
        if self._snapshot is None:
            self._complete_from = ended
        for pair in pairs:
            self._changed_at[pair] = ended
        # Last: whoever finds this answer young must find all of it.
        self._snapshot, self._asked_at = snapshot, began


_watch = Watch()
is_unchanged = _watch.is_unchanged
