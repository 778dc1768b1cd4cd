"""Every route, every role: the answer is the declared one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from exchange.accounts import actions as accounts
from exchange.accounts.models import Account
from exchange.accounts.tokens import find_token
from exchange.core import clock
from tests.api.client import BASE, Api, document, token_for
from tests.api.matrix import MATRIX, ROLES
from tests.builders import actor, ben, carol, mallory, offer, sara
from tests.trade_builders import claimed

pytestmark = pytest.mark.django_db


@dataclass
class World:
    """Names for the placeholders and a caller for each role."""

    names: dict[str, str]
    callers: dict[str, Api]
    people: dict[str, Account]

    def call(self, route: str, by: Api) -> Any:
        """Make the call of a route of the matrix."""
        row = MATRIX[route]
        method, template = route.split(" ")
        return by(method, (row.path or template).format(**self.names), row.body)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Build one disputed trade for all tests of this file: each of them rolls back what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        deal = claimed()
        people = {
            "mallory": mallory().account,
            "ben": ben().account,
            "sara": sara().account,
            "carol": carol().account,
            "dave": actor(4, name="Dave", is_arbiter=True).account,
        }
        names = {
            "trade": deal.code,
            "code": deal.code,
            "offer": offer(max_fiat="500.00").code,
            "address": people["sara"].address,
            "token": str(find_token(token_for(people["sara"]), now=clock.now()).pk),
        }
        callers = {"stranger": Api(), **{name: Api(account) for name, account in people.items()}}
        yield World(names=names, callers=callers, people=people)
        transaction.set_rollback(True)


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
    assert response.status_code == MATRIX[route].answers[ROLES.index(role)], response.content.decode()
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("route", sorted(MATRIX))
def test_a_suspended_account_may_do_nothing(route: str, world: World) -> None:
    Account.objects.filter(pk=world.people["ben"].pk).update(is_active=False)
    response = world.call(route, world.callers["ben"])
    assert response.status_code == 403
    assert response.json()["code"] == "suspended"


@pytest.mark.parametrize("route", sorted(MATRIX))
def test_a_dead_token_opens_nothing(route: str, world: World) -> None:
    accounts.end_all_sessions(world.people["ben"], now=clock.now())
    for caller in (world.callers["ben"], Api(token="ply_" + "A" * 43), Api(token="c2FyYQ==")):
        response = world.call(route, caller)
        assert response.status_code == 401
        assert response.json()["code"] == "bad_token"
