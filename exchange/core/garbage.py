"""Sparing the garbage collector what stays: a server's modules, models and templates live as long as its process."""

import gc

# Objects made since the last look at the young ones. Requests leave few cycles behind; ten thousands are some MiB.
YOUNG = 50_000


def keep_what_is_loaded() -> None:
    """Call once a server has loaded what it needs: its pauses for garbage become rare, and short ones at that."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
