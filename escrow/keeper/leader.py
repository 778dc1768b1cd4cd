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
        self._leads = False
        self._waits = False
        self._epoch = 0

    def hold(self) -> bool:
        """Return whether we lead, taking the lead if it is free. Raises a database error when that cannot be known."""
        if self._connection is None:
            self._connection = _connect()
        try:
            if self._leads:
                self._connection.execute("SELECT 1")
                return True
            free = self._connection.execute(
                "SELECT pg_try_advisory_lock(%s, hashint8(%s))", [_LOCK, self._chain_id]
            ).fetchone()[0]
        except psycopg.Error:
            log.warning("the keeper lost the database connection that holds its lock")
            self.release()
            return False
        if free:
            self._enthrone()
            self._leads = True
            log.info("this keeper leads")
        elif not self._waits:
            log.warning("another keeper is at work; this one waits")
        self._waits = not free
        return self._leads

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
        self._connection, self._leads = None, False


def _connect() -> Any:
    parameters: dict[str, Any] = connection.get_connection_params()
    return psycopg.connect(**parameters, autocommit=True)
