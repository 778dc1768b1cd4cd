"""Making, signing, editing, pausing and closing offers; Mallory may do none of it to Sara's."""

from typing import Any

import pytest
from django.conf import LazySettings
from eth_account import Account as Wallet
from eth_account.messages import encode_typed_data

from escrow.deployment import contract_address
from exchange.accounts import actions as accounts
from exchange.core import clock
from exchange.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from exchange.offers import actions, queries
from exchange.offers.drafts import HoursDraft
from exchange.offers.limits import MOST_OPEN_OFFERS
from exchange.offers.models import Offer, OfferState
from exchange.offers.typed import is_consent_current, offer_typed_data
from tests.builders import Actor, ben, draft, fixed, mallory, margin, offer, sara, unsigned_offer
from tests.hearing import hints_heard

pytestmark = pytest.mark.django_db
NOW = clock.now()


def edit(made: Offer, by: Actor | None = None, version: int | None = None, **changes: Any) -> Offer:
    who = by or sara()
    return actions.edit(
        made, by=who.account, version=made.version if version is None else version, changes=changes, now=NOW
    )


def test_a_new_offer_is_a_draft_nobody_else_sees() -> None:
    made = unsigned_offer()
    assert (made.state, made.version, made.signature) == (OfferState.DRAFT, 1, "")
    assert queries.offer_by_code(made.code.lower(), viewer=sara().account) == made
    for viewer in (None, mallory().account):
        with pytest.raises(NotFound):
            queries.offer_by_code(made.code, viewer=viewer)


@pytest.mark.parametrize("code", ["", "ZZZZZZZZ", "8F3K\x007Q2", "\ud800", "💥", "'; drop table"])
def test_a_code_of_nothing_finds_nothing(code: str) -> None:
    with pytest.raises(NotFound):
        queries.offer_by_code(code)


def test_the_makers_signature_publishes_it() -> None:
    made = offer()
    assert made.state == OfferState.ACTIVE
    assert is_consent_current(made)
    assert queries.offer_by_code(made.code) == made


def test_wallets_sign_the_same_bytes() -> None:
    made = unsigned_offer(terms_text="Grüße, kein Verwendungszweck.", methods=("sepa", "sepa-instant"))
    signable = encode_typed_data(full_message=made.typed_data)
    signature = Wallet.sign_message(signable, sara().key).signature.to_0x_hex()
    assert actions.sign(made, by=sara().account, signature=signature, now=NOW).state == OfferState.ACTIVE


def test_the_typed_data_names_everything_a_taker_relies_on(settings: LazySettings) -> None:
    made = unsigned_offer(
        price=margin(-125, floor="2500.10"), terms_text="Be quick.", methods=("sepa-instant", "sepa"), total_asset="1.5"
    )
    assert made.typed_data["domain"] == {
        "name": "Parley",
        "version": "1",
        "chainId": 31337,
        "verifyingContract": contract_address(),
    }
    assert made.typed_data["message"] == {
        "id": made.code,
        "version": 1,
        "maker": sara().address,
        "side": "sell",
        "asset": "ETH",
        "token": "0x" + "0" * 40,
        "currency": "EUR",
        "priceType": "margin",
        "fixedPrice": "",
        "marginBps": -125,
        "floorPrice": "2500.1",
        "ceilingPrice": "",
        "priceFormula": "",
        "minFiat": "100.00",
        "maxFiat": "3000.00",
        "totalAmount": "1500000000000000000",
        "paymentMethods": ["sepa", "sepa-instant"],
        "termsText": "Be quick.",
        "lockWindow": settings.LOCK_WINDOW,
        "paymentWindow": 1800,
        "confirmWindow": 86_400,
        "arbitrationWindow": 604_800,
        "fallbackBuyerBps": 5000,
        "approveByHand": False,
        "minFinishedTrades": 0,
        "firstTradeMax": "",
        "country": "",
        "workingHours": "",
        "arbiter": settings.ARBITER_ADDRESS,
        "panel": "0x0000000000000000000000000000000000000000",
        "panelAbove": "0",
        "feeRecipient": settings.FEE_RECIPIENT,
        "feeBps": settings.FEE_BPS,
    }


