"""Every operation under fire: whatever is sent, the answer is one that the document describes, and never a fault.

Schemathesis makes requests from the OpenAPI document, sound ones and broken ones, about a real disputed trade, as its
buyer and its arbiter.
"""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from exchange.wsgi import application
from tests.api.client import document
from tests.api.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

schema = schemathesis.openapi.from_dict(document())
schema.app = application
# These end what the next example needs; what they do is tested by name.
KEPT_OUT = {"POST /api/v1/auth/logout", "DELETE /api/v1/tokens/{token_id}"}


@pytest.fixture(autouse=True)
def _keep_the_connection() -> Iterator[None]:
    """The test's transaction lives on its connection, which the server would close after each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_answer_is_one_the_document_describes(case: schemathesis.Case, world: World) -> None:
    if case.operation.label in KEPT_OUT:
        return
    cache.clear()
    if case.meta is None or case.meta.generation.mode.is_positive:
        point_at_what_exists(case, world)
    role = "carol" if "/arbiter/" in case.operation.path else "ben"
    headers = {"Authorization": f"Bearer {world.callers[role].token}"}
    # A signature, a cursor or a key is sound only if its owner made it, which no schema can say.
    case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])


def point_at_what_exists(case: schemathesis.Case, world: World) -> None:
    """Have a sound request speak of the real trade, offer or account."""
    thing = "offer" if "/offers/" in case.operation.path else "code"
    for name in case.path_parameters or {}:
        if name in {"code", "address"}:
            case.path_parameters[name] = world.names[thing if name == "code" else name]
