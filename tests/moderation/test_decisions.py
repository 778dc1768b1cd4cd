"""What staff decide: takes effect at once, says why and how long, ends by itself, and never reaches coins."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from exchange import wiring
from exchange.accounts import restrictions
from exchange.accounts.models import Account, Restriction
from exchange.core import audit, clock, outbox
from exchange.core.errors import Conflict, DomainError, Forbidden, Invalid
from exchange.core.models import AuditEntry
from exchange.moderation import actions, tasks
from exchange.notifications.models import Notification
from exchange.offers import actions as offers
from exchange.offers import queries
from exchange.trades import actions as trades
from tests import trade_builders as make
from tests.builders import ben, draft, mallory, method, offer, sara, unsigned_offer

pytestmark = pytest.mark.django_db
STAFF = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"


def decide(act: Any, subject: Any, *, hours: int | None = 24) -> Restriction:
    now = clock.now()
    until = now + timedelta(hours=hours) if hours else None
    made: Restriction = act(subject, by=STAFF, reason="Sold the same coin twice.", now=now, until=until)
    return made


def code_of(act: Any) -> str:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


def take(code: str, by: Account) -> Any:
    return trades.take(code, by=by, amount_fiat=draft_amount(), method="sepa-instant", now=clock.now())


def draft_amount() -> Any:
    from decimal import Decimal

    return Decimal("250.00")


def test_a_suspended_account_begins_no_trade() -> None:
    make.deployed()
    draft_of_his, bens = unsigned_offer(), offer(ben())
    decide(actions.suspend, sara().account)
    who = sara()
    assert code_of(lambda: offers.create(by=who.account, draft=draft(), now=clock.now())) == "suspended"
    signature = who.sign(draft_of_his.typed_data)
    assert (
        code_of(lambda: offers.sign(draft_of_his, by=who.account, signature=signature, now=clock.now())) == "suspended"
    )
    with pytest.raises(Forbidden) as refused:
        take(bens.code, who.account)
    assert refused.value.extra["reason"] == "Sold the same coin twice."
    assert "Running trades go on" in refused.value.message


def test_a_running_trade_of_a_suspended_account_goes_on_to_its_end() -> None:
    deal = make.funded()
    decide(actions.suspend, ben().account)
    decide(actions.suspend, sara().account)
    deal.act(deal.buyer, "mark_paid")
    deal.act(deal.seller, "release")
    assert deal.fresh().state == "released"


def test_the_offers_of_a_suspended_maker_leave_the_book_and_come_back_at_the_end() -> None:
    make.deployed()
    first, paused = offer(), offer()
    offers.pause(paused, by=sara().account, version=1, now=clock.now())
    made = decide(actions.suspend, sara().account)
    assert queries.offer_by_code(first.code).state == "paused"
    assert code_of(lambda: take(first.code, ben().account)) == "offer_paused"
    with time_machine.travel(made.ends_at, tick=False):
        tasks.lift_what_has_ended()
        assert queries.offer_by_code(first.code).state == "active"
        assert queries.offer_by_code(paused.code).state == "paused"
        assert restrictions.suspension_of(sara().account, now=clock.now()) is None
        assert take(first.code, ben().account).state == "requested"


def test_a_suspended_maker_s_offer_cannot_be_taken_even_if_it_got_back_into_the_book() -> None:
    make.deployed()
    made = offer()
    decide(actions.suspend, sara().account)
    type(made).objects.filter(pk=made.pk).update(state="active")
    assert code_of(lambda: take(made.code, ben().account)) == "offer_paused"


def test_a_decision_ends_at_its_time_even_if_nobody_sweeps() -> None:
    made = decide(actions.suspend, sara().account, hours=1)
    with time_machine.travel(made.ends_at, tick=False):
        assert unsigned_offer().state == "draft"
        # and the next one about the same person is not in its way
        decide(actions.suspend, sara().account, hours=1)


def test_a_hidden_offer_cannot_be_put_back_by_its_maker_until_the_end() -> None:
    hidden, other = offer(), offer()
    made = decide(actions.hide_offer, hidden.code)
    found = queries.offer_by_code(hidden.code)
    assert found.state == "paused"
    assert code_of(lambda: offers.resume(found, by=sara().account, version=1, now=clock.now())) == "offer_hidden"
    signature = sara().sign(found.typed_data)
    assert (
        code_of(lambda: offers.sign(found, by=sara().account, signature=signature, now=clock.now())) == "offer_hidden"
    )
    assert queries.offer_by_code(other.code).state == "active"
    actions.lift(made, by=STAFF, reason="explained", now=clock.now())
    assert queries.offer_by_code(hidden.code).state == "active"


def test_a_blocked_method_takes_no_new_trades_and_comes_back() -> None:
    make.deployed()
    code = offer().code
    made = decide(actions.block_method, "sepa-instant")
    assert code_of(lambda: take(code, ben().account)) == "invalid"
    assert not method().is_active
    actions.lift(made, by=STAFF, reason="safe again", now=clock.now())
    assert method().is_active
    with pytest.raises(Invalid):
        decide(actions.block_method, "no-such-method")


def test_everyone_concerned_is_told_without_names_and_reads_the_reason_themselves() -> None:
    wiring.connect()
    offer()
    offer(ben(), side="buy")
    made = decide(actions.suspend, mallory().account)
    decide(actions.hide_offer, offer().code)
    decide(actions.block_method, "sepa-instant")
    actions.lift(made, by=STAFF, reason="was somebody else", now=clock.now())
    outbox.dispatch()
    told = {(one.account.label, one.kind) for one in Notification.objects.all()}
    assert told == {("Mallory", "security"), ("Sara", "offer"), ("Ben", "offer")}
    assert not Notification.objects.filter(text__contains="twice").exists()
    (shown,) = restrictions.concerning(sara().account, now=clock.now())
    assert shown.reason == "Sold the same coin twice."


def test_every_decision_and_its_end_is_in_the_audit_log() -> None:
    made = decide(actions.suspend, sara().account, hours=1)
    decide(actions.hide_offer, offer(ben(), side="buy").code, hours=None)
    with time_machine.travel(made.ends_at, tick=False):
        assert actions.lift_what_has_ended(clock.now()) == 1
        assert actions.lift_what_has_ended(clock.now()) == 0
    acts = list(AuditEntry.objects.order_by("id").values_list("act", "actor"))
    assert acts == [
        ("account.restricted", STAFF),
        ("offer.restricted", STAFF),
        ("account.restriction_lifted", "parley"),
    ]
    assert audit.first_broken() is None


def test_a_decision_needs_a_reason_an_end_ahead_and_no_other_before_it() -> None:
    now = clock.now()
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(Invalid):
            actions.suspend(sara().account, by=STAFF, reason=reason, now=now)
    with pytest.raises(Invalid):
        actions.suspend(sara().account, by=STAFF, reason="test", now=now, until=now)
    decide(actions.suspend, sara().account)
    with pytest.raises(Conflict):
        decide(actions.suspend, sara().account)
