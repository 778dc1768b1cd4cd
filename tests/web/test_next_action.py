"""The card that says whose turn it is: words for every state and side, buttons only for what is allowed."""

import string
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from exchange.trades.states import State
from exchange.web import chips, stepper, tips
from exchange.web.gallery import FACTS
from exchange.web.next_action import ENDED, Situation, choose_moment, compose, words_for
from exchange.web.next_action_words import BOTH, BUYER, SELLER

NOW = datetime(2026, 11, 22, 13, 40, tzinfo=UTC)
ACTIONS = ("sign_terms", "decline", "cancel", "fund", "mark_paid", "release", "dispute", "settle")
# What `trades.uistate` can say; `cancel_proposed` is in the design and has words as well.
UI_STATES = (
    "requested",
    "signing",
    "awaiting_escrow",
    "locking",
    "locked",
    "paid",
    "releasing",
    "refunding",
    "disputed",
    "ruled",
    "cancel_proposed",
    *sorted(ENDED),
)


def situations() -> Iterator[Situation]:
    for state in UI_STATES:
        for side in ("buyer", "seller", "arbiter"):
            for is_maker in (True, False):
                for actions in ((), ACTIONS):
                    for flag in ("", "is_frozen", "is_late", "is_late_lock", "has_stated"):
                        said = {flag: True} if flag else {}
                        yield Situation(
                            ui_state=state, side=side, is_maker=is_maker, actions=actions, deadline=NOW, **said
                        )


def test_every_state_and_side_has_words_and_nothing_unfilled() -> None:
    for situation in situations():
        action = compose(situation, facts=FACTS, targets={})
        assert action.heading, situation
        assert action.sentence, situation
        for text in (action.heading, action.sentence, *(button.label for button in action.quiet)):
            assert "{" not in text, (situation, text)


def test_every_state_of_a_trade_has_a_chip_and_a_place_on_the_rail() -> None:
    for state in UI_STATES:
        assert chips.trade_chip(state) is not chips.UNKNOWN, state
        steps = stepper.steps(state, symbol="ETH")
        assert 1 <= len(steps) <= 5, state
        assert sum(step.status == "current" for step in steps) <= 1
    assert set(State.values) - {"agreed", "funded"} <= set(UI_STATES)


def test_no_button_is_offered_that_the_server_does_not_allow() -> None:
    for situation in situations():
        action = compose(situation, facts=FACTS, targets={})
        for button in (*action.quiet, *([action.primary] if action.primary else [])):
            assert not button.action or button.action in situation.actions, (situation, button)


def test_the_buyer_is_never_told_to_pay_before_the_lock_is_final() -> None:
    for state in (
        "requested",
        "signing",
        "awaiting_escrow",
        "locking",
        "refunding",
        "refunded",
        "expired",
        "cancelled",
    ):
        for actions in ((), ACTIONS):
            action = compose(
                Situation(ui_state=state, side="buyer", actions=actions, deadline=NOW), facts=FACTS, targets={}
            )
            assert "then mark it paid" not in action.heading
            assert action.primary is None or action.primary.action != "mark_paid"
    for moment in ("awaiting_escrow", "locking"):
        assert BUYER[moment].heading == "Do not pay yet"


def test_a_frozen_trade_says_so_and_offers_nothing() -> None:
    for state in ("locked", "paid", "disputed"):
        for side in ("buyer", "seller"):
            frozen = Situation(ui_state=state, side=side, actions=(), is_frozen=True)
            action = compose(frozen, facts=FACTS, targets={})
            assert action.moment == "frozen"
            assert action.primary is None


def test_ended_trades_keep_their_own_words_when_frozen() -> None:
    assert choose_moment(Situation(ui_state="released", side="buyer", is_frozen=True)) == "released"


def test_release_and_sent_open_a_dialog_and_never_act_at_once() -> None:
    for side, state, act in (("seller", "paid", "release"), ("buyer", "locked", "mark_paid")):
        action = compose(Situation(ui_state=state, side=side, actions=(act,), deadline=NOW), facts=FACTS, targets={})
        assert action.primary is not None
        assert (action.primary.kind, action.primary.action) == ("dialog", act)


def test_the_seller_sees_no_button_while_waiting_for_the_money() -> None:
    action = compose(Situation(ui_state="locked", side="seller", actions=("release",)), facts=FACTS, targets={})
    assert action.primary is None
    assert action.quiet == ()


@pytest.mark.parametrize("words", [BUYER, SELLER, BOTH])
def test_words_use_only_placeholders_that_exist(words: dict[str, object]) -> None:
    for key, entry in words.items():
        for text in (entry.heading, entry.sentence, entry.clock, entry.consequence):  # type: ignore[attr-defined]
            names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            assert names <= set(FACTS), (key, names)


def test_a_moment_without_words_is_an_error_and_not_a_blank_card() -> None:
    with pytest.raises(KeyError):
        words_for("no such moment", side="buyer")


def test_names_with_braces_stay_what_they_are() -> None:
    facts = {**FACTS, "peer": "{coins} {0} {x.__class__}"}
    action = compose(Situation(ui_state="paid", side="buyer", deadline=NOW), facts=facts, targets={})
    assert "{coins} {0} {x.__class__}" in action.heading


def test_tips_name_the_peer_and_warn_of_payments_that_can_be_taken_back() -> None:
    def keys(state: str, side: str, reversibility: str = "none") -> list[str]:
        return [tip.key for tip in tips.tips_for(state, side=side, reversibility=reversibility, facts=FACTS)]

    assert "Sara" in tips.tips_for("locked", side="seller", reversibility="none", facts=FACTS)[0].text
    assert keys("released", "buyer") == []
    assert keys("paid", "seller") == ["own-bank", "overpaid"]
    assert keys("paid", "seller", "months")[0] == "reversal-months"
    assert keys("locked", "buyer", "months") == ["own-name"]


def test_the_rail_is_the_same_for_both_and_ends_early_when_the_trade_does() -> None:
    assert [step.label for step in stepper.steps("paid", symbol="ETH")] == [
        "Agreed",
        "ETH locked",
        "Fiat sent",
        "Checked",
        "Done",
    ]
    assert [step.label for step in stepper.steps("disputed", symbol="ETH")][3:] == ["Evidence", "Ruling"]
    assert [step.label for step in stepper.steps("expired", symbol="ETH")] == ["Expired"]
    assert stepper.position(stepper.steps("released", symbol="ETH")) == (5, 5)
    assert stepper.position(stepper.steps("awaiting_escrow", symbol="ETH")) == (2, 5)
