# SPDX-License-Identifier: Apache-2.0
"""The locks say what pyproject.toml says, and nothing is under terms that we cannot pass on."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

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
