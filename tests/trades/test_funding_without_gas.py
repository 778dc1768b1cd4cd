"""A seller without gas: an authorization is signed, the relayer locks the tokens, and it is good for nothing else."""

import pytest

from escrow.models import Intent
from exchange.core import clock
from exchange.core.errors import Conflict, Forbidden, Invalid
from exchange.trades import actions, funding
from exchange.trades.states import State
from tests import trade_builders as make
from tests.builders import Actor, ben, fixed, mallory, sara

pytestmark = pytest.mark.django_db(transaction=True)


def dollars() -> make.Deal:
    deal = make.agreed(
        maker=ben(), taker=sara(), side="buy", asset="DUSD", price=fixed("0.92"), total_asset="5000", fiat="920.00"
    )
    make.deploy_demo_dollars(sara(), 2000)
    return deal


def signed(deal: make.Deal, by: Actor, *, until: int) -> str:
    typed_data = funding.authorization_of(deal.trade, valid_before=until)
    assert typed_data is not None
    return by.sign(typed_data)


def soon() -> int:
    return clock.to_unix(clock.now()) + 3600


def test_sara_locks_her_dollars_by_a_signature_and_pays_no_gas() -> None:
    deal, until = dollars(), soon()
    before = make.coins(sara().address)
    signature = signed(deal, sara(), until=until)
    first = actions.relay_funding(deal.code, by=sara().account, signature=signature, valid_until=until, now=clock.now())
    assert "fund" not in deal.view(sara()).actions
    again = actions.relay_funding(deal.code, by=sara().account, signature=signature, valid_until=until, now=clock.now())
    assert again.id == first.id
    assert Intent.objects.count() == 1
    make.keep()
    assert deal.fresh().state == State.FUNDED
    assert make.coins(sara().address) == before


def test_a_foreign_or_changed_authorization_is_not_relayed() -> None:
    deal, until = dollars(), soon()
    good = signed(deal, sara(), until=until)
    for signature, time in ((signed(deal, mallory(), until=until), until), (good, until + 1), ("0x12", until)):
        with pytest.raises(Invalid):
            actions.relay_funding(deal.code, by=sara().account, signature=signature, valid_until=time, now=clock.now())
    with pytest.raises(Forbidden):
        actions.relay_funding(deal.code, by=ben().account, signature=good, valid_until=until, now=clock.now())
    assert not Intent.objects.exists()


def test_native_coins_are_not_locked_by_a_signature() -> None:
    deal = make.agreed()
    assert funding.authorization_of(deal.trade, valid_before=soon()) is None
    with pytest.raises(Conflict) as refused:
        actions.relay_funding(
            deal.code, by=sara().account, signature="0x" + "11" * 65, valid_until=soon(), now=clock.now()
        )
    assert refused.value.code == "not_signable"
