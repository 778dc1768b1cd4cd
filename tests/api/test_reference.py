"""The human reference names every call and every code, and nothing that does not exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from exchange.api.reference.codes import codes
from exchange.core.errors import DomainError
from tests.api.client import BASE, document

CHECKOUT = Path(__file__).resolve().parents[2]
TEXT = (CHECKOUT / "docs" / "api.md").read_text(encoding="utf-8")
# Pages and the stack speak to people, not to programs.
SPOKEN_BY_OTHERS = {"web", "stack", "management"}
FILES = [
    file
    for file in sorted((CHECKOUT / "exchange").rglob("*.py"))
    if file.relative_to(CHECKOUT / "exchange").parts[0] not in SPOKEN_BY_OTHERS
]
HELP = "describe it in exchange/api/reference/codes.toml: status, what it means, what to do"


def kinds(root: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """Yield the tree of refusals; the API has been imported, and with it everything it can refuse with."""
    yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)


def raised() -> Iterator[tuple[str, int]]:
    """Yield the code and status of every refusal that is made anywhere: by its class, or by name where it is raised."""
    tree = {kind.__name__: kind for kind in kinds()}
    for kind in tree.values():
        yield kind.code, kind.status
    for file in FILES:
        if "realtime" in file.parts:
            continue  # a frame of the socket carries no status
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in tree:
                for keyword in node.keywords:
                    if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                        yield str(keyword.value.value), tree[node.func.id].status


def test_every_call_is_in_the_reference_and_no_other() -> None:
    calls = {
        f"{method.upper()} {path.removeprefix(BASE)}"
        for path, methods in document()["paths"].items()
        for method in methods
    }
    table = TEXT.partition("## Calls")[2].partition("## Webhooks")[0]
    named = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`?… ]*)`", table))
    assert named == calls


def test_every_code_is_described_with_the_status_it_is_answered_with() -> None:
    told = {(name, status) for name, code in codes().items() for status in code.status}
    missing = {(code, status) for code, status in raised() if codes().get(code) is None or codes()[code].status}
    assert missing - told == set(), HELP


def test_every_code_that_is_written_anywhere_is_described() -> None:
    written: set[str] = set()
    for file in FILES:
        written |= set(re.findall(r"\bcode ?= ?\"([a-z_]+)\"", file.read_text(encoding="utf-8")))
    assert written - set(codes()) == set(), HELP


def test_no_code_is_described_that_nothing_says() -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in FILES)
    assert [name for name in codes() if f'"{name}"' not in text] == []


def test_every_code_says_what_it_means_and_what_to_do_in_sentences() -> None:
    for code in codes().values():
        for words in (code.means, code.do):
            assert words[0].isupper() or words[0] == "`"
            assert words.endswith(".")
