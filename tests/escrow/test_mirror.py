"""Folding any history the contract can write gives the contract's state; any other history is refused."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrow.decode import RawEvent
from escrow.events import (
    OPEN,
    OVER,
    Credited,
    Disputed,
    Event,
    Evidence,
    Funded,
    Paid,
    Refunded,
    Released,
    Resolved,
    Withdrawn,
)
from escrow.mirror import BadHistory, CreditChange, credit_change, fold
from escrow.terms import Terms
from tests.chain.world import ADDRESS, sample_terms
from tests.escrow.payloads import payload_of

ID = "0x" + "ab" * 32
BEN = ADDRESS["ben"]


@dataclass
class Law:
    """The contract's table, written a second time and in another way: what may come next, and what it leads to."""

    terms: Terms
    status: str = "none"
    deadline: int = 0
    held: int = 0
    paid_out: int = 0

    def choices(self) -> dict[str, Callable[[int], Event]]:
        """Return the events that may happen now."""
        ways: dict[str, Callable[[int], Event]] = {}
        if self.status == "none":
            ways["fund"] = self._fund
        else:
            ways["evidence"] = self._evidence
        if self.status == "funded":
            ways |= {"pay": self._pay, "expire": lambda _: self._refund(expired=True)}
        if self.status == "paid":
            ways["dispute"] = self._dispute
        if self.status in OPEN:
            ways |= {
                "release": self._release,
                "cancel": lambda _: self._refund(expired=False),
                "resolve": self._resolve,
            }
        return ways

    def _fund(self, _: int) -> Event:
        self.status, self.deadline, self.held = "funded", self.terms.pay_by, self.terms.amount
        return Funded(trade_id=ID, terms=self.terms)

    def _evidence(self, number: int) -> Event:
        return Evidence(trade_id=ID, arbiter=ADDRESS["carol"], party=ADDRESS["ben"], content_hash=ID, uri=str(number))

    def _pay(self, number: int) -> Event:
        self.status, self.deadline = "paid", number
        return Paid(trade_id=ID, confirm_by=number)

    def _dispute(self, number: int) -> Event:
        self.status, self.deadline = "disputed", number
        return Disputed(trade_id=ID, by=ADDRESS["ben"], rule_by=number)

    def _end(self, status: str) -> None:
        self.status, self.deadline, self.paid_out, self.held = status, 0, self.held, 0

    def _refund(self, *, expired: bool) -> Event:
        self._end("refunded")
        return Refunded(trade_id=ID, to_seller=self.terms.amount, expired=expired)

    def _release(self, _: int) -> Event:
        self._end("released")
        fee = self.terms.amount * self.terms.fee_bps // 10_000
        return Released(trade_id=ID, to_buyer=self.terms.amount - fee, fee=fee)

    def _resolve(self, number: int) -> Event:
        self._end("resolved")
        gross = self.terms.amount * (number % 10_001) // 10_000
        fee = gross * self.terms.fee_bps // 10_000
        return Resolved(
            trade_id=ID,
            how=number % 3,
            buyer_bps=number % 10_001,
            reason_code=0,
            to_buyer=gross - fee,
            to_seller=self.terms.amount - gross,
            fee=fee,
        )


def happen(events: list[Event]) -> list[RawEvent]:
    return [
        RawEvent(number, 0, BEN, ID, f"0x{number:064x}", event.name, event.trade_id, payload_of(event))
        for number, event in enumerate(events, start=1)
    ]


def change_of(event: Event, *, terms: Terms | None) -> CreditChange | None:
    funded = None if terms is None else payload_of(Funded(trade_id=ID, terms=terms))
    return credit_change(event.name, payload_of(event), funded=funded)


