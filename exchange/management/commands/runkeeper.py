"""`manage.py runkeeper`: sends signed actions and passed deadlines; the only process that sees a key."""

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from escrow import deployment
from escrow.keeper.loop import Keeper
from escrow.keeper.signer import KeySigner
from escrow.loop import run_each_forever, stop_on_signals
from escrow.rpc import chain
from exchange import env

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Send until told to stop."""

    help = "Relay signed actions and run timeouts; KEEPER_KEY_FILE names the key of an account with gas money only."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Step for ever."""
        try:
            signer = KeySigner(env.text("KEEPER_KEY"))
        except ValueError as error:
            raise CommandError(str(error)) from error
        log.info("the keeper sends as %s", signer.address)
        keepers = {
            f"the keeper of {place.name}": Keeper(chain(chain_id=place.chain_id), signer=signer)
            for place in deployment.places()
        }
        run_each_forever(
            {name: keeper.step for name, keeper in keepers.items()},
            pause=settings.INDEXER_POLL_MS / 1000,
            stop=stop_on_signals(),
        )
        for keeper in keepers.values():
            keeper.close()
