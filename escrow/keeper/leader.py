"""One keeper at a time: a PostgreSQL advisory lock, and an epoch that fences off a leader who does not know it lost it.

The lock lives as long as its own connection. A keeper whose connection died may still be in the middle of a step when
the next one takes over: every write of a keeper first checks, and holds, the row with its epoch.
"""

import logging
from typing import Any

import psycopg
from django.db import connection, transaction

from escrow.models import KeeperState

log = logging.getLogger(__name__)
# Any fixed number: the first of the lock's two keys, the chain id is the second.
_LOCK = 0x4B454550


class Deposed(Exception):
    """Another keeper has taken over."""


class Leadership:
    """The claim to be the one keeper of a chain."""

    def __init__(self, *, chain_id: int, address: str) -> None:
        self._chain_id = chain_id
        self._address = address
        self._connection: Any = None
        self._epoch = 0
        self._told = False

    def hold(self) -> bool:
        """Return whether we lead, taking the lead if it is free. Raises a database error when that cannot be known."""
        if self._connection is not None and self._still_holds():
            return True
        self.release()
        self._connection = _connect()
        row = self._connection.execute(
            "SELECT pg_try_advisory_lock(%s, hashint8(%s))", [_LOCK, self._chain_id]
        ).fetchone()
        if not row[0]:
            self.release()
            if not self._told:
                log.warning("another keeper is at work; this one waits")
                self._told = True
            return False
        self._told = False
        self._enthrone()
        return True

    def _still_holds(self) -> bool:
        try:
            self._connection.execute("SELECT 1")
        except Exception:  # noqa: BLE001 - whatever the driver says, the lock went with the connection
            log.warning("the keeper lost its lock with the database connection")
            return False
        return True

    def _enthrone(self) -> None:
        KeeperState.objects.get_or_create(chain_id=self._chain_id)
        with transaction.atomic():
            state = KeeperState.objects.select_for_update().get(chain_id=self._chain_id)
            state.epoch += 1
            state.address = self._address
            state.save(update_fields=["epoch", "address"])
            self._epoch = state.epoch

    def fence(self) -> KeeperState:
        """Return our row, locked until the running transaction ends. Raises `Deposed`."""
        state = KeeperState.objects.select_for_update().filter(chain_id=self._chain_id, epoch=self._epoch).first()
        if state is None:
            self.release()
            raise Deposed("another keeper has taken over")
        return state

    def release(self) -> None:
        """Give up the lock, if we hold it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _connect() -> Any:
    parameters: dict[str, Any] = connection.get_connection_params()
    return psycopg.connect(**parameters, autocommit=True)
