"""Disclosed keys and evidence as JSON."""

from dataclasses import asdict
from typing import Any

from exchange.api.answers import page, time_text
from exchange.disputes import evidence as files
from exchange.disputes import shown
from exchange.disputes.colleagues import Colleague
from exchange.disputes.models import CaseKey, Evidence, EvidenceRequest
from exchange.disputes.shown import EvidenceView


def case_key(key: CaseKey) -> dict[str, Any]:
    """Return the arbiter's key with the signatures that vouch for it."""
    return {
        "account": key.account.address,
        "identity_key": key.identity_key,
        "wallet_signature": key.wallet_signature,
        "public_key": key.public_key,
        "signature": key.signature,
    }


def shared_key(key: CaseKey | None, sealed: str) -> dict[str, Any]:
    """Return the key of a case and its secret as sealed to the reader."""
    return {"arbiter_key": case_key(key) if key else None, "sealed": sealed}


def colleague(one: Colleague) -> dict[str, Any]:
    """Return a member of the panel."""
    return asdict(one)


def disclosures(key: CaseKey | None, handed: list[tuple[str, int]]) -> dict[str, Any]:
    """Return the key to seal to and what was handed over."""
    items = [{"sender": sender, "n": n} for sender, n in handed]
    return {"arbiter_key": case_key(key) if key else None, **page(items, None)}


def evidence(one: EvidenceView) -> dict[str, Any]:
    """Return a file of a case."""
    return {
        "id": one.id,
        "side": one.side,
        "note": one.note,
        "manifest": one.manifest,
        "size": one.size,
        "digest": one.digest,
        "chunks": one.chunk_count,
        "sealed": one.sealed,
        "at": time_text(one.at),
        "complete": one.is_complete,
        "missing": [],
    }


def own_evidence(row: Evidence) -> dict[str, Any]:
    """Return one's own file and what of it has not arrived."""
    trade = row.dispute.trade
    view = next(one for one in shown.evidence_of(row.dispute, trade) if one.id == row.pk)
    missing = [] if view.is_complete else files.missing_chunks(row)
    return {**evidence(view), "missing": missing}


def request(one: EvidenceRequest) -> dict[str, Any]:
    """Return what the arbiter asked for."""
    return {"side": one.side, "text": one.text, "due_at": time_text(one.due_at), "at": time_text(one.at)}
