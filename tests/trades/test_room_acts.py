"""What the two do beside the chain: more time, the payer's name, lost transactions, feedback, receipts."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from escrow.calls import Call
from exchange.accounts import regards
from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange.core.hashing import canonical
from exchange.reputation import feedback
from exchange.reputation.models import Feedback
from exchange.trades import actions, payer, time_given, watching
from exchange.trades.models import TimelineEntry, Trade, TransactionHint
from exchange.trades.states import State
from tests import trade_builders as make
from tests.builders import Actor, ben, carol, fixed, mallory, sara
from tests.web.visiting import sound, visit

pytestmark = pytest.mark.django_db
KEY = "22" * 32


def give_time(deal: make.Deal, by: Actor) -> Trade:
    return actions.give_time(deal.code, by=by.account, now=clock.now())


def test_a_seller_gives_time_up_to_the_contracts_own_limit_and_no_further() -> None:
    deal = make.funded()
    first = deal.trade.pay_by
    assert give_time(deal, sara()).pay_by == first + timedelta(minutes=10)
    latest = time_given.latest_for(deal.fresh())
    while deal.fresh().pay_by < latest:
        give_time(deal, sara())
    assert deal.trade.pay_by == latest
    assert latest < clock.from_unix(int(deal.trade.terms["payBy"]))
    with pytest.raises(Conflict) as over:
        give_time(deal, sara())
    assert over.value.code == "no_more_time"
    assert not deal.view(sara()).can_give_time
    assert TimelineEntry.objects.filter(trade=deal.trade, kind="more_time").count() >= 1


def test_only_the_seller_of_a_locked_trade_gives_time() -> None:
    deal = make.agreed()
    with pytest.raises(Conflict):
        give_time(deal, sara())
    deal.fund()
    make.index()
    for who, error in ((ben(), Forbidden), (mallory(), NotFound), (carol(), NotFound)):
        with pytest.raises(error):
            give_time(deal, who)
    assert visit(sara()).post(f"/trades/{deal.code}/more-time").status_code == 302
    sound(visit(mallory()).post(f"/trades/{deal.code}/more-time"), status=404)


def word(name: str = "Ben Kowalski") -> tuple[str, dict[str, str]]:
    """Return a commitment and boxes as a browser makes them."""
    said = {"name": name, "salt": "11" * 32, "trade": "0x" + "33" * 32}
    box = base64.b64encode(b"x" * 32 + canonical(said)).decode()
    return hashlib.sha256(canonical(said)).hexdigest(), {KEY: box}


def commit(deal: make.Deal, by: Actor, **changes: Any) -> None:
    commitment, sealed = word()
    facts: dict[str, Any] = {"commitment": commitment, "sealed": sealed, **changes}
    payer.commit_name(deal.code, by=by.account, now=clock.now(), **facts)


def test_a_buyer_commits_to_a_name_once_and_both_can_read_when() -> None:
    deal = make.agreed()
    commit(deal, ben())
    commit(deal, ben(), sealed={"44" * 32: word()[1][KEY]})
    for who in (sara(), ben()):
        told = payer.commitment_of(deal.code, account=who.account)
        assert (told.is_early, set(told.sealed)) == (True, {KEY, "44" * 32})
    with pytest.raises(Conflict) as other:
        commit(deal, ben(), commitment=word("Somebody Else")[0])
    assert other.value.code == "payer_fixed"
    assert TimelineEntry.objects.filter(trade=deal.trade, kind="payer_named").count() == 1


def test_a_name_given_after_the_lock_is_told_as_late_and_after_the_payment_refused() -> None:
    deal = make.funded()
    Trade.objects.filter(pk=deal.trade.pk).update(funded_at=clock.now() - clock.seconds(60))
    commit(deal, ben())
    assert not payer.commitment_of(deal.code, account=sara().account).is_early
    other = make.paid(max_fiat="2000.00")
    with pytest.raises(Conflict) as late:
        commit(other, ben())
    assert late.value.code == "too_late"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"commitment": "nothing"}, "/commitment"),
        ({"sealed": {}}, "/sealed"),
        ({"sealed": {"short": "AAAA"}}, "/sealed"),
        ({"sealed": {KEY: "AAAA"}}, "/sealed"),
        ({"sealed": {KEY: "###"}}, "/sealed"),
    ],
)
def test_commitments_that_do_not_fit_name_the_field(changes: dict[str, Any], field: str) -> None:
    deal = make.agreed()
    with pytest.raises(Invalid) as refused:
        commit(deal, ben(), **changes)
    assert list(refused.value.fields) == [field]


def test_nobody_but_the_buyer_names_the_payer_and_strangers_read_nothing() -> None:
    deal = make.agreed()
    with pytest.raises(Forbidden):
        commit(deal, sara())
    with pytest.raises(NotFound):
        commit(deal, mallory())
    commit(deal, ben())
    with pytest.raises(NotFound):
        payer.commitment_of(deal.code, account=mallory().account)


def told(deal: make.Deal, tx_hash: str) -> TransactionHint:
    return actions.tell_transaction(deal.code, by=sara().account, hash=tx_hash, now=clock.now())


def state_after(hint: TransactionHint, *, later: int = 0) -> str:
    watching.watch(clock.now() + clock.seconds(later))
    hint.refresh_from_db()
    return hint.state


def test_a_mined_a_replaced_and_a_forgotten_transaction_are_told_apart() -> None:
    deal = make.agreed()
    unknown = told(deal, "0x" + "55" * 32)
    assert state_after(unknown) == "unknown"
    assert state_after(unknown, later=121) == "dropped"
    replaced = told(deal, "0x" + "66" * 32)
    # A node had shown it with this nonce, which another transaction has used since.
    TransactionHint.objects.filter(pk=replaced.pk).update(state="waiting", nonce=0)
    make.send(sara(), Call(to=ben().address, data="0x", value=1, chain_id=settings.CHAIN_ID))
    assert state_after(replaced) == "replaced"
    page = visit(sara()).get(f"/trades/{deal.code}").content.decode()
    assert "Replaced by another transaction from your wallet." in page
    mined = told(deal, deal.fund())
    assert state_after(mined) == "mined"


def say(deal: make.Deal, by: Actor, text: str = "Quick and friendly.", *, is_good: bool = True) -> Feedback:
    return feedback.give(deal.code, by=by.account, is_good=is_good, text=text, now=clock.now())


def test_feedback_opens_at_the_end_is_given_once_and_closes_after_fourteen_days() -> None:
    deal = make.paid()
    with pytest.raises(Conflict) as early:
        say(deal, ben())
    assert early.value.code == "too_early"
    deal.act(sara(), "release")
    with pytest.raises(NotFound):
        say(deal, mallory())
    with pytest.raises(Invalid):
        say(deal, ben(), "x" * 501)
    given = say(deal, ben())
    with pytest.raises(Conflict) as twice:
        say(deal, ben(), "Again")
    assert twice.value.code == "said"
    one = feedback.about(sara().account)[0]
    assert (one.author, one.role, one.band, one.is_good) == ("Ben", "buyer", "100 to 500 EUR", True)
    for who in (ben(), mallory()):
        with pytest.raises(Forbidden):
            feedback.reply(given.pk, by=who.account, text="Not mine", now=clock.now())
    feedback.reply(given.pk, by=sara().account, text="Any time.", now=clock.now())
    with pytest.raises(Conflict):
        feedback.reply(given.pk, by=sara().account, text="More", now=clock.now())
    page = sound(visit().get(f"/u/{sara().address}"))
    assert "Quick and friendly." in page.words
    assert "Any time." in page.words
    Trade.objects.update(finished_at=clock.now() - timedelta(days=15))
    with pytest.raises(Conflict) as late:
        say(deal, sara())
    assert late.value.code == "too_late"


def test_an_ended_trade_offers_receipt_feedback_and_block() -> None:
    deal = make.paid(price=fixed("3121.40"))
    sound(visit(ben()).get(f"/trades/{deal.code}/receipt"), status=404)
    deal.act(sara(), "release")
    client = visit(ben())
    page = sound(client.get(f"/trades/{deal.code}"))
    for words in ("How was Sara?", "Receipt", "Block Sara"):
        assert words in page.words, words
    bad = sound(client.post(f"/trades/{deal.code}/feedback", {"text": "Hm"}), status=422)
    assert "Choose yes or no." in bad.words
    assert client.post(f"/trades/{deal.code}/feedback", {"is_good": "1", "text": "Good"}).status_code == 302
    assert client.post(f"/u/{sara().address}/block").status_code == 302
    page = sound(client.get(f"/trades/{deal.code}"))
    assert "You would trade with them again." in page.words
    assert "Unblock Sara" in page.words
    assert client.post(f"/u/{sara().address}/forget").status_code == 302
    assert regards.regard_of(sara().account, by=ben().account) is None


def test_a_receipt_is_a_page_a_pdf_and_a_link_that_tells_no_names() -> None:
    deal = make.paid(price=fixed("3121.40"))
    deal.act(sara(), "release")
    client = visit(sara())
    page = sound(client.get(f"/trades/{deal.code}/receipt"))
    for words in ("Receipt for trade", "250.00 EUR", sara().address, ben().address, deal.trade.trade_id):
        assert words in page.words, words
    pdf = client.get(f"/trades/{deal.code}/receipt.pdf")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert "attachment" in pdf["Content-Disposition"]
    link = next(link for link in page.links if "/receipts/" in link)
    checked = sound(visit().get(link[link.index("/receipts/") :]))
    assert "This receipt is genuine" in checked.words
    assert deal.trade.trade_id in checked.words
    assert "Sara" not in checked.words
    assert "Ben" not in checked.words
    sound(visit().get("/receipts/forged"), status=404)
    for path in ("receipt", "receipt.pdf"):
        assert visit(mallory()).get(f"/trades/{deal.code}/{path}").status_code == 404


def test_a_seller_proposes_to_cancel_and_the_buyer_is_asked() -> None:
    deal = make.funded(price=fixed("3121.40"))
    page = visit(sara()).get(f"/trades/{deal.code}").content.decode()
    assert "Propose to cancel" in page
    deal.settle(sara(), 0)
    asked = sound(visit(ben()).get(f"/trades/{deal.code}"))
    for words in ("Sara proposes to cancel", "Agree to cancel", "Cancel proposed", "I have sent 250.00"):
        assert words in asked.words, words
    mine = sound(visit(sara()).get(f"/trades/{deal.code}"))
    assert "You proposed to cancel" in mine.words
    deal.act(ben(), "cancel")
    assert deal.trade.state == State.REFUNDED
