"""One's own account: name, API tokens, sessions. Each part has its own button."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exchange.accounts import actions, queries
from exchange.accounts.models import Account
from exchange.accounts.tokens import SCOPES
from exchange.core import clock
from exchange.core.errors import Invalid
from exchange.web.form_errors import take_over
from exchange.web.visitors import signed_in

SENTENCES = {
    "offers:read": "may read my offers",
    "offers:write": "may write offers; cannot sign them",
    "trades:read": "may read my trades",
    "trades:write": "may take offers and act in trades; cannot sign",
    "chat": "may read and write encrypted messages",
    "webhooks": "may manage webhooks",
    "arbiter": "may read cases I claimed",
}
# Two forms stand on one page; their fields must not share names for labels.
TOKEN_FIELDS = "id_token_%s"  # noqa: S105 (names of form fields)
LIFETIMES = (("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "1 year"))


class NameForm(forms.Form):
    """A public name; empty takes it away."""

    name = forms.CharField(
        label="Public name",
        required=False,
        max_length=64,
        help_text="3 to 32 letters, from one script. Others see it beside your address. Empty shows the address alone.",
    )


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label="What is it for?", max_length=64)
    scopes = forms.MultipleChoiceField(
        label="What may it do?",
        choices=[(scope, f"{scope}: {SENTENCES[scope]}") for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    lifetime = forms.ChoiceField(label="Until when?", choices=LIFETIMES, initial="90")


@require_safe
@signed_in
def settings(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the account."""
    return _show(request, account)


@require_POST
@signed_in
def rename(request: HttpRequest, account: Account) -> HttpResponse:
    """Change the public name."""
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            actions.rename(account, form.cleaned_data["name"])
        except Invalid as error:
            account.refresh_from_db(fields=["name"])
            take_over(form, error)
        else:
            messages.success(request, "Your name is saved.")
            return redirect("settings")
    return _show(request, account, name_form=form)


@require_POST
@signed_in
def add_token(request: HttpRequest, account: Account) -> HttpResponse:
    """Make a token and show its secret, this once."""
    form = TokenForm(request.POST, auto_id=TOKEN_FIELDS)
    if not form.is_valid():
        return _show(request, account, token_form=form)
    data = form.cleaned_data
    lifetime = timedelta(days=int(data["lifetime"]))
    try:
        token, secret = actions.issue_token(
            account, name=data["name"], scopes=data["scopes"], lifetime=lifetime, now=clock.now()
        )
    except Invalid as error:
        take_over(form, error)
        return _show(request, account, token_form=form)
    response = _show(request, account, secret=secret, fresh=token)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@signed_in
def revoke_token(request: HttpRequest, account: Account, token_id: int) -> HttpResponse:
    """End a token."""
    actions.revoke_token(account, token_id=token_id, now=clock.now())
    messages.success(request, "The token no longer works.")
    return redirect("settings")


@require_POST
@signed_in
def end_sessions(request: HttpRequest, account: Account) -> HttpResponse:
    """Sign out everywhere, this browser included."""
    actions.end_all_sessions(account, now=clock.now())
    actions.end_session(request)
    return redirect("home")


def _show(
    request: HttpRequest,
    account: Account,
    *,
    name_form: NameForm | None = None,
    token_form: TokenForm | None = None,
    **more: Any,
) -> HttpResponse:
    names = name_form or NameForm(initial={"name": account.name})
    tokens = token_form or TokenForm(auto_id=TOKEN_FIELDS)
    context = {"name_form": names, "token_form": tokens, "tokens": queries.tokens_of(account), **more}
    return render(request, "settings/settings.html", context, status=422 if names.errors or tokens.errors else 200)
