"""Fixtures: a mailbox that this site's mail goes to, and a push service it may call."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from exchange import env
from tests.notifications.boxes import Mailbox, PushService, mailbox, push_service


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mailbox that this site's mail goes to."""
    with mailbox() as opened:
        mail = env.mail("NO_SUCH_VARIABLE", default=f"smtp://127.0.0.1:{opened.port}")
        with override_settings(**mail):
            yield opened


@pytest.fixture
def service() -> Iterator[PushService]:
    """A push service this site may call."""
    with push_service() as opened, override_settings(PUSH_SERVICES=["127.0.0.1"]):
        yield opened
