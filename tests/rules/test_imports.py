import ast
from pathlib import Path

from importlinter.api import read_configuration
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

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
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


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
