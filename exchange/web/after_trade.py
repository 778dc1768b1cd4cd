"""After a trade: its receipt and a word about the other side; and more time while it still runs."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.errors import Conflict, Invalid
from exchange.reputation import feedback
from exchange.trades import actions, queries
from exchange.trades.view import trade_view
from exchange.web.feedback_form import FeedbackForm
from exchange.web.form_errors import take_over
from exchange.web.receipt_facts import ENDS, chain_facts, read_token, receipt_of
from exchange.web.trade_room import enter
from exchange.web.visitors import signed_in


@require_safe
@signed_in
def receipt(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Show the receipt."""
    _, room = enter(code, account=account)
    return render(request, "trades/receipt.html", {"room": room, "receipt": receipt_of(room)})


@require_safe
@signed_in
def receipt_pdf(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Give the receipt as a file."""
    from exchange.web.receipt_pdf import draw  # the library takes a second to import, and few ever ask for a PDF

    _, room = enter(code, account=account)
    data = draw(receipt_of(room), site_name=settings.SITE_NAME)
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="receipt-{room.view.code}.pdf"'
    return response


@require_safe
def check_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Tell whoever has a receipt's link what this site and the chain know of that trade: no names, no bank details."""
    trade = queries.trade_by_code(read_token(token))
    view = trade_view(trade, trade.seller, clock.now())
    end = next((line for line in reversed(view.timeline) if line.tx_hash), None)
    facts = (
        ("Trade", view.code),
        ("Money", f"{view.amount_fiat:.{view.minor_units}f} {view.currency}"),
        *chain_facts(view, contract=trade.contract, end_hash=end.tx_hash if end else ""),
    )
    return render(request, "trades/receipt_check.html", {"outcome": ENDS.get(view.state, "Not ended"), "facts": facts})


@require_POST
@signed_in
def give_feedback(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Take a word about the other side."""
    _, room = enter(code, account=account)
    form = FeedbackForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            feedback.give(
                room.view.code, by=account, is_good=data["is_good"] == "1", text=data["text"], now=clock.now()
            )
        except (Invalid, Conflict) as error:
            take_over(form, error)
        else:
            messages.success(request, "Thank you. It stands on their profile now.")
            return redirect("trade", room.view.code)
    return render(request, "trades/feedback.html", {"room": room, "form": form}, status=422)


@require_POST
@signed_in
def reply(request: HttpRequest, account: Account, feedback_id: int) -> HttpResponse:
    """Answer a word about oneself."""
    feedback.reply(feedback_id, by=account, text=request.POST.get("text", ""), now=clock.now())
    messages.success(request, "Your reply is shown below it.")
    return redirect("profile", account.address)


@require_POST
@signed_in
def give_time(request: HttpRequest, account: Account, code: str) -> HttpResponse:
    """Give the buyer more time, as far as the contract allows."""
    actions.give_time(code, by=account, now=clock.now())
    messages.success(request, "The buyer was told of the new time.")
    return redirect("trade", code)
