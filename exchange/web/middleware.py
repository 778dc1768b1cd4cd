"""Around every page: refusals become pages, and who is here is noted at most once a minute."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from exchange.accounts import actions
from exchange.accounts.models import Account
from exchange.core import clock
from exchange.core.database import is_out_of_reach
from exchange.core.errors import DomainError
from exchange.web import errors


class DomainErrorMiddleware:
    """Turns a `DomainError` that leaves a view into its page, and keeps `last_active_at` roughly current."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self.get_response(request)
        note_activity(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal, or a database out of reach, with words; leave every other failure to Django."""
        if isinstance(exception, DomainError):
            return errors.refused(request, exception)
        if is_out_of_reach(exception):
            return errors.busy(request)
        if isinstance(exception, Http404) and errors.is_fragment(request):
            return errors.page_not_found(request, exception)
        return None


def note_activity(request: HttpRequest) -> None:
    """Note that the signed-in account was here, if the page looked at who is signed in."""
    # A page that never looked at the session must not start doing so here.
    user = getattr(request, "_cached_user", None)
    if not isinstance(user, Account):
        return
    actions.note_activity(user, now=clock.now())
