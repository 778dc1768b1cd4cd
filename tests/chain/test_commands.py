"""What an operator types."""

import signal
from collections.abc import Generator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from escrow import deploy, deployment, queries
from escrow.deploy import CannotDeploy
from escrow.models import ChainEvent, Cursor, Escrow
from escrow.terms import ZERO
from exchange.management.commands.deploy_escrow import DEMO_ACCOUNTS
from tests.chain.world import ADDRESS, ETHER, KEYS, World

pytestmark = pytest.mark.django_db


def run(name: str, *arguments: str) -> str:
    output = StringIO()
    call_command(name, *arguments, stdout=output)
    return output.getvalue()


def test_deploying_again_changes_nothing_and_prints_the_same(world: World) -> None:
    first = run("deploy_escrow")
    height = world.height()
    assert run("deploy_escrow") == first
    assert world.height() == height
    assert f"ESCROW_ADDRESS={deployment.contract_address()}\n" in first
    assert f"DEMO_TOKEN_ADDRESS={deployment.demo_token_address()}\n" in first
    assert ADDRESS["sara"] in DEMO_ACCOUNTS
    held = {account: world.balance(account, deployment.demo_token_address()) for account in DEMO_ACCOUNTS}
    assert held[ADDRESS["mallory"]] == 1_000_000 * 10**6
    assert held[ADDRESS["sara"]] == 1_000 * 10**6, "who holds play money gets no more"


def test_the_contract_stands_at_the_address_the_release_promises(world: World) -> None:
    promised = deployment.record()["address"]
    assert deployment.predict("Escrow") == promised == deployment.contract_address()
    code = world.rpc("eth_getCode", promised, "latest")
    assert deploy.has_our_code(code, "Escrow")
    assert not deploy.has_our_code(code[:-2] + ("00" if code[-2:] != "00" else "01"), "Escrow")
    assert not deploy.has_our_code("0x", "Escrow")


def test_other_code_at_the_address_is_refused(world: World) -> None:
    world.rpc("anvil_setCode", deployment.predict("Escrow"), "0x6000")
    with pytest.raises(CannotDeploy, match="not the Escrow of this release"):
        deploy.deploy_escrow(world.url, KEYS["deployer"])


def test_a_chain_without_the_proxy_and_a_payer_without_money_are_told_so(world: World) -> None:
    world.rpc("anvil_setCode", deployment.predict("Escrow"), "0x")
    world.rpc("anvil_setBalance", ADDRESS["deployer"], "0x0")
    with pytest.raises(CannotDeploy, match=ADDRESS["deployer"]):
        deploy.deploy_escrow(world.url, KEYS["deployer"])
    world.rpc("anvil_setCode", deployment.factory(), "0x")
    with pytest.raises(CannotDeploy, match="deployment proxy"):
        deploy.deploy_escrow(world.url, KEYS["deployer"])


def test_deploying_to_the_wrong_chain_or_to_no_node_stops_with_a_sentence(world: World, settings: Settings) -> None:
    settings.CHAIN_ID = 1
    with pytest.raises(CommandError, match="serves chain 31337, but CHAIN_ID is 1"):
        run("deploy_escrow")
    settings.CHAIN_RPC_URLS = ["http://127.0.0.1:9"]
    with pytest.raises(CommandError, match="not deployed"):
        run("deploy_escrow")


@pytest.fixture
def signals() -> Generator[None]:
    """Give back to the test runner what a long-running command took."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
@pytest.mark.django_db(transaction=True)
def test_reconcile_and_reindex_say_that_all_is_equal(world: World) -> None:
    terms = world.terms()
    world.fund(terms)
    run("runindexer", "--once")
    assert "1 trades, 0 credits, equal to the wei" in run("reconcile")
    assert "1 events, 1 escrows: equal to what was there" in run("reindex")
    assert queries.totals().escrowed == {ZERO: ETHER}


def test_reconcile_fails_on_a_difference_and_then_does_not_lift_the_alarm(world: World) -> None:
    world.fund(world.terms())
    world.catch_up()
    Cursor.objects.update(alarm_at="2026-01-01T00:00:00Z", alarm_trades=["0x" + "ab" * 32])
    Escrow.objects.update(head_status="paid")
    output = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("reconcile", "--clear-alarm", stdout=output)
    assert caught.value.code == 1
    assert "NOT EQUAL" in output.getvalue()
    assert queries.reorged_trades()
    with pytest.raises(SystemExit):
        run("reindex")
    assert "alarm is lifted" in run("reconcile", "--clear-alarm")
    assert not queries.reorged_trades()


def test_reindex_leaves_everything_as_it_was_when_no_node_answers(world: World, settings: Settings) -> None:
    world.fund(world.terms())
    world.catch_up()
    settings.CHAIN_RPC_URLS = ["http://127.0.0.1:9"]
    with pytest.raises(CommandError, match="Nothing was changed"):
        run("reindex")
    with pytest.raises(CommandError, match="Nothing was compared"):
        run("reconcile")
    assert ChainEvent.objects.count() == Escrow.objects.count() == 1


def test_a_keeper_without_a_usable_key_stops_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPER_KEY", "not a key")
    with pytest.raises(CommandError, match="32 bytes"):
        run("runkeeper")
