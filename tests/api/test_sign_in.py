"""Signing in over HTTP: tokens for programs, sessions with CSRF for browsers, and what Mallory tries."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from exchange.accounts.models import ApiToken
from exchange.core import clock
from tests.api.client import BASE, Api
from tests.builders import Actor, ben, mallory, sara

pytestmark = pytest.mark.django_db


def browser() -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    content = "" if body is None else json.dumps(body)
    return client.generic(method, BASE + path, content, content_type="application/json", headers=headers)


def sign_in(client: Client, who: Actor, **headers: str) -> Any:
    asked = send(client, "POST", "/auth/nonce", {"address": who.address}, **headers).json()
    body = {"message": asked["message"], "signature": who.sign_text(asked["message"])}
    return send(client, "POST", "/auth/siwe", body, **headers)


def csrf_of(client: Client) -> str:
    """Return the token a page would carry."""
    from django.middleware.csrf import _get_new_csrf_string

    secret = _get_new_csrf_string()
    client.cookies[settings.CSRF_COOKIE_NAME] = secret
    return secret


def test_a_program_signs_in_and_gets_a_token() -> None:
    client = Client()
    answer = sign_in(client, sara())
    assert answer.status_code == 200
    body = answer.json()
    assert body["account"] == {"address": sara().address, "name": "Sara"}
    assert body["expires_at"].endswith("Z")
    assert Api(token=body["token"]).get("/me")["address"] == sara().address


def test_a_new_wallet_has_an_account_from_its_first_sign_in() -> None:
    from tests.builders import wallet

    stranger = Actor(account=None, wallet=wallet(9))  # type: ignore[arg-type]
    assert sign_in(Client(), stranger).status_code == 200


def test_the_same_call_signs_the_browser_in() -> None:
    client = browser()
    assert sign_in(client, sara(), Origin=settings.SITE_URL).status_code == 200
    assert send(client, "GET", "/me").json()["address"] == sara().address
    assert client.cookies[settings.SESSION_COOKIE_NAME]["httponly"]
    assert client.cookies[settings.SESSION_COOKIE_NAME]["samesite"] == "Lax"


def test_an_unsafe_call_of_a_session_needs_the_csrf_token() -> None:
    client = browser()
    sign_in(client, sara(), Origin=settings.SITE_URL)
    refused = send(client, "PATCH", "/me", {"name": "Sara S"})
    assert refused.status_code == 403
    assert refused.json()["code"] == "csrf"
    token = csrf_of(client)
    assert send(client, "PATCH", "/me", {"name": "Sara S"}, **{"X-CSRFToken": token}).status_code == 200


def test_a_session_cannot_be_used_from_another_site_even_with_a_token() -> None:
    client = browser()
    sign_in(client, sara(), Origin=settings.SITE_URL)
    token = csrf_of(client)
    refused = send(client, "PATCH", "/me", {"name": "Eve"}, Origin="https://evil.example", **{"X-CSRFToken": token})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
@pytest.mark.parametrize("path", ["/auth/nonce", "/auth/siwe"])
def test_another_site_cannot_sign_a_visitor_in(path: str, headers: dict[str, str]) -> None:
    refused = send(browser(), "POST", path, {"message": "x", "signature": "0x00"} if "siwe" in path else {}, **headers)
    assert refused.status_code == 403
    assert refused.json()["code"] == "cross_site"


def test_a_signature_works_once() -> None:
    asked = send(Client(), "POST", "/auth/nonce", {"address": sara().address}).json()
    body = {"message": asked["message"], "signature": sara().sign_text(asked["message"])}
    assert send(Client(), "POST", "/auth/siwe", body).status_code == 200
    replayed = send(Client(), "POST", "/auth/siwe", body)
    assert replayed.status_code == 401
    assert replayed.json()["code"] == "nonce_gone"


def test_mallory_cannot_sign_in_as_sara() -> None:
    asked = send(Client(), "POST", "/auth/nonce", {"address": sara().address}).json()
    body = {"message": asked["message"], "signature": mallory().sign_text(asked["message"])}
    refused = send(Client(), "POST", "/auth/siwe", body)
    assert refused.status_code == 401
    assert refused.json()["code"] == "bad_signature"


def test_a_nonce_of_one_browser_is_worth_nothing_in_another() -> None:
    mine = browser()
    asked = send(mine, "POST", "/auth/nonce", {"address": sara().address}, Origin=settings.SITE_URL).json()
    body = {"message": asked["message"], "signature": sara().sign_text(asked["message"])}
    assert send(browser(), "POST", "/auth/siwe", body, Origin=settings.SITE_URL).status_code == 401
    assert send(Client(), "POST", "/auth/siwe", body).status_code == 401
    assert send(mine, "POST", "/auth/siwe", body, Origin=settings.SITE_URL).status_code == 200


def test_signing_out_ends_the_session() -> None:
    client = browser()
    sign_in(client, sara(), Origin=settings.SITE_URL)
    token = csrf_of(client)
    assert send(client, "POST", "/auth/logout", **{"X-CSRFToken": token}).status_code == 204
    assert send(client, "GET", "/me").status_code == 401


def test_signing_out_with_a_token_revokes_that_token_alone() -> None:
    one, other = Api(sara().account), Api(sara().account)
    one.post("/auth/logout", expect=204)
    assert one("GET", "/me").status_code == 401
    assert other("GET", "/me").status_code == 200


def test_a_token_covers_its_scopes_and_no_more() -> None:
    reader = Api(ben().account, "trades:read")
    reader.get("/trades")
    refused = reader.get("/me/offers", expect=403)
    assert refused["code"] == "scope_missing"
    assert refused["scope"] == "offers:read"
    reader.post("/trades/NOSUCH00/decline", expect=403)
    Api(ben().account, "offers:write").post("/offers/NOSUCH00/signature", {"signature": "0x00"}, expect=404)


def test_a_token_of_few_scopes_can_neither_make_nor_see_nor_end_tokens() -> None:
    narrow = Api(ben().account, "trades:read", "trades:write")
    narrow.post("/tokens", {"name": "more", "scopes": ["chat"]}, expect=403)
    narrow.get("/tokens", expect=403)
    kept = ApiToken.objects.get(account=ben().account)
    narrow.delete(f"/tokens/{kept.pk}", expect=403)
    narrow.patch("/me", {"name": "Someone"}, expect=403)


def test_a_token_is_made_shown_once_and_revoked() -> None:
    api = Api(ben().account)
    made = api.post("/tokens", {"name": "bot", "scopes": ["offers:read"], "lifetime": 3600}, expect=201)
    bot = Api(token=made["token"])
    bot.get("/me/offers")
    assert "token" not in next(one for one in api.get("/tokens")["items"] if one["id"] == made["id"])
    api.delete(f"/tokens/{made['id']}")
    assert bot("GET", "/me/offers").status_code == 401


def test_an_expired_token_opens_nothing() -> None:
    api = Api(ben().account)
    ApiToken.objects.filter(account=ben().account).update(expires_at=clock.now())
    assert api("GET", "/me").status_code == 401


def test_a_token_wins_over_a_cookie_and_needs_no_csrf() -> None:
    client = browser()
    sign_in(client, sara(), Origin=settings.SITE_URL)
    bens = Api(ben().account).token
    answer = send(client, "PATCH", "/me", {"name": "Benny"}, Authorization=f"Bearer {bens}")
    assert answer.status_code == 200
    assert answer.json()["address"] == ben().address
