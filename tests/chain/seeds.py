"""How many random runs a fault gets: one or two in `make test`, `SOAK_SEEDS` of them in `make soak-chain`."""

import os

SOAK_SEEDS = int(os.environ.get("SOAK_SEEDS", "0"))


def seeds(few: int) -> range:
    """Return the seeds of a test that `make test` runs with `few`."""
    return range(max(few, SOAK_SEEDS))
