"""What staff can do in the admin pages, and what they cannot."""

import pytest
from django.test import Client
from django.urls import reverse

from exchange.accounts import actions
from exchange.accounts.models import Account, ApiToken
from exchange.accounts.sessions import BACKEND
from exchange.catalog.models import PaymentMethod
from exchange.core import clock
from exchange.core.models import AuditEntry
from exchange.offers.models import Offer, OfferState
from tests.builders import Actor, ben, mallory, method, offer, sara

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Actor:
    who = ben()
    Account.objects.filter(pk=who.account.pk).update(is_staff=True, is_superuser=True)
    return who


@pytest.fixture
def client(staff: Actor) -> Client:
    browser = Client()
    staff.account.refresh_from_db()
    browser.force_login(staff.account, backend=BACKEND)
    return browser


@pytest.mark.parametrize(
    "page",
    [
        "admin:index",
        "admin:accounts_account_changelist",
        "admin:accounts_apitoken_changelist",
        "admin:catalog_asset_changelist",
        "admin:catalog_currency_changelist",
        "admin:catalog_paymentmethod_changelist",
        "admin:offers_offer_changelist",
        "admin:prices_sourcehealth_changelist",
        "admin:prices_reading_changelist",
        "admin:prices_referencerate_changelist",
        "admin:prices_leap_changelist",
    ],
)
def test_staff_see_the_lists(client: Client, page: str) -> None:
    offer()
    assert client.get(reverse(page)).status_code == 200


def test_strangers_and_traders_are_sent_to_the_sign_in() -> None:
    browser = Client()
    assert browser.get("/admin/").status_code == 302
    browser.force_login(mallory().account, backend=BACKEND)
    answer = browser.get("/admin/accounts/account/", follow=False)
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


def test_a_digest_is_on_no_page(client: Client) -> None:
    actions.issue_token(sara().account, name="bot", scopes=["chat"], lifetime=clock.seconds(60), now=clock.now())
    token = ApiToken.objects.get()
    pages = [
        reverse("admin:accounts_apitoken_change", args=[token.pk]),
        reverse("admin:accounts_account_change", args=[sara().account.pk]),
        reverse("admin:accounts_apitoken_changelist"),
    ]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        assert token.digest not in answer.content.decode()
        assert "bot" in answer.content.decode()


def change(client: Client, who: Account, **switches: str) -> None:
    fields = {"groups": [], "tokens-TOTAL_FORMS": "0", "tokens-INITIAL_FORMS": "0", **switches}
    answer = client.post(reverse("admin:accounts_account_change", args=[who.pk]), fields)
    assert answer.status_code == 302, answer.content.decode()


def test_staff_bar_and_readmit_an_account_and_it_is_written_down(client: Client, staff: Actor) -> None:
    who = mallory().account
    change(client, who)
    assert not Account.objects.get(pk=who.pk).is_active
    change(client, who, is_active="on")
    assert Account.objects.get(pk=who.pk).is_active
    entries = AuditEntry.objects.order_by("id").values_list("act", "actor", "subject")
    assert list(entries) == [
        ("account.barred", staff.address, who.address),
        ("account.readmitted", staff.address, who.address),
    ]


def test_staff_appoint_an_arbiter(client: Client) -> None:
    who = sara().account
    change(client, who, is_active="on", is_arbiter="on")
    assert Account.objects.get(pk=who.pk).is_arbiter
    assert AuditEntry.objects.get().act == "arbiter.appointed"


def test_an_address_cannot_be_changed(client: Client) -> None:
    who = sara().account
    change(client, who, is_active="on", address=mallory().address, name="Mallory")
    after = Account.objects.get(pk=who.pk)
    assert (after.address, after.name) == (who.address, "Sara")


def test_staff_act_on_many_accounts_but_not_on_themselves(client: Client, staff: Actor) -> None:
    everyone = [sara().account.pk, mallory().account.pk, staff.account.pk]
    for act, left in (("bar_selected", {staff.account.pk}), ("readmit_selected", set(everyone))):
        client.post(reverse("admin:accounts_account_changelist"), {"action": act, "_selected_action": everyone})
        assert set(Account.objects.filter(is_active=True).values_list("pk", flat=True)) == left


def test_staff_revoke_tokens(client: Client) -> None:
    actions.issue_token(sara().account, name="bot", scopes=["chat"], lifetime=clock.seconds(60), now=clock.now())
    token = ApiToken.objects.get()
    client.post(
        reverse("admin:accounts_apitoken_changelist"), {"action": "revoke_selected", "_selected_action": [token.pk]}
    )
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_payment_method_can_be_switched_off_and_nothing_else(client: Client) -> None:
    chosen = method("paypal")
    page = reverse("admin:catalog_paymentmethod_change", args=[chosen.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"name": "Mallory Pay"}).status_code == 302
    after = PaymentMethod.objects.get(pk=chosen.pk)
    assert (after.name, after.is_active) == ("PayPal", False)
    assert AuditEntry.objects.get().subject == "paymentmethod:PayPal"


def test_staff_can_read_an_offer_and_take_it_down_but_not_change_it(client: Client) -> None:
    made = offer()
    page = reverse("admin:offers_offer_change", args=[made.pk])
    assert client.get(page).status_code == 200
    client.post(page, {"terms_text": "Pay Mallory.", "state": "paused", "fixed_price": "1"})
    made.refresh_from_db()
    assert (made.terms_text, made.state, made.fixed_price) == ("", OfferState.ACTIVE, 3000)
    client.post(
        reverse("admin:offers_offer_changelist"), {"action": "take_down_selected", "_selected_action": [made.pk]}
    )
    assert Offer.objects.get().state == OfferState.CLOSED
    assert AuditEntry.objects.get().subject == f"offer:{made.code}"


@pytest.mark.parametrize(
    "page", ["accounts_account", "accounts_apitoken", "catalog_asset", "catalog_paymentmethod", "offers_offer"]
)
def test_nothing_is_added_by_hand(client: Client, page: str) -> None:
    assert client.get(reverse(f"admin:{page}_add")).status_code == 403
