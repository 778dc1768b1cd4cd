"""The process that forks keepers, with everything imported once.

`python -m tests.chain.fork_keepers` reads a line of JSON for each keeper to start and answers with its process id.
"""

import ctypes
import json
import os
import signal
import sys
import traceback
from typing import Any

_PR_SET_PDEATHSIG = 1


def _keep(told: dict[str, Any]) -> None:
    """Be a keeper until killed: the same loop that `manage.py runkeeper` runs."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))  # no keeper outlives its test
    from django.conf import settings

    from escrow.keeper.loop import Keeper
    from escrow.keeper.remote_signer import RemoteSigner
    from escrow.loop import run_forever, stop_on_signals
    from escrow.rpc import chain

    settings.CHAIN_RPC_URLS = [told["rpc"]]
    signer = RemoteSigner(told["signer"], address=told["address"])
    run_forever(Keeper(chain(), signer=signer).step, name="the keeper", pause=0.02, stop=stop_on_signals())


def main() -> None:
    """Import everything once, then fork on request."""
    import django

    django.setup()
    from web3 import Web3  # noqa: F401 (loaded before the fork, because it takes most of a second)

    import escrow.keeper.loop  # noqa: F401 (the same)

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not waited for
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                _keep(json.loads(line))
            except BaseException:  # noqa: BLE001 (a child must never run on in its parent's code)
                traceback.print_exc()
            finally:
                os._exit(1)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
