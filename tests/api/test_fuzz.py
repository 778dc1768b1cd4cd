"""Every operation under fire: whatever is sent, the answer is one that the document describes, and never a fault.

Schemathesis makes requests from the OpenAPI document, sound and broken, about a real disputed trade, in four roles: a
stranger, a party (Ben), somebody who is none (Mallory), the arbiter of the case. Besides random ones Ben sends requests
that each break one rule of a schema; that depends on no role, so the others do the same only in `make soak-api`.
"""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from exchange.wsgi import application
from tests.api.client import document
from tests.api.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
SOAKING = "FUZZ_EXAMPLES" in os.environ
THOROUGH = ("stranger", "ben", "mallory", "carol") if SOAKING else ("ben",)
OTHERS = ("stranger", "mallory", "carol")
# These end what the next example needs; what they do is tested by name.
KEPT_OUT = {"POST /api/v1/auth/logout", "DELETE /api/v1/tokens/{token_id}"}


def described(*, every_rule: bool) -> schemathesis.schemas.BaseSchema:
    """Return the document as a source of requests, with or without those that break each rule of each schema."""
    schema = schemathesis.openapi.from_dict(document())
    schema.app = application
    schema.config.phases.coverage.enabled = every_rule
    # A body that breaks the rule of its length may be refused for its size before a byte of it is read.
    rejection = schema.config.checks.negative_data_rejection
    rejection.expected_statuses = [*rejection.expected_statuses, "413"]
    return schema


thorough, random = described(every_rule=True), described(every_rule=False)
sending = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=not SOAKING
)


@pytest.fixture(autouse=True)
def _keep_the_connection(db: None) -> Iterator[None]:
    """The test's transaction lives on its connection, which the server would close after each request.

    Nor may the database close it: a busy machine thinks longer about the next request than a transaction may idle.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("role", THOROUGH)
@thorough.parametrize()
@sending
def test_whatever_breaks_a_rule_is_answered_as_described(case: schemathesis.Case, role: str, world: World) -> None:
    send(case, role=role, world=world)


@pytest.mark.parametrize("role", OTHERS)
@random.parametrize()
@sending
def test_whatever_is_sent_is_answered_as_described(case: schemathesis.Case, role: str, world: World) -> None:
    send(case, role=role, world=world)


def send(case: schemathesis.Case, *, role: str, world: World) -> None:
    """Make one call and hold its answer against the document."""
    if case.operation.label in KEPT_OUT:
        return
    cache.clear()
    if case.meta is None or case.meta.generation.mode.is_positive:
        point_at_what_exists(case, world)
    token = world.callers[role].token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # A signature, a cursor or a key is sound only if its owner made it, which no schema can say.
    excluded = [positive_data_acceptance]
    if role == "stranger":
        # Where nobody is signed in the answer is 401, whatever is wrong with the request besides.
        response = case.call(headers=headers)
        assert response.status_code < 500
        if case.operation.definition.raw["security"][0] != {}:
            assert response.status_code in {401, 400, 413, 404, 405}, response.text
        return
    case.call_and_validate(headers=headers, excluded_checks=excluded)


def point_at_what_exists(case: schemathesis.Case, world: World) -> None:
    """Have a sound request speak of the real trade, offer or account."""
    thing = "offer" if "/offers/" in case.operation.path else "code"
    for name in case.path_parameters or {}:
        if name in {"code", "address"}:
            case.path_parameters[name] = world.names[thing if name == "code" else name]
