"""Disputes: both sides' page, the arbiters' queue and the case file."""

from typing import Any

import pytest

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.models import AuditEntry
from exchange.disputes import actions
from exchange.disputes.models import Statement
from tests import trade_builders as make
from tests.builders import actor, ben, carol, fixed, mallory, sara
from tests.trade_builders import STATEMENT, Deal
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db
SAID: dict[str, Any] = {"reason": "not-released", "wish": "split", "share": "62,5", "statement": STATEMENT}
HOSTILE = "<script>alert(1)</script> & <b>bold</b> " * 5


def paid() -> Deal:
    return make.paid(price=fixed("3121.40"))


def test_ben_says_what_happened_and_is_led_to_the_signature() -> None:
    deal = paid()
    client = visit(ben())
    page = sound(client.get(f"/trades/{deal.code}/dispute"))
    assert page.h1 == ["Open a dispute"]
    answer = client.post(f"/trades/{deal.code}/dispute", SAID)
    assert (answer.status_code, answer["Location"]) == (302, f"/trades/{deal.code}/dispute")
    said = Statement.objects.get()
    assert (said.wish_bps, said.reason, said.account) == (6250, "not-released", ben().account)
    page = sound(client.get(f"/trades/{deal.code}/dispute"))
    assert "Put the dispute on the chain" in page.words
    assert "62.5% to the buyer" in page.words
    assert 'data-chain-action="dispute"' in client.get(f"/trades/{deal.code}/dispute").content.decode()


@pytest.mark.parametrize(("wish", "share", "bps"), [("buyer", "", 10_000), ("seller", "", 0), ("split", "0", 0)])
def test_every_wish_becomes_a_share_of_the_buyer(wish: str, share: str, bps: int) -> None:
    deal = paid()
    visit(ben()).post(f"/trades/{deal.code}/dispute", {**SAID, "wish": wish, "share": share})
    assert Statement.objects.get().wish_bps == bps


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": ""}, "Choose what is wrong."),
        ({"reason": "bad-mood"}, "Choose what is wrong."),
        ({"wish": ""}, "Choose what should happen"),
        ({"share": ""}, "Enter the buyer's share in percent."),
        ({"share": "101"}, "100 or less"),
        ({"statement": "Too short."}, "at least 100 characters about what happened; these are 10"),
        ({"statement": "x" * 5001}, "at most 5,000 characters"),
        ({"statement": ""}, "Write what happened."),
    ],
)
def test_a_statement_that_cannot_be_used_comes_back_whole(change: dict[str, str], words: str) -> None:
    deal = paid()
    page = sound(visit(ben()).post(f"/trades/{deal.code}/dispute", {**SAID, **change}), status=422)
    assert "There is a problem" in page.words
    assert words in page.words
    assert {**SAID, **change}["statement"][:200].strip() in page.text
    assert not Statement.objects.exists()


def test_no_dispute_can_be_opened_before_the_payment_is_marked() -> None:
    deal = make.funded(price=fixed("3121.40"))
    page = sound(visit(ben()).get(f"/trades/{deal.code}/dispute"))
    assert "Save statement" not in page.words
    sound(visit(ben()).post(f"/trades/{deal.code}/dispute", SAID), status=409)
    assert not Statement.objects.exists()


def test_mallory_reads_no_case_and_says_nothing() -> None:
    deal = paid()
    for path in (f"/trades/{deal.code}/dispute", f"/trades/{deal.code}/dispute/case"):
        sound(visit(mallory()).get(path), status=404)
        assert visit().get(path).status_code == 302
    sound(visit(mallory()).post(f"/trades/{deal.code}/dispute", SAID), status=404)
    assert not Statement.objects.exists()


