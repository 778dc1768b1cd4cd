"""What the two agree on beside the acts on chain: whose account pays, and more time to pay."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from exchange.api.answers import time_text
from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.schemas import trade_room as schemas
from exchange.api.schemas.fields import CodePath
from exchange.core import clock
from exchange.core.errors import Conflict, NotFound
from exchange.trades import actions, payer
from exchange.trades.payer import Commitment

router = Router()
REFUSES = [NotFound, Conflict]


@call(router, "GET", "/trades/{code}/payer-name", gives=schemas.PayerName, scope="chat", refuses=[NotFound])
def read_payer_name(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return the buyer's commitment to the paying account's name, and the boxes only its readers can open."""
    return _payer_name(payer.commitment_of(code, account=signed_in(request)))


@call(router, "PUT", "/trades/{code}/payer-name", gives=schemas.PayerName, scope="chat", refuses=REFUSES)
def commit_payer_name(request: HttpRequest, code: CodePath, body: schemas.CommitPayerName) -> dict[str, Any]:
    """Commit, as the buyer, to the name on the paying account; the same commitment again adds readers."""
    account = signed_in(request)
    payer.commit_name(code, by=account, commitment=body.commitment, sealed=body.sealed, now=clock.now())
    return _payer_name(payer.commitment_of(code, account=account))


@call(router, "POST", "/trades/{code}/more-time", gives=schemas.MoreTime, scope="trades:write", refuses=REFUSES)
def give_more_time(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Move the deadline this site shows the buyer by ten minutes, as the seller; never beyond the contract's own."""
    trade = actions.give_time(code, by=signed_in(request), now=clock.now())
    return {"id": trade.code, "pay_by": time_text(trade.pay_by), "version": trade.version}


def _payer_name(one: Commitment) -> dict[str, Any]:
    return {
        "commitment": one.commitment,
        "sealed": dict(one.sealed),
        "at": time_text(one.at),
        "early": one.is_early,
    }
