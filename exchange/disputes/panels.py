"""Rulings of a panel: a Safe that the Terms name as arbiter. As many of its owners sign as the Safe itself asks for.

The member who claimed the case proposes the ruling by signing it; the others read the case and sign the same. The
contract counts the signatures, not this site: a ruling with too few of them moves nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from escrow import safe, signatures
from escrow.terms import TypedData, digest
from exchange.accounts import policy
from exchange.accounts.models import Account
from exchange.core import audit, clock
from exchange.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange.core.ids import read_code
from exchange.core.outbox import emit
from exchange.disputes.interest import is_named, refuse_interest
from exchange.disputes.models import Dispute, PanelSeat, Ruling, RulingSignature
from exchange.disputes.telling import tell
from exchange.trades import queries as trades
from exchange.trades.models import Trade
from exchange.trades.states import State


@dataclass(frozen=True, slots=True)
class Panel:
    """The Safe that must sign, and how many of its owners that takes."""

    address: str
    needed: int


def panel_address(trade: Trade, *, by: Account) -> str:
    """Return the panel through which `by` rules on `trade`, empty for the arbiter whose own wallet the Terms name."""
    named = str(trade.terms["arbiter"])
    return "" if named == by.address else named


def panel_of(trade: Trade, *, by: Account) -> Panel | None:
    """Return the panel of `trade` once the chain says that `by` owns a part of it; None where no panel is named.

    Raises `Conflict` (`panel_unknown`) without an answer of the chain, `Forbidden` (`not_owner`).
    """
    address = panel_address(trade, by=by)
    if not address:
        return None
    try:
        found = safe.owners(address, chain_id=int(trade.chain_id))
    except safe.NotASafe as error:
        raise Conflict(f"{error} Nothing was signed.", code="panel_unknown") from error
    if by.address not in found.addresses:
        raise Forbidden("The panel's contract does not count your wallet among its owners.", code="not_owner")
    return Panel(address=address, needed=found.needed)


def to_sign(trade: Trade, ruling: TypedData, *, by: Account) -> TypedData:
    """Return what the wallet of `by` signs for `ruling`: that itself, or the panel's message around its digest."""
    address = panel_address(trade, by=by)
    if not address:
        return ruling
    return safe.message_to_sign(digest(ruling), safe=address, chain_id=int(trade.chain_id))


def check_member(message: TypedData, *, signature: str, by: Account) -> None:
    """Raise `Invalid` unless the key of `by` made `signature`: a panel joins plain signatures of 65 bytes only."""
    try:
        is_own = signatures.recover(digest(message), signature) == by.address
    except signatures.BadSignature as error:
        raise Invalid(str(error), code="bad_signature", fields={"/signature": str(error)}) from error
    if not is_own:
        words = f"This is not {by.short}'s signature of what was to be signed."
        raise Invalid(words, code="bad_signature", fields={"/signature": words})


def propose(trade: Trade, ruling: Ruling, panel: Panel, *, by: Account, signature: str, until: int) -> None:
    """Keep the first signature of a ruling, or its author's new one; signatures over anything else are dropped."""
    end = clock.from_unix(until)
    if ruling.valid_until != end or ruling.signature:
        ruling.signatures.all().delete()
    ruling.valid_until, ruling.signatures_needed, ruling.signature = end, panel.needed, ""
    ruling.save(update_fields=["valid_until", "signatures_needed", "signature"])
    add_signature(ruling, by=by, signature=signature, now=clock.now())
    audit.record("case.proposed", by=by.address, subject=trade.code, data={"buyer_bps": ruling.buyer_bps})
    if panel.needed > 1:
        emit("dispute.proposed", {"trade": trade.code, "by": by.address, "at": clock.to_unix(clock.now())})
    tell(trade)


def add_signature(ruling: Ruling, *, by: Account, signature: str, now: datetime) -> None:
    """Keep one more signature."""
    RulingSignature.objects.update_or_create(ruling=ruling, signer=by, defaults={"signature": signature, "at": now})


def waited_for(trade: Trade, ruling: Ruling) -> list[Account]:
    """Return the members whose signature a proposed ruling can still get."""
    seats = PanelSeat.objects.filter(panel=str(trade.terms["arbiter"])).values("member")
    signed = ruling.signatures.values("signer")
    members = Account.objects.filter(is_arbiter=True, is_active=True, pk__in=seats).exclude(pk__in=signed)
    return list(members.exclude(pk__in=[trade.seller_id, trade.buyer_id]).order_by("id"))


def joined(ruling: Ruling) -> str:
    """Return the panel's signature once enough have signed, else empty text."""
    given = {one.signer.address: one.signature for one in ruling.signatures.select_related("signer").order_by("id")}
    if len(given) < ruling.signatures_needed:
        return ""
    return safe.join(dict(list(given.items())[: ruling.signatures_needed]))


def proposed_case(code: str, *, member: Account) -> tuple[Dispute, Trade, Ruling]:
    """Return a case whose ruling still lacks signatures, for another member of its panel.

    Raises `NotFound` for everybody else and when there is no such ruling, `Forbidden` for a conflict of interest.
    """
    policy.require_arbiter(member)
    case = Dispute.objects.select_related("ruling", "arbiter", "opened_by").filter(trade__code=read_code(code)).first()
    ruling: Ruling | None = getattr(case, "ruling", None)
    if case is None or ruling is None or not ruling.is_proposed or case.arbiter_id == member.pk:
        raise NotFound("There is no such case, or it is not yours.")
    trade = trades.trade_by_code(read_code(code))
    if not is_named(member, str(trade.terms["arbiter"])):
        raise NotFound("There is no such case, or it is not yours.")
    refuse_interest(trade, member, case=case)
    return case, trade, ruling


def proposal_to_sign(code: str, *, by: Account, now: datetime) -> tuple[Trade, Ruling]:
    """Return a proposed ruling that can be signed now. Raises as `proposed_case`, or `Conflict`."""
    case, trade, ruling = proposed_case(code, member=by)
    if trade.state != State.DISPUTED or case.closed_at is not None:
        raise Conflict("This trade has ended in the meantime.", code="closed", extra={"state": trade.state})
    if case.rule_by is not None and now > case.rule_by:
        raise Conflict("The time to rule is over; the coins are split as agreed at the start.", code="too_late")
    if ruling.valid_until is None or ruling.valid_until <= now:
        words = "The first signature is no longer good. Ask the arbiter of the case to sign the ruling again."
        raise Conflict(words, code="signature_expired")
    return trade, ruling


@transaction.atomic
def lock_proposal(ruling: Ruling, trade: Trade) -> Ruling:
    """Return the ruling as it is now, its trade locked. Raises `Conflict` (`ruled`) when it is another by now."""
    Trade.objects.select_for_update().get(pk=trade.pk)
    fresh = Ruling.objects.get(pk=ruling.pk)
    told = (ruling.buyer_bps, ruling.reason_code, ruling.findings, ruling.valid_until)
    if not fresh.is_proposed or (fresh.buyer_bps, fresh.reason_code, fresh.findings, fresh.valid_until) != told:
        raise Conflict("This ruling was changed or completed in the meantime. Load it again.", code="ruled")
    return fresh
