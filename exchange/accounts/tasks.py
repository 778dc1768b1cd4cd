"""Background work of accounts."""

from datetime import timedelta

from celery import shared_task

from exchange.accounts.models import ApiToken, SignInNonce
from exchange.core import clock

KEEP_NONCES = timedelta(hours=1)
KEEP_TOKENS = timedelta(days=30)


@shared_task
def forget_spent_credentials() -> None:
    """Delete nonces an hour after their end and tokens a month after theirs."""
    moment = clock.now()
    SignInNonce.objects.filter(expires_at__lt=moment - KEEP_NONCES).delete()
    ApiToken.objects.filter(expires_at__lt=moment - KEEP_TOKENS).delete()