CHANGES: dict[str, Any] = {
    "price": fixed("3001"),
    "min_fiat": "101.00",
    "max_fiat": "2999.00",
    "total_asset": "3",
    "methods": ("sepa",),
    "terms_text": "New terms.",
    "payment_window": 3600,
    "confirm_window": 3600,
    "arbitration_window": 86_400,
    "fallback_buyer_bps": 4000,
    "approve_by_hand": True,
    "min_finished_trades": 1,
    "first_trade_max": "250.00",
    "country": "ES",
    "working_hours": HoursDraft(start="08:00", end="18:00", time_zone="Europe/Berlin", days=(1, 2, 3, 4, 5)),
}


@pytest.mark.parametrize("field", CHANGES)
def test_every_edit_needs_a_new_signature(field: str) -> None:
    made = offer()
    old = made.signature
    edited = edit(made, **{field: CHANGES[field]})
    assert (edited.state, edited.version, edited.signature) == (OfferState.DRAFT, 2, "")
    assert edited.typed_data == offer_typed_data(edited) != made.typed_data
    with pytest.raises(Invalid) as refused:
        actions.sign(edited, by=sara().account, signature=old, now=NOW)
    assert refused.value.code == "bad_signature"
    signed = actions.sign(edited, by=sara().account, signature=sara().sign(edited.typed_data), now=NOW)
    assert signed.state == OfferState.ACTIVE


@pytest.mark.parametrize("field", ["side", "asset", "currency"])
def test_what_makes_an_offer_another_one_cannot_be_edited(field: str) -> None:
    with pytest.raises(Invalid) as refused:
        edit(offer(), **{field: "buy"})
    assert set(refused.value.fields) == {f"/{field}"}


def test_an_edit_of_a_version_that_is_gone_is_refused() -> None:
    made = offer()
    edit(made, terms_text="First.")
    with pytest.raises(Conflict) as refused:
        edit(made, terms_text="Second.")
    assert refused.value.code == "offer_changed"
    assert refused.value.extra == {"version": 2}


def test_a_bad_edit_changes_nothing() -> None:
    made = offer()
    with pytest.raises(Invalid) as refused:
        edit(made, min_fiat="0", methods=("zelle",))
    assert set(refused.value.fields) == {"/min_fiat", "/methods/0"}
    assert Offer.objects.get().version == 1


def test_a_new_total_counts_what_was_taken_already() -> None:
    made = offer()
    actions.reserve(made.pk, version=1, units=15 * 10**17, now=NOW)
    edited = edit(made, total_asset="3")
    assert (int(edited.total_units), int(edited.remaining_units)) == (3 * 10**18, 15 * 10**17)
    with pytest.raises(Invalid) as refused:
        edit(edited, total_asset="1.4")
    assert set(refused.value.fields) == {"/total_asset"}
    edited = edit(edited, total_asset="1.5")
    assert int(edited.remaining_units) == 0
    actions.give_back(made.pk, units=15 * 10**17)
    assert int(Offer.objects.get().remaining_units) == 15 * 10**17


def test_pause_and_resume_keep_the_signature() -> None:
    made = offer()
    paused = actions.pause(made, by=sara().account, version=1, now=NOW)
    assert paused.state == OfferState.PAUSED
    assert actions.pause(paused, by=sara().account, version=1, now=NOW).state == OfferState.PAUSED
    resumed = actions.resume(paused, by=sara().account, version=1, now=NOW)
    assert (resumed.state, resumed.version, resumed.signature) == (OfferState.ACTIVE, 1, made.signature)


def test_a_draft_cannot_be_paused_or_resumed() -> None:
    made = unsigned_offer()
    for act in (actions.pause, actions.resume):
        with pytest.raises(Conflict):
            act(made, by=sara().account, version=1, now=NOW)


def test_a_closed_offer_stays_closed() -> None:
    made = actions.close(offer(), by=sara().account, version=1, now=NOW)
    assert actions.close(made, by=sara().account, version=1, now=NOW).state == OfferState.CLOSED
    attempts = (
        lambda: actions.resume(made, by=sara().account, version=1, now=NOW),
        lambda: actions.pause(made, by=sara().account, version=1, now=NOW),
        lambda: edit(made, terms_text="Back again."),
        lambda: actions.sign(made, by=sara().account, signature=made.signature, now=NOW),
    )
    for attempt in attempts:
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "offer_gone"


