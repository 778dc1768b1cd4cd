"""One round of the keeper: lead, look after what was sent, queue what deadlines ask for, send what is due."""

import logging
from datetime import UTC, datetime, timedelta

from escrow.errors import Unavailable
from escrow.keeper import deadlines, payouts
from escrow.keeper.leader import Deposed, Leadership
from escrow.keeper.mend import reopen
from escrow.keeper.round import LOW_BALANCE, Round
from escrow.keeper.send import queue, send
from escrow.keeper.signer import Signer
from escrow.keeper.watch import watch
from escrow.models import KeeperState
from escrow.rpc import Chain

log = logging.getLogger(__name__)
DEADLINES_EVERY = timedelta(seconds=1)
HEARTBEAT_EVERY = timedelta(seconds=5)
PAYOUTS_EVERY = timedelta(minutes=10)
# A trouble is told for so long after it was last noticed: what waits is looked at every few seconds only.
TROUBLE_LASTS = timedelta(seconds=40)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Keeper:
    """Sends on one chain with one key."""

    def __init__(self, chain: Chain, *, signer: Signer) -> None:
        self._chain = chain
        self._signer = signer
        self._lead = Leadership(chain_id=chain.chain_id, address=signer.address)
        self._deadlines_at = _LONG_AGO
        self._payouts_at = _LONG_AGO
        self._heartbeat_at = _LONG_AGO
        self._trouble, self._trouble_at = "", _LONG_AGO

    def step(self) -> bool:
        """Do one round and return whether the next has work already. Raises `Unavailable` and database errors."""
        now = datetime.now(UTC)
        if not self._lead.hold():
            return False
        at = Round(chain=self._chain, signer=self._signer, lead=self._lead, now=now)
        try:
            return self._round(at)
        except Deposed:
            log.warning("another keeper has taken over; this one waits")
            return False

    def _round(self, at: Round) -> bool:
        chain_id = self._chain.chain_id
        watch(at=at)
        if at.now - self._deadlines_at >= DEADLINES_EVERY:
            self._deadlines_at = at.now
            deadlines.queue_due(chain_id=chain_id, now=at.now)
        if at.now - self._payouts_at >= PAYOUTS_EVERY:
            self._payouts_at = at.now
            payouts.queue_failed(chain_id=chain_id, now=at.now)
        sent = [send(intent, at=at) for intent in queue(chain_id=chain_id, now=at.now)]
        self._tell(at)
        if at.now - self._heartbeat_at >= HEARTBEAT_EVERY:
            self._heartbeat_at = at.now
            self._beat(at)
        return any(sent)

    def _tell(self, at: Round) -> None:
        """Write what keeps us from sending as soon as it is noticed, and log it once."""
        if not at.troubles:
            return
        if at.troubles[0] != self._trouble:
            log.error("the keeper is held up: %s", at.troubles[0])
            KeeperState.objects.filter(chain_id=self._chain.chain_id).update(trouble=at.troubles[0][:200])
        self._trouble, self._trouble_at = at.troubles[0], at.now

    def _beat(self, at: Round) -> None:
        """Write that we are alive and how much gas money is left, and see that what was settled still is."""
        try:
            balance, mined, head = self._chain.batch(
                [
                    ("eth_getBalance", (self._signer.address, "latest")),
                    ("eth_getTransactionCount", (self._signer.address, "latest")),
                    ("eth_blockNumber", ()),
                ]
            )
        except Unavailable:
            return
        reopen(mined=int(mined, 16), head=int(head, 16), at=at)
        if at.now - self._trouble_at > TROUBLE_LASTS:
            self._trouble = "The keeper is low on gas money." if int(balance, 16) < LOW_BALANCE else ""
        KeeperState.objects.filter(chain_id=self._chain.chain_id).update(
            heartbeat_at=at.now, balance=int(balance, 16), trouble=self._trouble[:200]
        )

    def close(self) -> None:
        """Let another keeper take over at once."""
        self._lead.release()
