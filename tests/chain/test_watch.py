"""Each block the books are compared: a difference takes the release buttons away, and the tables are mended."""

import pytest
from pytest_django import Settings

from escrow import deployment
from escrow.health import chain_health
from escrow.indexer import watch as watching
from escrow.indexer.step import Step
from escrow.indexer.watch import Watch
from escrow.models import ChainReport, Credit, Escrow
from escrow.queries import doubtful_trades
from tests.chain.trading import Trading
from tests.chain.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def trading(shared: World, monkeypatch: pytest.MonkeyPatch) -> Trading:
    monkeypatch.setattr(watching, "EVERY_SECONDS", 0)
    made = Trading(shared, 1, confirmations=1)
    for _ in range(3):
        made.fund()
    return made


def watch_of(trading: Trading) -> Watch:
    chain = trading.honest_chain()
    return Watch(
        chain, contracts=deployment.contracts(), start=trading.start, new_follower=lambda: trading.follower(chain)
    )


def follow(trading: Trading) -> Step:
    follower = trading.follower(trading.honest_chain())
    trading.catch_up(follower)
    return follower.step()


def test_equal_books_are_noted_and_nothing_is_doubted(trading: Trading) -> None:
    step = follow(trading)
    assert watch_of(trading).look(step) == frozenset()
    assert ChainReport.objects.get().reconciled_block == step.position
    assert chain_health().reconciled_block == step.position
    assert not chain_health().books_differ


def test_a_difference_counts_when_it_is_seen_twice_and_is_mended_from_the_chain(trading: Trading) -> None:
    step, watch = follow(trading), watch_of(trading)
    wrong = Escrow.objects.order_by("trade_id").values_list("trade_id", flat=True)[0]
    Escrow.objects.filter(trade_id=wrong).update(head_status="paid")
    assert watch.look(step) == frozenset()
    assert not chain_health().books_differ, "once is no proof"
    assert wrong in watch.look(step)
    assert Escrow.objects.get(trade_id=wrong).head_status == "funded", "built anew"
    assert not chain_health().books_differ
    trading.expect_equal_to_a_fresh_look()


def test_a_difference_that_cannot_be_mended_takes_the_release_of_its_trade_away(
    trading: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, watch = follow(trading), watch_of(trading)
    monkeypatch.setattr(watch, "_mended_at", watching.time.monotonic())
    wrong, other = Escrow.objects.order_by("trade_id").values_list("trade_id", flat=True)[:2]
    Escrow.objects.filter(trade_id=wrong).update(head_deadline=1)
    watch.look(step)
    watch.look(step)
    assert chain_health().books_differ
    assert doubtful_trades([wrong, other]) == {wrong}
    Escrow.objects.filter(trade_id=wrong).update(head_deadline=Escrow.objects.get(trade_id=wrong).pay_by)
    assert watch.look(follow(trading)) == {wrong}
    assert doubtful_trades([wrong, other]) == frozenset()


def test_sums_that_do_not_fit_put_every_trade_in_doubt(trading: Trading, monkeypatch: pytest.MonkeyPatch) -> None:
    step, watch = follow(trading), watch_of(trading)
    monkeypatch.setattr(watch, "_mended_at", watching.time.monotonic())
    Credit.objects.create(
        chain_id=31337,
        contract=deployment.contract_address(),
        account=trading.fees_to,
        token="0x" + "00" * 20,
        head_amount=7,
    )
    watch.look(step)
    watch.look(step)
    asked = list(Escrow.objects.values_list("trade_id", flat=True))
    assert doubtful_trades(asked) == set(asked)


def test_nodes_and_their_disagreement_are_told_without_addresses(trading: Trading, settings: Settings) -> None:
    follow(trading)
    watch = watch_of(trading)
    watch.report(disagree_at=7)
    row = ChainReport.objects.get()
    assert row.disagree_since is not None
    assert [set(node) for node in row.nodes] == [{"label", "kind", "reason", "aside_seconds"}]
    assert chain_health().nodes_disagree
