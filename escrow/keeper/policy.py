"""What the keeper may send and how much it may spend: relaying must not be a way to drain its gas money."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Sum

from escrow import abi, deployment
from escrow.calls import Call
from escrow.models import Intent

# Calls that carry their own authority, a signature or a passed deadline, so that anyone may send them.
RELAYABLE = frozenset(
    {
        "fundWithAuthorization",
        "markPaidBySig",
        "releaseBySig",
        "cancelBySig",
        "disputeBySig",
        "resolveBySig",
        "settle",
        "refundExpired",
        "escalate",
        "resolveExpired",
        "withdrawFor",
    }
)
HOUR = timedelta(hours=1)
# The share of the hour's money that users' calls may use; the rest is for deadlines.
RELAYED_NUMERATOR, RELAYED_DENOMINATOR = 4, 5
# Gas one call may need: a payout gives a token 150,000 and native receivers 60,000 each, twice in a split, plus checks.
GAS_LIMIT = 800_000


class NotAllowed(Exception):
    """The keeper does not send this; `reason` is a stable word."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Limits:
    """Per hour: relayed calls for one account, and wei spent on gas for one account and for everyone together."""

    relays_of_account: int
    wei_of_account: int
    wei_of_all: int


def limits() -> Limits:
    """Return the limits of the settings."""
    return Limits(
        relays_of_account=settings.KEEPER_RELAYS_PER_HOUR,
        wei_of_account=settings.KEEPER_ACCOUNT_WEI_PER_HOUR,
        wei_of_all=settings.KEEPER_WEI_PER_HOUR,
    )


def check_call(call: Call) -> None:
    """Return if this is a listed call of our contract, on our chain, without value. Raises `NotAllowed`."""
    function = abi.selectors().get(call.data[:10])
    ours = deployment.contracts(call.chain_id)
    if not ours:
        raise NotAllowed("WrongChain", f"No calls are sent on chain {call.chain_id}.")
    if call.to not in ours:
        raise NotAllowed("WrongContract", "Only calls of the escrow are sent.")
    if call.value != 0:
        raise NotAllowed("HasValue", "Calls that carry coins are not sent.")
    if function not in RELAYABLE:
        raise NotAllowed("WrongFunction", "This call needs its owner's own transaction.")


def check_account(account: str, *, chain_id: int, now: datetime) -> None:
    """Return if `account` may ask for one more call this hour. Raises `NotAllowed`.

    Parallel requests of one account queue here until the caller's transaction ends, so that none slips through.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"relay {account}"])
    recent = Intent.objects.filter(account=account, created_at__gt=now - HOUR).count()
    if recent >= limits().relays_of_account:
        raise NotAllowed("TooMany", "This account has had many calls sent in the last hour. Send your own, or wait.")
    if _spent(chain_id=chain_id, account=account, now=now) >= limits().wei_of_account:
        raise NotAllowed("TooMuchGas", "This account's gas of the last hour is used up. Send your own call, or wait.")


def may_spend(cost: int, *, chain_id: int, account: str, now: datetime) -> bool:
    """Return whether `cost` more wei stay within the limits of the last hour, as paid or at most payable.

    What users ask for leaves a part of the hour's money untouched: nobody can buy with relayed calls that other
    people's refunds and timeouts, which have no `account`, are not sent.
    """
    of_all = limits().wei_of_all
    if account:
        if _spent(chain_id=chain_id, account=account, now=now) + cost > limits().wei_of_account:
            return False
        of_all = of_all * RELAYED_NUMERATOR // RELAYED_DENOMINATOR
    return _spent(chain_id=chain_id, account=None, now=now) + cost <= of_all


def _spent(*, chain_id: int, account: str | None, now: datetime) -> int:
    recent = Intent.objects.filter(chain_id=chain_id, sent_at__gt=now - HOUR)
    if account is not None:
        recent = recent.filter(account=account)
    return int(recent.aggregate(wei=Sum("cost"))["wei"] or 0)
