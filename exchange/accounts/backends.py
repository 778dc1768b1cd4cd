"""The session side of Django's auth: accounts come from a wallet's signature, never from a password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest


class WalletBackend(ModelBackend):
    """Loads the account of a session (barred ones count as signed out) and answers permission questions."""

    def authenticate(self, request: HttpRequest | None, *args: Any, **credentials: Any) -> None:
        """Refuse every password: `sessions.sign_in` is the only way in."""
        return
