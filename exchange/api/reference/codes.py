"""The list of codes that refusals carry (`codes.toml`)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("codes.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code; `status` is empty for those that only the socket says."""

    name: str
    group: str
    status: tuple[int, ...]
    means: str
    do: str


@cache
def codes() -> dict[str, Code]:
    """Return every code by its name, in the order of the file."""
    found = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {name: Code(name=name, **{**facts, "status": tuple(facts["status"])}) for name, facts in found.items()}


def groups() -> dict[str, list[Code]]:
    """Return the codes by what they are about."""
    found: dict[str, list[Code]] = {}
    for code in codes().values():
        found.setdefault(code.group, []).append(code)
    return found
