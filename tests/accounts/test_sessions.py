"""Signing in: one signature, one success, for the address, site, session and moment it was made for."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from exchange.accounts import actions, siwe
from exchange.accounts.models import Account, SignInNonce
from exchange.accounts.sessions import NONCE_LIFETIME, our_domains
from exchange.core import clock
from exchange.core.errors import Forbidden, Invalid, NotSignedIn
from tests.builders import Actor, ben, mallory, sara, wallet
from tests.parallel import at_once

pytestmark = pytest.mark.django_db
NOW = clock.now()


def ask(actor: Actor, *, binding: str = "browser-1", host: str | None = None) -> str:
    _, message = actions.issue_nonce(address=actor.address, binding=binding, now=NOW, host=host)
    return message


def submit(actor: Actor, message: str, *, binding: str = "browser-1", later: timedelta = timedelta(0)) -> Account:
    return actions.sign_in(message=message, signature=actor.sign_text(message), binding=binding, now=NOW + later)


def test_sara_signs_in_and_is_known_afterwards() -> None:
    who = sara()
    assert submit(who, ask(who)) == who.account
    who.account.refresh_from_db()
    assert who.account.last_active_at == NOW


def test_the_first_sign_in_makes_the_account() -> None:
    stranger = Actor(account=Account(), wallet=wallet(8))
    account = submit(stranger, ask(stranger))
    assert account.address == stranger.address
    assert not account.is_staff
    assert not account.is_arbiter
    assert not account.has_usable_password()


def test_the_message_says_what_is_signed() -> None:
    message = siwe.parse(ask(sara()))
    assert message.domain == "localhost:8000"
    assert message.uri == "http://localhost:8000/signin"
    assert message.chain_id == 31337
    assert message.statement is not None
    assert "moves nothing" in message.statement
    assert message.expiration_time == message.issued_at + NONCE_LIFETIME


def test_a_visitor_of_another_of_our_hosts_gets_a_message_for_that_host() -> None:
    who = sara()
    message = ask(who, host="127.0.0.1:8000")
    assert message.startswith("127.0.0.1:8000 wants")
    assert submit(who, message) == who.account
    assert ask(who, host="evil.example").startswith("localhost:8000 wants")


def test_a_client_may_write_its_own_message_around_the_nonce() -> None:
    who = sara()
    nonce, empty = actions.issue_nonce(address=None, binding="", now=NOW)
    assert empty == ""
    own = siwe.build_message(
        siwe.SiweMessage(
            domain="localhost:8000",
            address=who.address,
            uri="http://localhost:8000/",
            chain_id=31337,
            nonce=nonce,
            issued_at=NOW,
        )
    )
    assert submit(who, own, binding="") == who.account


def test_a_signature_counts_once() -> None:
    who = sara()
    message = ask(who)
    submit(who, message)
    with pytest.raises(NotSignedIn) as refused:
        submit(who, message)
    assert refused.value.code == "nonce_gone"


@pytest.mark.django_db(transaction=True)
def test_a_hundred_parallel_submits_of_one_signature_give_one_success() -> None:
    who = Actor(account=Account(), wallet=wallet(9))
    message = ask(who)
    signature = who.sign_text(message)
    results = at_once(
        100, lambda _: actions.sign_in(message=message, signature=signature, binding="browser-1", now=NOW)
    )
    assert sum(isinstance(result, Account) for result in results) == 1
    refused = [result for result in results if not isinstance(result, Account)]
    assert {getattr(result, "code", repr(result)) for result in refused} == {"nonce_gone"}
    assert Account.objects.filter(address=who.address).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_first_sign_ins_at_once_make_one_account() -> None:
    who = Actor(account=Account(), wallet=wallet(9))
    messages = [ask(who) for _ in range(10)]
    results = at_once(10, lambda number: submit(who, messages[number]))
    assert {result.pk for result in results if isinstance(result, Account)} == {Account.objects.get().pk}
    assert all(isinstance(result, Account) for result in results)


def test_mallory_cannot_use_bens_nonce_with_her_own_key() -> None:
    message = ask(ben())
    with pytest.raises(NotSignedIn) as refused:
        submit(mallory(), message)
    assert refused.value.code == "bad_signature"
    # and Ben still can
    assert submit(ben(), message) == ben().account


def test_mallory_cannot_write_her_address_over_bens_nonce() -> None:
    message = ask(ben()).replace(ben().address, mallory().address)
    with pytest.raises(NotSignedIn) as refused:
        submit(mallory(), message)
    assert refused.value.code == "nonce_gone"


@pytest.mark.parametrize("binding", ["browser-2", ""])
def test_a_nonce_belongs_to_the_session_that_asked(binding: str) -> None:
    who = ben()
    with pytest.raises(NotSignedIn) as refused:
        submit(who, ask(who), binding=binding)
    assert refused.value.code == "nonce_gone"


def test_a_guessed_nonce_is_refused() -> None:
    who = ben()
    message = ask(who)
    nonce = SignInNonce.objects.get().nonce
    with pytest.raises(NotSignedIn) as refused:
        submit(who, message.replace(nonce, "0" * 32))
    assert refused.value.code == "nonce_gone"


def test_a_nonce_dies_after_five_minutes() -> None:
    who = ben()
    message = ask(who)
    without_expiry = "\n".join(line for line in message.split("\n") if not line.startswith("Expiration"))
    with pytest.raises(NotSignedIn) as refused:
        submit(who, message, later=NONCE_LIFETIME)
    assert refused.value.code == "message_expired"
    with pytest.raises(NotSignedIn) as refused:
        submit(who, without_expiry, later=NONCE_LIFETIME)
    assert refused.value.code == "nonce_gone"


def test_a_message_dated_before_its_nonce_is_refused() -> None:
    who = ben()
    nonce, _ = actions.issue_nonce(address=who.address, binding="", now=NOW)
    old = siwe.build_message(
        siwe.SiweMessage(
            domain="localhost:8000",
            address=who.address,
            uri="http://localhost:8000/",
            chain_id=31337,
            nonce=nonce,
            issued_at=NOW - timedelta(hours=1),
        )
    )
    with pytest.raises(NotSignedIn) as refused:
        submit(who, old, binding="")
    assert refused.value.code == "nonce_gone"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("localhost:8000 wants", "localhost:8001 wants", "wrong_domain"),
        ("localhost:8000 wants", "evil.example wants", "wrong_domain"),
        ("URI: http://localhost:8000", "URI: https://localhost:8000", "wrong_uri"),
        ("URI: http://localhost:8000", "URI: http://localhost:9000", "wrong_uri"),
        ("Chain ID: 31337", "Chain ID: 1", "wrong_chain"),
    ],
)
def test_a_message_for_another_site_port_or_chain_is_refused(old: str, new: str, code: str) -> None:
    who = ben()
    message = ask(who)
    assert old in message
    with pytest.raises(NotSignedIn) as refused:
        submit(who, message.replace(old, new))
    assert refused.value.code == code


def test_an_injected_line_is_refused() -> None:
    who = ben()
    message = ask(who).replace("Version: 1", "Version: 1\nRequest ID: x")
    with pytest.raises(Invalid) as refused:
        submit(who, message)
    assert refused.value.code == "malformed_message"


@pytest.mark.parametrize("signature", ["", "0x", "0x00", "0x" + "00" * 65, "0x" + "ff" * 65, "zz", "0x" + "0" * 9000])
def test_garbage_is_no_signature(signature: str) -> None:
    message = ask(ben())
    with pytest.raises(NotSignedIn) as refused:
        actions.sign_in(message=message, signature=signature, binding="browser-1", now=NOW)
    assert refused.value.code == "bad_signature"


def test_a_barred_account_cannot_sign_in() -> None:
    who = mallory()
    actions.bar(who.account, by=sara().account, reason="attacks people", now=NOW)
    message = ask(who)
    with pytest.raises(Forbidden) as refused:
        submit(who, message)
    assert refused.value.code == "barred"
    # and the nonce is spent all the same
    actions.readmit(who.account, by=sara().account, reason="was somebody else")
    with pytest.raises(NotSignedIn):
        submit(who, message)
    assert submit(who, ask(who)) == who.account


def browser() -> HttpRequest:
    request = HttpRequest()
    request.session = SessionStore()
    return request


def test_a_session_gets_a_new_key_and_ends_with_a_bar() -> None:
    who = mallory()
    request = browser()
    request.session.save()
    before = request.session.session_key
    actions.start_session(request, who.account)
    assert request.session.session_key != before
    request.session.save()
    assert get_user(request) == who.account
    actions.bar(who.account, by=sara().account, reason="attacks people", now=NOW)
    assert not get_user(request).is_authenticated
    actions.readmit(who.account, by=sara().account, reason="was somebody else")
    assert not get_user(request).is_authenticated


def test_a_nonce_row_does_not_hold_the_session_key() -> None:
    ask(ben(), binding="a-session-key")
    assert "a-session-key" not in SignInNonce.objects.get().binding


def test_only_plainly_named_hosts_are_ours(settings: LazySettings) -> None:
    settings.SITE_URL = "https://parley.example"
    settings.ALLOWED_HOSTS = ["parley.example", "www.parley.example", ".wild.example", "*"]
    assert our_domains() == {"parley.example", "www.parley.example"}


def test_a_malformed_address_gets_no_nonce() -> None:
    with pytest.raises(Invalid):
        actions.issue_nonce(address="0x12", binding="", now=NOW)
    assert not SignInNonce.objects.exists()
