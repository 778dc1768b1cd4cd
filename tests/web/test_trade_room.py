"""The trade room: each side sees its own turn, nobody else sees anything."""

import re
from collections.abc import Callable

import pytest

from exchange.notifications.models import Notification
from exchange.trades.models import Trade
from tests import trade_builders as make
from tests.builders import ben, carol, fixed, mallory, sara
from tests.trade_builders import Deal
from tests.web.visiting import read, sound, visit

pytestmark = pytest.mark.django_db
PARTS = ("", "/head", "/card", "/proof", "/details", "/doors")


def at(build: Callable[..., Deal]) -> Deal:
    return build(price=fixed("3121.40"))


def released() -> Deal:
    deal = at(make.paid)
    deal.act(sara(), "release")
    return deal


def refunded() -> Deal:
    deal = at(make.funded)
    deal.act(ben(), "cancel")
    return deal


STAGES: list[tuple[str, Callable[[], Deal], str, str]] = [
    ("taken", lambda: at(make.taken), "Sign the terms to start the trade", "Ben is signing the terms"),
    ("agreed", lambda: at(make.agreed), "Do not pay yet", "Lock 0.080092 ETH in escrow"),
    ("funded", lambda: at(make.funded), "Send 250.00 EUR, then mark it paid", "Wait for 250.00 EUR from Ben"),
    ("paid", lambda: at(make.paid), "Sara is checking the account", "Look for 250.00 EUR from Ben"),
    ("disputed", lambda: at(make.disputed), "Say what happened", "Say what happened"),
    ("released", released, "0.079691 ETH is in your wallet", "Trade complete"),
    ("refunded", refunded, "Closed: the ETH went back to Sara", "0.080092 ETH are back in your wallet"),
]


@pytest.mark.parametrize(
    ("build", "buyer", "seller"), [stage[1:] for stage in STAGES], ids=[stage[0] for stage in STAGES]
)
def test_each_side_reads_its_own_turn_first(build: Callable[[], Deal], buyer: str, seller: str) -> None:
    deal = build()
    for actor, heading, title in ((ben(), buyer, "Buy"), (sara(), seller, "Sell")):
        page = sound(visit(actor).get(f"/trades/{deal.code}"))
        assert page.h1 == [f"{title} 0.080092\u00a0ETH for 250.00\u00a0EUR"]
        assert " ".join(page.h2[0].split()) == heading


def test_mallory_and_visitors_find_nothing() -> None:
    deal = at(make.funded)
    for part in PARTS:
        answer = visit(mallory()).get(f"/trades/{deal.code}{part}")
        assert answer.status_code == 404, part
        # Whole words: a random token of the page may hold any three digits.
        assert not [words for words in (b"250.00", b"0.080092", b"Ben") if words in answer.content], part
        assert visit().get(f"/trades/{deal.code}{part}").status_code == 302, part
    for deed in ("decline", "cancel"):
        assert visit(mallory()).post(f"/trades/{deal.code}/{deed}").status_code == 404
    assert visit(mallory()).get("/trades/ZZZZZZZZ").status_code == 404


def test_the_arbiter_enters_only_with_the_case() -> None:
    deal = at(make.disputed)
    assert visit(carol()).get(f"/trades/{deal.code}").status_code == 404
    deal = at(make.claimed)
    page = sound(visit(carol()).get(f"/trades/{deal.code}"))
    assert "You are the arbiter of this trade" in page.words
    assert f"/arbiter/cases/{deal.code}" in page.links
    assert "data-chat" not in visit(carol()).get(f"/trades/{deal.code}").content.decode()


def test_a_buyer_never_finds_a_release_button_nor_a_seller_one_to_mark_paid() -> None:
    deal = at(make.paid)
    bens, saras = (visit(actor).get(f"/trades/{deal.code}").content.decode() for actor in (ben(), sara()))
    assert 'data-chain-action="release"' not in bens
    assert 'data-chain-action="release"' in saras
    assert 'data-chain-action="mark_paid"' not in saras


