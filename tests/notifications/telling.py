"""What notification tests do over and over: give an address, write a line, list every kind."""

from exchange.accounts.models import Account
from exchange.core import clock, outbox
from exchange.notifications import actions
from exchange.notifications.models import Kind, Preferences
from exchange.notifications.render import Line

LINE = Line(kind=str(Kind.YOUR_TURN), text="Trade 8F3K7Q2M waits for you.", path="/trades/8F3K7Q2M")
EVERYTHING = list(Kind.values)


def wants_mail(account: Account, **changes: object) -> None:
    """Give an account a confirmed address."""
    facts = {"email": "sara@example.org", "email_confirmed_at": clock.now(), "updated_at": clock.now(), **changes}
    Preferences.objects.update_or_create(account=account, defaults=facts)


def tell(account: Account, line: Line = LINE, *, key: str = "k1", trade: str = "8F3K7Q2M") -> None:
    """Write a notification and carry out what follows."""
    actions.write(account, line, key=key, trade_code=trade)
    outbox.dispatch()
