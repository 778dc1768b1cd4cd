"""Finds the files that are ours: what git tracks or would track, without what is generated."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NOT_WRITTEN_BY_HAND = ("/migrations/", "contracts/artifacts/", "/data/", "/vectors/")


@cache
def our_files() -> tuple[Path, ...]:
    """Return every file of the project that people write, relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (Path(line) for line in listed.stdout.splitlines())
    return tuple(path for path in paths if _is_ours(path))


def _is_ours(path: Path) -> bool:
    return (ROOT / path).is_file() and not any(part in f"/{path}" for part in _NOT_WRITTEN_BY_HAND)


def files_named(*suffixes: str, under: tuple[str, ...] = ()) -> list[Path]:
    """Return our files with one of `suffixes`, below one of the folders `under` if any are given."""
    return [path for path in our_files() if path.suffix in suffixes and (not under or path.parts[0] in under)]


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def walk(path: Path) -> Iterator[ast.AST]:
    """Walk over every node of a Python file."""
    return ast.walk(parse(path))
