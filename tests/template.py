"""A PostgreSQL cluster with all migrations run, made once and copied for every test process after.

It lies in `.make/test-database/<key>`; the key covers the migrations and the locked packages, so a changed migration
makes a new one. Running the migrations takes ten seconds of a core, the copy half a second.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate

from exchange.stack.engine import RunningEngine
from exchange.stack.postgres import DATABASE, Postgres

CHECKOUT = Path(__file__).resolve().parents[1]
KEPT = CHECKOUT / ".make" / "test-database"


def put_migrated(postgres: Postgres, *, environment: dict[str, str]) -> None:
    """Put a migrated cluster where `postgres` keeps its data; whoever comes first makes it while the others wait.

    `environment` is what Django's settings need beside the database's address.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / _key()
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _migrate(postgres, environment=environment)
            for old in KEPT.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            _copy(postgres.folder, kept.with_suffix(".new"))
            kept.with_suffix(".new").rename(kept)
            return
    _copy(kept, postgres.folder)


def use_migrated() -> None:
    """Have pytest-django copy the migrated database instead of running every migration again, and empty it fast."""
    from django.contrib.contenttypes.management import create_contenttypes

    database: dict[str, Any] = settings.DATABASES["default"]
    database["ENGINE"] = "tests.database"
    database.setdefault("TEST", {})["TEMPLATE"] = DATABASE
    del connections["default"]  # made by Django's set-up, with the other engine
    # They are in the template, and `tests.database` leaves them there.
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


def _key() -> str:
    digest = hashlib.sha256()
    migrations = sorted(path for app in ("exchange/*", "escrow") for path in CHECKOUT.glob(f"{app}/migrations/*.py"))
    for path in (*migrations, CHECKOUT / "requirements-dev.lock", Path(__file__)):
        digest.update(f"{path.relative_to(CHECKOUT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _migrate(postgres: Postgres, *, environment: dict[str, str]) -> None:
    running = RunningEngine(postgres)
    try:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=CHECKOUT,
            env={**os.environ, **environment, "DATABASE_URL": postgres.url},
            check=True,
        )
    finally:
        running.stop()


def _copy(cluster: Path, to: Path) -> None:
    # Not shutil: under root the files belong to the system user that PostgreSQL runs as.
    subprocess.run(["cp", "-a", str(cluster), str(to)], check=True)
