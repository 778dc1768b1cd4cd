"""The arbiter's side: the queue, a claimed case, the ruling. Only the wallet that a trade's Terms name can rule."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from exchange.api import cursors
from exchange.api.answers import page
from exchange.api.auth import signed_in
from exchange.api.calls import call
from exchange.api.render import case_material as material_render
from exchange.api.render import disputes as render
from exchange.api.schemas import case_material as material
from exchange.api.schemas import disputes as schemas
from exchange.api.schemas.chat import PartyKeys
from exchange.api.schemas.fields import Address, CodePath, Cursor, Limit
from exchange.core import clock
from exchange.core.errors import Conflict, Invalid, NotFound
from exchange.disputes import actions, casefile, colleagues, evidence, panels, queries, rulings
from exchange.disputes.queue import queue

router = Router()
ARBITER = "arbiter"
Share = Annotated[int, Field(ge=0, le=10_000)]


@call(router, "GET", "/arbiter/cases", gives=schemas.Cases, scope=ARBITER)
def list_cases(
    request: HttpRequest, state: schemas.CaseState | None = None, limit: Limit = 50, cursor: Cursor | None = None
) -> dict[str, Any]:
    """Return the cases to claim and the claimed ones, the nearest deadline first; closed ones when asked for."""
    account = signed_in(request)
    filters = {"state": state, "account": account.pk}
    rows = queue(account, state=state, after=cursors.read(cursor, of="cases", filters=filters), limit=limit + 1)
    more = len(rows) > limit
    following = cursors.write(rows[limit - 1].place, of="cases", filters=filters) if more else None
    return page([render.queue_row(row) for row in rows[:limit]], following)


@call(router, "GET", "/arbiter/cases/{code}", gives=schemas.Case, scope=ARBITER, refuses=[NotFound])
def read_case(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return a case one has claimed. The reading is put on record."""
    return render.case_file(queries.case_for(code, arbiter=signed_in(request), now=clock.now()))


