# SPDX-License-Identifier: Apache-2.0
"""What the contracts of import-linter cannot say about how rooms meet."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import patience
from house import tree

COMPOSING = {"app", "cli", "keeping", "logs", "settings", "supervisor"}
DOORS = {"web", "api", "jobs", "cli"}


def imports(path: Path) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(tree.parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports by dots"
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def offered(room: str) -> set[str]:
    module = tree.parsed(Path(f"src/madang/{room}/__init__.py"))
    lists = [node.value for node in module.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.List)]
    return {each.value for names in lists for each in names.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def test_the_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    run = subprocess.run(command, cwd=tree.ROOT, capture_output=True, text=True, check=False, timeout=patience.SECONDS)
    assert run.returncode == 0, run.stdout


def test_a_room_is_entered_by_its_front_door() -> None:
    """``from madang import storage`` and ``from madang.storage import X`` where X is exported; those who compose may also take doors."""
    faults = []
    rooms = set(tree.rooms())
    for path in tree.under("src/madang", ".py"):
        home = path.parts[2]
        for node, name in imports(path):
            parts = name.split(".")
            if parts[0] != "madang" or len(parts) < 3 or parts[1] == home or parts[1] not in rooms:
                continue
            inner = tree.ROOT / "src/madang" / parts[1] / parts[2]
            is_module = (inner.is_dir() or inner.with_suffix(".py").is_file()) and parts[2] not in offered(parts[1])
            composes = home.removesuffix(".py") in COMPOSING and parts[2] in DOORS
            if is_module and not composes:
                faults.append(f"{path}:{node.lineno} {name}")
    assert faults == []


def test_imports_inside_functions_say_why() -> None:
    faults = []
    for path in tree.under("src/madang", ".py"):
        source = tree.text(path).splitlines()
        for function in ast.walk(tree.parsed(path)):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    around = source[max(0, node.lineno - 3) : node.lineno]
                    if not any(tree.is_commented(line) for line in around):
                        faults.append(f"{path}:{node.lineno}")
    assert faults == []


def test_no_room_imports_only_for_types() -> None:
    assert [str(path) for path in tree.under("src/madang", ".py") if "TYPE_CHECKING" in tree.text(path)] == []


def test_every_room_says_what_it_is_for_and_what_it_offers() -> None:
    faults = []
    for room in tree.rooms():
        front = Path(f"src/madang/{room}/__init__.py")
        module = tree.parsed(front)
        names = {
            target.id for node in module.body if isinstance(node, ast.Assign) for target in node.targets if isinstance(target, ast.Name)
        }
        words = ast.get_docstring(module) or ""
        if "__all__" not in names or " not " not in f" {words} ".replace("no ", " not "):
            faults.append(str(front))
    assert faults == []
