"""API tokens: shown once, stored hashed, scoped, ending."""

from datetime import timedelta

import pytest

from exchange.accounts import actions, policy
from exchange.accounts.models import ApiToken, SignInNonce
from exchange.accounts.queries import tokens_of
from exchange.accounts.tasks import forget_spent_credentials
from exchange.accounts.tokens import SCOPES
from exchange.core import clock
from exchange.core.errors import Forbidden, Invalid, NotFound, NotSignedIn
from tests.builders import ben, mallory, sara

pytestmark = pytest.mark.django_db
NOW = clock.now()
DAY = timedelta(days=1)


def issue(name: str = "bot", scopes: tuple[str, ...] = ("offers:read",), lifetime: timedelta = DAY) -> str:
    return actions.issue_token(sara().account, name=name, scopes=scopes, lifetime=lifetime, now=NOW)[1]


def test_a_token_speaks_for_its_account_with_its_scopes() -> None:
    secret = issue(scopes=("trades:read", "offers:read"))
    assert secret.startswith("ply_")
    assert actions.account_of_token(secret, now=NOW) == (sara().account, ("offers:read", "trades:read"))


def test_the_secret_is_nowhere_in_the_database() -> None:
    secret = issue()
    row = ApiToken.objects.values().get()
    assert secret not in str(row)
    assert secret[4:] not in str(row)


@pytest.mark.parametrize("secret", ["", "ply_", "ply_guess", "Bearer x", "ply_\udc80", "x" * 5000])
def test_an_unknown_token_is_refused(secret: str) -> None:
    issue()
    with pytest.raises(NotSignedIn) as refused:
        actions.account_of_token(secret, now=NOW)
    assert refused.value.code == "bad_token"


def test_a_token_ends_on_time() -> None:
    secret = issue(lifetime=DAY)
    assert actions.account_of_token(secret, now=NOW + DAY - timedelta(seconds=1))
    with pytest.raises(NotSignedIn):
        actions.account_of_token(secret, now=NOW + DAY)


def test_a_revoked_token_is_refused_and_not_listed() -> None:
    secret = issue()
    (token,) = tokens_of(sara().account)
    actions.revoke_token(sara().account, token_id=token.pk, now=NOW)
    actions.revoke_token(sara().account, token_id=token.pk, now=NOW)
    with pytest.raises(NotSignedIn):
        actions.account_of_token(secret, now=NOW)
    assert tokens_of(sara().account) == []


def test_mallory_cannot_revoke_saras_token() -> None:
    issue()
    with pytest.raises(NotFound):
        actions.revoke_token(mallory().account, token_id=ApiToken.objects.get().pk, now=NOW)
    assert ApiToken.objects.get().revoked_at is None


def test_a_barred_account_cannot_use_or_make_tokens() -> None:
    secret = issue()
    actions.bar(sara().account, by=ben().account, reason="test", now=NOW)
    ApiToken.objects.update(revoked_at=None)
    with pytest.raises(Forbidden) as refused:
        actions.account_of_token(secret, now=NOW)
    assert refused.value.code == "barred"
    with pytest.raises(Forbidden):
        issue()


def test_use_is_noted_at_most_once_a_minute(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    secret = issue()
    with django_assert_num_queries(3):
        actions.account_of_token(secret, now=NOW)
    with django_assert_num_queries(1):
        actions.account_of_token(secret, now=NOW + timedelta(seconds=59))
    assert ApiToken.objects.get().last_used_at == NOW
    actions.account_of_token(secret, now=NOW + timedelta(seconds=60))
    assert ApiToken.objects.get().last_used_at == NOW + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("name", "scopes", "lifetime", "field"),
    [
        ("", ("chat",), DAY, "/name"),
        ("x" * 65, ("chat",), DAY, "/name"),
        ("bot", (), DAY, "/scopes"),
        ("bot", ("everything",), DAY, "/scopes"),
        ("bot", ("chat",), timedelta(0), "/lifetime"),
        ("bot", ("chat",), timedelta(days=367), "/lifetime"),
    ],
)
def test_a_bad_wish_is_named_by_its_field(name: str, scopes: tuple[str, ...], lifetime: timedelta, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        issue(name, scopes, lifetime)
    assert set(refused.value.fields) == {field}


def test_the_scopes_are_those_of_the_api() -> None:
    assert SCOPES == ("offers:read", "offers:write", "trades:read", "trades:write", "chat", "webhooks", "arbiter")


def test_a_missing_scope_is_named() -> None:
    policy.require_scope({"chat"}, "chat")
    with pytest.raises(Forbidden) as refused:
        policy.require_scope({"chat"}, "trades:write")
    assert refused.value.extra == {"scope": "trades:write"}


def test_old_credentials_are_forgotten() -> None:
    issue()
    actions.issue_nonce(address=sara().address, binding="", now=NOW - timedelta(hours=2))
    actions.issue_nonce(address=sara().address, binding="", now=NOW)
    ApiToken.objects.update(expires_at=NOW - timedelta(days=31))
    forget_spent_credentials()
    assert SignInNonce.objects.count() == 1
    assert not ApiToken.objects.exists()


def test_a_token_bound_to_networks_works_from_there_and_nowhere_else() -> None:
    who = sara().account
    networks = ["203.0.113.7", "2001:db8::/32", " 198.51.100.0/24 "]
    token, secret = actions.issue_token(
        who, name="bot", scopes=["chat"], lifetime=timedelta(days=1), now=NOW, networks=networks
    )
    assert token.networks == ["203.0.113.7/32", "2001:db8::/32", "198.51.100.0/24"]
    for address in ("203.0.113.7", "::ffff:203.0.113.7", "2001:db8::9", "198.51.100.255"):
        assert actions.account_of_token(secret, now=NOW, address=address)[0] == who
    for address in ("203.0.113.8", "2001:db9::1", "", None, "nonsense"):
        with pytest.raises(Forbidden) as refused:
            actions.account_of_token(secret, now=NOW, address=address)
        assert refused.value.code == "wrong_network"


def test_a_network_that_is_none_is_named_by_its_place() -> None:
    with pytest.raises(Invalid) as refused:
        actions.issue_token(
            sara().account,
            name="bot",
            scopes=["chat"],
            lifetime=timedelta(days=1),
            now=NOW,
            networks=["10.0.0.0/8", "bot.example"],
        )
    assert list(refused.value.fields) == ["/networks/1"]
