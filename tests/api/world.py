"""One disputed trade and its people, built once for many tests: each of them rolls back what it did."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from exchange.accounts.models import Account
from exchange.accounts.tokens import find_token
from exchange.core import clock
from exchange.webhooks import actions as webhooks
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
        return by(method, (row.path or template).format(**self.names), self._filled(row.body))

    def _filled(self, value: Any) -> Any:
        """Return a body with its placeholders filled in."""
        if isinstance(value, dict):
            return {name: self._filled(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self._filled(part) for part in value]
        return self.names.get(value[1:-1], value) if isinstance(value, str) and value.startswith("{") else value


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
    moment = clock.now()
    webhook, _ = webhooks.add(people["sara"], url="https://sara.example/parley", events=["trade.paid"], now=moment)
    names = {
        "webhook": str(webhook.pk),
        "delivery": webhooks.send_test(webhook, now=moment).message_id,
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
