"""Accounts, tokens and notifications as JSON."""

from typing import Any

from exchange.accounts.models import Account, ApiToken, Regard, Restriction
from exchange.api.answers import day_text, decimal_text, time_text
from exchange.moderation.models import Report
from exchange.notifications.models import Kind, Notification
from exchange.notifications.preferences import CHANNELS, Wishes
from exchange.reputation.queries import StandingView


def token(one: ApiToken) -> dict[str, Any]:
    """Return a token without its secret."""
    return {
        "id": one.pk,
        "name": one.name,
        "scopes": one.scopes,
        "networks": one.networks,
        "created_at": time_text(one.created_at),
        "expires_at": time_text(one.expires_at),
        "last_used_at": time_text(one.last_used_at),
    }


def me(account: Account, *, unread: int, restrictions: list[Restriction]) -> dict[str, Any]:
    """Return the calling account."""
    return {
        "address": account.address,
        "name": account.label,
        "is_arbiter": account.is_arbiter,
        "joined_at": time_text(account.joined_at),
        "unread": unread,
        "restrictions": [restriction(one) for one in restrictions],
    }


def restriction(one: Restriction) -> dict[str, Any]:
    """Return a decision of staff as the person it concerns reads it."""
    return {
        "kind": one.kind,
        "subject": one.subject,
        "reason": one.reason,
        "since": time_text(one.starts_at),
        "until": time_text(one.ends_at),
    }


def regard(one: Regard) -> dict[str, Any]:
    """Return what one thinks of somebody."""
    return {
        "address": one.other.address,
        "name": one.other.label,
        "kind": one.kind,
        "note": one.note,
        "at": time_text(one.at),
    }


def peer(account: Account, standing: StandingView) -> dict[str, Any]:
    """Return an account with what its finished trades say.

    When it was last active is said to the day, so that public pages do not log anybody's hours.
    """
    return {
        "address": account.address,
        "name": account.label,
        "trades": standing.finished,
        "completion": None if standing.completion is None else decimal_text(standing.completion),
        "last_active": day_text(account.last_active_at),
    }


def profile(account: Account, standing: StandingView) -> dict[str, Any]:
    """Return what anyone may know of an account."""
    return {
        **peer(account, standing),
        "joined_at": day_text(account.joined_at),
        "sample": standing.sample,
        "partners": standing.partners,
        "disputes": standing.disputes,
        "disputes_lost": standing.disputes_lost,
        "median_release": standing.median_release,
        "median_payment": standing.median_payment,
    }


def notification(one: Notification) -> dict[str, Any]:
    """Return one line."""
    return {
        "id": one.pk,
        "kind": one.kind,
        "text": one.text,
        "path": one.path,
        "trade": one.trade_code or None,
        "at": time_text(one.at),
        "read_at": time_text(one.read_at),
    }


def wishes(one: Wishes) -> dict[str, Any]:
    """Return what an account is told, where and when."""
    told = {channel: [kind for kind in Kind.values if one.wants(channel, kind)] for channel in CHANNELS}
    return {
        **told,
        "email_confirmed": one.is_email_confirmed,
        "with_details": one.with_details,
        "quiet_from": one.quiet_from,
        "quiet_to": one.quiet_to,
        "time_zone": one.time_zone,
    }


def report(one: Report) -> dict[str, Any]:
    """Return what one told staff about somebody."""
    return {
        "address": one.about.address,
        "name": one.about.label,
        "reason": one.reason,
        "text": one.text,
        "at": time_text(one.at),
    }
