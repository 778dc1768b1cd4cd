"""What every page shows around its own subject: who is signed in, what waits, how the chain is; read when shown."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlsplit

from babel.numbers import get_currency_precision
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse

from escrow import deployment
from escrow import queries as chain
from escrow.queries import ChainHealth
from escrow.registry import Place
from escrow.terms import Domain
from exchange.accounts import restrictions
from exchange.accounts.models import Account, Restriction
from exchange.core import clock
from exchange.notifications import queries as notifications
from exchange.prices import queries as prices
from exchange.trades import listing
from exchange.web import pairs, times
from exchange.web.units import Money

THEME_COOKIE = "parley_theme"
THEMES = ("light", "dark")
# The attribute of a request that says which contract its page is about.
_CONTRACT = "parley_contract"


@dataclass(frozen=True, slots=True)
class Banner:
    """The one site-wide notice: the worst that is true."""

    tone: str
    title: str
    text: str
    # Where to check the coins without us; the text ends so that the link goes on with it.
    link: str = ""
    icon: str = "triangle-alert"


@dataclass(frozen=True, slots=True)
class Ticker:
    """What one coin costs on the market."""

    symbol: str
    price: Decimal
    money: Money


class Shell:
    """The frame of one page. Every fact is read at most once, and only if the template asks for it."""

    site_name = settings.SITE_NAME
    demo = settings.DEMO
    stage = "DEMO" if settings.DEMO else "LIVE" if settings.DEPLOY else "TEST"
    lock_window = settings.LOCK_WINDOW
    approval_window = settings.APPROVAL_WINDOW
    host = urlsplit(settings.SITE_URL).netloc

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def account(self) -> Account | None:
        """The signed-in account."""
        user = self._request.user
        return user if isinstance(user, Account) else None

    @cached_property
    def theme(self) -> str:
        """`light` or `dark` if the reader chose one, else empty: the system's."""
        chosen = self._request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else ""

    @cached_property
    def section(self) -> str:
        """Which main way the page belongs to."""
        match = self._request.resolver_match
        return pairs.section_of(match.view_name if match else "")

    @cached_property
    def next(self) -> str:
        """Where to come back to after signing in; empty on the sign-in page itself."""
        return "" if self._request.path == "/signin" else self._request.get_full_path()

    @cached_property
    def _domain(self) -> Domain:
        """The contract this page is about: that of its trade, else the one that takes new trades."""
        return getattr(self._request, _CONTRACT, None) or deployment.domain()

    @cached_property
    def _place(self) -> Place:
        try:
            return deployment.place(self._domain.chain_id)
        except LookupError:  # a trade of long ago, on a chain this node has left
            return deployment.place()

    @property
    def escrow(self) -> str:
        """The escrow contract's address."""
        return self._domain.contract

    @property
    def chain_id(self) -> int:
        """The chain a wallet must be on here."""
        return self._domain.chain_id

    @property
    def chain_name(self) -> str:
        """Its name."""
        return self._place.name

    @property
    def rpc_url(self) -> str:
        """A node of it that wallets may use."""
        return self._place.public_rpc_url

    @property
    def explorer(self) -> str:
        """Where people look at it; empty where there is no such site."""
        return self._place.explorer_url

    @cached_property
    def unread(self) -> int:
        """How many notifications are unread."""
        return notifications.unread_count(self.account) if self.account else 0

    @cached_property
    def restrictions(self) -> list[Restriction]:
        """What staff have decided about the reader's account and offers."""
        return restrictions.concerning(self.account, now=clock.now()) if self.account else []

    @cached_property
    def turns(self) -> int:
        """In how many trades it is the reader's turn."""
        return listing.count_turns(self.account, now=clock.now()) if self.account else 0

    @cached_property
    def ticker(self) -> Ticker | None:
        """The market price of the pair last looked at."""
        pair = pairs.remembered(self._request)
        price = prices.market(pair.asset, pair.currency, now=clock.now()).price
        money = Money(pair.currency, get_currency_precision(pair.currency))
        return Ticker(pair.asset, price, money) if price else None

    @cached_property
    def chain_problem(self) -> bool:
        """Whether the chain cannot be trusted to be current."""
        return self.banner is not None

    @cached_property
    def banner(self) -> Banner | None:
        """The notice on top of every page, if there is one."""
        try:
            health = chain.chain_health(chain_id=self.chain_id)
        except DatabaseError:
            return None
        return banner_of(health, chain_name=self.chain_name, check_at=self._check_at)

    @property
    def _check_at(self) -> str:
        """Where anyone can look at the contract without us: an explorer if there is one, else our explanation."""
        return f"{self.explorer.rstrip('/')}/address/{self.escrow}" if self.explorer else reverse("how")


def banner_of(health: ChainHealth, *, chain_name: str, check_at: str) -> Banner | None:
    """Return the worst that is true of the chain, in the words of the one list of problems; None if all is well."""
    if health.reorg_alarm:
        return Banner(
            "dispute",
            "The chain was rewritten.",
            "Some trades are frozen until they agree with it again. Escrowed coins are not affected.",
        )
    if health.books_differ:
        return Banner(
            "dispute",
            "We are checking our records against the contract.",
            "Do not release until this clears. Escrowed coins are not affected;",
            link=check_at,
        )
    if health.is_down:
        return Banner(
            "wait",
            f"We cannot reach {chain_name}.",
            "Do not pay until this clears. Escrowed coins are not affected;",
            link=check_at,
        )
    if health.is_stale:
        age = times.span_words(health.age_seconds or 0)
        return Banner("wait", f"Chain data is {age} old.", "Do not pay until this clears.")
    if health.nodes_disagree:
        return Banner(
            "wait",
            "Our sources disagree about the newest blocks.",
            "Nothing is confirmed until they agree. Do not pay until this clears.",
        )
    return None


def stand_at(request: HttpRequest, domain: Domain) -> None:
    """Make the page of `request` about a trade's own contract: an earlier one, or one on another chain."""
    setattr(request, _CONTRACT, domain)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Give every template its frame."""
    return {"shell": Shell(request)}
