"""What became of what was sent: receipts, final events, reorganisations, stuck and lost transactions."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from escrow.errors import Reverted, Underpriced
from escrow.keeper import fees as pricing
from escrow.keeper import nonce as numbering
from escrow.keeper import policy
from escrow.keeper.fees import Fees
from escrow.keeper.mend import close_gap, reopen
from escrow.keeper.round import Round
from escrow.keeper.send import broadcast, call_of, free_nonce, live_attempts, sign, store_attempt
from escrow.keeper.simulate import simulate
from escrow.models import Attempt, ChainEvent, Intent
from escrow.rpc import Chain

log = logging.getLogger(__name__)
# Nodes drop transactions from their pools; a stored one is offered again after a while.
BROADCAST_AGAIN = timedelta(seconds=10)
# Longer than a few blocks of any chain we serve: then the fee was too low.
STUCK_AFTER = timedelta(seconds=45)
# An eighth more each time: with six, twice the fee. Nodes differ in how much more a replacement must offer.
BUMPS_AT_ONCE = 6
RETRIES_AFTER_REVERT = 3


@dataclass(frozen=True, slots=True)
class Sight:
    """What one node says: its newest height, how many transactions of ours are mined, and the receipts there are."""

    head: int
    mined: int
    receipts: dict[str, dict[str, Any]]


def open_intents(*, chain_id: int) -> list[Intent]:
    """Return what was sent and is not settled for good, in the order of the nonces."""
    rows = Intent.objects.filter(chain_id=chain_id, nonce__isnull=False, closed_at__isnull=True)
    return list(rows.order_by("nonce").prefetch_related("attempts"))


def watch(*, at: Round) -> int:
    """Look once at everything that is open and do what it needs; return how much there was. Raises `Unavailable`."""
    intents = open_intents(chain_id=at.chain.chain_id)
    if not intents:
        return 0
    sight = _look(intents, chain=at.chain, sender=at.signer.address)
    if reopen(mined=sight.mined, head=sight.head, at=at) or close_gap(mined=sight.mined, at=at):
        return len(intents)  # numbers have moved: the next round looks again
    for intent in intents:
        receipt = _receipt_of(intent, sight.receipts)
        if receipt is not None:
            if _note_receipt(intent, receipt, final=sight.head - at.final_depth + 1, at=at):
                break  # another call lost its number: the next round looks again
        else:
            _chase(intent, head=sight.head, at=at)
    return len(intents)


def _look(intents: Sequence[Intent], *, chain: Chain, sender: str) -> Sight:
    hashes = [attempt.tx_hash for intent in intents for attempt in intent.attempts.all()]
    requests: list[tuple[str, tuple[Any, ...]]] = [
        ("eth_blockNumber", ()),
        ("eth_getTransactionCount", (sender, "latest")),
    ]
    requests += [("eth_getTransactionReceipt", (tx_hash,)) for tx_hash in hashes]
    head, mined, *answers = chain.batch(requests)
    receipts = {tx_hash: receipt for tx_hash, receipt in zip(hashes, answers, strict=True) if receipt}
    return Sight(head=int(head, 16), mined=int(mined, 16), receipts=receipts)


def _receipt_of(intent: Intent, receipts: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """Return the receipt that counts: of any transaction that succeeded, else of one with the present nonce."""
    found = [receipt for one in intent.attempts.all() if (receipt := receipts.get(one.tx_hash))]
    good = [receipt for receipt in found if int(receipt["status"], 16) == 1]
    live = {one.tx_hash for one in live_attempts(intent)}
    return next(iter(good + [receipt for receipt in found if receipt["transactionHash"] in live]), None)


def _note_receipt(intent: Intent, receipt: dict[str, Any], *, final: int, at: Round) -> bool:
    """Write what became of a call, and return whether another one had its number, which it must give back."""
    carrier = next(one for one in intent.attempts.all() if one.tx_hash == receipt["transactionHash"])
    good = int(receipt["status"], 16) == 1
    number = int(receipt["blockNumber"], 16)
    state = Intent.State.MINED if good else Intent.State.FAILED
    is_deep = number <= final
    if good:
        # The event is what counts: the indexer, not this receipt, says when it is over.
        told = ChainEvent.objects.filter(chain_id=intent.chain_id, block_number=number, state="final")
        is_over = is_deep and told.filter(tx_hash=receipt["transactionHash"]).exists()
    else:
        is_over = is_deep
    is_known = intent.state == state and intent.block_hash == receipt["blockHash"] and intent.nonce == carrier.nonce
    if is_known and not is_over:
        return False
    with transaction.atomic():
        at.lead.fence()
        rivals = free_nonce(carrier, at=at)
        # An earlier transaction may have been mined after all, under the number it had.
        intent.nonce, intent.sender = carrier.nonce, carrier.sender
        intent.state = state
        intent.tx_hash = receipt["transactionHash"]
        intent.block_number = number
        intent.block_hash = receipt["blockHash"]
        burnt = int(receipt["gasUsed"], 16) * int(receipt.get("effectiveGasPrice", "0x0"), 16)
        intent.cost = intent.paid + burnt
        intent.error = "" if good else "The contract refused this when it came to its turn. Nothing changed."
        intent.closed_at = at.now if is_over else None
        intent.save()
    if is_over and not good:
        _try_anew(intent, at=at)
    return bool(rivals)


def _try_anew(intent: Intent, *, at: Round) -> None:
    """Queue a call again that reverted on chain but would pass now, as after a reorganisation that moved its basis."""
    if intent.tries >= RETRIES_AFTER_REVERT:
        return
    try:
        simulate(call_of(intent), via=at.chain)
    except Reverted:
        return
    _requeue(intent, at=at)


def _chase(intent: Intent, *, head: int, at: Round) -> None:
    """No receipt: it waits, was dropped from a pool, is stuck, or a reorganisation took it out again."""
    last = live_attempts(intent)[-1]
    if intent.state != Intent.State.SENT:
        log.warning("transaction %s left the chain again; it is sent anew", intent.tx_hash)
        with transaction.atomic():
            at.lead.fence()
            intent.state = Intent.State.SENT
            intent.tx_hash = last.tx_hash
            intent.block_number, intent.block_hash = None, ""
            intent.save()
        broadcast(last, chain=at.chain, now=at.now)
        return
    if last.broadcast_at is not None and at.now - last.broadcast_at < BROADCAST_AGAIN:
        return
    if _nonce_is_lost(intent, head=head, at=at):
        log.error("nonce %s of %s was used elsewhere; its call gets another", intent.nonce, intent.sender)
        _requeue(intent, at=at)
        return
    refusals = broadcast(last, chain=at.chain, now=at.now)
    is_refused = any(isinstance(refusal, Underpriced) for refusal in refusals)
    if is_refused or at.now - last.created_at > STUCK_AFTER:
        _replace(intent, last, at=at)


def _nonce_is_lost(intent: Intent, *, head: int, at: Round) -> bool:
    """Return whether a transaction that is not ours took the nonce, for good."""
    final = max(0, head - at.final_depth + 1)
    assert intent.nonce is not None
    return numbering.transaction_count(at.chain, address=intent.sender, block=hex(final)) > intent.nonce


def _requeue(intent: Intent, *, at: Round) -> None:
    with transaction.atomic():
        at.lead.fence()
        if intent.state == Intent.State.FAILED:
            intent.paid = intent.cost
        intent.state = Intent.State.QUEUED
        intent.nonce, intent.sender = None, ""
        intent.block_number, intent.block_hash = None, ""
        intent.closed_at = None
        intent.tries += 1
        intent.due_at = at.now
        intent.save()


def _replace(intent: Intent, last: Attempt, *, at: Round) -> None:
    """Offer more for the same nonce until a node takes it; the old one stays when money, key or limits forbid."""
    for _ in range(BUMPS_AT_ONCE):
        dearer = _make_dearer(intent, last, at=at)
        if dearer is None:
            return
        refusals = broadcast(dearer, chain=at.chain, now=at.now)
        if not any(isinstance(refusal, Underpriced) for refusal in refusals):
            return
        last = dearer


def _make_dearer(intent: Intent, last: Attempt, *, at: Round) -> Attempt | None:
    """Return a dearer transaction with the same nonce, signed and stored."""
    if intent.sender != at.signer.address:
        return None
    try:
        suggestion = pricing.suggest(at.chain)
        fees = pricing.raise_fees(Fees(max_fee=last.max_fee, tip=last.tip), suggestion=suggestion)
    except pricing.TooDear:
        at.note("GAS IS TOO DEAR: above KEEPER_MAX_FEE_GWEI; what waits is sent by itself when it is cheaper.")
        return None
    more = last.gas * (fees.max_fee - last.max_fee)
    if not policy.may_spend(more, chain_id=intent.chain_id, account=intent.account, now=at.now):
        at.note("THE HOUR'S GAS MONEY IS SPENT: what waits is sent by itself later.")
        return None
    if not at.can_pay(more):
        return None
    signed = sign(call_of(intent), nonce=last.nonce, gas=last.gas, fees=fees, at=at)
    if signed is None:
        return None
    with transaction.atomic():
        at.lead.fence()
        intent.cost = intent.paid + last.gas * fees.max_fee
        return store_attempt(intent, signed, gas=last.gas, fees=fees, at=at)