def test_release_asks_for_two_ticks_in_these_words() -> None:
    page = visit(sara()).get(f"/trades/{at(make.paid).code}").content.decode()
    dialog = page.split('id="dialog-release"', 1)[1].split("</dialog>", 1)[0].replace("\u00a0", " ")
    words = read_text(dialog)
    for said in (
        "Release 0.080092 ETH to Ben?",
        "I logged in to my bank and see 250.00 EUR",
        "The sender's name is Ben",
        "Cannot be undone. Screenshots and SMS are not proof. Nobody from this site will ever ask you to release.",
    ):
        assert said in words, said
    assert dialog.count("data-must-tick") == 2
    assert ben().address in words.replace(" ", "")
    assert dialog.index("Go back") < dialog.index("data-chain-action")


def read_text(html: str) -> str:
    from tests.web.visiting import Page

    page = Page()
    page.feed(html)
    return page.words


def test_before_the_lock_the_buyer_is_told_not_to_pay_and_sees_no_account() -> None:
    page = sound(visit(ben()).get(f"/trades/{at(make.agreed).code}"))
    assert page.words.count("Do not pay yet") >= 2
    assert "Not locked." in page.words
    assert "IBAN" not in page.words


def test_the_seller_is_asked_for_the_fields_of_the_method() -> None:
    answer = visit(sara()).get(f"/trades/{at(make.agreed).code}")
    page = sound(answer)
    names = {control.get("name") for control in page.controls}
    assert {"holder_name", "iban"} <= names
    # The details are read by script in the browser; no form may send them here.
    form = answer.content.decode().split("data-details-form", 1)[0].rsplit("<form", 1)[1]
    assert "action" not in form
    assert "method" not in form


def test_the_proof_names_contract_key_and_both_addresses() -> None:
    deal = at(make.funded)
    page = sound(visit(ben()).get(f"/trades/{deal.code}"))
    letters = re.sub(r"\s", "", page.text)
    for value in (deal.trade.contract, deal.trade.trade_id, sara().address, ben().address, carol().address):
        assert value in letters, value
    assert "Locked, reported by this site only." in page.words
    html = visit(ben()).get(f"/trades/{deal.code}/proof").content.decode()
    assert 'data-status="funded"' in html


def test_live_parts_carry_version_source_and_topic() -> None:
    deal = at(make.funded)
    for part in ("head", "card", "proof", "details", "doors"):
        html = visit(ben()).get(f"/trades/{deal.code}/{part}").content.decode()
        assert f'data-live="trade:{deal.code}"' in html
        assert f'data-src="/trades/{deal.code}/{part}"' in html
        assert f'data-version="{deal.fresh().version}"' in html
        assert "<html" not in html
        assert "<textarea" not in html, "text inputs have no place in a live fragment"
        assert len(re.findall(r"^<", html.strip())) == 1


def test_what_comes_after_a_trade_comes_by_itself_when_it_ends_and_leaving_the_site_goes() -> None:
    deal = make.funded()
    part, leave = f"/trades/{deal.code}/after", "without this site</a>"
    for who in (sara(), ben()):
        assert "How was" not in read(visit(who).get(part)).words
        assert leave in visit(who).get(f"/trades/{deal.code}/proof").content.decode()
    deal.act(sara(), "release")
    for who, peer in ((sara(), "Ben"), (ben(), "Sara")):
        page = read(visit(who).get(part))
        assert f"How was {peer}?" in page.words
        assert f"/trades/{deal.code}/receipt" in page.links
        assert "data-src" not in visit(who).get(part).content.decode(), "nothing fetches what somebody writes in"
        assert leave not in visit(who).get(f"/trades/{deal.code}/proof").content.decode()
    assert visit(mallory()).get(part).status_code == 404