@given(
    amount=st.integers(1, 2**128 - 1),
    fee_bps=st.integers(0, 100),
    picks=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 2**40 - 1)), max_size=9),
)
def test_any_legal_history_folds_into_the_contracts_state(
    amount: int, fee_bps: int, picks: list[tuple[int, int]]
) -> None:
    law = Law(sample_terms(amount=amount, fee_bps=fee_bps))
    events: list[Event] = []
    for pick, number in picks:
        ways = law.choices()
        events.append(ways[sorted(ways)[pick % len(ways)]](number))
        state = fold(happen(events))
        assert state is not None
        assert (state.status, state.deadline) == (law.status, law.deadline)
        assert state.to_buyer + state.to_seller + state.fee == law.paid_out
        assert (law.held == amount) == (state.status in OPEN)
    if not picks:
        assert fold([]) is None


@given(picks=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 2**40 - 1)), min_size=1, max_size=6))
def test_no_history_can_go_on_in_a_way_the_contract_forbids(picks: list[tuple[int, int]]) -> None:
    law = Law(sample_terms())
    events: list[Event] = []
    for pick, number in picks:
        ways = law.choices()
        events.append(ways[sorted(ways)[pick % len(ways)]](number))
    every = {"fund", "pay", "dispute", "release", "cancel", "expire", "resolve"}
    for name in every - set(law.choices()):
        other = replace(law)
        impossible = {
            "fund": lambda law=other: law._fund(1),
            "pay": lambda law=other: law._pay(1),
            "dispute": lambda law=other: law._dispute(1),
            "release": lambda law=other: law._release(1),
            "cancel": lambda law=other: law._refund(expired=False),
            "expire": lambda law=other: law._refund(expired=True),
            "resolve": lambda law=other: law._resolve(1),
        }[name]()
        with pytest.raises(BadHistory):
            fold(happen([*events, impossible]))


def test_the_state_remembers_where_the_last_change_of_status_happened() -> None:
    law = Law(sample_terms())
    history = happen([law._fund(0), law._pay(7), law._evidence(1)])
    state = fold(history)
    assert state is not None
    assert (state.block_number, state.tx_hash) == (2, f"0x{2:064x}")


def test_histories_without_a_beginning_or_of_two_trades_are_refused() -> None:
    law = Law(sample_terms())
    with pytest.raises(BadHistory, match="before it was funded"):
        fold(happen([law._pay(1)]))
    funded = law._fund(0)
    with pytest.raises(BadHistory, match="another trade"):
        fold(happen([funded, Paid(trade_id="0x" + "cd" * 32, confirm_by=1)]))
    with pytest.raises(BadHistory, match="no trade"):
        fold(happen([funded, Withdrawn(account=BEN, token=BEN, to=BEN, amount=1)]))
    with pytest.raises(BadHistory, match="payout"):
        fold(happen([funded, Credited(trade_id=ID, account=BEN, token=BEN, amount=1)]))


def test_a_payout_of_more_or_less_than_was_held_is_refused() -> None:
    law = Law(sample_terms(amount=100))
    with pytest.raises(BadHistory, match="another amount"):
        fold(happen([law._fund(0), Released(trade_id=ID, to_buyer=100, fee=1)]))


def test_credits_come_from_fees_and_failed_payouts_and_go_with_withdrawals() -> None:
    terms = sample_terms()
    ben, token, fred = ADDRESS["ben"], terms.token, terms.fee_recipient
    released = Released(trade_id=ID, to_buyer=90, fee=10)
    assert change_of(released, terms=terms) == CreditChange(fred, token, 10)
    failed = Credited(trade_id=ID, account=ben, token=token, amount=90)
    assert change_of(failed, terms=None) == CreditChange(ben, token, 90)
    gone = Withdrawn(account=ben, token=token, to=ben, amount=90)
    assert change_of(gone, terms=None) == CreditChange(ben, token, -90)
    assert change_of(Released(trade_id=ID, to_buyer=100, fee=0), terms=terms) is None
    assert change_of(Paid(trade_id=ID, confirm_by=1), terms=terms) is None
    with pytest.raises(BadHistory):
        change_of(released, terms=None)


def test_every_status_is_open_or_over_or_the_beginning() -> None:
    assert OPEN | OVER | {"none"} == {"none", "funded", "paid", "disputed", "released", "refunded", "resolved"}
