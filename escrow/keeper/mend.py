"""Putting the row of nonces right after what should not happen: a reorganisation deeper than final, a number lost.

A transaction is mined only when every number below its own is. So a number that nobody holds, below one that somebody
does, would hold up everything for ever.
"""

import logging

from django.db import transaction

from escrow.keeper import nonce as numbering
from escrow.keeper.fees import Fees
from escrow.keeper.round import Round
from escrow.keeper.send import broadcast, call_of, sign, store_attempt
from escrow.models import Intent

log = logging.getLogger(__name__)


def reopen(*, mined: int, head: int, at: Round) -> int:
    """Open again what was settled for good and has left the chain all the same, and return how much it was.

    A node whose chain does not reach that far knows nothing about it and is not believed.
    """
    gone = Intent.objects.filter(
        chain_id=at.chain.chain_id,
        sender=at.signer.address,
        nonce__gte=mined,
        closed_at__isnull=False,
        block_number__lte=head,
    )
    if not gone.exists():
        return 0
    with transaction.atomic():
        at.lead.fence()
        count = gone.update(closed_at=None)
    log.error("%d settled transactions left the chain; they are sent anew", count)
    return count


def close_gap(*, mined: int, at: Round) -> bool:
    """Give the lowest number that nobody holds to the call with the highest; return whether there was such a gap."""
    chain_id, sender = at.chain.chain_id, at.signer.address
    held = numbering.held_nonces(chain_id=chain_id, sender=sender, from_nonce=mined)
    gap = numbering.find_gap(mined=mined, held=held)
    if gap is None:
        return False
    waiting = Intent.objects.filter(chain_id=chain_id, sender=sender, nonce__gt=gap, state=Intent.State.SENT)
    last = waiting.order_by("-nonce").first()
    if last is None:
        return False
    old = last.attempts.latest("id")
    fees = Fees(max_fee=old.max_fee, tip=old.tip)
    signed = sign(call_of(last), nonce=gap, gas=old.gas, fees=fees, at=at)
    if signed is None:
        return False
    with transaction.atomic():
        at.lead.fence()
        log.warning("nonce %d is missing; the call with nonce %s gets it", gap, last.nonce)
        last.nonce = gap
        attempt = store_attempt(last, signed, gas=old.gas, fees=fees, at=at)
    broadcast(attempt, chain=at.chain, now=at.now)
    return True
