import ast
from pathlib import Path

from tests.rules.source import files_named, walk

# No amount and no price passes through these: they count seconds of waiting, or how alike two words are.
WITHOUT_MONEY = (
    "escrow/loop.py",
    "escrow/indexer/watch.py",
    "escrow/rpc/",
    "exchange/api/reading.py",
    "exchange/management/commands/reconcile.py",
    "exchange/management/commands/runindexer.py",
    "exchange/settings.py",
    "exchange/stack/",
    "exchange/webhooks/door.py",
)


def _floats(path: Path) -> list[str]:
    """Return where a Python file writes a binary fraction, converts to one, or declares one."""
    found = []
    for node in walk(path):
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        is_name = isinstance(node, ast.Name) and node.id == "float"
        if is_literal or is_name:
            found.append(f"{path}:{getattr(node, 'lineno', 0)}")
    return found


def test_money_never_meets_a_binary_fraction() -> None:
    files = files_named(".py", under=("exchange", "escrow"))
    found = [place for path in files if not str(path).startswith(WITHOUT_MONEY) for place in _floats(path)]
    assert found == []
