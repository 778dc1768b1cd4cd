"""Refuses to run an unsafe production set-up (`DEPLOY=1`): each problem has a number and says what to set.

Management commands run Django's checks by themselves; the processes that serve (gunicorn, uvicorn, Celery) do not, so
there `register` refuses at once.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from eth_utils.address import is_checksum_address

from exchange.stack.environment import DEMO_PANEL

KEEPER_SECRETS = ("KEEPER_KEY", "KEEPER_KEY_FILE", "KEEPER_SIGNER_URL", "KEEPER_SIGNER_URL_FILE")
_WEAK_SECRETS = ("embedded-default", "tests-only", "django-insecure")
_LOCAL_CHAIN = 31337
_ENOUGH_SOURCES = 3
# Everybody knows the keys of Anvil's development accounts.
_PUBLISHED_ACCOUNTS = frozenset(
    {
        "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
        "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
        "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
        "0x90f79bf6eb2c4f870365e785982e1f101e93b906",
        "0x15d34aaf54267db7d7c367839aaf71a00a2c6a65",
        "0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc",
        "0x976ea74026e726554db657fa54763abd0c3a0aa9",
        "0x14dc79964da2c08b23698b3d3cc7ca32193d9955",
        "0x23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f",
        "0xa0ee7a142d267c1f36714e4a8f75612f20a79720",
    }
)


def register() -> None:
    """Add the checks to Django's; in a serving process of a production set-up refuse what they find."""
    checks.register(check_deployment, checks.Tags.security)
    if settings.DEPLOY and Path(sys.argv[0]).name not in {"manage.py", "django-admin"}:
        refuse_unsafe()


def refuse_unsafe() -> None:
    """Raise `ImproperlyConfigured` with every error of a production set-up."""
    errors = [found for found in check_deployment() if found.level >= checks.ERROR]
    if errors:
        raise ImproperlyConfigured("DEPLOY=1, but this set-up is not safe:\n" + "\n".join(str(one) for one in errors))


def check_deployment(**_: Any) -> list[checks.CheckMessage]:
    """Return what is unsafe about a production set-up; nothing to say about the embedded default."""
    return [*_errors(), *_warnings()] if settings.DEPLOY else []


def _errors() -> Iterable[checks.Error]:
    site = urlsplit(settings.SITE_URL)
    if settings.DEBUG:
        yield _error(1, "DEBUG is on.", "Unset DEBUG: its error pages show settings and data to everyone.")
    if len(settings.SECRET_KEY) < 50 or settings.SECRET_KEY.startswith(_WEAK_SECRETS):
        yield _error(2, "SECRET_KEY is short or published.", "Set SECRET_KEY_FILE to a file of 50 random characters.")
    if site.scheme != "https" or not site.hostname or site.path not in {"", "/"} or site.query:
        yield _error(3, f"SITE_URL is {settings.SITE_URL}.", "Set it to https:// and the host people use, no path.")
    if settings.DEMO or "demo" in settings.PRICE_SOURCES:
        yield _error(4, "Demo mode or demo prices are on.", "Unset DEMO, and name other PRICE_SOURCES or none.")
    if settings.CHAIN_ID == _LOCAL_CHAIN:
        yield _error(5, "CHAIN_ID is that of a local development chain.", "Set CHAIN_ID to the chain people use.")
    if not settings.ESCROWS and not is_checksum_address(settings.ESCROW_ADDRESS):
        yield _error(
            6,
            "ESCROW_ADDRESS is missing or mistyped, and there is no ESCROWS.",
            "Set it to the deployed escrow, in checksum case.",
        )
    yield from _check_accounts()
    if bool(settings.TURN_URLS) != bool(settings.TURN_SECRET):
        yield _error(11, "Only one of TURN_URLS and TURN_SECRET is set.", "Set both for calls, or neither.")
    hosts = settings.ALLOWED_HOSTS
    if any(host.startswith("*") for host in hosts) or (site.hostname and site.hostname not in hosts):
        yield _error(9, "ALLOWED_HOSTS lacks the host of SITE_URL or has a wildcard.", "List exactly your own hosts.")
    if any(os.environ.get(name) for name in KEEPER_SECRETS) and "runkeeper" not in sys.argv:
        yield _error(
            10,
            "The keeper's key is visible to a process that is not the keeper.",
            "Give KEEPER_KEY_FILE to `manage.py runkeeper` alone.",
        )


def _check_accounts() -> Iterable[checks.Error]:
    arbiter, recipient = settings.ARBITER_ADDRESS, settings.FEE_RECIPIENT
    if not is_checksum_address(arbiter) or arbiter.lower() in _PUBLISHED_ACCOUNTS:
        yield _error(
            7, "ARBITER_ADDRESS is missing, mistyped or a published development account.", "Set it to your arbiter's."
        )
    panel = settings.PANEL_ADDRESS
    # The demo's Safe has the same address on every chain, and its owners' keys are published.
    is_wrong = bool(panel) and (not is_checksum_address(panel) or panel == DEMO_PANEL)
    if is_wrong or bool(panel) != bool(settings.PANEL_ABOVE):
        yield _error(
            14,
            "PANEL_ADDRESS is mistyped or the demo's, or only one of PANEL_ADDRESS and PANEL_ABOVE is set.",
            "Set both, as docs/disputes.md says, or neither.",
        )
    wanted = bool(recipient) or settings.FEE_BPS > 0
    if wanted and (not is_checksum_address(recipient) or recipient.lower() in _PUBLISHED_ACCOUNTS):
        yield _error(
            8,
            "FEE_RECIPIENT is missing, mistyped or a published development account.",
            "Set it to your own address, or FEE_BPS to 0.",
        )


def _warnings() -> Iterable[checks.Warning]:
    if settings.PUBLIC_RPC_URL in settings.CHAIN_RPC_URLS:
        yield _warning(
            1, "Wallets are told this site's own RPC address.", "Set PUBLIC_RPC_URL to one that carries no key."
        )
    if settings.CONFIRMATIONS < 2:
        yield _warning(2, "CONFIRMATIONS is 1: a one-block reorganisation undoes what was final.", "Raise it.")
    if not settings.PRICE_SOURCES:
        yield _warning(3, "PRICE_SOURCES is empty.", "Offers with a market price stay paused until one is named.")
    elif len(settings.PRICE_SOURCES) < _ENOUGH_SOURCES and "demo" not in settings.PRICE_SOURCES:
        yield _warning(5, "PRICE_SOURCES names few sources.", "Name three: one may fail and one may lie.")
    if settings.SECURE_SSL_REDIRECT and not settings.TRUST_PROXY:
        yield _warning(4, "TRUST_PROXY is off.", "Behind a proxy that ends TLS every page redirects to itself; set it.")


def _error(number: int, words: str, remedy: str) -> checks.Error:
    return checks.Error(words, hint=remedy, id=f"parley.E{number:03}")


def _warning(number: int, words: str, remedy: str) -> checks.Warning:
    return checks.Warning(words, hint=remedy, id=f"parley.W{number:03}")
