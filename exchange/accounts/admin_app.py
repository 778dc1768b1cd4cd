"""Makes `WalletAdminSite` the default admin site; listed in the settings instead of `django.contrib.admin`."""

from django.contrib.admin.apps import AdminConfig


class WalletAdminConfig(AdminConfig):
    """Django's admin with wallet sign-in."""

    default = False
    default_site = "exchange.accounts.admin_site.WalletAdminSite"
