"""The human reference names every call and every code, and nothing that does not exist."""

import re
from pathlib import Path

from tests.api.client import BASE, document

CHECKOUT = Path(__file__).resolve().parents[2]
TEXT = (CHECKOUT / "docs" / "api.md").read_text(encoding="utf-8")
# Pages and the stack speak to people, not to programs.
SPOKEN_BY_OTHERS = {"web", "stack", "management"}


def test_every_call_is_in_the_reference_and_no_other() -> None:
    calls = {
        f"{method.upper()} {path.removeprefix(BASE)}"
        for path, methods in document()["paths"].items()
        for method in methods
    }
    table = TEXT.partition("## Calls")[2].partition("## The socket")[0]
    named = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`?… ]*)`", table))
    assert named == calls


def test_every_code_is_in_the_reference() -> None:
    codes: set[str] = set()
    for file in (CHECKOUT / "exchange").rglob("*.py"):
        if file.relative_to(CHECKOUT / "exchange").parts[0] not in SPOKEN_BY_OTHERS:
            codes |= set(re.findall(r"\bcode ?= ?\"([a-z_]+)\"", file.read_text(encoding="utf-8")))
    table = TEXT.partition("## Codes")[2]
    documented = set(re.findall(r"`([a-z_]+)`", table))
    assert codes - documented == set()
