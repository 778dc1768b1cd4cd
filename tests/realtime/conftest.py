"""One socket server for all tests of this folder; each test commits what the server shall see."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.servers import socket_server


@pytest.fixture(scope="session")
def _server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), socket_server() as url:
        yield url


@pytest.fixture
def url(transactional_db: None, _server: str) -> str:
    """The address of the socket server."""
    return _server
