"""A trader's public page: figures with their sample size, and open offers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from exchange.accounts import queries as accounts
from exchange.accounts import regards
from exchange.core import clock
from exchange.moderation import reports
from exchange.offers import queries as offers
from exchange.reputation import feedback
from exchange.reputation import queries as reputation
from exchange.web.my_offers import priced
from exchange.web.visitors import visitor


@require_safe
def profile(request: HttpRequest, who: str) -> HttpResponse:
    """Show a trader; a name in the address leads to the one address it means."""
    person = accounts.account_named(who)
    if who != person.address:
        return redirect("profile", person.address)
    active = [offer for offer in offers.offers_of(person, closed=False) if offer.state == "active"]
    context = {
        "person": person,
        "standing": reputation.standing_of(person.pk),
        "rows": priced(active, now=clock.now()),
        "is_me": visitor(request) == person,
        "regard": regards.regard_of(person, by=visitor(request)),
        "words": feedback.about(person),
        "report": reports.latest(person, by=visitor(request)),
    }
    return render(request, "profile/profile.html", context)
