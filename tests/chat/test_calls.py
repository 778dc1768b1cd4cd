"""A pass to the relay: for the two parties of a trade whose chat is open, short-lived, telling the relay nothing."""

import base64
import hashlib
import hmac
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from exchange.chat import calls
from exchange.chat.append import OPEN_AFTER_END
from exchange.core import clock
from exchange.core.errors import Conflict, NotFound
from exchange.stack.coturn import Coturn
from exchange.stack.engine import RunningEngine
from exchange.stack.home import write_secret
from exchange.stack.ports import choose_port
from exchange.trades.models import Trade
from tests.api.client import Api
from tests.builders import mallory
from tests.chat import turn
from tests.trade_builders import Deal, agreed

pytestmark = pytest.mark.django_db
URL = "turn:turn.example.org:3478?transport=udp"


@pytest.fixture(autouse=True)
def relayed(settings: Settings) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = [URL], "sesame"


@pytest.fixture
def deal() -> Deal:
    return agreed()


def test_each_party_gets_a_pass_that_ends_after_ten_minutes_and_names_neither_trade_nor_account(deal: Deal) -> None:
    now = clock.now()
    for one in (deal.seller, deal.buyer):
        told = Api(one.account).get(f"/trades/{deal.code}/call-relay")
        assert told["urls"] == [URL]
        ends, name = told["username"].split(":")
        assert abs(int(ends) - (now + timedelta(minutes=10)).timestamp()) < 5
        assert deal.code not in name
        assert len(bytes.fromhex(name)) == 8
        digest = hmac.new(b"sesame", told["username"].encode(), hashlib.sha1).digest()
        assert base64.b64decode(told["credential"]) == digest


def test_two_passes_have_nothing_in_common(deal: Deal) -> None:
    one, other = (calls.relay_pass(deal.code, by=deal.seller.account, now=clock.now()) for _ in range(2))
    assert one.username.split(":")[1] != other.username.split(":")[1]
    assert one.credential != other.credential


def test_mallory_gets_no_pass_to_a_trade_of_others(deal: Deal) -> None:
    with pytest.raises(NotFound):
        calls.relay_pass(deal.code, by=mallory().account, now=clock.now())
    answer = Api(mallory().account)("GET", f"/trades/{deal.code}/call-relay")
    assert answer.status_code == 404


def test_a_site_without_a_relay_says_so_and_offers_no_direct_line(deal: Deal, settings: Settings) -> None:
    settings.TURN_URLS = []
    assert not calls.are_on()
    with pytest.raises(Conflict) as refused:
        calls.relay_pass(deal.code, by=deal.seller.account, now=clock.now())
    assert refused.value.code == "calls_off"
    assert "chat" in refused.value.message


def test_calls_end_with_the_chat_thirty_days_after_the_trade(deal: Deal) -> None:
    ended = clock.now() - OPEN_AFTER_END
    Trade.objects.filter(pk=deal.trade.pk).update(state="cancelled", finished_at=ended, deadline=None)
    calls.relay_pass(deal.code, by=deal.buyer.account, now=ended + OPEN_AFTER_END)
    with pytest.raises(Conflict) as refused:
        calls.relay_pass(deal.code, by=deal.buyer.account, now=ended + OPEN_AFTER_END + timedelta(seconds=1))
    assert refused.value.code == "closed"


def test_mallorys_pass_carries_sound_and_opens_no_way_to_the_services_beside_the_relay(
    deal: Deal, settings: Settings, tmp_path: Path
) -> None:
    secret = write_secret(tmp_path / "secret", value="sesame")
    engine = Coturn(folder=tmp_path / "turn", log=tmp_path / "turn.log", port=choose_port(), secret=secret)
    settings.TURN_URLS = [engine.url]
    running = RunningEngine(engine)
    try:
        one = calls.relay_pass(deal.code, by=deal.buyer.account, now=clock.now())
        given = {"username": one.username, "credential": one.credential}
        assert turn.allocate(engine.port, **given, protocol=17) == (turn.GRANTED, 0)
        assert turn.allocate(engine.port, **given, protocol=6)[0] == turn.REFUSED
        forged = {**given, "credential": calls.credential_of(one.username, secret="guessed")}
        assert turn.allocate(engine.port, **forged, protocol=17) == (turn.REFUSED, 401)
        past = f"{int(clock.now().timestamp()) - 60}:{one.username.split(':')[1]}"
        late = {"username": past, "credential": calls.credential_of(past, secret="sesame")}
        assert turn.allocate(engine.port, **late, protocol=17) == (turn.REFUSED, 401)
    finally:
        running.stop()


def test_the_relay_of_the_demo_starts_answers_and_keeps_its_secret_out_of_the_process_listing(tmp_path: Path) -> None:
    assert shutil.which("turnserver"), "coturn is missing: apt-get install coturn"
    secret = write_secret(tmp_path / "secret", value="sesame-of-the-demo")
    engine = Coturn(folder=tmp_path / "turn", log=tmp_path / "turn.log", port=choose_port(), secret=secret)
    running = RunningEngine(engine)
    try:
        assert engine.is_ready()
        assert "sesame" not in Path(f"/proc/{running.pid}/cmdline").read_text(encoding="utf-8")
        assert (tmp_path / "turn" / "turnserver.conf").stat().st_mode & 0o077 == 0
    finally:
        running.stop()
    assert not engine.is_ready()