def test_a_new_arbiter_asks_every_maker_again(settings: LazySettings) -> None:
    made = actions.pause(offer(), by=sara().account, version=1, now=NOW)
    settings.ARBITER_ADDRESS = ben().address
    assert not is_consent_current(made)
    with pytest.raises(Conflict) as refused:
        actions.resume(made, by=sara().account, version=1, now=NOW)
    assert refused.value.code == "sign_again"
    signed = actions.sign(made, by=sara().account, signature=sara().sign(offer_typed_data(made)), now=NOW)
    assert is_consent_current(signed)


def test_mallory_can_do_nothing_to_saras_offer() -> None:
    made, who = offer(), mallory()
    attempts = (
        lambda: actions.pause(made, by=who.account, version=1, now=NOW),
        lambda: actions.resume(made, by=who.account, version=1, now=NOW),
        lambda: actions.close(made, by=who.account, version=1, now=NOW),
        lambda: edit(made, by=who, terms_text="Pay Mallory."),
        lambda: actions.sign(made, by=who.account, signature=who.sign(made.typed_data), now=NOW),
    )
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()
    assert Offer.objects.get().state == OfferState.ACTIVE


@pytest.mark.parametrize("bad", ["0x", "hello", "0x" + "11" * 65])
def test_garbage_does_not_publish(bad: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.sign(unsigned_offer(), by=sara().account, signature=bad, now=NOW)
    assert set(refused.value.fields) == {"/signature"}


def test_mallorys_signature_does_not_publish_saras_offer() -> None:
    made = unsigned_offer()
    with pytest.raises(Invalid):
        actions.sign(made, by=sara().account, signature=mallory().sign(made.typed_data), now=NOW)


def test_the_signature_of_one_offer_does_not_publish_another() -> None:
    first, second = offer(), unsigned_offer()
    with pytest.raises(Invalid):
        actions.sign(second, by=sara().account, signature=first.signature, now=NOW)


def test_a_barred_maker_makes_and_signs_nothing() -> None:
    made, who = unsigned_offer(), sara()
    accounts.bar(who.account, by=ben().account, reason="test", now=NOW)
    attempts = (
        lambda: actions.create(by=who.account, draft=draft(), now=NOW),
        lambda: actions.sign(made, by=who.account, signature=who.sign(made.typed_data), now=NOW),
    )
    for attempt in attempts:
        with pytest.raises(DomainError) as refused:
            attempt()
        assert refused.value.code == "barred"


def test_the_number_of_open_offers_is_limited() -> None:
    made = unsigned_offer()
    columns = Offer.objects.filter(pk=made.pk).values().get()
    for name in ("id", "code"):
        del columns[name]
    Offer.objects.bulk_create(Offer(**columns) for _ in range(MOST_OPEN_OFFERS - 1))
    with pytest.raises(Conflict) as refused:
        unsigned_offer()
    assert refused.value.code == "too_many_offers"
    actions.close(made, by=sara().account, version=1, now=NOW)
    assert unsigned_offer().state == OfferState.DRAFT


def test_a_maker_lists_offers_newest_first() -> None:
    first, second = offer(), unsigned_offer()
    offer(ben(), side="buy")
    assert queries.offers_of(sara().account) == [second, first]
    assert queries.offers_of(sara().account, before=second.pk) == [first]
    actions.close(first, by=sara().account, version=1, now=NOW)
    assert queries.offers_of(sara().account, closed=False) == [second]


def test_open_pages_hear_of_each_change(django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    made = unsigned_offer()
    with hints_heard() as heard, django_capture_on_commit_callbacks(execute=True):
        actions.sign(made, by=sara().account, signature=sara().sign(made.typed_data), now=NOW)
    assert heard == [
        ("book:ETH/EUR", {"t": "book", "id": "ETH/EUR"}),
        (f"offer:{made.code}", {"t": "offer", "id": made.code, "v": 1}),
    ]
