"""Every route, every role: the answer is the declared one."""

import pytest

from exchange.accounts import actions as accounts
from exchange.accounts.models import Account
from exchange.core import clock
from exchange.moderation import actions as moderation
from tests.api.client import BASE, Api, document
from tests.api.matrix import MATRIX, ROLES
from tests.api.world import World

pytestmark = pytest.mark.django_db


def operations() -> set[str]:
    return {
        f"{method.upper()} {path.removeprefix(BASE)}"
        for path, methods in document()["paths"].items()
        for method in methods
    }


def test_every_route_stands_in_the_matrix() -> None:
    assert operations() == set(MATRIX)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", sorted(MATRIX))
def test_the_answer_is_the_declared_one(route: str, role: str, world: World) -> None:
    response = world.call(route, world.callers[role])
    assert response.status_code == MATRIX[route].answers[ROLES.index(role)], response.getvalue().decode()
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("route", sorted(MATRIX))
def test_a_suspended_party_begins_no_trade_and_goes_on_with_everything_else(route: str, world: World) -> None:
    moderation.suspend(world.people["ben"], by=world.people["carol"].address, reason="test", now=clock.now())
    response = world.call(route, world.callers["ben"])
    row = MATRIX[route]
    expected = row.suspended if row.suspended is not None else row.answers[ROLES.index("ben")]
    assert response.status_code == expected, response.getvalue().decode()
    if row.suspended is not None:
        assert response.json()["code"] == "suspended"


@pytest.mark.parametrize("route", sorted(MATRIX))
def test_a_barred_account_may_do_nothing(route: str, world: World) -> None:
    Account.objects.filter(pk=world.people["ben"].pk).update(is_active=False)
    response = world.call(route, world.callers["ben"])
    assert response.status_code == 403
    assert response.json()["code"] == "barred"


@pytest.mark.parametrize("route", sorted(MATRIX))
def test_a_dead_token_opens_nothing(route: str, world: World) -> None:
    accounts.end_all_sessions(world.people["ben"], now=clock.now())
    for caller in (world.callers["ben"], Api(token="ply_" + "A" * 43), Api(token="c2FyYQ==")):
        response = world.call(route, caller)
        assert response.status_code == 401
        assert response.json()["code"] == "bad_token"
