"""The browser code's own tests, its size budgets, and what it never does because the policy forbids it."""

import gzip
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "frontend" / "src").rglob("*.ts"))
BUILT = ROOT / "exchange" / "static" / "parley"
STATIC_IMPORT = re.compile(r"(?:from|import)\s*\"\./([\w.-]+\.js)\"")
KIB = 1024


def loaded_with(*names: str) -> set[str]:
    """Return the bundles `names` with everything they import before they run."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += STATIC_IMPORT.findall((BUILT / name).read_text())
    return found


def weight(names: set[str]) -> int:
    return sum(len(gzip.compress((BUILT / name).read_bytes(), 9)) for name in names)


def test_the_browser_code_passes_its_own_tests() -> None:
    run = subprocess.run(
        ["node", "tests/frontend/run.mjs"], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]


def test_what_every_page_loads_stays_within_its_budget() -> None:
    assert weight(loaded_with("core.js", "live.js") | {"htmx.js"}) <= 28 * KIB


def test_what_chat_and_wallet_add_at_load_stays_within_its_budget() -> None:
    every_page = loaded_with("core.js", "live.js")
    assert weight(loaded_with("chat.js") - every_page) <= 20 * KIB
    assert weight(loaded_with("wallet.js") - every_page) <= 55 * KIB


def test_what_charts_add_on_demand_stays_within_its_budget() -> None:
    assert weight(loaded_with("charts.js") - loaded_with("core.js", "live.js")) <= 25 * KIB


def test_a_trade_room_asks_for_few_scripts() -> None:
    assert len(loaded_with("core.js", "live.js", "wallet.js", "chat.js") | {"htmx.js"}) <= 8


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "frontend" / "src")))
def test_texts_never_become_markup_or_code_and_nothing_calls_elsewhere(path: Path) -> None:
    text = path.read_text()
    sinks = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setHTMLUnsafe|srcdoc"
    assert not re.search(sinks, text)
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)[a-z]", text)
    assert text.count("\n") <= 300
