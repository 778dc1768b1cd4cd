"""From queued to sent: try the call, reserve a nonce, sign, store, commit, and only then broadcast.

Nonce, signed bytes and the new state are written in one transaction. Killed before it, nothing has happened; killed
after it, the next keeper finds the bytes and broadcasts those, never others.
"""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from escrow.calls import Call
from escrow.errors import AlreadyKnown, NonceTooLow, Reverted, RpcError, Unavailable
from escrow.keeper import fees as pricing
from escrow.keeper import nonce as numbering
from escrow.keeper import policy
from escrow.keeper.fees import Fees
from escrow.keeper.leader import Leadership
from escrow.keeper.signer import Signer
from escrow.keeper.simulate import simulate
from escrow.models import Attempt, Intent
from escrow.rpc import Chain

if TYPE_CHECKING:
    from escrow.rpc import TxParams

log = logging.getLogger(__name__)
AT_ONCE = 20
AGAIN = timedelta(seconds=3)
# Refusals that time may cure: too early, or the funding is missing since a reorganisation took it back for a moment.
PATIENCE = 100
_NOT_FUNDED = 0


def call_of(intent: Intent) -> Call:
    """Return what an intent wants sent."""
    return Call(to=intent.to, data=intent.data, value=0, chain_id=intent.chain_id)


def queue(*, chain_id: int, now: datetime) -> list[Intent]:
    """Return what may be sent now, oldest first: of each trade one at a time, so that none overtakes another."""
    under_way = Intent.objects.filter(trade_id=OuterRef("trade_id"), state=Intent.State.SENT)
    older = Intent.objects.filter(
        Q(created_at__lt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), id__lt=OuterRef("id")),
        trade_id=OuterRef("trade_id"),
        state=Intent.State.QUEUED,
    )
    rows = Intent.objects.filter(chain_id=chain_id, state=Intent.State.QUEUED, due_at__lte=now)
    return list(rows.filter(~Exists(under_way), ~Exists(older)).order_by("created_at", "id")[:AT_ONCE])


def send(intent: Intent, *, chain: Chain, signer: Signer, lead: Leadership, now: datetime) -> bool:
    """Send one queued intent and return whether it was; refusals go on its row. Raises `Unavailable`, `Deposed`."""
    call = call_of(intent)
    try:
        policy.check_call(call)
        simulate(call, via=chain)
        gas = _estimate(call, chain=chain, sender=signer.address)
    except policy.NotAllowed as refusal:
        _give_up(intent, str(refusal))
        return False
    except Reverted as refusal:
        _refuse(intent, refusal, now=now)
        return False
    except Unavailable:
        raise
    except RpcError as error:  # a word of the node's own: later, and without holding up the others
        log.warning("the node refuses to try an intent: %s", error)
        Intent.objects.filter(id=intent.id).update(due_at=now + AGAIN * 5, error=str(error)[:200])
        return False
    fees = pricing.suggest(chain)
    cost = gas * fees.max_fee
    if fees.max_fee > pricing.highest_fee() or not policy.may_spend(cost, account=intent.account, now=now):
        log.warning("an intent waits: gas is too dear, or the hour's limit is spent")
        Intent.objects.filter(id=intent.id).update(due_at=now + AGAIN * 5)
        return False
    mined = numbering.transaction_count(chain, address=signer.address)
    attempt = _reserve(intent, mined=mined, gas=gas, fees=fees, signer=signer, lead=lead, now=now)
    if attempt is None:
        return False
    broadcast(attempt, chain=chain, now=now)
    return True


def _reserve(
    intent: Intent, *, mined: int, gas: int, fees: Fees, signer: Signer, lead: Leadership, now: datetime
) -> Attempt | None:
    """Claim the intent, give it a nonce and store the signed transaction, or none of it."""
    with transaction.atomic():
        lead.fence()
        locked = Intent.objects.select_for_update().filter(id=intent.id, state=Intent.State.QUEUED).first()
        if locked is None:
            return None
        sender = signer.address
        taken = numbering.signed_nonces(chain_id=locked.chain_id, sender=sender, from_nonce=mined)
        locked.nonce = numbering.next_nonce(mined=mined, signed=taken)
        locked.sender = sender
        attempt = sign_attempt(locked, nonce=locked.nonce, gas=gas, fees=fees, signer=signer, now=now)
        locked.state = Intent.State.SENT
        locked.error = ""
        locked.sent_at = now
        locked.cost = gas * fees.max_fee
        locked.save()
    return attempt


def sign_attempt(intent: Intent, *, nonce: int, gas: int, fees: Fees, signer: Signer, now: datetime) -> Attempt:
    """Sign and store one transaction for an intent; the caller's transaction saves the intent, with its new hash."""
    signed = signer.sign(call_of(intent), nonce=nonce, gas=gas, fees=fees)
    intent.tx_hash = signed.tx_hash
    return Attempt.objects.create(
        intent=intent,
        chain_id=intent.chain_id,
        sender=signer.address,
        nonce=nonce,
        tx_hash=signed.tx_hash,
        raw=signed.raw,
        gas=gas,
        max_fee=fees.max_fee,
        tip=fees.tip,
        created_at=now,
    )


def broadcast(attempt: Attempt, *, chain: Chain, now: datetime) -> list[RpcError]:
    """Hand the stored bytes to the nodes; may be repeated at will. Returns refusals that say something new."""
    refusals = chain.broadcast(attempt.raw)
    Attempt.objects.filter(id=attempt.id).update(broadcast_at=now)
    told = [refusal for refusal in refusals if not isinstance(refusal, AlreadyKnown | NonceTooLow)]
    for refusal in told:
        log.warning("a node refused transaction %s: %s", attempt.tx_hash, refusal)
    return told


def _estimate(call: Call, *, chain: Chain, sender: str) -> int:
    request = cast("TxParams", {"from": sender, "to": call.to, "data": call.data})
    estimate = chain.ask(lambda node: node.web3().eth.estimate_gas(request, "pending"))
    # A fifth to spare: receivers may need more by the time it is mined, and what is left over costs nothing.
    return min(estimate * 6 // 5 + 10_000, policy.GAS_LIMIT)


def _refuse(intent: Intent, refusal: Reverted, *, now: datetime) -> None:
    failure = refusal.failure
    curable = failure.name == "DeadlineNotPassed" or (failure.name == "WrongStatus" and failure.args == (_NOT_FUNDED,))
    if curable and intent.tries < PATIENCE:
        rows = Intent.objects.filter(id=intent.id, state=Intent.State.QUEUED)
        rows.update(tries=intent.tries + 1, due_at=now + AGAIN, error=str(failure)[:200])
        return
    _give_up(intent, str(failure))


def _give_up(intent: Intent, words: str) -> None:
    """Nobody's wish is left in a deadline's call that is no longer needed; a user is told why his failed."""
    state = Intent.State.FAILED if intent.account else Intent.State.DROPPED
    Intent.objects.filter(id=intent.id, state=Intent.State.QUEUED).update(state=state, error=words[:200])
