"""One round of the keeper: lead, look after what was sent, queue what deadlines ask for, send what is due."""

import logging
from datetime import UTC, datetime, timedelta

from escrow.errors import Unavailable
from escrow.keeper import deadlines
from escrow.keeper.leader import Deposed, Leadership
from escrow.keeper.send import queue, send
from escrow.keeper.signer import Signer
from escrow.keeper.watch import watch
from escrow.models import KeeperState
from escrow.rpc import Chain

log = logging.getLogger(__name__)
DEADLINES_EVERY = timedelta(seconds=1)
HEARTBEAT_EVERY = timedelta(seconds=5)
# Gas for about fifty calls at a modest fee: below it a person should send more.
LOW_BALANCE = 5 * 10**16
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Keeper:
    """Sends on one chain with one key."""

    def __init__(self, chain: Chain, *, signer: Signer) -> None:
        self._chain = chain
        self._signer = signer
        self._lead = Leadership(chain_id=chain.chain_id, address=signer.address)
        self._deadlines_at = _LONG_AGO
        self._heartbeat_at = _LONG_AGO

    def step(self) -> bool:
        """Do one round and return whether the next has work already. Raises `Unavailable` and database errors."""
        now = datetime.now(UTC)
        if not self._lead.hold():
            return False
        try:
            return self._round(now)
        except Deposed:
            log.warning("another keeper has taken over; this one waits")
            return False

    def _round(self, now: datetime) -> bool:
        watch(chain=self._chain, signer=self._signer, lead=self._lead, now=now)
        if now - self._deadlines_at >= DEADLINES_EVERY:
            self._deadlines_at = now
            deadlines.queue_due(chain_id=self._chain.chain_id, now=now)
        sent = [
            send(intent, chain=self._chain, signer=self._signer, lead=self._lead, now=now)
            for intent in queue(chain_id=self._chain.chain_id, now=now)
        ]
        if now - self._heartbeat_at >= HEARTBEAT_EVERY:
            self._heartbeat_at = now
            self._beat(now)
        return any(sent)

    def _beat(self, now: datetime) -> None:
        """Write that we are alive and how much gas money is left."""
        try:
            balance = int(self._chain.call("eth_getBalance", self._signer.address, "latest"), 16)
        except Unavailable:
            return
        trouble = "The keeper is low on gas money." if balance < LOW_BALANCE else ""
        KeeperState.objects.filter(chain_id=self._chain.chain_id).update(
            heartbeat_at=now, balance=balance, trouble=trouble
        )

    def close(self) -> None:
        """Let another keeper take over at once."""
        self._lead.release()
