import ast
import subprocess
import sys
from pathlib import Path

from importlinter.api import read_configuration

from tests.rules.source import ROOT, files_named, walk


def _imported(path: Path) -> set[str]:
    """Return the dotted names a Python file imports."""
    names: set[str] = set()
    for node in walk(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_imports_go_in_the_declared_direction() -> None:
    # In a process of its own: import-linter sets up logging anew and would silence the loggers of other tests.
    script = (
        "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_rule_about_imports_is_declared() -> None:
    contracts = read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]
    assert {contract["name"] for contract in contracts} >= {
        "exchange: imports point down the list only",
        "escrow knows nothing of the exchange",
        "the exchange enters escrow by its public doors only",
        "only escrow.rpc imports web3",
    }


def test_no_django_signal_carries_an_effect() -> None:
    found = [
        str(path)
        for path in files_named(".py", under=("exchange", "escrow"))
        if any(name.startswith("django.dispatch") or ".signals" in name for name in _imported(path))
    ]
    assert found == []


def test_nothing_of_ours_is_replaced_by_a_mock() -> None:
    found = [
        str(path)
        for path in files_named(".py", under=("tests",))
        if any(name.startswith(("unittest.mock", "mock")) for name in _imported(path))
    ]
    assert found == []
