"""What became of what was sent: receipts, final events, reorganisations, stuck and lost transactions."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from escrow import deployment
from escrow.errors import Reverted
from escrow.keeper import fees as pricing
from escrow.keeper import nonce as numbering
from escrow.keeper import policy
from escrow.keeper.fees import Fees
from escrow.keeper.leader import Leadership
from escrow.keeper.send import broadcast, call_of, sign_attempt
from escrow.keeper.signer import Signer
from escrow.keeper.simulate import simulate
from escrow.models import Attempt, ChainEvent, Intent
from escrow.rpc import Chain

log = logging.getLogger(__name__)
# Nodes drop transactions from their pools; a stored one is offered again after a while.
BROADCAST_AGAIN = timedelta(seconds=10)
# Longer than a few blocks of any chain we serve: then the fee was too low.
STUCK_AFTER = timedelta(seconds=45)
RETRIES_AFTER_REVERT = 3


def open_intents(*, chain_id: int) -> list[Intent]:
    """Return what was sent and is not settled for good, in the order of the nonces."""
    rows = Intent.objects.filter(chain_id=chain_id, nonce__isnull=False, closed_at__isnull=True)
    return list(rows.order_by("nonce").prefetch_related("attempts"))


def live_attempts(intent: Intent) -> list[Attempt]:
    """Return the transactions that may still carry the call, oldest first; those of an earlier nonce are history."""
    return sorted((one for one in intent.attempts.all() if one.nonce == intent.nonce), key=lambda one: one.id)


def watch(*, chain: Chain, signer: Signer, lead: Leadership, now: datetime) -> int:
    """Look once at everything that is open and do what it needs; return how much there was. Raises `Unavailable`."""
    intents = open_intents(chain_id=chain.chain_id)
    if not intents:
        return 0
    head, receipts = _read(intents, chain=chain)
    final = head - deployment.confirmations(chain.chain_id) + 1
    for intent in intents:
        found = [receipt for one in live_attempts(intent) if (receipt := receipts.get(one.tx_hash))]
        if found:
            _note_receipt(
                intent,
                found[0],
                final=final,
                chain=chain,
                lead=lead,
                now=now,
            )
        else:
            _chase(intent, head=head, chain=chain, signer=signer, lead=lead, now=now)
    return len(intents)


def _read(intents: Sequence[Intent], *, chain: Chain) -> tuple[int, dict[str, dict[str, Any]]]:
    """Return the newest height and the receipts there are, both from one node."""
    hashes = [attempt.tx_hash for intent in intents for attempt in live_attempts(intent)]
    requests: list[tuple[str, tuple[Any, ...]]] = [("eth_blockNumber", ())]
    requests += [("eth_getTransactionReceipt", (tx_hash,)) for tx_hash in hashes]
    head, *answers = chain.batch(requests)
    return int(head, 16), {tx_hash: receipt for tx_hash, receipt in zip(hashes, answers, strict=True) if receipt}


def _note_receipt(
    intent: Intent, receipt: dict[str, Any], *, final: int, chain: Chain, lead: Leadership, now: datetime
) -> None:
    good = int(receipt["status"], 16) == 1
    number = int(receipt["blockNumber"], 16)
    state = Intent.State.MINED if good else Intent.State.FAILED
    is_deep = number <= final
    if good:
        # The event is what counts: the indexer, not this receipt, says when it is over.
        is_over = is_deep and ChainEvent.objects.filter(tx_hash=receipt["transactionHash"], state="final").exists()
    else:
        is_over = is_deep
    if not is_over and intent.state == state and intent.block_hash == receipt["blockHash"]:
        return
    with transaction.atomic():
        lead.fence()
        intent.state = state
        intent.tx_hash = receipt["transactionHash"]
        intent.block_number = number
        intent.block_hash = receipt["blockHash"]
        intent.cost = int(receipt["gasUsed"], 16) * int(receipt.get("effectiveGasPrice", "0x0"), 16)
        intent.error = "" if good else "it was mined and reverted"
        intent.closed_at = now if is_over else None
        intent.save()
    if is_over and not good:
        _try_anew(intent, chain=chain, lead=lead, now=now)


def _try_anew(intent: Intent, *, chain: Chain, lead: Leadership, now: datetime) -> None:
    """Queue a call again that reverted on chain but would pass now, as after a reorganisation that moved its basis."""
    if intent.tries >= RETRIES_AFTER_REVERT:
        return
    try:
        simulate(call_of(intent), via=chain)
    except Reverted as refusal:
        Intent.objects.filter(id=intent.id, state=Intent.State.FAILED).update(error=str(refusal)[:200])
        return
    _requeue(intent, lead=lead, now=now)


def _chase(intent: Intent, *, head: int, chain: Chain, signer: Signer, lead: Leadership, now: datetime) -> None:
    """No receipt: it waits, was dropped from a pool, is stuck, or a reorganisation took it out again."""
    last = live_attempts(intent)[-1]
    if intent.state != Intent.State.SENT:
        log.warning("transaction %s left the chain again; it is sent anew", intent.tx_hash)
        with transaction.atomic():
            lead.fence()
            intent.state = Intent.State.SENT
            intent.tx_hash = last.tx_hash
            intent.block_number, intent.block_hash = None, ""
            intent.save()
        broadcast(last, chain=chain, now=now)
        return
    if last.broadcast_at is not None and now - last.broadcast_at < BROADCAST_AGAIN:
        return
    if _nonce_is_lost(intent, head=head, chain=chain):
        log.error("nonce %s of %s was used elsewhere; its call gets another", intent.nonce, intent.sender)
        _requeue(intent, lead=lead, now=now)
        return
    if now - last.created_at > STUCK_AFTER:
        last = _replace(intent, last, chain=chain, signer=signer, lead=lead, now=now)
    broadcast(last, chain=chain, now=now)


def _nonce_is_lost(intent: Intent, *, head: int, chain: Chain) -> bool:
    """Return whether a transaction that is not ours took the nonce, for good."""
    final = max(0, head - deployment.confirmations(chain.chain_id) + 1)
    assert intent.nonce is not None
    return numbering.transaction_count(chain, address=intent.sender, block=hex(final)) > intent.nonce


def _requeue(intent: Intent, *, lead: Leadership, now: datetime) -> None:
    with transaction.atomic():
        lead.fence()
        intent.state = Intent.State.QUEUED
        intent.nonce, intent.sender = None, ""
        intent.block_number, intent.block_hash = None, ""
        intent.closed_at = None
        intent.tries += 1
        intent.due_at = now
        intent.save()


def _replace(
    intent: Intent, last: Attempt, *, chain: Chain, signer: Signer, lead: Leadership, now: datetime
) -> Attempt:
    """Return a dearer transaction with the same nonce, stored; the old one when money or key forbid."""
    if intent.sender != signer.address:
        return last
    fees = pricing.raise_fees(Fees(max_fee=last.max_fee, tip=last.tip), suggestion=pricing.suggest(chain))
    more = last.gas * (fees.max_fee - last.max_fee)
    if fees.max_fee > pricing.highest_fee() or not policy.may_spend(more, account=intent.account, now=now):
        log.warning("a stuck transaction is not made dearer: the limit is reached")
        return last
    with transaction.atomic():
        lead.fence()
        attempt = sign_attempt(intent, nonce=last.nonce, gas=last.gas, fees=fees, signer=signer, now=now)
        intent.cost = last.gas * fees.max_fee
        intent.save()
    return attempt
