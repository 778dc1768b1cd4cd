"""Who may open a socket, and when it is closed on them."""

import json
import time
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from websockets.exceptions import InvalidStatus

from exchange.accounts import actions as accounts
from exchange.accounts.models import ApiToken
from exchange.core import clock
from exchange.trades.models import Trade
from tests.api.client import Api, token_for
from tests.builders import Actor, ben, mallory, sara
from tests.realtime.client import open_socket
from tests.trade_builders import agreed

pytestmark = pytest.mark.django_db(transaction=True)


def session_cookie(who: Actor) -> str:
    """Sign in as a browser does and return its cookie header."""
    return f"{settings.SESSION_COOKIE_NAME}={signed_in_browser(who).cookies[settings.SESSION_COOKIE_NAME].value}"


def signed_in_browser(who: Actor) -> Client:
    client = Client()

    def post(path: str, body: dict[str, Any]) -> Any:
        headers = {"Origin": settings.SITE_URL}
        return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers).json()

    asked = post("/auth/nonce", {"address": who.address})
    post("/auth/siwe", {"message": asked["message"], "signature": who.sign_text(asked["message"])})
    return client


def refusal(url: str, **options: Any) -> int:
    with pytest.raises(InvalidStatus) as refused, open_socket(url, **options):
        pass
    return int(refused.value.response.status_code)


def test_a_page_of_this_site_comes_in_as_a_stranger(url: str) -> None:
    with open_socket(url) as ear:
        assert ear.hear("ready") == {"t": "ready", "account": None}


def test_a_signed_in_page_is_known(url: str) -> None:
    with open_socket(url, cookie=session_cookie(sara())) as ear:
        assert ear.hear("ready")["account"] == sara().address


def test_another_site_s_page_is_refused_before_the_handshake(url: str) -> None:
    cookie = session_cookie(sara())
    for origin in (
        "https://evil.example",
        "null",
        "http://localhost.evil.example:8000",
        "http://localhost:1",
        "file://",
        "",
    ):
        assert refusal(url, origin=origin) == 403
        assert refusal(url, origin=origin, cookie=cookie) == 403


def test_a_cookie_without_an_origin_is_refused(url: str) -> None:
    assert refusal(url, origin=None, cookie=session_cookie(sara())) == 403


def test_there_is_no_socket_elsewhere(url: str) -> None:
    assert refusal(url + "elsewhere/") == 403


def test_a_program_brings_its_token_in_the_first_frame(url: str) -> None:
    with open_socket(url, ben().account) as ear:
        assert ear.follow("user") == ["user"]


def test_a_program_brings_its_token_in_the_subprotocol(url: str) -> None:
    offered = ["parley.v1", f"bearer.{token_for(ben().account)}"]
    with open_socket(url, origin=None, subprotocols=offered) as ear:
        assert ear.connection.subprotocol == "parley.v1"
        assert ear.hear("ready")["account"] == ben().address


def test_a_bad_token_does_not_come_in(url: str) -> None:
    assert refusal(url, origin=None, subprotocols=["parley.v1", "bearer.ply_wrong"]) == 403
    with open_socket(url, origin=None) as ear:
        ear.say({"t": "auth", "token": "ply_wrong"})
        assert ear.hear("error")["code"] == "bad_token"
        assert ear.code() == 4401


def test_a_program_that_says_anything_else_first_is_closed(url: str) -> None:
    with open_socket(url, origin=None) as ear:
        ear.say({"t": "sub", "topics": ["book:ETH/EUR"]})
        assert ear.code() == 4401


def test_a_program_that_says_nothing_is_closed(url: str) -> None:
    with open_socket(url, origin=None) as ear:
        assert ear.code(within=15) == 4401


def test_a_revoked_token_closes_its_socket_and_no_other(url: str) -> None:
    account = ben().account
    with open_socket(url, account) as one, open_socket(url, account) as other:
        first = ApiToken.objects.filter(account=account).order_by("id").first()
        assert first is not None
        accounts.revoke_token(account, token_id=first.pk, now=clock.now())
        assert one.code(within=1) == 4401
        assert other.follow("user") == ["user"]


def test_signing_out_closes_the_page_s_socket(url: str) -> None:
    client = signed_in_browser(sara())
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    with open_socket(url, cookie=cookie) as ear, open_socket(url, mallory().account) as stranger:
        ear.hear("ready")
        assert client.post("/api/v1/auth/logout", "", content_type="application/json").status_code == 204
        assert ear.code(within=1) == 4401
        assert stranger.follow("user") == ["user"]


def test_a_bar_closes_every_socket_of_the_account(url: str) -> None:
    account = ben().account
    with open_socket(url, account) as one, open_socket(url, account) as other:
        accounts.bar(account, by=sara().account, reason="test", now=clock.now())
        assert {one.code(within=1), other.code(within=1)} == {4401}


def test_an_end_whose_hint_was_lost_is_noticed_at_the_heartbeat(url: str) -> None:
    with open_socket(url, ben().account) as ear:
        ApiToken.objects.filter(account=ben().account).update(revoked_at=clock.now())
        assert ear.code(within=7) == 4401


def test_signing_out_over_the_api_with_a_token_closes_its_socket(url: str) -> None:
    token = token_for(ben().account)
    with open_socket(url, origin=None) as ear:
        ear.say({"t": "auth", "token": token})
        ear.hear("ready")
        Api(token=token).post("/auth/logout", expect=204)
        assert ear.code(within=1) == 4401


def wait_for_a_lock() -> None:
    """Wait until another connection waits for a lock of ours."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    end = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(waiting)
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.02)
    raise AssertionError("nobody waited")


def test_a_token_shown_while_the_passes_are_being_checked_lets_in(url: str) -> None:
    deal = agreed()
    secret = token_for(ben().account)
    with open_socket(url, sara().account) as hers, open_socket(url, origin=None) as program:
        hers.follow(f"trade:{deal.code}")
        hers.hear("beat")  # the answer's
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Trade._meta.db_table} IN ACCESS EXCLUSIVE MODE")
            wait_for_a_lock()  # the heartbeat, between asking about the passes and judging them
            program.say({"t": "auth", "token": secret})
            program.hear("ready", account=ben().address)
        hers.hear("beat")
        assert program.follow("user") == ["user"]
