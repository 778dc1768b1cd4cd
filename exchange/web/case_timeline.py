"""The timeline of a case: what the chain saw, what was said and shown, in one order; messages join in the browser."""

from dataclasses import dataclass
from datetime import datetime

from exchange.disputes.queries import CaseView
from exchange.web.room import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One row; `source` is chain, case or chat (the last only in the arbiter's browser)."""

    source: str
    text: str
    tone: str
    icon: str
    at: datetime
    tx_hash: str = ""
    block_number: int | None = None


def merged(case: CaseView, room: Room) -> list[CaseEvent]:
    """Return all events of a case that the server can read, oldest first."""
    found = [
        CaseEvent(
            source="chain" if event.tx_hash else "case",
            text=event.text,
            tone=event.tone,
            icon=event.icon,
            at=event.at,
            tx_hash=event.tx_hash,
            block_number=event.block_number,
        )
        for event in room.events
    ]
    for said in case.statements:
        words = f"{said.name} ({said.side}) made a statement: {said.reason_words.lower()}"
        found.append(CaseEvent(source="case", text=words, tone="neutral", icon="message-square", at=said.at))
    for file in case.evidence:
        if file.is_complete:
            words = f"{file.name} ({file.side}) added a file: {file.note}"
            found.append(CaseEvent(source="case", text=words, tone="neutral", icon="receipt-text", at=file.at))
    return sorted(found, key=lambda event: event.at)
