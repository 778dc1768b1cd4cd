"""`manage.py runkeeper`: sends signed actions and passed deadlines; the only process that sees a key."""

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from escrow import deployment
from escrow.keeper.loop import Keeper
from escrow.keeper.remote_signer import RemoteSigner
from escrow.keeper.signer import KeySigner, Signer
from escrow.loop import run_each_forever, stop_on_signals
from escrow.rpc import chain
from exchange import env

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Send until told to stop."""

    help = (
        "Relay signed actions and run timeouts. KEEPER_KEY_FILE names the key of an account with gas money only; "
        "or KEEPER_SIGNER_URL and KEEPER_ADDRESS a Web3Signer or Clef that holds it."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Step for ever, on every chain."""
        try:
            signer = _signer()
        except (ValueError, env.BadSetting) as error:
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


def _signer() -> Signer:
    """Return what holds the key. Raises `ValueError` or `BadSetting`."""
    url = env.text("KEEPER_SIGNER_URL", "")
    return RemoteSigner(url, address=env.text("KEEPER_ADDRESS")) if url else KeySigner(env.text("KEEPER_KEY"))
