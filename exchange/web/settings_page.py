"""One's own account: name and sessions. Tokens, webhooks and lists of people have pages of their own beside it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exchange.accounts import actions
from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import Invalid
from exchange.web.form_errors import take_over
from exchange.web.visitors import signed_in


class NameForm(forms.Form):
    """A public name; empty takes it away."""

    name = forms.CharField(
        label="Public name",
        required=False,
        max_length=64,
        help_text="3 to 32 letters, from one script. Others see it beside your address. Empty shows the address alone.",
    )


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
def end_sessions(request: HttpRequest, account: Account) -> HttpResponse:
    """Sign out everywhere, this browser included."""
    actions.end_all_sessions(account, now=clock.now())
    actions.end_session(request)
    return redirect("home")


def _show(request: HttpRequest, account: Account, *, name_form: NameForm | None = None) -> HttpResponse:
    names = name_form or NameForm(initial={"name": account.name})
    context = {"name_form": names, "tab": "settings"}
    return render(request, "settings/settings.html", context, status=422 if names.errors else 200)
