"""Throws the embedded default's data away: database, Redis, chain, secrets."""

import contextlib
import shutil

from exchange.stack.command import stop_leftovers
from exchange.stack.home import Home, hold_lock


def remove_data(home: Home) -> bool:
    """Remove everything below the home; return whether there was anything. Raises `StackError` while Parley runs."""
    if not home.root.exists():
        return False
    home.create()
    with contextlib.closing(hold_lock(home)):
        stop_leftovers(home.pids)
        for entry in home.root.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry != home.lock:
                entry.unlink()
    return True
