"""API tokens of one's own: what each may do in sentences, from where, until when, and when it was last used."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

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
    "trades:read": "may read my trades and lists of people",
    "trades:write": "may take offers and act in trades; cannot sign",
    "chat": "may read and write encrypted messages",
    "webhooks": "may manage webhooks",
    "arbiter": "may read cases I claimed",
}
LIFETIMES = (("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "1 year"))


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label="What is it for?", max_length=64)
    scopes = forms.MultipleChoiceField(
        label="What may it do?",
        choices=[(scope, f"{scope}: {SENTENCES[scope]}") for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    lifetime = forms.ChoiceField(label="Until when?", choices=LIFETIMES, initial="90")
    networks = forms.CharField(
        label="From where?",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Addresses or ranges such as 203.0.113.0/24, one a line. Empty: from anywhere.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def tokens(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the tokens; make one and show its secret, this once."""
    if request.method != "POST":
        return _show(request, account, form=TokenForm())
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _show(request, account, form=form)
    data = form.cleaned_data
    try:
        token, secret = actions.issue_token(
            account,
            name=data["name"],
            scopes=data["scopes"],
            lifetime=timedelta(days=int(data["lifetime"])),
            now=clock.now(),
            networks=data["networks"].split(),
        )
    except Invalid as error:
        take_over(form, _by_field(error))
        return _show(request, account, form=form)
    response = _show(request, account, form=TokenForm(), secret=secret, fresh=token)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@signed_in
def revoke_token(request: HttpRequest, account: Account, token_id: int) -> HttpResponse:
    """End a token."""
    actions.revoke_token(account, token_id=token_id, now=clock.now())
    messages.success(request, "The token no longer works.")
    return redirect("settings-tokens")


def _by_field(error: Invalid) -> Invalid:
    """Return the refusal with problems of single networks at the one field they were typed in."""
    fields = {("/networks" if name.startswith("/networks/") else name): words for name, words in error.fields.items()}
    return Invalid(error.message, code=error.code, fields=fields)


def _show(request: HttpRequest, account: Account, *, form: TokenForm, **more: Any) -> HttpResponse:
    shown = [(token, [SENTENCES[scope] for scope in token.scopes]) for token in queries.tokens_of(account)]
    context = {"form": form, "tokens": shown, "tab": "settings-tokens", **more}
    return render(request, "settings/tokens.html", context, status=422 if form.errors else 200)
