"""Webhooks of one's own: addresses, events, what was sent and how it went."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import DomainError, Invalid
from exchange.web.form_errors import take_over
from exchange.web.visitors import signed_in
from exchange.webhooks import actions, queries
from exchange.webhooks.events import EVENTS

WORDS = {
    "trade.requested": "an offer of mine is taken",
    "trade.agreed": "both sides have agreed",
    "trade.funded": "the coins are locked",
    "trade.paid": "the buyer marked it paid",
    "trade.disputed": "a dispute begins",
    "trade.released": "the coins are released",
    "trade.refunded": "the coins go back",
    "trade.resolved": "the coins are split",
    "trade.expired": "a trade expires before the lock",
    "trade.cancelled": "a trade is cancelled before the lock",
    "trade.declined": "a maker declines",
    "dispute.opened": "a case is opened",
    "dispute.claimed": "an arbiter takes the case",
    "dispute.recused": "an arbiter gives the case back",
    "dispute.key": "the arbiter can be shown messages",
    "dispute.evidence": "evidence is shown",
    "dispute.asked": "the arbiter asks for evidence",
    "dispute.ruled": "the arbiter has ruled",
}
ON_A_PAGE = 25


class WebhookForm(forms.Form):
    """An address and what it should hear."""

    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="A public https address of yours, such as https://bot.example/parley.",
    )
    events = forms.MultipleChoiceField(
        label="Call it when",
        choices=[(event, f"{WORDS[event]} ({event})") for event in EVENTS],
        widget=forms.CheckboxSelectMultiple,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def webhooks(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the webhooks; add one and show its secret, this once."""
    if request.method != "POST":
        return _list(request, account, form=WebhookForm())
    form = WebhookForm(request.POST)
    if form.is_valid():
        try:
            made, secret = actions.add(
                account, url=form.cleaned_data["url"], events=form.cleaned_data["events"], now=clock.now()
            )
        except Invalid as error:
            take_over(form, error)
        else:
            return _secret(_list(request, account, form=WebhookForm(), secret=secret, fresh=made))
    return _list(request, account, form=form)


@require_safe
@signed_in
def webhook(request: HttpRequest, account: Account, webhook_id: int) -> HttpResponse:
    """Show one webhook and what was sent to it."""
    return _one(request, account, webhook_id)


@require_POST
@signed_in
def act(request: HttpRequest, account: Account, webhook_id: int, deed: str) -> HttpResponse:
    """Carry out one deed: test, secret, pause, resume or remove."""
    found, now = queries.webhook_for(webhook_id, account=account), clock.now()
    if deed == "secret":
        made, secret = actions.change_secret(found, now=now)
        return _secret(_one(request, account, webhook_id, secret=secret, fresh=made))
    if deed == "test":
        actions.send_test(found, now=now)
        messages.success(request, "A test message is on its way. Load this page again to see how it went.")
    elif deed in {"pause", "resume"}:
        state = "paused" if deed == "pause" else "active"
        actions.change(found, version=found.version, state=state)
        messages.success(request, "The webhook is paused." if deed == "pause" else "The webhook is switched on.")
    elif deed == "remove":
        actions.remove(found)
        messages.success(request, "The webhook is removed.")
        return redirect("settings-webhooks")
    else:
        raise DomainError("There is no such button.", code="invalid")
    return redirect("settings-webhook", webhook_id)


@require_POST
@signed_in
def send_again(request: HttpRequest, account: Account, webhook_id: int, message_id: str) -> HttpResponse:
    """Send one message again."""
    found = queries.webhook_for(webhook_id, account=account)
    actions.replay(queries.delivery_for(message_id, endpoint=found), now=clock.now())
    messages.success(request, "The message is on its way again.")
    return redirect("settings-webhook", webhook_id)


def _secret(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def _list(request: HttpRequest, account: Account, *, form: WebhookForm, **more: Any) -> HttpResponse:
    context = {"form": form, "webhooks": queries.webhooks_of(account), "tab": "settings-webhooks", **more}
    return render(request, "settings/webhooks.html", context, status=422 if form.errors else 200)


def _one(request: HttpRequest, account: Account, webhook_id: int, **more: Any) -> HttpResponse:
    found = queries.webhook_for(webhook_id, account=account)
    before = request.GET.get("before", "")
    place = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    rows = queries.deliveries_of(found, before=place, limit=ON_A_PAGE + 1)
    following = rows[ON_A_PAGE - 1].pk if len(rows) > ON_A_PAGE else None
    context = {
        "webhook": found,
        "hears": [WORDS[event] for event in found.events],
        "deliveries": rows[:ON_A_PAGE],
        "following": following,
        "tab": "settings-webhooks",
        **more,
    }
    return render(request, "settings/webhook.html", context)