@call(router, "POST", "/arbiter/cases/{code}/claim", gives=schemas.Case, scope=ARBITER, refuses=[NotFound, Conflict])
def claim_case(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Take a case on; exactly one of several arbiters gets it."""
    account, now = signed_in(request), clock.now()
    actions.claim(code, by=account, now=now)
    return render.case_file(queries.case_for(code, arbiter=account, now=now))


@call(
    router,
    "GET",
    "/arbiter/cases/{code}/ruling",
    gives=schemas.RulingForm,
    scope=ARBITER,
    refuses=[NotFound, Conflict],
)
def read_ruling_form(
    request: HttpRequest, code: CodePath, buyer_bps: Share, reason_code: schemas.ReasonCode = 1
) -> dict[str, Any]:
    """Return what to sign or send for a ruling of `buyer_bps` basis points to the buyer, while one can be given."""
    now = clock.now()
    account = signed_in(request)
    trade = rulings.trade_to_rule(code, by=account, now=now)
    return render.ruling_form(trade, by=account, buyer_bps=buyer_bps, reason_code=reason_code, now=now)


@call(
    router,
    "POST",
    "/arbiter/cases/{code}/ruling",
    gives=schemas.Ruled,
    status=202,
    scope=ARBITER,
    refuses=[NotFound, Conflict],
)
def give_ruling(request: HttpRequest, code: CodePath, body: schemas.Rule) -> dict[str, Any]:
    """Decide a claimed case. With a signature the node relays it; without, the answer holds the call to send."""
    account, now = signed_in(request), clock.now()
    return render.decision(
        actions.rule(
            code,
            by=account,
            buyer_bps=body.buyer_bps,
            reason_code=body.reason_code,
            findings=body.findings,
            private_note=body.private_note,
            signature=body.signature,
            valid_until=body.valid_until or render.end_meant(code, body, by=account, now=now),
            now=now,
        )
    )


@call(
    router,
    "GET",
    "/arbiter/cases/{code}/signature",
    gives=schemas.Proposal,
    scope=ARBITER,
    refuses=[NotFound, Conflict],
)
def read_proposal(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return a colleague's ruling for a panel one sits on, and what to sign to agree to it."""
    account = signed_in(request)
    trade, made = panels.proposal_to_sign(code, by=account, now=clock.now())
    return render.proposal(trade, made, by=account)


@call(
    router,
    "POST",
    "/arbiter/cases/{code}/signature",
    gives=schemas.Ruled,
    status=202,
    scope=ARBITER,
    refuses=[NotFound, Conflict],
)
def sign_proposal(request: HttpRequest, code: CodePath, body: schemas.CoSign) -> dict[str, Any]:
    """Sign a colleague's ruling too. The signature that makes them enough sends the ruling to the chain."""
    made = actions.co_sign(code, by=signed_in(request), signature=body.signature, now=clock.now())
    return render.decision(made)


@call(
    router,
    "POST",
    "/arbiter/cases/{code}/recusal",
    gives=schemas.Recused,
    scope=ARBITER,
    refuses=[NotFound, Conflict],
)
def give_back(request: HttpRequest, code: CodePath, body: material.Recuse) -> dict[str, Any]:
    """Give a claimed case back, with the reason both sides read."""
    case = actions.recuse(code, by=signed_in(request), reason=body.reason, now=clock.now())
    return {"id": case.trade.code, "state": "open"}


@call(
    router,
    "POST",
    "/arbiter/cases/{code}/requests",
    gives=material.Request,
    status=201,
    scope=ARBITER,
    refuses=[NotFound, Conflict],
)
def ask_for_evidence(request: HttpRequest, code: CodePath, body: material.AskEvidence) -> dict[str, Any]:
    """Ask one side, or both, to show something by a time."""
    due_at = _moment(body.due_at)
    asked = evidence.ask(code, by=signed_in(request), side=body.side, text=body.text, due_at=due_at, now=clock.now())
    return material_render.request(asked)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:  # it looks like a time, but there is no such day or hour
        raise Invalid(fields={"/due_at": "There is no such moment."}) from error


@call(router, "PUT", "/arbiter/cases/{code}/key", gives=PartyKeys, scope=ARBITER, refuses=[NotFound, Conflict])
def publish_key(request: HttpRequest, code: CodePath, body: material.PublishCaseKey) -> dict[str, Any]:
    """Publish the key one reads this case with; from then on the parties can hand messages over."""
    key = actions.publish_case_key(
        code,
        by=signed_in(request),
        identity_key=body.identity_key,
        wallet_signature=body.wallet_signature,
        public_key=body.public_key,
        signature=body.signature,
        now=clock.now(),
    )
    return material_render.case_key(key)


@call(router, "GET", "/arbiter/cases/{code}/key", gives=material.CaseKey, scope=ARBITER, refuses=[NotFound])
def read_key(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return the key a case is read with, and its secret as sealed to a colleague of the panel."""
    return material_render.shared_key(*colleagues.key_shared_with(code, reader=signed_in(request)))


@call(router, "GET", "/arbiter/cases/{code}/colleagues", gives=material.Colleagues, scope=ARBITER, refuses=[NotFound])
def list_colleagues(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return the members of the panel who are asked to sign a proposed ruling, with the chat keys to seal to."""
    rows = colleagues.colleagues(code, by=signed_in(request))
    return page([material_render.colleague(one) for one in rows], None)


@call(
    router,
    "PUT",
    "/arbiter/cases/{code}/colleagues/{address}",
    gives=material.Shared,
    scope=ARBITER,
    refuses=[NotFound, Conflict],
)
def share_with_colleague(
    request: HttpRequest, code: CodePath, address: Address, body: material.ShareCaseKey
) -> dict[str, Any]:
    """Let a colleague read the case: its secret, sealed to that colleague's chat key. The sharing is put on record."""
    account = signed_in(request)
    colleagues.share_key(
        code, by=account, reader=address, identity_key=body.identity_key, sealed=body.sealed, now=clock.now()
    )
    return {"account": address, "has_key": True}


@call(router, "GET", "/arbiter/cases/{code}/transcript", gives=material.Transcript, scope=ARBITER, refuses=[NotFound])
def read_transcript(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return the log and the sealed keys of a claimed case. The reading is put on record."""
    return casefile.transcript_for(code, arbiter=signed_in(request))


@call(router, "GET", "/arbiter/cases/{code}/export", gives=dict[str, Any], scope=ARBITER, refuses=[NotFound])
def export_case(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    """Return the whole case as JSON, for the arbiter's client to add the opened keys and sign. It is put on record."""
    return casefile.export(code, arbiter=signed_in(request), now=clock.now())