def test_the_taker_withdraws_and_the_maker_declines_before_anything_is_locked() -> None:
    first = at(make.taken)
    answer = visit(ben()).post(f"/trades/{first.code}/cancel")
    assert answer["Location"] == f"/trades/{first.code}"
    assert first.fresh().state == "cancelled"
    second = make.taken(price=fixed("3121.40"), approve_by_hand=True)
    page = sound(visit(sara()).get(f"/trades/{second.code}"))
    assert "Ben wants to buy 0.080092 ETH for 250.00 EUR" in page.words
    visit(sara()).post(f"/trades/{second.code}/decline")
    assert second.fresh().state == "declined"


def test_what_comes_too_late_is_a_conflict_in_words() -> None:
    deal = at(make.funded)
    page = sound(visit(ben()).post(f"/trades/{deal.code}/cancel"), status=409)
    assert "changed in the meantime" in page.h1[0]
    assert deal.fresh().state == "funded"
    assert visit(ben()).get(f"/trades/{deal.code}/cancel").status_code == 405


def test_a_frozen_trade_shows_no_deed() -> None:
    deal = at(make.paid)
    Trade.objects.filter(pk=deal.trade.pk).update(is_frozen=True)
    page = sound(visit(sara()).get(f"/trades/{deal.code}"))
    assert "Frozen until the chain is clear" in page.words
    card = visit(sara()).get(f"/trades/{deal.code}/card").content.decode()
    assert "<button" not in card


def test_something_wrong_always_has_the_door_to_the_arbiter_in_its_place() -> None:
    for build, words in (
        (make.agreed, "Not needed yet: no coins are locked."),
        (make.funded, "Opens as soon as you mark the trade paid."),
        (make.paid, "Both of you say what happened"),
        (make.disputed, "This trade is with the arbiter."),
    ):
        page = sound(visit(ben()).get(f"/trades/{at(build).code}"))
        assert "I want an arbiter to decide" in page.words
        assert words in page.words, words


def test_my_trades_are_grouped_by_whose_turn_it_is() -> None:
    assert "No trades yet" in sound(visit(ben()).get("/trades")).words
    to_sign, waiting, done = at(make.taken), at(make.agreed), released()
    page = sound(visit(ben()).get("/trades"))
    assert [words.split()[0] for words in page.h2] == ["Your", "Waiting", "Disputes", "Done"]
    order = [page.text.index(deal.code) for deal in (to_sign, waiting, done)]
    assert order == sorted(order)
    for words in ("Sign terms", "Waiting for escrow", "Completed", "No disputes."):
        assert words in page.words, words
    assert visit(mallory()).get("/trades").content.decode().count(to_sign.code) == 0
    sound(visit(ben()).get("/trades?cursor=junk"), status=422)


def test_opening_a_trade_reads_its_notifications() -> None:
    deal = at(make.funded)
    Notification.objects.create(
        account=ben().account, key="k", kind="trade", text="t", path="/", trade_code=deal.code, at=deal.trade.created_at
    )
    visit(ben()).get(f"/trades/{deal.code}")
    assert not Notification.objects.filter(account=ben().account, read_at__isnull=True).exists()


def test_details_say_price_fee_and_what_happened() -> None:
    deal = at(make.paid)
    page = sound(visit(ben()).get(f"/trades/{deal.code}"))
    for words in (
        "3,121.40 EUR for 1 ETH",
        "0.000400461331453834 ETH (0.5%",
        "You took the offer: 0.080092 ETH for 250.00 EUR",
        "0.080092 ETH locked in escrow",
        "Buyer marked 250.00 EUR as sent",
    ):
        assert words in page.words, words


def test_a_relayed_act_is_followed_through_a_reload() -> None:
    deal = at(make.paid)
    deal.relay(sara(), "release")
    card = read(visit(sara()).get(f"/trades/{deal.code}/card"))
    assert "Release sent, nothing to do" in card.words
    html = visit(sara()).get(f"/trades/{deal.code}/card").content.decode()
    assert 'data-step="mined" data-state="active"' in html
