"""Who judges: giving back, assigning, the queue's counts, the published pace, and who has looked at a case."""

import pytest

from exchange.accounts.models import Account
from exchange.core import audit, clock
from exchange.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange.core.models import AuditEntry
from exchange.disputes import actions, pace, queries, queue
from exchange.disputes.models import Dispute, PanelSeat, Recusal
from exchange.trades import queries as trades
from tests import trade_builders as make
from tests.builders import Actor, actor, ben, carol, mallory, sara
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db
WHY = "The buyer is a neighbour of mine."


def dana() -> Actor:
    return actor(8, name="Dana", is_arbiter=True)


def seat(member: Actor) -> None:
    """Give a member a seat under the address that Terms name here."""
    PanelSeat.objects.create(panel=carol().address, member=member.account, since=clock.now())


def test_an_arbiter_gives_a_case_back_with_the_reason_and_never_gets_it_again() -> None:
    deal = make.claimed()
    case = actions.recuse(deal.code, by=carol().account, reason=WHY, now=clock.now())
    assert (case.arbiter, case.claimed_at) == (None, None)
    assert deal.fresh().arbiter_id is None
    with pytest.raises(NotFound):
        trades.trade_for(deal.code, account=carol().account, include_arbiter=True)
    with pytest.raises(Forbidden) as again:
        actions.claim(deal.code, by=carol().account, now=clock.now())
    assert again.value.code == "recused"
    assert "gave this case back" in queue.queue(carol().account)[0].refusal
    seen = queries.case_of_trade(deal.code, account=ben().account, now=clock.now())
    assert seen is not None
    assert [(one.name, one.reason) for one in seen.recusals] == [("Carol", WHY)]
    page = sound(visit(ben()).get(f"/trades/{deal.code}/dispute"))
    assert f"Carol gave the case back: {WHY}" in page.words
    assert AuditEntry.objects.filter(act="case.recused", data={"reason": WHY}).count() == 1


def test_another_member_of_the_panel_takes_the_case_on() -> None:
    deal = make.claimed()
    seat(dana())
    with pytest.raises(Conflict) as taken:
        actions.claim(deal.code, by=dana().account, now=clock.now())
    assert taken.value.code == "claimed"
    actions.recuse(deal.code, by=carol().account, reason=WHY, now=clock.now())
    actions.claim(deal.code, by=dana().account, now=clock.now())
    assert Dispute.objects.get().arbiter == dana().account


@pytest.mark.parametrize("reason", ["", "short", "x" * 501, "a reason with \x00 in it"])
def test_a_reason_to_give_back_that_says_nothing_is_refused(reason: str) -> None:
    deal = make.claimed()
    with pytest.raises(Invalid) as refused:
        actions.recuse(deal.code, by=carol().account, reason=reason, now=clock.now())
    assert list(refused.value.fields) == ["/reason"]
    assert not Recusal.objects.exists()


def test_a_ruled_case_and_somebody_elses_case_cannot_be_given_back() -> None:
    deal = make.claimed()
    for who, error in ((mallory(), Forbidden), (ben(), Forbidden), (dana(), NotFound)):
        with pytest.raises(error):
            actions.recuse(deal.code, by=who.account, reason=WHY, now=clock.now())
    deal.rule(carol(), 6000)
    with pytest.raises(Conflict) as late:
        actions.recuse(deal.code, by=carol().account, reason=WHY, now=clock.now())
    assert late.value.code == "ruled"


def test_operators_assign_a_case_under_the_same_rules_and_on_record() -> None:
    deal = make.disputed()
    actions.follow_dispute(deal.code)
    staff = mallory().address
    for who, code in ((dana(), "not_named"), (ben(), "not_arbiter")):
        with pytest.raises(Forbidden) as refused:
            actions.assign(deal.code, to=who.account, by=staff, now=clock.now())
        assert refused.value.code == code
    Account.objects.filter(pk=sara().account.pk).update(is_arbiter=True)
    with pytest.raises(Forbidden) as party:
        actions.assign(deal.code, to=sara().account, by=staff, now=clock.now())
    assert party.value.code == "conflict_of_interest"
    actions.assign(deal.code, to=carol().account, by=staff, now=clock.now())
    entry = AuditEntry.objects.get(act="case.assigned")
    assert (entry.actor, entry.data) == (staff, {"arbiter": carol().address})


