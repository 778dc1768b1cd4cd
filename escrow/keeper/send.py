"""From queued to sent. The steps are numbered because the crash tests kill a keeper at each of them.

1. Try the call. 2. Estimate its gas. 3. Read fees and balance. 4. Choose the nonce. 5. Sign.
6. Store: nonce, signed bytes and the new state in one transaction, behind the fence. 7. Broadcast. 8. Note that it was.
Killed before 6, nothing has happened: bytes that were signed and not stored are gone with the process. Killed after it,
the next keeper finds the bytes and broadcasts those, never others.
"""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from escrow.calls import Call
from escrow.errors import AlreadyKnown, NonceTooLow, PoorSender, Reverted, RpcError, Unavailable
from escrow.keeper import fees as pricing
from escrow.keeper import nonce as numbering
from escrow.keeper import policy
from escrow.keeper.fees import Fees
from escrow.keeper.round import Round
from escrow.keeper.signer import CannotSign, Signed
from escrow.keeper.simulate import simulate
from escrow.keeper.words import words_for
from escrow.models import Attempt, Intent
from escrow.rpc import Chain

if TYPE_CHECKING:
    from datetime import datetime

    from escrow.rpc import TxParams

log = logging.getLogger(__name__)
AT_ONCE = 20
AGAIN = timedelta(seconds=3)
LATER = timedelta(seconds=15)
# Refusals that time may cure: too early, or the funding is missing since a reorganisation took it back for a moment.
PATIENCE = 100
_NOT_FUNDED = 0
NO_MONEY = "The relayer is out of gas money. It is sent when there is some again; your own wallet can send it now."


def call_of(intent: Intent) -> Call:
    """Return what an intent wants sent."""
    return Call(to=intent.to, data=intent.data, value=0, chain_id=intent.chain_id)


def live_attempts(intent: Intent) -> list[Attempt]:
    """Return the transactions with the intent's present nonce, oldest first."""
    return sorted((one for one in intent.attempts.all() if one.nonce == intent.nonce), key=lambda one: one.id)


def queue(*, chain_id: int, now: "datetime") -> list[Intent]:
    """Return what may be sent now, oldest first: of each trade one at a time, so that none overtakes another.

    What has to wait holds up later wishes of its own account only: nobody can keep the other side's call, or a passed
    deadline's, from being sent by asking for something that waits.
    """
    under_way = Intent.objects.filter(trade_id=OuterRef("trade_id"), state=Intent.State.SENT)
    older = Intent.objects.filter(
        Q(created_at__lt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), id__lt=OuterRef("id")),
        Q(due_at__lte=now) | Q(account=OuterRef("account")),
        trade_id=OuterRef("trade_id"),
        state=Intent.State.QUEUED,
    )
    rows = Intent.objects.filter(chain_id=chain_id, state=Intent.State.QUEUED, due_at__lte=now)
    return list(rows.filter(~Exists(under_way), ~Exists(older)).order_by("created_at", "id")[:AT_ONCE])


def send(intent: Intent, *, at: Round) -> bool:
    """Send one queued intent and return whether it was; refusals go on its row. Raises `Unavailable`, `Deposed`."""
    call = call_of(intent)
    try:
        policy.check_call(call)
        simulate(call, via=at.chain)
        gas = _estimate(call, chain=at.chain, sender=at.signer.address)
    except policy.NotAllowed as refusal:
        _give_up(intent, str(refusal))
        return False
    except Reverted as refusal:
        if not _was_sent_after_all(intent, at=at):
            _refuse(intent, refusal, now=at.now)
        return False
    except Unavailable:
        raise
    except PoorSender:
        at.note_poverty()
        _wait(intent, NO_MONEY, now=at.now)
        return False
    except RpcError as error:  # a word of the node's own: later, and without holding up the others
        log.warning("the node refuses to try an intent: %s", error)
        _wait(intent, "The node refuses to try this just now. It is tried again.", now=at.now)
        return False
    fees = _afford(intent, gas=gas, at=at)
    if fees is None:
        return False
    attempt = _sign_and_store(intent, call, gas=gas, fees=fees, at=at)
    if attempt is None:
        return False
    broadcast(attempt, chain=at.chain, now=at.now)
    return True


def _afford(intent: Intent, *, gas: int, at: Round) -> Fees | None:
    """Return what to pay for gas; None, with the reason on the row, when the call has to wait."""
    try:
        fees = pricing.suggest(at.chain)
    except pricing.TooDear:
        at.note("GAS IS TOO DEAR: above KEEPER_MAX_FEE_GWEI; what waits is sent by itself when it is cheaper.")
        _wait(intent, "Network fees are very high just now. It is sent when they fall.", now=at.now)
        return None
    cost = gas * fees.max_fee
    if not policy.may_spend(cost, chain_id=intent.chain_id, account=intent.account, now=at.now):
        at.note("THE HOUR'S GAS MONEY IS SPENT: what waits is sent by itself later.")
        _wait(intent, "The relayer has spent its gas money for this hour. It is sent later.", now=at.now)
        return None
    if not at.can_pay(cost):
        _wait(intent, NO_MONEY, now=at.now)
        return None
    return fees


