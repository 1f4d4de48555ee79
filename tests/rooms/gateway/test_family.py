# SPDX-License-Identifier: Apache-2.0
"""Wires are a family: a folder, or another package's entry point, is a wire, and nothing else has to know it."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

from madang import access, catalog, gateway

ROOM = Path(gateway.__file__).parent
NAMES = {"native", "openai", "oip", "etri"}

ADDED = """
from madang.gateway.replies import Reply, encode
from madang.gateway.wires import Address

class Added:
    name = "added"
    addresses = (Address("GET", "/added"),)
    def claims(self, path): return path == "/added"
    async def answer(self, asked, admission, send): return Reply(200, encode({"added": True}))
    def refusal(self, asked, problem): return Reply(problem.status, encode(problem.members()))

wire = Added()
"""
ASK = """
import asyncio
from madang import gateway
said = []
async def send(message): said.append(message)
async def receive(): return {"type": "http.request", "body": b"", "more_body": False}
async def pages(scope, receive, send): raise AssertionError("passed on")
path = gateway.CallPath(pages, None, gateway.all_wires())
scope = {"type": "http", "method": "GET", "path": "/added", "headers": [], "query_string": b""}
asyncio.run(path(scope, receive, send))
print(sorted(wire.name for wire in path.wires), said[1]["body"])
"""


def asked(source: Path) -> str:
    run = subprocess.run(
        [sys.executable, "-c", ASK], env={"PYTHONPATH": str(source)}, capture_output=True, text=True, check=True, timeout=120
    )
    return run.stdout


def test_a_wire_is_added_by_a_folder_alone(tmp_path: Path) -> None:
    shutil.copytree(ROOM.parent, tmp_path / "madang", ignore=shutil.ignore_patterns("__pycache__"))
    folder = tmp_path / "madang/gateway/added"
    folder.mkdir()
    (folder / "__init__.py").write_text(ADDED)
    assert asked(tmp_path) == """['added', 'etri', 'native', 'oip', 'openai'] b'{"added":true}'\n"""


def test_another_package_adds_a_wire_by_an_entry_point(tmp_path: Path) -> None:
    (tmp_path / "another.py").write_text(ADDED)
    facts = tmp_path / "another-1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: another\nVersion: 1\n")
    (facts / "entry_points.txt").write_text("[madang.wires]\nadded = another:wire\n")
    assert "'added'" in asked(tmp_path)


def test_nothing_outside_a_wires_folder_names_it() -> None:
    for path in ROOM.rglob("*.py"):
        inside = path.relative_to(ROOM).parts[0]
        named = {node.module or "" for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)}
        for name in NAMES - {inside}:
            assert not any(module.startswith(f"madang.gateway.{name}") for module in named), path


def test_every_wire_is_reserved_and_in_the_table_of_rights() -> None:
    wires = gateway.all_wires()
    assert {wire.name for wire in wires} == NAMES
    addresses = {(address.method, address.path) for wire in wires for address in wire.addresses}
    assert addresses <= {(route.method, route.path) for route in access.routes()}
    assert {path.split("/")[1].lower() for _method, path in addresses} <= catalog.reserved_names()


def test_no_two_wires_claim_one_address() -> None:
    wires = gateway.all_wires()
    for wire in wires:
        for address in wire.addresses:
            path = address.path.replace("{", "").replace("}", "")
            assert [other.name for other in wires if other.claims(path)] == [wire.name], path