def test_the_queue_counts_and_filters_and_says_what_there_is_to_read() -> None:
    deal = make.claimed()
    actions.open_case(
        deal.code, by=ben().account, reason="no-answer", wish_bps=0, statement=make.STATEMENT, now=clock.now()
    )
    found = queue.overview(carol().account)
    assert found.counts == {"claimed": 1, "closed": 0}
    assert [(row.statements, row.evidence, row.handed, row.arbiter_name) for row in found.rows] == [(1, 0, 0, "Carol")]
    assert found.methods == [("sepa-instant", "SEPA Instant")]
    for filters, count in (
        ({"method": "sepa-instant"}, 1),
        ({"method": "wise"}, 0),
        ({"reason": "no-answer"}, 1),
        ({"reason": "other"}, 0),
        ({"is_mine": True}, 1),
        ({"state": "open"}, 0),
    ):
        assert len(queue.overview(carol().account, **filters).rows) == count  # type: ignore[arg-type]
    page = sound(visit(carol()).get("/arbiter?method=wise&reason=nonsense"))
    assert "No cases here" in page.words
    assert queue.neighbours(found.rows, deal.code) == ("", "")


def test_the_pace_of_disputes_is_counted_and_published() -> None:
    deal = make.claimed()
    before = pace.pace(now=clock.now())
    assert (before.opened, before.waiting, before.ended, before.median_ruling) == (1, 0, 0, None)
    deal.rule(carol(), 6000)
    make.keep()
    deal.fresh()
    actions.close_case(deal.code)
    after = pace.pace(now=clock.now())
    assert (after.ruled, after.settled, after.fallback) == (1, 0, 0)
    assert after.median_claim is not None
    assert after.median_ruling is not None
    desks = pace.workloads(now=clock.now())
    assert [(one.name, one.at_work, one.ruled) for one in desks] == [("Carol", 0, 1)]
    page = sound(visit(ben()).get(f"/trades/{deal.code}/dispute"))
    assert "1 ruled, 0 settled by the two, 0 without a ruling" in page.words


def test_every_look_of_staff_is_audited_and_shown_to_both_traders() -> None:
    deal = make.claimed()
    for _ in range(3):
        sound(visit(carol()).get(f"/arbiter/cases/{deal.code}"))
    sound(visit(carol()).get(f"/trades/{deal.code}"))
    Account.objects.filter(pk=mallory().account.pk).update(is_staff=True, is_superuser=True)
    assert visit(mallory()).get(f"/admin/disputes/dispute/{Dispute.objects.get().pk}/change/").status_code == 200
    for trader in (sara(), ben()):
        page = sound(visit(trader).get(f"/trades/{deal.code}/dispute"))
        for words in ("Carol read the case file, 3 times", "Carol read the trade", "Mallory read the case file"):
            assert words in page.words, words
    assert audit.first_broken() is None


def test_staff_see_pace_and_workload_and_assign_through_the_admin() -> None:
    deal = make.disputed()
    actions.follow_dispute(deal.code)
    case = Dispute.objects.get()
    carol()
    Account.objects.filter(pk=mallory().account.pk).update(is_staff=True)
    staff = visit(mallory())
    assert staff.get(f"/admin/disputes/dispute/{case.pk}/assign/").status_code == 403
    Account.objects.filter(pk=mallory().account.pk).update(is_superuser=True)
    listed = staff.get("/admin/disputes/dispute/").content.decode()
    for words in ("1 opened, 1 waiting for an arbiter", "Nobody has a case.", "Assign</a>"):
        assert words in listed, words
    assert "Carol" in staff.get(f"/admin/disputes/dispute/{case.pk}/assign/").content.decode()
    refused = staff.post(f"/admin/disputes/dispute/{case.pk}/assign/", {"arbiter": dana().account.pk})
    assert "name another arbiter" in refused.content.decode()
    done = staff.post(f"/admin/disputes/dispute/{case.pk}/assign/", {"arbiter": carol().account.pk})
    assert done.status_code == 302
    case.refresh_from_db()
    assert case.arbiter == carol().account
    assert AuditEntry.objects.get(act="case.assigned").actor == mallory().address
    assert staff.post(f"/admin/disputes/dispute/{case.pk}/assign/", {"arbiter": "0"}).status_code == 404
    assert visit(ben()).get(f"/admin/disputes/dispute/{case.pk}/assign/").status_code == 302
