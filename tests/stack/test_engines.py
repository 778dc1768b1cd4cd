import threading
import time
from pathlib import Path

import psycopg
import redis
from django.conf import settings
from django.db import connection

from exchange.stack.engine import RunningEngine
from exchange.stack.postgres import Postgres
from exchange.stack.rpc import call_node
from tests import engines


def test_the_settings_point_to_the_engines_of_this_process(db: None) -> None:
    assert engines.ENGINES is not None
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 180_000
    assert redis.Redis.from_url(settings.REDIS_URL).ping()
    assert call_node(settings.CHAIN_RPC_URLS[0], "eth_chainId") == hex(31337)


def test_an_acknowledged_row_survives_a_killed_database(tmp_path: Path) -> None:
    postgres = RunningEngine(Postgres(folder=tmp_path / "data", log=tmp_path / "log", durable=False))
    with psycopg.connect(postgres.engine.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('here')")
    postgres.restart()
    with psycopg.connect(postgres.engine.url, autocommit=True) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("here",)]
    postgres.stop()


def test_a_server_started_by_a_thread_outlives_the_thread(tmp_path: Path) -> None:
    postgres = RunningEngine(Postgres(folder=tmp_path / "data", log=tmp_path / "log", durable=False))
    with psycopg.connect(postgres.engine.url):  # a session that still holds the memory when its server is killed
        restarting = threading.Thread(target=postgres.restart)
        restarting.start()
        restarting.join()
    for _ in range(10):
        time.sleep(0.05)
        with psycopg.connect(postgres.engine.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    postgres.stop()


def test_a_database_in_a_deep_folder_still_gets_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    postgres = RunningEngine(Postgres(folder=deep, log=tmp_path / "log", durable=False))
    with psycopg.connect(postgres.engine.url) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("parley",)
    postgres.stop()
