# SPDX-License-Identifier: Apache-2.0
"""The locks say what pyproject.toml says, and nothing is under terms that we cannot pass on."""

import re
import subprocess
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import patience
import stores
from house import tree
from reference_pages import dependencies

PROJECT = tomllib.loads((tree.ROOT / "pyproject.toml").read_text())
GROUPS = PROJECT["dependency-groups"]


@pytest.mark.parametrize(
    ("lock", "specs"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"] + GROUPS["build"]),
        ("requirements-dev.lock", PROJECT["project"]["dependencies"] + GROUPS["build"] + GROUPS["dev"]),
        ("requirements-node.lock", GROUPS["node"]),
    ],
)
def test_a_lock_has_every_need_at_a_version_that_suffices(lock: str, specs: list[str]) -> None:
    locked = dependencies.locked(lock)
    for spec in map(Requirement, specs):
        versions = locked[dependencies.canonical(spec.name)]
        assert all(spec.specifier.contains(Version(version)) for version in versions), spec


def test_the_tests_run_on_what_people_run_on() -> None:
    run, tested = dependencies.locked(), dependencies.locked("requirements-dev.lock")
    assert {name: versions for name, versions in run.items() if tested.get(name) != versions} == {}


@pytest.mark.parametrize(("lock", "groups"), [("requirements.lock", ["build"]), ("requirements-dev.lock", ["build", "dev"])])
@pytest.mark.parametrize("python", ["3.11.0", "3.11.7", "3.12.9", "3.13.9", "3.14.2"])
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_lock_holds_whatever_its_packages_need(lock: str, groups: list[str], python: str, machine: str) -> None:
    """Locks are installed as they are, nothing is resolved: what is missing there is missing on the machine.

    What is not installed here, because another Python needs it, is looked for and not looked into.
    """
    roots = PROJECT["project"]["dependencies"] + [spec for group in groups for spec in GROUPS[group]]
    where = {"python_version": python.rpartition(".")[0], "python_full_version": python, "platform_machine": machine}
    assert missing(roots, (tree.ROOT / lock).read_text(), where) == []


def test_a_lock_that_lost_a_package_is_seen() -> None:
    text = (tree.ROOT / "requirements.lock").read_text()
    lost = re.sub(r"(?m)^psycopg-binary==.*\n( {4}.*\n)+", "", text)
    assert lost != text
    assert missing(PROJECT["project"]["dependencies"], lost, {}) == ["psycopg needs psycopg-binary"]
    old = re.sub(r"(?m)^(greenlet|typing-extensions)==\S+", r"\1==0.1", text)
    assert "sqlalchemy needs typing-extensions, and 0.1 does not suffice" in missing(PROJECT["project"]["dependencies"], old, {})


@pytest.mark.needs("s3-server")
def test_the_s3_server_of_the_tests_has_whatever_it_needs() -> None:
    command = [str(stores.SERVER.with_name("python")), "-m", "pip", "--disable-pip-version-check", "check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=patience.SECONDS)
    assert checked.returncode == 0, checked.stdout


def missing(roots: list[str], lock: str, where: dict[str, str]) -> list[str]:
    """What packages need, those that ``roots`` ask for and all behind them, and the lock does not hold at a version that suffices."""
    pins = [Requirement(line.rstrip(" \\")) for line in lock.splitlines() if line and line[0] not in "# "]
    held = {dependencies.canonical(pin.name): str(pin.specifier)[2:] for pin in pins if not pin.marker or pin.marker.evaluate(where)}
    found: list[str] = []
    asked = map(Requirement, roots)
    waiting = [("madang", each) for each in asked if not each.marker or each.marker.evaluate(where)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        asker, need = waiting.pop()
        name = dependencies.canonical(need.name)
        if name not in held:
            found.append(f"{asker} needs {name}")
        elif not need.specifier.contains(held[name], prereleases=True):
            found.append(f"{asker} needs {name}, and {held[name]} does not suffice")
        else:
            waiting += [(name, each) for extra in ("", *need.extras) if (name, extra) not in seen for each in needs(name, extra, where)]
            seen |= {(name, extra) for extra in ("", *need.extras)}
    return sorted(found)


def needs(name: str, extra: str, where: dict[str, str]) -> list[Requirement]:
    """What the package, if it is here, says that it needs there, for itself or for one of its extras."""
    try:
        told = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    asked = map(Requirement, told)
    return [each for each in asked if not each.marker or each.marker.evaluate({**where, "extra": extra})]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"])
def test_every_line_of_a_lock_has_hashes(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", (tree.ROOT / lock).read_text().strip())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_every_dependency_says_what_it_is_for() -> None:
    assert [name for name, comment in dependencies.declared(*GROUPS).items() if ":" not in comment and len(comment) < 10] == []


def test_no_dependency_is_under_terms_that_we_do_not_accept() -> None:
    facts = dependencies.facts()
    accepted, excused = set(facts["accepted"]), facts["excused"]
    faults = []
    for row in [*dependencies.dependencies(), *dependencies.browser_packages()]:
        parts = set(re.split(r" AND |[()]", row.taken)) - {""}
        parts -= set(excused.get(row.name, [""])[0].split(" AND "))
        if not parts or parts - accepted:
            faults.append(f"{row.name}: {row.taken}")
    assert faults == []


def test_a_choice_is_one_of_those_offered() -> None:
    for name, licence in dependencies.facts()["chosen"].items():
        assert licence in dependencies.offered(name).split(" OR "), name


def test_untyped_libraries_stand_on_the_list_of_exemptions() -> None:
    overrides = PROJECT["tool"]["mypy"].get("overrides", [])
    modules = [module for row in overrides for module in ([row["module"]] if isinstance(row["module"], str) else row["module"])]
    assert sorted(modules) == sorted(tree.exempt("untyped"))


def test_warnings_that_pass_stand_on_the_list_of_exemptions() -> None:
    filters = [line for line in PROJECT["tool"]["pytest"]["ini_options"]["filterwarnings"] if line != "error"]
    assert sorted(filters) == sorted(tree.exempt("warnings"))
