import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from exchange.stack.errors import StackError
from exchange.stack.home import CHECKOUT, Home, hold_lock, write_secret
from exchange.stack.ports import choose_port
from exchange.stack.preflight import check_given, read_plan
from exchange.stack.reset import remove_data


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(root=tmp_path / "home")
    home.create()
    return home


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80a", "8_0", "٣"])
def test_a_port_that_is_none_is_refused_in_a_sentence(port: str) -> None:
    with pytest.raises(StackError, match="PORT must be a port number between 1 and 65535"):
        read_plan({"PORT": port})


def test_a_node_without_its_chain_id_is_refused() -> None:
    given = {"CHAIN_RPC_URLS": "https://node.example"}
    with pytest.raises(StackError, match="CHAIN_ID is not; set it"):
        check_given(read_plan(given), given=given)


def test_a_second_start_in_the_same_home_names_the_first(home: Home) -> None:
    with contextlib.closing(hold_lock(home)), pytest.raises(StackError, match=rf"running .*process {os.getpid()}"):
        hold_lock(home)


def test_reset_refuses_while_parley_runs_and_removes_everything_after(home: Home) -> None:
    (home.postgres / "base").mkdir(parents=True)
    write_secret(home.secret_key)
    with contextlib.closing(hold_lock(home)), pytest.raises(StackError, match="stop it there with Ctrl-C first"):
        remove_data(home)
    assert home.secret_key.exists()
    assert remove_data(home)
    assert [entry.name for entry in home.root.iterdir()] == ["lock"]


def test_secrets_are_written_once_and_for_the_owner_only(home: Home) -> None:
    first = write_secret(home.secret_key).read_text()
    assert write_secret(home.secret_key).read_text() == first
    assert len(first) >= 50
    assert home.secret_key.stat().st_mode & 0o077 == 0


def test_the_command_says_what_is_wrong_in_one_line_and_leaves_nothing_running(home: Home) -> None:
    port = choose_port()
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        environment = {"PATH": os.environ["PATH"], "PORT": str(port), "PARLEY_HOME": str(home.root)}
        done = subprocess.run(
            [sys.executable, "-m", "exchange.stack", "up"],
            cwd=CHECKOUT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        other.kill()
    assert done.returncode == 1
    assert f"Port {port} is in use by another program; choose another: `PORT={port + 1} make run`." in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert list(home.pids.iterdir()) == []
