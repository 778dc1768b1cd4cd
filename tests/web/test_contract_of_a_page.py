"""A page about a trade tells the wallet that trade's own contract and chain, also after newer ones stand beside it."""

import pytest
from pytest_django import Settings

from escrow import deployment
from exchange.trades import queries
from tests import trade_builders as make
from tests.builders import ben, fixed, sara
from tests.web.visiting import visit

pytestmark = pytest.mark.django_db
SUCCESSOR = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


def test_an_old_trade_finishes_on_its_contract_while_new_ones_use_the_successor(settings: Settings) -> None:
    deal = make.funded(price=fixed("3121.40"))
    old = deployment.contract_address()
    settings.ESCROWS = f"""
        [[escrow]]
        chain_id = 31337
        address = "{old}"
        version = 1
        takes_new_trades = false
        [[escrow]]
        chain_id = 31337
        address = "{SUCCESSOR}"
        version = 2
        takes_new_trades = true
    """
    room = visit(ben()).get(f"/trades/{deal.code}").content.decode()
    assert f'data-escrow="{old}"' in room
    assert f'data-escrow="{SUCCESSOR}"' in visit(ben()).get("/trades").content.decode()
    deal.act(ben(), "mark_paid")
    assert deal.act(sara(), "release").state == "released"
    assert queries.domain_of(deal.trade).contract == old
    assert queries.new_domain().contract == SUCCESSOR
