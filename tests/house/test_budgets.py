# SPDX-License-Identifier: Apache-2.0
"""How large things may grow before they must be cut."""

import ast
from pathlib import Path

import pytest

from house import tree

FORBIDDEN_NAMES = {"base", "common", "handler", "handlers", "helpers", "manager", "misc", "service", "utils"}


def modules() -> list[Path]:
    return [path for path in tree.under("src", ".py") if not any(path.is_relative_to(what) for what in tree.exempt("generated"))]


def functions() -> list[tuple[str, int]]:
    found = []
    for path in modules():
        for node in ast.walk(tree.parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                found.append((f"{path}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1))
    return found


def test_no_module_is_over_400_lines() -> None:
    assert [f"{path}: {tree.lines(path)}" for path in modules() if tree.lines(path) > 400] == []


def test_95_of_100_modules_are_within_250_lines() -> None:
    assert tree.percentile([tree.lines(path) for path in modules()], 95) <= 250


def test_no_function_is_over_50_lines() -> None:
    assert [f"{name}: {length}" for name, length in functions() if length > 50] == []


def test_95_of_100_functions_are_within_25_lines() -> None:
    assert tree.percentile([length for _, length in functions()], 95) <= 25


def test_no_template_is_over_150_lines() -> None:
    assert [str(path) for path in tree.under("src", ".html") if tree.lines(path) > 150] == []


@pytest.mark.parametrize(("suffix", "ceiling"), [(".css", 32_000), (".js", 20_000)])
def test_own_files_for_the_browser_are_small(suffix: str, ceiling: int) -> None:
    assert sum(len(tree.text(path).encode()) for path in tree.under("src", suffix)) <= ceiling


def test_broad_excepts_are_few_and_say_why() -> None:
    broad = []
    for path in modules():
        source = tree.text(path).splitlines()
        for node in ast.walk(tree.parsed(path)):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
            ):
                around = source[max(0, node.lineno - 2) : node.body[0].end_lineno]
                broad.append((f"{path}:{node.lineno}", any(tree.is_commented(line) for line in around)))
    assert len(broad) <= 6, [place for place, _ in broad]
    assert [place for place, commented in broad if not commented] == []


def test_every_function_says_what_it_returns() -> None:
    silent = []
    for path in modules():
        for node in ast.walk(tree.parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is None:
                silent.append(f"{path}:{node.lineno} {node.name}")
    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in tree.files() if path.suffix == ".py" and path.stem in FORBIDDEN_NAMES] == []


def test_a_folder_of_a_room_is_at_most_two_deep() -> None:
    # src / madang / room / package / module.py; templates repeat the room's name.
    assert [str(path) for path in modules() if len(path.parts) > 5] == []
