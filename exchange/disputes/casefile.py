"""The sealed part of a case for its arbiter: the log with its keys, what was handed over, evidence; and its export.

The server gives ciphertext and sealed keys; the arbiter's browser opens them and judges. Every giving is on record.
"""

import base64
from dataclasses import asdict
from datetime import datetime
from typing import Any

from exchange.accounts.models import Account
from exchange.chat import queries as chat
from exchange.chat.enrolment import host
from exchange.chat.models import Message
from exchange.core import audit, clock
from exchange.core.errors import NotFound
from exchange.disputes import shown
from exchange.disputes.models import CaseKey, Disclosure, Dispute, Evidence, EvidenceChunk
from exchange.disputes.queries import case_key, case_to_read, claimed_case
from exchange.trades import queries as trades
from exchange.trades.models import Trade


def transcript_for(code: str, *, arbiter: Account) -> dict[str, Any]:
    """Return log, people's keys and sealed message keys for whoever judges a case; the reading is put on record.

    Members `host`, `trade`, `people` and `items` are as `chat.transcript` takes them. Raises `NotFound`, `Forbidden`.
    """
    case, trade = case_to_read(code, arbiter=arbiter)
    audit.record("case.transcript", by=arbiter.address, subject=trade.code)
    return {**_log(trade), "disclosures": _sealed_keys(case, trade)}


def handed_over(code: str, *, account: Account) -> tuple[CaseKey | None, list[tuple[str, int]]]:
    """Return the key a party seals to (None: not yet) and the messages it has handed over. Raises `NotFound`."""
    trade = trades.trade_for(code, account=account)
    case = Dispute.objects.filter(trade=trade).first()
    if case is None:
        raise NotFound("There is no case for this trade yet.")
    key = case_key(case)
    rows = Disclosure.objects.filter(case_key=key, account=account) if key else Disclosure.objects.none()
    return key, list(rows.order_by("sender", "n").values_list("sender", "n"))


def evidence_list(code: str, *, account: Account) -> list[shown.EvidenceView]:
    """Return the files of a case for a party or those who judge it. Raises `NotFound`, `Forbidden`."""
    case, trade = _case_seen_by(code, account=account)
    is_party = account.pk in {trade.seller_id, trade.buyer_id}
    if not is_party:
        audit.record("case.files", by=account.address, subject=trade.code)
    mine = shown.side_of(trade, account.pk) if is_party else "arbiter"
    return [one for one in shown.evidence_of(case, trade) if one.is_complete or one.side == mine]


def read_chunk(code: str, *, account: Account, evidence_id: int, n: int) -> str:
    """Return a chunk of a file's ciphertext (base64), for a party or those who judge; theirs is put on record."""
    case, trade = _case_seen_by(code, account=account)
    found = Evidence.objects.filter(pk=evidence_id, dispute=case, complete_at__isnull=False).first()
    row = EvidenceChunk.objects.filter(evidence=found, n=n).first() if found else None
    if row is None:
        raise NotFound("There is no such file in this case.")
    if account.pk not in {trade.seller_id, trade.buyer_id} and n == 0:
        audit.record("case.evidence", by=account.address, subject=trade.code, data={"file": evidence_id})
    return base64.b64encode(bytes(row.data)).decode()


def export(code: str, *, arbiter: Account, now: datetime) -> dict[str, Any]:
    """Return the whole case as JSON, ciphertext where only its people can read; the export is put on record.

    The arbiter's browser adds the message keys it could open and signs all of it (`exported.py`).
    Raises `NotFound`, `Forbidden`.
    """
    case, trade = claimed_case(code, arbiter=arbiter)
    audit.record("case.exported", by=arbiter.address, subject=trade.code)
    ruling = getattr(case, "ruling", None)
    return {
        "v": 1,
        "kind": "parley-case",
        "exported_at": clock.to_text(now),
        "code": trade.code,
        "trade": trade.trade_id,
        "chain_id": int(trade.chain_id),
        "contract": trade.contract,
        "terms": trade.terms,
        "details": trade.details,
        "maker_consent": trade.maker_consent,
        "signatures": {"maker": trade.maker_signature, "taker": trade.taker_signature},
        "parties": {"seller": trade.seller.address, "buyer": trade.buyer.address},
        "arbiter": arbiter.address,
        "opened_at": clock.to_text(case.opened_at),
        "rule_by": clock.to_text(case.rule_by) if case.rule_by else None,
        "statements": [
            {
                "side": shown.side_of(trade, one.account_id),
                "reason": one.reason,
                "wish_bps": one.wish_bps,
                "text": one.text,
                "at": clock.to_text(one.at),
            }
            for one in case.statements.order_by("id")
        ],
        "evidence": [
            {**asdict(one), "at": clock.to_text(one.at)} for one in shown.evidence_of(case, trade) if one.is_complete
        ],
        "requests": [
            {**asdict(one), "at": clock.to_text(one.at), "due_at": clock.to_text(one.due_at)}
            for one in shown.requests_of(case, trade, now=now)
        ],
        "ruling": None
        if ruling is None
        else {
            "buyer_bps": ruling.buyer_bps,
            "reason_code": ruling.reason_code,
            "findings": ruling.findings,
            "signature": ruling.signature,
            "signers": [one.signer.address for one in ruling.signatures.select_related("signer").order_by("id")],
            "signatures_needed": ruling.signatures_needed,
            "at": clock.to_text(ruling.at),
        },
        "timeline": [
            {
                "n": one.n,
                "kind": one.kind,
                "actor": one.actor,
                "data": one.data,
                "tx_hash": one.tx_hash,
                "block_number": one.block_number,
                "at": one.at.isoformat(),
                "hash": one.hash,
            }
            for one in trade.timeline.order_by("n")
        ],
        "transcript": {**_log(trade), "disclosures": _sealed_keys(case, trade)},
    }


def _log(trade: Trade) -> dict[str, Any]:
    # Whoever judges reads what the parties read.
    account = trade.seller
    rows = Message.objects.filter(trade=trade).order_by("seq").values_list("seq", "received_at", "body")
    return {
        "host": host(),
        "trade": trade.trade_id,
        "head": chat.head(trade.code, account=account),
        "people": [asdict(key) for key in chat.keys_of(trade, account=account)],
        "items": [
            {"seq": seq, "received_at": clock.to_text(received_at), "msg": body} for seq, received_at, body in rows
        ],
    }


def _sealed_keys(case: Dispute, trade: Trade) -> list[dict[str, Any]]:
    rows = Disclosure.objects.filter(case_key=case_key(case)).order_by("id") if case_key(case) else []
    return [
        {"by": shown.side_of(trade, one.account_id), "sender": one.sender, "n": one.n, "sealed": one.sealed}
        for one in rows
    ]


def _case_seen_by(code: str, *, account: Account) -> tuple[Dispute, Trade]:
    try:
        trade = trades.trade_for(code, account=account, include_arbiter=True)
    except NotFound:
        if not account.is_arbiter:
            raise
        return case_to_read(code, arbiter=account)
    case = Dispute.objects.filter(trade=trade).first()
    if case is None:
        raise NotFound("There is no case for this trade yet.")
    return case, trade
