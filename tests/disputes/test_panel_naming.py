"""Which trades name the panel, what the maker signs of that, and what the operator is told."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from exchange.core import clock
from exchange.core.errors import Conflict
from exchange.disputes.models import PanelSeat
from exchange.offers import arbiters
from exchange.trades import actions as trade_actions
from tests import trade_builders as make
from tests.builders import asset, ben, carol, mallory, offer, sara
from tests.disputes.seats import dana, seated_panel

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel(settings: Settings) -> str:
    """A Safe of Carol, Dana and Erin, two of whom must sign; it judges trades of more than 0.05 ETH."""
    return seated_panel(settings)


def test_small_trades_keep_the_single_arbiter_and_the_maker_signs_the_rule(panel: str) -> None:
    small, large = make.taken(fiat="100.00"), make.taken(fiat="250.00")
    assert small.trade.terms["arbiter"] == carol().address
    assert large.trade.terms["arbiter"] == panel
    message = large.trade.offer.typed_data["message"]
    assert (message["panel"], message["panelAbove"]) == (panel, str(5 * 10**16))


def test_an_offer_signed_before_there_was_a_panel_must_be_signed_again(settings: Settings) -> None:
    make.deployed()
    made = offer(sara())
    settings.PANEL_ADDRESS, settings.PANEL_ABOVE = mallory().address, {"ETH": Decimal(1)}
    with pytest.raises(Conflict) as refused:
        trade_actions.take(
            made.code, by=ben().account, amount_fiat=Decimal("250.00"), method="sepa-instant", now=clock.now()
        )
    assert refused.value.code == "offer_changed"


def test_the_operator_is_told_who_can_sign_before_trades_name_the_panel(panel: str, settings: Settings) -> None:
    told = StringIO()
    call_command("check_panel", stdout=told)
    assert "has no chat key yet" in told.getvalue()
    assert f"{panel}: 2 of 3 owners must sign." in told.getvalue()
    assert f"{carol().address}: can sign" in told.getvalue()
    PanelSeat.objects.exclude(member=carol().account).delete()
    PanelSeat.objects.create(panel=panel, member=mallory().account, since=clock.now())
    told = StringIO()
    with pytest.raises(CommandError, match="Only 1 can sign and 2 must"):
        call_command("check_panel", stdout=told)
    assert f"{dana().address}: lacks a seat" in told.getvalue()
    assert f"{mallory().address}: has a seat here but owns no part of the Safe" in told.getvalue()
    settings.PANEL_ADDRESS = mallory().address
    with pytest.raises(CommandError, match="There is no Safe"):
        call_command("check_panel", stdout=StringIO())
    settings.PANEL_ADDRESS = ""
    with pytest.raises(CommandError, match="not set"):
        call_command("check_panel", stdout=StringIO())


def test_a_limit_with_more_digits_than_the_coin_has_is_cut_and_stops_nobody(panel: str, settings: Settings) -> None:
    settings.PANEL_ABOVE = {"DUSD": Decimal("0.123456789")}
    assert arbiters.arbiter_for(asset("DUSD"), 123_456) == carol().address
    assert arbiters.arbiter_for(asset("DUSD"), 123_457) == panel
    settings.PANEL_ABOVE = {"ETH": Decimal("9999999999.123456789123456789")}
    assert arbiters.panel_for(asset("ETH")) == arbiters.Panel(
        address=panel, above=9_999_999_999_123_456_789_123_456_789, coins="9999999999.123456789123456789"
    )
