import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.env import load_runtime
from exchange.stack.environment import (
    KEEPER_SECRETS,
    Addresses,
    add_keeper_key,
    compose_environment,
    write_runtime,
)
from exchange.stack.home import Home
from exchange.stack.preflight import read_plan

OURS = Addresses(
    database="postgresql://postgres@/parley?host=/run/p",
    redis="redis://127.0.0.1:7000/0",
    chain="http://127.0.0.1:8545",
    escrow="0x29c94fc160A66Eb7c4bb4C4b77199aEBC2A072ef",
)
NONE = Addresses(database=None, redis=None, chain=None, escrow=None)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path)


def test_nothing_set_means_that_everything_is_embedded(home: Home) -> None:
    plan = read_plan({})
    assert (plan.port, plan.postgres, plan.redis, plan.anvil) == (8000, True, True, True)
    environment = compose_environment(OURS, home=home, port=8000, given={})
    assert environment["DATABASE_URL"] == OURS.database
    assert environment["CHAIN_ID"] == "31337"
    assert environment["DEMO"] == "1"
    assert environment["SITE_URL"] == "http://localhost:8000"


def test_an_address_that_is_set_starts_no_engine_of_its_own(home: Home) -> None:
    given = {"DATABASE_URL": "postgresql://db/x", "REDIS_URL": "redis://r/0", "CHAIN_RPC_URLS": "https://node"}
    plan = read_plan(given)
    assert (plan.postgres, plan.redis, plan.anvil) == (False, False, False)
    environment = compose_environment(NONE, home=home, port=8000, given=given)
    assert environment.items() >= given.items()
    assert "DEMO" not in environment
    assert "CHAIN_ID" not in environment


def test_what_the_caller_sets_is_kept(home: Home) -> None:
    given = {"SITE_URL": "https://parley.example", "CONFIRMATIONS": "3"}
    environment = compose_environment(OURS, home=home, port=9000, given=given)
    assert environment["SITE_URL"] == "https://parley.example"
    assert environment["CONFIRMATIONS"] == "3"
    assert environment["PORT"] == "9000"


def test_only_the_keeper_gets_the_key(home: Home) -> None:
    given = {"KEEPER_KEY_FILE": "/secret", "KEEPER_KEY": "0x01", "KEEPER_SIGNER_URL": "clef+http://user:password@host"}
    shared = compose_environment(OURS, home=home, port=8000, given=given)
    assert not set(shared) & set(KEEPER_SECRETS)
    keeping = add_keeper_key(shared, given=given, demo_key=home.keeper_key)
    assert {name: keeping[name] for name in KEEPER_SECRETS if name in keeping} == given


def test_the_demo_key_is_used_on_the_local_chain_only(home: Home) -> None:
    assert add_keeper_key({}, given={}, demo_key=home.keeper_key) == {"KEEPER_KEY_FILE": str(home.keeper_key)}
    assert add_keeper_key({}, given={}, demo_key=None) == {}


def test_other_commands_are_told_where_the_engines_are_but_no_secret(home: Home) -> None:
    environment = compose_environment(OURS, home=home, port=8000, given={"SECRET_KEY": "hush", "KEEPER_KEY": "0x01"})
    write_runtime(home.runtime_env, environment)
    told = home.runtime_env.read_text()
    assert f"DATABASE_URL={OURS.database}\n" in told
    assert "hush" not in told
    assert "KEEPER" not in told
    assert home.runtime_env.stat().st_mode & 0o077 == 0


@pytest.fixture
def own_environment() -> Iterator[None]:
    """Whatever the test does to the environment is taken back."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.usefixtures("own_environment")
def test_other_commands_use_the_running_stack_and_nothing_a_killed_one_left_behind(home: Home) -> None:
    os.environ.pop("REDIS_URL", None)
    os.environ["DATABASE_URL"] = "postgresql://mine/x"
    write_runtime(home.runtime_env, compose_environment(OURS, home=home, port=8000, given={}))
    running = home.runtime_env.read_text()
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    home.runtime_env.write_text(running.replace(f"STACK_PID={os.getpid()}", f"STACK_PID={ended.pid}"))
    load_runtime(home.runtime_env)
    assert "REDIS_URL" not in os.environ
    home.runtime_env.write_text(running)
    load_runtime(home.runtime_env)
    assert os.environ["REDIS_URL"] == OURS.redis
    assert os.environ["DATABASE_URL"] == "postgresql://mine/x"