def _sign_and_store(intent: Intent, call: Call, *, gas: int, fees: Fees, at: Round) -> Attempt | None:
    """Choose a nonce, sign, and store all of it or nothing; the signer, which may be slow, is asked outside."""
    sender = at.signer.address
    mined = numbering.transaction_count(at.chain, address=sender)
    held = numbering.held_nonces(chain_id=intent.chain_id, sender=sender, from_nonce=mined)
    nonce = numbering.next_nonce(mined=mined, held=held)
    signed = sign(call, nonce=nonce, gas=gas, fees=fees, at=at)
    if signed is None:
        _wait(intent, "The relayer's signer does not answer. It is sent when it does.", now=at.now)
        return None
    try:
        with transaction.atomic():
            at.lead.fence()
            locked = Intent.objects.select_for_update().filter(id=intent.id, state=Intent.State.QUEUED).first()
            if locked is None:
                return None
            locked.nonce, locked.sender = nonce, sender
            locked.state = Intent.State.SENT
            locked.error = ""
            locked.sent_at = at.now
            locked.cost = locked.paid + gas * fees.max_fee
            return store_attempt(locked, signed, gas=gas, fees=fees, at=at)
    except IntegrityError:  # the number was given away meanwhile
        log.warning("nonce %d is taken; its call gets another", nonce)
        return None


def sign(call: Call, *, nonce: int, gas: int, fees: Fees, at: Round) -> Signed | None:
    """Return the signed transaction; None, noted as trouble, when the signer is away or refuses."""
    try:
        return at.signer.sign(call, nonce=nonce, gas=gas, fees=fees)
    except CannotSign as error:
        log.warning("nothing was signed: %s", error)
        at.note(f"THE SIGNER DOES NOT SIGN: {error}.")
        return None


def store_attempt(intent: Intent, signed: Signed, *, gas: int, fees: Fees, at: Round) -> Attempt:
    """Store a signed transaction and make it the intent's own; the caller has opened the transaction and the fence."""
    assert intent.nonce is not None
    intent.tx_hash = signed.tx_hash
    intent.save()
    return Attempt.objects.create(
        intent=intent,
        chain_id=intent.chain_id,
        sender=intent.sender,
        nonce=intent.nonce,
        tx_hash=signed.tx_hash,
        raw=signed.raw,
        gas=gas,
        max_fee=fees.max_fee,
        tip=fees.tip,
        created_at=at.now,
    )


def broadcast(attempt: Attempt, *, chain: Chain, now: "datetime") -> list[RpcError]:
    """Hand the stored bytes to the nodes; may be repeated at will. Returns refusals that say something new."""
    refusals = chain.broadcast(attempt.raw)
    Attempt.objects.filter(id=attempt.id).update(broadcast_at=now)
    told = [refusal for refusal in refusals if not isinstance(refusal, AlreadyKnown | NonceTooLow)]
    for refusal in told:
        log.warning("a node refused transaction %s: %s", attempt.tx_hash, refusal)
    return told


def free_nonce(mined: Attempt, *, at: Round) -> int:
    """Queue again whatever else holds the nonce of a transaction that is mined, and return how much it was.

    It was given away when its own call had moved on to another; the caller has opened the transaction and the fence.
    """
    rivals = Intent.objects.filter(chain_id=mined.chain_id, sender=mined.sender, nonce=mined.nonce)
    return rivals.exclude(id=mined.intent_id).update(
        state=Intent.State.QUEUED,
        nonce=None,
        sender="",
        block_number=None,
        block_hash="",
        closed_at=None,
        due_at=at.now,
    )


def _was_sent_after_all(intent: Intent, *, at: Round) -> bool:
    """Take back an earlier transaction of a call that was queued again, if that is why the call is refused now."""
    for attempt in intent.attempts.order_by("id"):
        receipt = at.chain.call("eth_getTransactionReceipt", attempt.tx_hash)
        if receipt and int(receipt["status"], 16) == 1:
            with transaction.atomic():
                at.lead.fence()
                free_nonce(attempt, at=at)
                Intent.objects.filter(id=intent.id, state=Intent.State.QUEUED).update(
                    state=Intent.State.SENT, nonce=attempt.nonce, sender=attempt.sender, tx_hash=attempt.tx_hash
                )
            return True
    return False


def _estimate(call: Call, *, chain: Chain, sender: str) -> int:
    request = cast("TxParams", {"from": sender, "to": call.to, "data": call.data})
    estimate = chain.ask(lambda node: node.web3().eth.estimate_gas(request, "pending"))
    # A fifth to spare: receivers may need more by the time it is mined, and what is left over costs nothing.
    return min(estimate * 6 // 5 + 10_000, policy.GAS_LIMIT)


def _wait(intent: Intent, words: str, *, now: "datetime") -> None:
    rows = Intent.objects.filter(id=intent.id, state=Intent.State.QUEUED)
    rows.update(due_at=now + LATER, error=words[:200])


def _refuse(intent: Intent, refusal: Reverted, *, now: "datetime") -> None:
    failure = refusal.failure
    words = words_for(failure, purpose=intent.purpose)
    curable = failure.name == "DeadlineNotPassed" or (failure.name == "WrongStatus" and failure.args == (_NOT_FUNDED,))
    if curable and intent.tries < PATIENCE:
        rows = Intent.objects.filter(id=intent.id, state=Intent.State.QUEUED)
        rows.update(tries=intent.tries + 1, due_at=now + AGAIN, error=words[:200])
        return
    _give_up(intent, words)


def _give_up(intent: Intent, words: str) -> None:
    """Nobody's wish is left in a deadline's call that is no longer needed; a user is told why his failed."""
    state = Intent.State.FAILED if intent.account else Intent.State.DROPPED
    Intent.objects.filter(id=intent.id, state=Intent.State.QUEUED).update(state=state, error=words[:200])
