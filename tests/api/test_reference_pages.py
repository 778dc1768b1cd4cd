"""The reference as pages: complete, readable without script, and every example does what it says."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.test import Client

from exchange.api.reference import snippets
from exchange.api.reference.calls import Call, groups
from exchange.api.reference.codes import codes
from exchange.core.errors import NotFound
from tests.api.client import Api, document, token_for
from tests.builders import ben, catalog, market_price
from tests.servers import web_server
from tests.trade_builders import deployed
from tests.web.visiting import sound, visit

CALLS = [call for group in groups() for call in group.calls]
# Ended last, so that the examples before find what they speak of; the two that end a token would end theirs.
ENDING, KEPT_OUT = "DELETE", {"sign_out", "revoke_token"}


@pytest.mark.django_db
def test_every_call_stands_on_a_page_with_three_languages_and_no_script() -> None:
    shown = 0
    for group in groups():
        page = sound(visit().get(f"/docs/api/{group.slug}"))
        for call in group.calls:
            assert call.id in page.ids
            shown += 1
    assert shown == sum(len(methods) for methods in document()["paths"].values())
    index = sound(visit().get("/docs/api"))
    assert all(f"/docs/api/{group.slug}" in index.links for group in groups())


@pytest.mark.django_db
def test_the_type_of_a_problem_leads_to_its_description() -> None:
    problem = Api().get("/offers/ZZZZZZZZ", expect=404)
    path, _, anchor = problem["type"].partition("#")
    assert anchor == NotFound.code
    page = sound(Client().get(path))
    assert set(codes()) <= set(page.ids)


@pytest.mark.django_db
def test_the_document_is_there_as_yaml_too() -> None:
    response = visit().get("/docs/api/openapi.yaml")
    assert yaml.safe_load(response.content) == document()
    assert visit(**{"If-None-Match": response["ETag"]}).get("/docs/api/openapi.yaml").status_code == 304


@pytest.mark.django_db
def test_what_is_not_in_the_reference_is_not_found() -> None:
    assert visit().get("/docs/api/nonsense").status_code == 404


@pytest.fixture
def served(transactional_db: None) -> Iterator[dict[str, str]]:
    """A real server, and the environment its examples ask for."""
    deployed()
    catalog()
    market_price()
    with web_server(workers=1) as address:
        yield {**os.environ, "NODE": address, "TOKEN": token_for(ben().account)}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_example_runs_and_all_three_languages_send_the_same_request(
    served: dict[str, str], tmp_path: Path
) -> None:
    # One key for the three: were their requests different, the second would be refused for reusing it.
    calls = [call for call in CALLS if call.id not in KEPT_OUT]
    for part in ([one for one in calls if one.method != ENDING], [one for one in calls if one.method == ENDING]):
        check_alike(part, served, tmp_path)


def check_alike(calls: list[Call], served: dict[str, str], folder: Path) -> None:
    told = (run(calls, served, folder) for run in (run_curl, run_python, run_typescript))
    for call, *answers in zip(calls, *told, strict=True):
        statuses = {status for status, _ in answers}
        assert len(statuses) == 1, (call.id, answers)
        (status,) = statuses
        assert str(status) == call.success or str(status) in call.refusals, (call.id, answers)
        code = json.loads(answers[0][1])["code"] if status >= 400 else ""
        assert code not in {"malformed", "wrong_media_type", "not_signed_in", "bad_idempotency_key", "fault"}, call.id
        assert code != "idempotency_key_reused", call.id


def run_curl(calls: list[Call], environment: dict[str, str], folder: Path) -> list[tuple[int, str]]:
    script = "\n".join(_keyed(snippets.curl(call.request), call) + " -w '\\n%{http_code}\\n\\x1e'" for call in calls)
    script = script.replace("\\x1e", "\x1e")
    printed = _run(["bash", "-c", script], environment, folder)
    parts = [part.strip().rpartition("\n") for part in printed.split("\x1e")[:-1]]
    return [(int(status), body) for body, _, status in parts]


def run_python(calls: list[Call], environment: dict[str, str], folder: Path) -> list[tuple[int, str]]:
    lines = [f"{_keyed(snippets.python(call.request), call)}\nprint(chr(30))" for call in calls]
    (folder / "examples.py").write_text("\n".join(lines), encoding="utf-8")
    return _told(_run([sys.executable, "examples.py"], environment, folder))


def run_typescript(calls: list[Call], environment: dict[str, str], folder: Path) -> list[tuple[int, str]]:
    lines = [f"{{\n{_keyed(snippets.typescript(call.request), call)}\nconsole.log('\\x1e');\n}}" for call in calls]
    (folder / "examples.mjs").write_text("\n".join(lines), encoding="utf-8")
    return _told(_run(["node", "examples.mjs"], environment, folder))


def _keyed(text: str, call: Call) -> str:
    return text.replace("any-text-of-yours-1", f"example-{call.id}")


def _told(printed: str) -> list[tuple[int, str]]:
    parts = [part.strip().partition(" ") for part in printed.split("\x1e")[:-1]]
    return [(int(status), body) for status, _, body in parts]


def _run(command: list[str], environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
