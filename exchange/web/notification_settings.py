"""What one is told, where and when: the matrix, the address, browsers, quiet hours, a test for each channel."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import Invalid
from exchange.core.limits import Limit, spend
from exchange.notifications import deliver, preferences, push
from exchange.notifications.models import Channel, Kind, PushSubscription
from exchange.web.form_errors import take_over
from exchange.web.visitors import signed_in

TESTS = Limit("channel-tests", most=5, seconds=600)
COLUMNS = (("site", "On this site"), (str(Channel.EMAIL), "E-mail"), (str(Channel.PUSH), "Browser push"))
WORDS = {
    Kind.YOUR_TURN: "Your turn",
    Kind.REMINDER: "A deadline is near",
    Kind.MESSAGE: "Unread messages",
    Kind.TRADE: "Other news of trades",
    Kind.DISPUTE: "Disputes",
    Kind.OFFER: "Offers",
    Kind.SECURITY: "Security of the account",
}


class WishesForm(forms.Form):
    """Quiet hours, time zone, and whether amounts and names may leave the site; the matrix is read beside it."""

    quiet_from = forms.TimeField(label="From", required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    quiet_to = forms.TimeField(label="To", required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    time_zone = forms.CharField(
        label="Time zone", widget=forms.TextInput({"list": "time-zones", "autocomplete": "off"})
    )
    with_details = forms.BooleanField(
        label="Amounts and names may stand in e-mails",
        help_text="Without this they say only that something happened, and link here.",
        required=False,
    )


class EmailForm(forms.Form):
    """Where mail goes."""

    email = forms.CharField(
        label="E-mail address",
        required=False,
        max_length=254,
        help_text="Empty switches mail off. A new address gets one mail with a link that confirms it.",
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


@require_safe
@signed_in
def show(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the settings."""
    return _show(request, account)


@require_POST
@signed_in
def save(request: HttpRequest, account: Account) -> HttpResponse:
    """Store the matrix and quiet hours."""
    form = WishesForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        on = {channel: request.POST.getlist(channel) for channel, _ in COLUMNS}
        on["site"] = [*on["site"], *preferences.ALWAYS_ON_SITE]
        try:
            preferences.save(
                account,
                on=on,
                with_details=data["with_details"],
                quiet_from=_minutes(data["quiet_from"]),
                quiet_to=_minutes(data["quiet_to"]),
                time_zone=data["time_zone"].strip(),
            )
        except Invalid as error:
            take_over(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("notification-settings")
    return _show(request, account, form=form)


@require_POST
@signed_in
def set_email(request: HttpRequest, account: Account) -> HttpResponse:
    """Change the address."""
    form = EmailForm(request.POST)
    if form.is_valid():
        try:
            preferences.set_email(account, form.cleaned_data["email"], now=clock.now())
        except Invalid as error:
            take_over(form, error)
        else:
            given = form.cleaned_data["email"].strip()
            words = "Look into your mail: a link there confirms the address." if given else "Mail is switched off."
            messages.success(request, words)
            return redirect("notification-settings")
    return _show(request, account, email_form=form)


@require_POST
@signed_in
def try_channel(request: HttpRequest, account: Account, channel: str) -> HttpResponse:
    """Send a test."""
    spend(TESTS, account.address)
    messages.info(request, deliver.try_channel(account, channel))
    return redirect("notification-settings")


@require_POST
@signed_in
def forget_browser(request: HttpRequest, account: Account, number: int) -> HttpResponse:
    """Stop waking a browser."""
    push.unsubscribe(account, subscription_id=number)
    messages.success(request, "That browser is not woken any more.")
    return redirect("notification-settings")


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm an address: the link leads here, the button does it, so that no mail scanner can."""
    if request.method == "POST":
        email = preferences.confirm_email(token, now=clock.now())
        return render(request, "notifications/link.html", {"title": "Confirmed", "text": f"Mail goes to {email} now."})
    context = {"title": "Confirm this address", "text": "Notifications will be sent to it.", "label": "Confirm"}
    return render(request, "notifications/link.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """End all mail to an account; mail programs may post here by themselves (RFC 8058), without this site's cookie."""
    if request.method == "POST":
        preferences.stop_email(token, now=clock.now())
        return render(request, "notifications/link.html", {"title": "Stopped", "text": "No more mail is sent."})
    context = {"title": "Stop all mail", "text": "You are still told on the site.", "label": "Stop all mail"}
    return render(request, "notifications/link.html", context)


def _show(
    request: HttpRequest, account: Account, *, form: WishesForm | None = None, email_form: EmailForm | None = None
) -> HttpResponse:
    wishes = preferences.wishes_of(account)
    shown = form or WishesForm(
        initial={
            "quiet_from": _clock(wishes.quiet_from) if wishes.quiet_from != wishes.quiet_to else "",
            "quiet_to": _clock(wishes.quiet_to) if wishes.quiet_from != wishes.quiet_to else "",
            "time_zone": wishes.time_zone,
            "with_details": wishes.with_details,
        }
    )
    email = email_form or EmailForm(initial={"email": wishes.email})
    rows = [
        (words, str(kind), [(*column, wishes.wants(column[0], kind), _is_fixed(column[0], kind)) for column in COLUMNS])
        for kind, words in WORDS.items()
    ]
    context: dict[str, Any] = {
        "form": email if email.errors else shown,
        "wishes_form": shown,
        "email_form": email,
        "wishes": wishes,
        "columns": COLUMNS,
        "rows": rows,
        "latest": {channel: deliver.latest(account, channel) for channel in Channel.values},
        "browsers": PushSubscription.objects.filter(account=account).order_by("id"),
        "push_key": push.public_key(),
        "time_zones": sorted(zone for zone in available_timezones() if "/" in zone),
    }
    status = 422 if shown.errors or email.errors else 200
    return render(request, "notifications/settings.html", context, status=status)


def _is_fixed(channel: str, kind: Kind) -> bool:
    return channel == "site" and kind in preferences.ALWAYS_ON_SITE


def _minutes(time: Any) -> int:
    return time.hour * 60 + time.minute if time else 0


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
