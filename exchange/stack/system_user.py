"""PostgreSQL refuses to run as root, so under root it gets a system user of its own."""

import os
import pwd
import stat
import subprocess
from pathlib import Path

from exchange.stack.errors import StackError

NAME = "pgserver"


def choose_user() -> str | None:
    """Return the user PostgreSQL must run as, created if missing; None when this process is not root."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(NAME)
    except KeyError:
        _create_user()
    return NAME


def _create_user() -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise StackError(
            f"PostgreSQL does not run as root and the user {NAME!r} could not be created; "
            "run Parley as an ordinary user, or set DATABASE_URL."
        ) from error


def open_path(path: Path) -> None:
    """Let other users pass through (not list) the folders above `path`.

    A checkout under `/root` is closed to the user PostgreSQL runs as; the execute bit alone is enough to get through.
    """
    for folder in path.resolve().parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def give_to(path: Path, *, user: str) -> None:
    """Make `user` the owner of the folder `path`."""
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)
