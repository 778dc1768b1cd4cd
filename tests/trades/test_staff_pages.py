"""The staff pages of trades and cases: they show, they record who looked, and they change nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.models import AuditEntry
from exchange.disputes import actions as disputes
from exchange.disputes.models import Dispute
from tests import trade_builders as make
from tests.builders import actor, ben, mallory

pytestmark = pytest.mark.django_db


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_staff_read_a_case_and_the_reading_is_on_record() -> None:
    deal = make.disputed()
    disputes.open_case(
        deal.code,
        by=ben().account,
        reason="other",
        wish_bps=10_000,
        statement=f"<script>alert(1)</script> {make.STATEMENT}",
        now=clock.now(),
    )
    staff = actor(9, name="Erin", is_staff=True, is_superuser=True)
    client = signed_in(staff.account)
    pages = [
        ("trade.read", reverse("admin:trades_trade_change", args=[deal.trade.pk])),
        ("case.read", reverse("admin:disputes_dispute_change", args=[Dispute.objects.get().pk])),
    ]
    for act, page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        assert b"<script>alert(1)" not in answer.content
        entry = AuditEntry.objects.get(act=act)
        assert (entry.actor, entry.subject) == (staff.address, deal.code)
        assert client.post(page, {"state": "released", "amount": "1"}).status_code == 403
        assert client.post(page.replace("change", "delete"), {"post": "yes"}).status_code == 403
    for name in ("admin:trades_trade_add", "admin:disputes_dispute_add"):
        assert client.get(reverse(name)).status_code == 403
    for name in ("admin:trades_trade_changelist", "admin:disputes_dispute_changelist"):
        answer = client.get(reverse(name), {"q": deal.code})
        assert answer.status_code == 200
        assert deal.code.encode() in answer.content
    assert deal.fresh().state == "disputed"


def test_mallory_sees_no_staff_page_and_leaves_no_record() -> None:
    deal = make.funded()
    answer = signed_in(mallory().account).get(reverse("admin:trades_trade_change", args=[deal.trade.pk]))
    assert answer.status_code in {302, 403, 404}
    assert deal.code.encode() not in answer.content
    assert not AuditEntry.objects.filter(act="trade.read").exists()
