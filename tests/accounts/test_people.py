"""Names in the database, finding people, offices, and what staff see."""

import pytest
from django.contrib.admin.sites import site
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from exchange.accounts import actions, queries
from exchange.accounts.admin_site import WalletAdminSite
from exchange.accounts.models import Account, ApiToken
from exchange.core import audit, clock
from exchange.core.errors import Forbidden, Invalid, NotFound
from exchange.core.models import AuditEntry
from tests.builders import ben, mallory, sara

pytestmark = pytest.mark.django_db


def test_sara_takes_a_name_and_gives_it_back() -> None:
    who = sara().account
    actions.rename(who, "Sara of Lisbon")
    assert Account.objects.get(pk=who.pk).label == "Sara of Lisbon"
    actions.rename(who, "")
    assert Account.objects.get(pk=who.pk).label == who.short == "0x7099…79C8"


@pytest.mark.parametrize("name", ["Sara", "SARA", "Sára", "5ara", "S-a-r-a"])
def test_mallory_cannot_take_a_double_of_saras_name(name: str) -> None:
    sara()
    who = mallory().account
    with pytest.raises(Invalid) as refused:
        actions.rename(who, name)
    assert refused.value.code == "name_taken"
    assert Account.objects.get(pk=who.pk).name == "Mallory"
    assert who.name == "Mallory"


def test_the_database_itself_refuses_doubles_and_half_rows() -> None:
    sara()
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create_user("0x" + "1" * 40, name="sara")
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create_user("somebody")


def test_a_barred_account_cannot_rename_itself() -> None:
    who = mallory().account
    who.is_active = False
    with pytest.raises(Forbidden):
        actions.rename(who, "Somebody")


def test_people_are_found_by_address_and_name() -> None:
    who = sara().account
    assert queries.account_of(who.address.lower()) == who
    assert queries.account_named(who.address) == who
    assert queries.account_named("sara") == who
    assert queries.accounts_by_id([who.pk, 0]) == {who.pk: who}


@pytest.mark.parametrize("wanted", ["nobody", "", "5ara", "0x12", "0x" + "1" * 40, "Sara\x00", "\ud800"])
def test_nobody_else_is_found(wanted: str) -> None:
    sara()
    with pytest.raises(NotFound):
        queries.account_named(wanted)


def test_offices_and_bars_are_in_the_audit_log() -> None:
    staff, who = ben().account, mallory().account
    actions.bar(who, by=staff, reason="sold the same coin twice", now=clock.now())
    actions.readmit(who, by=staff, reason="she did not")
    actions.appoint_arbiter(who, by=staff.address)
    actions.dismiss_arbiter(who, by="seed")
    acts = AuditEntry.objects.order_by("id").values_list("act", "actor", "subject")
    assert [act for act, _, _ in acts] == [
        "account.barred",
        "account.readmitted",
        "arbiter.appointed",
        "arbiter.dismissed",
    ]
    assert {subject for _, _, subject in acts} == {who.address}
    assert audit.first_broken() is None


def test_signing_out_everywhere_ends_tokens() -> None:
    who = sara().account
    actions.issue_token(who, name="bot", scopes=["chat"], lifetime=clock.seconds(60), now=clock.now())
    actions.end_all_sessions(who, now=clock.now())
    assert ApiToken.objects.get().revoked_at is not None


def test_the_admin_sends_people_to_the_wallet_sign_in() -> None:
    request = RequestFactory().get("/admin/login/", {"next": "//evil.example/"})
    answer = WalletAdminSite().login(request)
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]
    assert answer["Location"].endswith("/signin?next=/admin/")


def test_the_admin_never_shows_a_digest() -> None:
    shown = site.get_model_admin(ApiToken)
    assert "digest" not in str(shown.fields)
    (inline,) = site.get_model_admin(Account).inlines
    assert "digest" not in str(inline.fields)
