import json
import re
import tomllib

import pytest

from tests.rules.source import ROOT

PYTHON_LOCKS = [
    "requirements.lock",
    "requirements-dev.lock",
    "frontend/requirements-node.lock",
    "requirements-audit.lock",
]
# The registry this lock was made on does not carry these builds, so their hashes are unknown; npm takes them unchecked.
UNHASHED = re.compile(r"@foundry-rs/(anvil|cast|forge)-(darwin-amd64|darwin-arm64|linux-arm64|win32-amd64)$")


@pytest.mark.parametrize("name", [*PYTHON_LOCKS, "package-lock.json"])
def test_a_lock_file_names_no_address_so_that_any_mirror_will_do(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    funding = re.compile(r'"(url|funding|homepage)": "https?://[^"]*"')
    assert re.findall(r"https?://\S+|file:\S+|--(?:extra-)?index-url|--find-links", funding.sub("", text)) == []
    assert '"resolved"' not in text


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_every_locked_python_package_has_a_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", "\n" + text)
    packages = [block for block in blocks if re.match(r"\n?[a-z0-9][a-z0-9.-]*==", block)]
    assert packages
    assert [block.split()[0] for block in packages if "--hash=sha256:" not in block] == []


def test_every_locked_npm_package_has_a_hash_as_far_as_one_is_known() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    bare = [name for name, told in packages.items() if name and not told.get("link") and "integrity" not in told]
    assert [name for name in bare if not UNHASHED.search(name)] == []


def test_the_browsers_packages_are_pinned_to_the_digit() -> None:
    declared = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    pins = declared["dependencies"] | declared["devDependencies"]
    assert {name: pin for name, pin in pins.items() if not re.fullmatch(r"\d+\.\d+\.\d+", pin)} == {}


def test_every_dependency_has_its_reason_beside_it() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = tomllib.loads(text)
    project = declared["project"]
    names = [
        *project["dependencies"],
        *project["optional-dependencies"]["embedded"],
        *declared["dependency-groups"]["dev"],
        *declared["dependency-groups"]["audit"],
    ]
    bare = [name for name in names if not re.search(re.escape(f'"{name}"') + r",?\s+# \w", text)]
    assert bare == []


def test_redis_stays_below_the_version_that_drops_idle_sockets() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = re.search(r"^redis==(\d+)", lock, re.MULTILINE)
    assert found is not None
    assert int(found.group(1)) < 8
