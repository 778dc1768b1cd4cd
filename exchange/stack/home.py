"""Where the embedded default keeps its things: one folder, `.parley/` in the checkout or `PARLEY_HOME`."""

import fcntl
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from exchange.stack.errors import StackError

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Home:
    """The paths below one root; nothing is created until `create` is called."""

    root: Path

    @property
    def postgres(self) -> Path:
        """Data folder of PostgreSQL, its socket included."""
        return self.root / "postgres"

    @property
    def redis(self) -> Path:
        """Append-only file of Redis."""
        return self.root / "redis"

    @property
    def anvil(self) -> Path:
        """State of the local chain."""
        return self.root / "anvil"

    @property
    def turn(self) -> Path:
        """Settings of the relay for calls."""
        return self.root / "turn"

    @property
    def turn_secret(self) -> Path:
        """What the relay for calls and the web process share."""
        return self.root / "turn_secret"

    @property
    def beat(self) -> Path:
        """When Celery's clock last ran each task."""
        return self.root / "beat"

    @property
    def log(self) -> Path:
        """What the engines print; the other processes print to the terminal."""
        return self.root / "log"

    @property
    def pids(self) -> Path:
        """One file for every running child, so that leftovers of a killed run are found."""
        return self.root / "pids"

    @property
    def runtime_env(self) -> Path:
        """`KEY=VALUE` lines for `manage.py shell` and friends while the stack runs."""
        return self.root / "runtime.env"

    @property
    def chain_record(self) -> Path:
        """Which chain the database was built on."""
        return self.root / "chain.json"

    @property
    def secret_key(self) -> Path:
        """Django's secret key."""
        return self.root / "secret_key"

    @property
    def keeper_key(self) -> Path:
        """The keeper's private key: play money here."""
        return self.root / "keeper.key"

    @property
    def node_key(self) -> Path:
        """What exit kits are signed with; it holds no coins."""
        return self.root / "node.key"

    @property
    def lock(self) -> Path:
        """Held while `up` runs."""
        return self.root / "lock"

    def create(self) -> None:
        """Make the root and the folders that nobody else makes."""
        for folder in (self.root, self.log, self.pids, self.beat):
            folder.mkdir(parents=True, exist_ok=True)


def find_home() -> Home:
    """Return the home that `PARLEY_HOME` names, else `.parley/` in the checkout."""
    chosen = os.environ.get("PARLEY_HOME")
    return Home(root=Path(chosen).resolve() if chosen else CHECKOUT / ".parley")


def write_secret(path: Path, *, value: str | None = None) -> Path:
    """Write `value`, or a fresh random key, to `path` for the owner's eyes only, unless it is there already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(value or secrets.token_urlsafe(50))
    return path


def hold_lock(home: Home) -> IO[str]:
    """Take the home for this process; the lock lasts until the returned file is closed.

    Raises `StackError` when another process holds it.
    """
    file = home.lock.open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise StackError(
            f"Parley is already running from {home.root} (process {owner}); stop it there with Ctrl-C first."
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
