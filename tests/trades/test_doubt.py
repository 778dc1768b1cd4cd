"""While our tables and the contract disagree about a trade, nobody is told to let its coins go."""

import pytest

from escrow.models import ChainReport
from exchange.core.errors import Conflict
from tests import trade_builders as make
from tests.builders import ben, sara

pytestmark = pytest.mark.django_db


def doubt(*subjects: str, sums: bool = False) -> None:
    ChainReport.objects.update_or_create(chain_id=31337, defaults={"differing": list(subjects), "sums_differ": sums})


def test_a_trade_in_doubt_offers_no_release_until_the_doubt_is_over() -> None:
    deal = make.paid()
    assert deal.view(sara()).primary == "release"
    doubt(deal.fresh().trade_id)
    view = deal.view(sara())
    assert "release" not in view.actions
    assert view.primary == ""
    assert "dispute" in view.actions, "only what lets coins go is held back"
    with pytest.raises(Conflict) as refused:
        deal.relay(sara(), "release")
    assert refused.value.code == "checking"
    doubt()
    assert "release" in deal.view(sara()).actions


def test_a_doubt_about_the_sums_concerns_every_trade_and_one_about_a_trade_no_other() -> None:
    deal = make.paid()
    doubt("0x" + "ab" * 32)
    assert "release" in deal.view(sara()).actions
    doubt(sums=True)
    assert "release" not in deal.view(sara()).actions
    assert "cancel" in deal.view(ben()).actions
