"""One disputed trade and its people, built once for many tests: each of them rolls back what it did."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from exchange.accounts.models import Account
from exchange.accounts.tokens import find_token
from exchange.core import clock
from tests.api.client import Api, token_for
from tests.api.matrix import MATRIX
from tests.builders import actor, ben, carol, mallory, offer, sara
from tests.trade_builders import claimed


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


def build() -> World:
    """Return the world of `matrix.py`."""
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
    return World(names=names, callers=callers, people=people)


def kept() -> Iterator[World]:
    """Yield the world inside a transaction that is undone at the end."""
    with transaction.atomic():
        yield build()
        transaction.set_rollback(True)