def test_the_queue_is_for_arbiters_and_shows_no_names_before_the_claim() -> None:
    deal = make.disputed(price=fixed("3121.40"))
    actions.follow_dispute(deal.code)
    sound(visit(ben()).get("/arbiter"), status=403)
    assert visit().get("/arbiter").status_code == 302
    page = sound(visit(carol()).get("/arbiter"))
    assert deal.code in page.words
    assert "0.080092 ETH" in page.words
    assert "Claim" in page.words
    assert "Sara" not in page.words
    assert "No cases here" in sound(visit(carol()).get("/arbiter?state=closed")).words
    assert deal.code in sound(visit(carol()).get("/arbiter?state=nonsense")).words


def test_carol_claims_a_case_and_reads_both_sides_on_record() -> None:
    deal = make.disputed(price=fixed("3121.40"))
    actions.follow_dispute(deal.code)
    actions.open_case(deal.code, by=ben().account, reason="other", wish_bps=10_000, statement=HOSTILE, now=clock.now())
    client = visit(carol())
    sound(client.get(f"/arbiter/cases/{deal.code}"), status=404)
    answer = client.post(f"/arbiter/cases/{deal.code}/claim")
    assert (answer.status_code, answer["Location"]) == (302, f"/arbiter/cases/{deal.code}")
    answer = client.get(f"/arbiter/cases/{deal.code}")
    page = sound(answer)
    for words in ("Case " + deal.code, "Sara", "Ben", "100% to the buyer", "Sign ruling with wallet", "Marked paid"):
        assert words in page.words, words
    assert HOSTILE.strip() in page.text
    assert b"<script>alert" not in answer.content
    assert AuditEntry.objects.filter(act="case.read", subject=deal.code, actor=carol().address).count() == 1
    names = {control.get("name") for control in page.controls}
    assert {"reason_code", "findings"} <= names
    assert 'name="buyer_bps"' in answer.content.decode()


def test_another_arbiter_neither_claims_nor_reads() -> None:
    deal = make.claimed(price=fixed("3121.40"))
    other = actor(8, name="Dana")
    Account.objects.filter(pk=other.account.pk).update(is_arbiter=True)
    other.account.refresh_from_db()
    sound(visit(other).get(f"/arbiter/cases/{deal.code}"), status=404)
    sound(visit(other).post(f"/arbiter/cases/{deal.code}/claim"), status=403)
    sound(visit(ben()).post(f"/arbiter/cases/{deal.code}/claim"), status=403)


def test_a_party_cannot_claim_its_own_case() -> None:
    deal = make.disputed(price=fixed("3121.40"))
    actions.follow_dispute(deal.code)
    Account.objects.filter(pk=sara().account.pk).update(is_arbiter=True)
    sound(visit(sara()).post(f"/arbiter/cases/{deal.code}/claim"), status=403)


def test_both_read_the_ruling_and_its_reasons() -> None:
    deal = make.claimed(price=fixed("3121.40"))
    deal.rule(carol(), 6000)
    make.keep()
    deal.fresh()
    for person, share in ((ben(), "60%"), (sara(), "40%")):
        page = sound(visit(person).get(f"/trades/{deal.code}/dispute"))
        assert "Ruling: 60% to the buyer" in page.words
        assert "The bank's receipt shows" in page.words
        room = sound(visit(person).get(f"/trades/{deal.code}"))
        assert f"Paid out: {share} to you" in room.words


def test_an_offered_split_is_shown_to_the_other_side() -> None:
    deal = paid()
    deal.settle(sara(), 4000)
    html = visit(ben()).get(f"/trades/{deal.code}/dispute").content.decode()
    assert "has signed <strong>40% to the buyer</strong>" in html
    assert 'name="buyer_bps" value="4000"' in html
    assert 'value="60"' in html


def test_the_seller_of_a_disputed_trade_can_end_it_by_releasing_and_the_buyer_is_not_told_to() -> None:
    deal = make.disputed()
    for who, is_offered in ((sara(), True), (ben(), False)):
        page = sound(visit(who).get(f"/trades/{deal.code}"))
        assert ("The money has arrived after all" in page.words) is is_offered
