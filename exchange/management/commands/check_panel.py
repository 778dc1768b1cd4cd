"""`manage.py check_panel`: whether the Safe that judges large trades is on the chain and its owners can sign here."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from escrow import safe
from exchange.accounts.models import Account
from exchange.chat.models import ChatIdentity
from exchange.disputes.models import PanelSeat


class Command(BaseCommand):
    """Say who can sign a ruling of the panel; leave with an error unless enough can."""

    help = "Compare the panel's Safe on the chain with the seats here. Run it before trades name the panel."

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask the chain and compare."""
        panel = settings.PANEL_ADDRESS
        if not panel:
            raise CommandError("PANEL_ADDRESS is not set, so no trade names a panel.")
        try:
            found = safe.owners(panel, chain_id=settings.CHAIN_ID)
        except safe.NotASafe as error:
            raise CommandError(f"{error} Until this is mended disputes of large trades end by the fallback.") from error
        seated = set(PanelSeat.objects.filter(panel=panel).values_list("member__address", flat=True))
        arbiters = set(Account.objects.filter(is_arbiter=True, is_active=True).values_list("address", flat=True))
        able = found.addresses & seated & arbiters
        self.stdout.write(f"{panel}: {found.needed} of {len(found.addresses)} owners must sign.")
        for owner in sorted(found.addresses):
            lacks = [
                name for name, those in (("a seat", seated), ("the arbiter's role", arbiters)) if owner not in those
            ]
            self.stdout.write(f"{owner}: {'can sign' if not lacks else 'lacks ' + ' and '.join(lacks)}")
        identities = ChatIdentity.objects.filter(account__address__in=able)
        enrolled = set(identities.values_list("account__address", flat=True))
        for silent in sorted(able - enrolled):
            self.stdout.write(f"{silent}: has no chat key yet; until one is set up nobody can share a case with them")
        for stranger in sorted(seated - found.addresses):
            self.stdout.write(f"{stranger}: has a seat here but owns no part of the Safe")
        if len(able) < found.needed:
            raise CommandError(f"Only {len(able)} can sign and {found.needed} must: give seats and roles in the admin.")
