"""The admin pages of moderation, as staff use them."""

import pytest
from django.test import Client
from django.urls import reverse

from exchange.accounts.models import Restriction
from tests.builders import Actor, actor, mallory, offer, sara
from tests.web.visiting import BACKEND

pytestmark = pytest.mark.django_db
PAGE = "admin:accounts_restriction"


@pytest.fixture
def staff() -> Actor:
    return actor(5, name="Steph", is_staff=True, is_superuser=True)


@pytest.fixture
def client(staff: Actor) -> Client:
    made = Client()
    made.force_login(staff.account, backend=BACKEND)
    return made


def decide(client: Client, **fields: str) -> int:
    facts = {"kind": "account", "reason": "Asked people to leave the site.", "ends_at_0": "", "ends_at_1": "", **fields}
    return client.post(reverse(f"{PAGE}_add"), facts).status_code


def test_staff_suspend_by_name_or_address_with_an_end(client: Client, staff: Actor) -> None:
    assert decide(client, subject=mallory().address, ends_at_0="2099-01-01", ends_at_1="12:00") == 302
    made = Restriction.objects.get()
    assert (made.account, made.by, made.ends_at is not None) == (mallory().account, staff.address, True)
    assert client.get(reverse(f"{PAGE}_change", args=[made.pk])).status_code == 200
    assert client.get(reverse(f"{PAGE}_changelist")).status_code == 200


def test_what_cannot_be_decided_is_said_beside_the_field(client: Client) -> None:
    for fields in (
        {"subject": "0x12"},
        {"subject": "nobody-here"},
        {"kind": "offer", "subject": "ZZZZZZZZ"},
        {"kind": "method", "subject": "no-such-method"},
        {"subject": mallory().address, "ends_at_0": "2001-01-01", "ends_at_1": "12:00"},
        {"subject": mallory().address, "reason": ""},
    ):
        assert decide(client, **fields) == 200
    assert not Restriction.objects.exists()


def test_staff_cannot_suspend_themselves(client: Client, staff: Actor) -> None:
    assert decide(client, subject=staff.address) == 200
    assert not Restriction.objects.exists()


def test_a_decision_is_lifted_and_neither_edited_nor_deleted(client: Client) -> None:
    assert decide(client, kind="offer", subject=offer().code) == 302
    made = Restriction.objects.get()
    client.post(reverse(f"{PAGE}_change", args=[made.pk]), {"reason": "another"})
    assert client.post(reverse(f"{PAGE}_delete", args=[made.pk]), {"post": "yes"}).status_code == 403
    made.refresh_from_db()
    assert made.reason == "Asked people to leave the site."
    client.post(reverse(f"{PAGE}_changelist"), {"action": "lift_selected", "_selected_action": [made.pk]})
    made.refresh_from_db()
    assert made.lifted_at is not None


def test_nobody_else_reaches_these_pages() -> None:
    visitor = Client()
    visitor.force_login(sara().account, backend=BACKEND)
    assert visitor.get(reverse(f"{PAGE}_add")).status_code == 302
    assert decide(visitor, subject=mallory().address) == 302
    assert not Restriction.objects.exists()
