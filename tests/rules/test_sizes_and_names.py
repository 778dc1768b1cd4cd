import ast
import re

from tests.rules.source import ROOT, files_named, parse

LONGEST = 300
# A name that says nothing about its subject collects everything.
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "service", "services", "misc"}


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    lengths = {path: len((ROOT / path).read_bytes().splitlines()) for path in files_named(".py", ".ts", ".css", ".sol")}
    assert {str(path): length for path, length in lengths.items() if length > LONGEST} == {}


def test_every_file_and_folder_has_a_name_that_says_something() -> None:
    files = files_named(".py", ".ts", ".css", ".sol", ".mjs", ".html")
    named = {part.split(".")[0].strip("_").lower(): path for path in files for part in path.parts}
    assert {name: str(path) for name, path in named.items() if name in EMPTY_NAMES} == {}


def test_every_package_says_in_three_to_six_lines_what_it_is_for() -> None:
    wrong = {}
    for path in files_named(".py", under=("exchange", "escrow", "tests", "bench")):
        if path.name != "__init__.py" or path.parts[:-2] == ("tests",):
            continue  # a folder of tests is told by the package it mirrors
        docstring = ast.get_docstring(parse(path)) or ""
        if not 3 <= len(docstring.splitlines()) <= 6:
            wrong[str(path)] = len(docstring.splitlines())
    assert wrong == {}


def test_every_test_is_named_as_a_sentence() -> None:
    short = [
        f"{path}: {node.name}"
        for path in files_named(".py", under=("tests",))
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and len(re.findall(r"[a-z0-9]+", node.name.removeprefix("test_"))) < 3
    ]
    assert short == []


def _runs_a_machine(node: ast.ClassDef) -> bool:
    """Return whether this is how Hypothesis runs a state machine with a database: as a TestCase."""
    return any(ast.unparse(base).endswith("TestCase") for base in node.bases)


def test_tests_are_functions_not_classes() -> None:
    classes = [
        f"{path}: {node.name}"
        for path in files_named(".py", under=("tests",))
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test") and not _runs_a_machine(node)
    ]
    assert classes == []
