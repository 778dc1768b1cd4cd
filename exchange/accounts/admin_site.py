"""The admin site of staff, who sign in with their wallets like everyone else."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


class WalletAdminSite(AdminSite):
    """Django's admin, except that its login page is the site's sign-in page."""

    site_title = "Parley"
    site_header = "Parley administration"
    index_title = "Overview"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send the visitor to the wallet sign-in, and back here afterwards."""
        wanted = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
            wanted = reverse("admin:index", current_app=self.name)
        return redirect_to_login(wanted, resolve_url(settings.LOGIN_URL))
