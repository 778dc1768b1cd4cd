"""Keys and who vouches for them; payment details and who is given them."""

import base64
from typing import Any

import pytest

from exchange.chat import actions, keys, protocol, queries
from exchange.core import clock
from exchange.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from exchange.trades import payer
from tests import trade_builders as make
from tests.builders import ben, mallory, sara
from tests.chat.people import client, open_chat

pytestmark = pytest.mark.django_db


def test_a_key_is_vouched_for_by_wallet_and_identity() -> None:
    deal = make.taken()
    hers, his = client(sara(), deal), client(ben(), deal)
    with pytest.raises(Conflict) as early:
        hers.publish()
    assert early.value.code == "no_identity"
    typed_data = dict(keys.identity_typed_data(sara().address, identity_key=hers.identity_key, host="evil.example"))
    for signature in (sara().sign(typed_data), mallory().sign(typed_data), "0x", "0x" + "00" * 2000):
        with pytest.raises(Invalid):
            actions.enrol(by=sara().account, public_key=hers.identity_key, wallet_signature=signature, now=clock.now())
    hers.enrol(backup="sealed")
    assert queries.identity_of(sara().account).backup == "sealed"
    hers.enrol()
    assert queries.identity_of(sara().account).backup == "sealed"
    with pytest.raises(NotFound):
        queries.identity_of(ben().account)
    signature = keys.sign_trade_key(his.identity, public_key=hers.public_key, trade_id=deal.trade.trade_id)
    for key, signed in ((hers.public_key, signature), (hers.public_key, "00" * 64), ("zz" * 32, signature), ("", "")):
        with pytest.raises(Invalid):
            actions.publish_trade_key(deal.code, by=sara().account, public_key=key, signature=signed, now=clock.now())
    hers.root = bytes(32)
    with pytest.raises(Conflict) as mute:
        hers.say("Hello")
    assert mute.value.code == "no_key"


def test_a_trade_key_is_published_once() -> None:
    deal = make.taken()
    hers, _ = open_chat(deal)
    hers.publish()
    hers.secret = bytes(range(32))
    with pytest.raises(Conflict) as refused:
        hers.publish()
    assert refused.value.code == "key_fixed"
    published = queries.keys(deal.code, account=ben().account)
    assert [key.account for key in published] == [ben().address, sara().address]


def test_payment_details_reach_the_buyer_only_while_coins_are_locked() -> None:
    deal = make.agreed()
    hers, his = open_chat(deal)
    with pytest.raises(Conflict) as nothing:
        queries.payment_details(deal.code, account=sara().account)
    assert nothing.value.code == "no_details"
    actions.hand_over_details(deal.code, by=sara().account, envelope=hers.details(), now=clock.now())
    envelope = hers.details()
    actions.hand_over_details(deal.code, by=sara().account, envelope=envelope, now=clock.now())
    assert queries.payment_details(deal.code, account=sara().account) == envelope
    with pytest.raises(Conflict) as locked:
        queries.payment_details(deal.code, account=ben().account)
    assert locked.value.code == "not_locked"
    deal.fund()
    make.index()
    with pytest.raises(Conflict) as unnamed:
        queries.payment_details(deal.code, account=ben().account)
    assert unnamed.value.code == "payer_first"
    sealed = {hers.public_key: base64.b64encode(bytes(64)).decode()}
    payer.commit_name(deal.code, by=ben().account, commitment="ab" * 32, sealed=sealed, now=clock.now())
    given = queries.payment_details(deal.code, account=ben().account)
    opened = protocol.open_details(given, root=his.root, identity_key=hers.identity_key)
    assert opened["iban"] == "DE89370400440532013000"
    assert "DE8937" not in str(given)
    with pytest.raises(Conflict) as fixed:
        actions.hand_over_details(deal.code, by=sara().account, envelope=hers.details(), now=clock.now())
    assert fixed.value.code == "details_fixed"
    actions.hand_over_details(deal.code, by=sara().account, envelope=envelope, now=clock.now())
    deal.act(sara(), "release")
    with pytest.raises(Conflict):
        queries.payment_details(deal.code, account=ben().account)


def test_only_the_seller_gives_details_and_only_for_this_trade_and_method() -> None:
    deal = make.agreed()
    hers, his = open_chat(deal)
    with pytest.raises(Forbidden):
        actions.hand_over_details(deal.code, by=ben().account, envelope=his.details(), now=clock.now())
    wrong: list[dict[str, Any]] = [
        hers.details(method="wise"),
        hers.details(sender=ben().address),
        hers.details(trade_id="0x" + "ab" * 32),
        his.details(sender=sara().address),
        {**hers.details(), "kind": "text"},
        {**hers.details(), "extra": 1},
        {},
    ]
    for envelope in wrong:
        with pytest.raises(DomainError) as refused:
            actions.hand_over_details(deal.code, by=sara().account, envelope=envelope, now=clock.now())
        assert refused.value.status == 422
