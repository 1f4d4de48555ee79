# SPDX-License-Identifier: Apache-2.0
"""From a wheelhouse, with the network cut off: install, run, first scan."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.tags import sys_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

from builders import repository
from reference_pages import dependencies

ROOT = Path(__file__).parents[2]
WHEELHOUSE = ROOT / "dist" / "wheelhouse"
LICENCE = (Path(__file__).parents[1] / "rooms" / "scan" / "mit.txt").read_text()


@pytest.fixture(scope="module")
def wheelhouse() -> Path:
    """The wheelhouse as anybody makes it."""
    subprocess.run(["make", "wheelhouse"], cwd=ROOT, check=True, timeout=1800)
    return WHEELHOUSE


def cut_off(*command: str) -> "subprocess.CompletedProcess[str]":
    """The command in a network of its own that leads nowhere."""
    return subprocess.run(["unshare", "--net", *command], capture_output=True, text=True, check=False, timeout=1500)


@pytest.mark.soak
@pytest.mark.needs("root")
def test_without_any_network_it_installs_runs_and_scans(wheelhouse: Path, tmp_path: Path) -> None:
    source = repository(tmp_path / "first", {"LICENSE": LICENCE, "speech.py": "print('hello')\n"})
    program = Path(__file__).with_name("closed.py")
    done = cut_off(sys.executable, str(program), str(wheelhouse), str(tmp_path), str(source))
    assert done.returncode == 0, done.stderr[-3000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["network"] is False
    assert seen["version"].startswith("madang ")
    assert seen["scan"] == [0, ["MIT"]]
    assert (seen["state"], seen["backup"]) == ("verified", 0)
    assert all(seen["doctor"][name] for name in ("python", "git", "pages", "scan"))


@pytest.mark.soak
def test_the_wheelhouse_has_what_the_lock_names_and_nothing_else(wheelhouse: Path) -> None:
    tags = set(sys_tags())
    wheels = {path: parse_wheel_filename(path.name) for path in wheelhouse.glob("*.whl")}
    assert [path.name for path, (*_, given) in wheels.items() if not given & tags] == []
    held = {str(name): str(version) for name, version, *_ in wheels.values()}
    locked = {str(canonicalize_name(name)): versions for name, versions in dependencies.locked().items()}
    assert held.pop("madang")
    assert {name for name, version in held.items() if version not in locked[name]} == set()
    lines = (wheelhouse / "SHA256SUMS").read_text().splitlines()
    assert {line.split("  ")[1]: line.split("  ")[0] for line in lines} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in wheels
    }


def test_pip_can_be_kept_from_every_network() -> None:
    """The rehearsal is worth something only where a cut network is cut: no way leads out of it."""
    if cut_off("true").returncode:
        pytest.skip("this machine gives nobody a network of their own")
    program = "import socket; socket.create_connection(('192.0.2.1', 443), timeout=3)"
    done = cut_off(sys.executable, "-c", program)
    assert "unreachable" in done.stderr
