"""An unsafe production set-up is refused, problem by problem, by commands and by serving processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured

from exchange import checks
from exchange.stack.environment import DEMO_PANEL

ROOT = Path(__file__).resolve().parents[2]
# No one's accounts: the last ones of the precompile range, in checksum case by having digits only.
ESCROW, ARBITER, FEES = ("0x" + "0" * 36 + tail for tail in ("1001", "1002", "1003"))


@pytest.fixture
def safe(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> LazySettings:
    """Settings as a careful operator makes them."""
    settings.DEPLOY = True
    settings.DEBUG = False
    settings.SECRET_KEY = "q" * 60
    settings.SITE_URL = "https://parley.example"
    settings.ALLOWED_HOSTS = ["parley.example"]
    settings.DEMO = False
    settings.PRICE_SOURCES = ["one", "two", "three"]
    settings.CHAIN_ID = 11155111
    settings.CONFIRMATIONS = 12
    settings.ESCROW_ADDRESS, settings.ARBITER_ADDRESS, settings.FEE_RECIPIENT = ESCROW, ARBITER, FEES
    settings.CHAIN_RPC_URLS = ["https://rpc.example/key"]
    settings.PUBLIC_RPC_URL = "https://public-rpc.example"
    settings.SECURE_SSL_REDIRECT = settings.TRUST_PROXY = True
    for name in checks.KEEPER_SECRETS:
        monkeypatch.delenv(name, raising=False)
    return settings


def found() -> list[str | None]:
    return [one.id for one in checks.check_deployment()]


def test_a_careful_set_up_is_accepted(safe: LazySettings) -> None:
    assert found() == []
    checks.refuse_unsafe()


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("DEBUG", True, "parley.E001"),
        ("SECRET_KEY", "short", "parley.E002"),
        ("SECRET_KEY", "embedded-default-not-for-deployment-0123456789abcdef0123", "parley.E002"),
        ("SITE_URL", "http://parley.example", "parley.E003"),
        ("SITE_URL", "https://parley.example/shop", "parley.E003"),
        ("DEMO", True, "parley.E004"),
        ("PRICE_SOURCES", ["demo"], "parley.E004"),
        ("CHAIN_ID", 31337, "parley.E005"),
        ("ESCROW_ADDRESS", "", "parley.E006"),
        ("ESCROW_ADDRESS", "0xF39fd6e51aad88F6F4ce6aB8827279cffFb92266", "parley.E006"),
        ("ARBITER_ADDRESS", "", "parley.E007"),
        ("PANEL_ADDRESS", "0x3a2dfa092ede200466d6689e3e2de3c0d26a2397", "parley.E014"),
        ("PANEL_ABOVE", {"ETH": 5}, "parley.E014"),
        ("PANEL_ADDRESS", DEMO_PANEL, "parley.E014"),
        ("ARBITER_ADDRESS", "0x90F79bf6EB2c4f870365E785982E1f101E93b906", "parley.E007"),
        ("FEE_RECIPIENT", "", "parley.E008"),
        ("FEE_RECIPIENT", "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65", "parley.E008"),
        ("ALLOWED_HOSTS", ["*"], "parley.E009"),
        ("ALLOWED_HOSTS", ["other.example"], "parley.E009"),
        ("PUBLIC_RPC_URL", "https://rpc.example/key", "parley.W001"),
        ("CONFIRMATIONS", 1, "parley.W002"),
        ("PRICE_SOURCES", [], "parley.W003"),
        ("PRICE_SOURCES", ["one", "two"], "parley.W005"),
        ("TRUST_PROXY", False, "parley.W004"),
    ],
)
def test_each_problem_is_named_alone(safe: LazySettings, name: str, value: object, problem: str) -> None:
    setattr(safe, name, value)
    if value == DEMO_PANEL:
        safe.PANEL_ABOVE = {"ETH": 5}
    assert found() == [problem]
    if ".E" in problem:
        with pytest.raises(ImproperlyConfigured, match="DEPLOY=1"):
            checks.refuse_unsafe()


def test_without_a_fee_nobody_need_receive_it(safe: LazySettings) -> None:
    safe.FEE_RECIPIENT, safe.FEE_BPS = "", 0
    assert found() == []


@pytest.mark.parametrize("name", checks.KEEPER_SECRETS)
def test_only_the_keeper_may_see_its_key(safe: LazySettings, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "0xsecret")
    assert found() == ["parley.E010"]
    monkeypatch.setattr(sys, "argv", ["manage.py", "runkeeper"])
    assert found() == []


def test_the_embedded_default_has_nothing_to_hear(settings: LazySettings) -> None:
    settings.DEBUG = True
    assert found() == []


def run(*command: str) -> subprocess.CompletedProcess[str]:
    unsafe = {
        "PATH": os.environ["PATH"],
        "DEPLOY": "1",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "SECRET_KEY": "short",
        "DJANGO_SETTINGS_MODULE": "exchange.settings",
    }
    return subprocess.run(command, cwd=ROOT, env=unsafe, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.slow
def test_a_serving_process_does_not_start_on_an_unsafe_set_up() -> None:
    served = run(sys.executable, "-c", "import exchange.wsgi")
    assert served.returncode != 0
    assert "SECRET_KEY is short or published." in served.stderr
    assert "ESCROW_ADDRESS is missing" in served.stderr


@pytest.mark.slow
def test_a_command_lists_what_is_unsafe() -> None:
    checked = run(sys.executable, "manage.py", "check")
    assert checked.returncode != 0
    assert "parley.E006" in checked.stderr
    assert "Set it to the deployed escrow" in checked.stderr
