"""A node that lies: whatever it asks to be signed beyond what was agreed is refused before the wallet sees it."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from escrow import calls as escrow_calls
from escrow import terms as escrow_terms
from exchange.accounts import siwe
from exchange.api.render import trades as render
from exchange.core import clock
from exchange.trades import queries, relaying
from parley_client import LocalWallet, Mismatch, checks, flows
from parley_client.core import AskNode, Call
from parley_client.terms import Domain, Terms, fund_data, terms_typed_data, trade_id
from tests import trade_builders as make
from tests.api.client import Api
from tests.builders import ben, carol, mallory, sara

pytestmark = pytest.mark.django_db


def taken() -> tuple[dict[str, Any], Any]:
    """Return a fresh trade as Ben's client reads it, and the node's facts."""
    deal = make.taken()
    trade = render.trade(deal.trade, account=ben().account, now=clock.now())
    return trade, Api().get("/info")


def check(trade: dict[str, Any], info: Any, **changes: Any) -> Any:
    from decimal import Decimal

    agreed = {"me": ben().address, "amount_fiat": "250.00", "worst_price": Decimal(3000), **changes}
    return checks.check_terms(trade, info=info, **agreed)


def test_terms_that_were_agreed_to_are_made_anew_and_sign_the_same() -> None:
    trade, info = taken()
    checked = check(trade, info)
    signature = LocalWallet(ben().key).sign_typed(checked)
    assert signature == ben().sign(trade["terms"])


def message(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(trade: dict[str, Any]) -> None:
        trade["terms"]["message"][name] = value

    return change


def recomputed(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A cleverer lie: the trade id fits the altered terms."""

    def change(trade: dict[str, Any]) -> None:
        trade["terms"]["message"][name] = value
        domain = Domain.from_message(trade["terms"]["domain"])
        trade["trade_id"] = trade_id(Terms.from_message(trade["terms"]["message"]), domain)

    return change


def domain(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(trade: dict[str, Any]) -> None:
        trade["terms"]["domain"][name] = value

    return change


LIES: dict[str, Callable[[dict[str, Any]], None]] = {
    "another buyer": recomputed("buyer", "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
    "another arbiter": recomputed("arbiter", "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
    "a higher fee": recomputed("feeBps", 1000),
    "fewer coins": recomputed("amount", "1"),
    "another token": recomputed("token", "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
    "a deadline in the past": recomputed("payBy", 1),
    "other details": recomputed("details", "0x" + "11" * 32),
    "another salt": message("salt", "7"),
    "another window": message("confirmWindow", 1),
    "one member more": message("extra", "1"),
    "another contract": domain("verifyingContract", "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
    "another chain": domain("chainId", 1),
    "another domain": domain("name", "Permit2"),
    "another type": lambda trade: trade["terms"].update(primaryType="Permit"),
    "a worse price": lambda trade: trade.update(price="3300"),
    "more money": lambda trade: trade.update(amount_fiat="300.00"),
    "another method in the details": lambda trade: trade["details"].update(method="paypal"),
}


@pytest.mark.parametrize("lie", sorted(LIES))
def test_terms_that_say_anything_else_are_not_signed(lie: str) -> None:
    trade, info = taken()
    LIES[lie](trade)
    with pytest.raises(Mismatch):
        check(trade, info)


def test_somebody_else_s_trade_and_a_price_beyond_the_limit_are_not_signed() -> None:
    from decimal import Decimal

    trade, info = taken()
    with pytest.raises(Mismatch, match="your side"):
        check(trade, info, me=mallory().address)
    with pytest.raises(Mismatch, match="at worst"):
        check(trade, info, worst_price=Decimal(2999))
    with pytest.raises(Mismatch, match="amount of money"):
        check(trade, info, amount_fiat="249.99")


def test_an_act_is_signed_for_this_trade_and_this_deed_only() -> None:
    deal = make.funded()
    trade = render.trade(deal.trade, account=ben().account, now=clock.now())
    until = clock.to_unix(clock.now()) + 3600
    told = relaying.typed_data_of(deal.trade, action="mark_paid", valid_until=until)
    assert LocalWallet(ben().key).sign_typed(checks.check_action(told, trade=trade, action="mark_paid")) == ben().sign(
        told
    )
    lies: list[tuple[str, Any]] = [("tradeId", "0x" + "22" * 32), ("action", "release"), ("validUntil", 2**40 - 1)]
    for name, value in lies:
        lying = copy.deepcopy(told)
        lying["message"][name] = value
        with pytest.raises(Mismatch):
            checks.check_action(lying, trade=trade, action="mark_paid")
    with pytest.raises(Mismatch):
        checks.check_action(terms_typed_data(*_own(trade)), trade=trade, action="mark_paid")


def _own(trade: dict[str, Any]) -> tuple[Terms, Domain]:
    return Terms.from_message(trade["terms"]["message"]), Domain.from_message(trade["terms"]["domain"])


def test_coins_are_locked_by_exactly_the_call_the_contract_knows() -> None:
    deal = make.agreed()
    trade = render.trade(deal.trade, account=sara().account, now=clock.now())
    call = render.call(relaying.call_of(deal.trade, action="fund"))
    assert call is not None
    terms, _ = _own(trade)
    assert call["data"] == fund_data(terms)
    checks.check_fund(call, trade=trade)
    for name, value in (("to", mallory().address), ("value", "1"), ("data", call["data"][:-2] + "00"), ("chain_id", 1)):
        with pytest.raises(Mismatch):
            checks.check_fund({**call, name: value}, trade=trade)
    own = escrow_terms.Terms.from_json(deal.trade.terms)
    assert escrow_calls.fund(own, queries.domain_of(deal.trade)).data == fund_data(terms)


def test_an_approval_is_for_the_exact_amount_and_contract() -> None:
    deal = make.taken(asset="DUSD", price=make_price(), min_fiat="10.00", total_asset="1000", fiat="100.00")
    trade = render.trade(deal.trade, account=sara().account, now=clock.now())
    call = render.call(relaying.approval_of(deal.trade))
    assert call is not None
    checks.check_approval(call, trade=trade)
    for name, value in (("to", carol().address), ("value", "1"), ("data", call["data"][:-64] + "f" * 64)):
        with pytest.raises(Mismatch):
            checks.check_approval({**call, name: value}, trade=trade)


def make_price() -> Any:
    from tests.builders import fixed

    return fixed("0.92")


def test_the_sign_in_text_is_our_own_for_the_host_that_is_called() -> None:
    now = datetime.now(UTC)
    text = flows.sign_in_message(
        "https://node.example:8443", ben().address, chain_id=5, nonce="abcdefgh12345678", now=now
    )
    read = siwe.parse(text)
    assert (read.domain, read.chain_id, read.uri) == ("node.example:8443", 5, "https://node.example:8443/signin")
    with pytest.raises(Mismatch):
        flows.sign_in_message("https://node.example", ben().address, chain_id=5, nonce="a\nURI: https://evil", now=now)


def test_a_flow_touches_nothing_by_itself() -> None:
    flow = flows.sign_in(LocalWallet(ben().key))
    assert isinstance(next(flow), AskNode)
    step = flow.send("https://node.example")
    assert isinstance(step, Call)
    assert step.path == "/info"
