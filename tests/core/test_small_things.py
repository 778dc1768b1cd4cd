"""Codes, hashes, refusals, compare-and-set and the environment."""

import os
import re
from decimal import Decimal
from pathlib import Path

import pytest

from exchange import env
from exchange.core import clock, hashing
from exchange.core.cas import update_expecting_one
from exchange.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, NotSignedIn, TooMany, Unavailable
from exchange.core.ids import ALPHABET, new_code, read_code
from exchange.core.models import OutboxMessage


def test_codes_are_short_random_and_free_of_look_alikes() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{8}", code) for code in codes)
    assert not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize("typed", ["8F3K7Q2M", "8f3k7q2m", " 8F3K7Q2M\n"])
def test_a_code_is_read_as_it_was_meant(typed: str) -> None:
    assert read_code(typed) == "8F3K7Q2M"


def test_usual_mix_ups_are_undone() -> None:
    assert read_code("oIl0") == "0110"


def test_canonical_json_is_that_of_rfc_8785() -> None:
    assert hashing.canonical({"b": [1, None, True], "a": "ü€\n"}) == '{"a":"ü€\\n","b":[1,null,true]}'.encode()


def test_a_hash_depends_on_the_row_before() -> None:
    first = hashing.chain(hashing.GENESIS, {"n": 1})
    assert re.fullmatch(r"[0-9a-f]{64}", first)
    assert hashing.chain(first, {"n": 2}) != hashing.chain(hashing.GENESIS, {"n": 2})


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (DomainError, 400),
        (Invalid, 422),
        (NotSignedIn, 401),
        (Forbidden, 403),
        (NotFound, 404),
        (Conflict, 409),
        (TooMany, 429),
        (Unavailable, 503),
    ],
)
def test_every_refusal_has_a_status_a_code_and_words(kind: type[DomainError], status: int) -> None:
    refusal = kind()
    assert refusal.status == status
    assert re.fullmatch(r"[a-z_]+", refusal.code)
    assert refusal.message.endswith(".")
    assert kind("Other words.", code="other", extra={"a": 1}).extra == {"a": 1}


@pytest.mark.django_db
def test_a_row_changes_only_from_the_state_its_writer_saw() -> None:
    row = OutboxMessage.objects.create(
        event="e", handler="h", payload={}, created_at=clock.now(), due_at=clock.now(), attempts=1
    )
    update_expecting_one(OutboxMessage.objects.filter(pk=row.pk, attempts=1), attempts=2)
    with pytest.raises(Conflict):
        update_expecting_one(OutboxMessage.objects.filter(pk=row.pk, attempts=1), attempts=3)
    row.refresh_from_db()
    assert row.attempts == 2


def test_moments_and_chain_time_agree() -> None:
    moment = clock.from_unix(1_800_000_000)
    assert moment.isoformat() == "2027-01-15T08:00:00+00:00"
    assert clock.to_unix(moment + clock.seconds(1)) == 1_800_000_001


def test_settings_are_read_with_their_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("X", "yes")
    assert env.flag("X", default=False)
    monkeypatch.setenv("X", "12")
    assert env.number("X", 1) == 12
    monkeypatch.setenv("X", "a, b,,c ")
    assert env.items("X") == ["a", "b", "c"]
    monkeypatch.setenv("X", "ETH=5, USDC = 10000.50 ")
    assert env.amounts("X") == {"ETH": Decimal(5), "USDC": Decimal("10000.50")}
    monkeypatch.delenv("X")
    assert env.amounts("X") == {}
    assert env.text("X", "other") == "other"
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "secret"))
    assert env.text("X") == "from a file"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("maybe", lambda: env.flag("X", default=False)),
        ("ten", lambda: env.number("X", 1)),
        ("11", lambda: env.number("X", 1, most=10)),
        ("-1", lambda: env.number("X", 1)),
        ("", lambda: env.text("X")),
        ("sqlite:///db", lambda: env.database("X")),
        *(
            (value, lambda: env.amounts("X"))
            for value in ("5", "ETH=", "=5", "ETH=-5", "ETH=1e3", "ETH=NaN", "ETH=5 EUR")
        ),
    ],
)
def test_an_unreadable_setting_is_named(monkeypatch: pytest.MonkeyPatch, value: str, read: object) -> None:
    monkeypatch.setenv("X", value)
    with pytest.raises(env.BadSetting, match="X"):
        read()  # type: ignore[operator]


def test_a_missing_secret_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_FILE", "/nowhere/at/all")
    with pytest.raises(env.BadSetting, match="X_FILE points to /nowhere/at/all"):
        env.text("X")


def test_a_database_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "postgresql://sara:p%40ss@db:5433/parley?sslmode=require")
    found = env.database("X")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"], found["OPTIONS"]) == (
        "sara",
        "p@ss",
        "db",
        "5433",
        "parley",
        {"sslmode": "require"},
    )
    monkeypatch.setenv("X", "postgresql://sara@/parley?host=/run/postgres")
    assert env.database("X")["HOST"] == "/run/postgres"


def test_the_running_stack_fills_in_only_what_is_unset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "runtime.env"
    file.write_text(f"# written by up\nSTACK_PID={os.getpid()}\nXA=1\nXB=2\nbroken\n")
    monkeypatch.setenv("XA", "mine")
    monkeypatch.setenv("XB", "")
    monkeypatch.delenv("XB")
    env.load_runtime(file)
    assert (env.text("XA"), env.text("XB")) == ("mine", "2")
    monkeypatch.delenv("XB")
    monkeypatch.setenv("DEPLOY", "1")
    env.load_runtime(file)
    with pytest.raises(env.BadSetting):
        env.text("XB")
