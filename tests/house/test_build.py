# SPDX-License-Identifier: Apache-2.0
"""The build brings what the pages need from packages, needs nothing when nothing changed, and goes on when npm does not answer."""

import gettext
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
GOOD = """#!{python}
import json, os, sys
from pathlib import Path
assert sys.argv[1:] == ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], sys.argv
for name, files in {packages!r}.items():
    for file in ("LICENSE", *files):
        path = Path("node_modules", name, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file)
    Path("node_modules", name, "package.json").write_text(json.dumps({{"version": "1.2.3", "license": "0BSD"}}))
"""
PACKAGES = {
    "htmx.org": ["dist/htmx.min.js"],
    "@fontsource-variable/noto-sans-kr": ["wght.css", "files/a-wght-normal.woff2", "files/b.woff"],
}


@pytest.fixture
def hook() -> ModuleType:
    specification = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "web", tmp_path / "web", ignore=shutil.ignore_patterns("node_modules"))
    for language in ("ko", "en"):
        folder = tmp_path / "src" / "madang" / "locale" / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        shutil.copy(ROOT / "src" / "madang" / "locale" / language / "LC_MESSAGES" / "madang.po", folder)
    return tmp_path


def npm(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "bin" / "npm"
    program.parent.mkdir(exist_ok=True)
    program.write_text(text)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def built(hook: ModuleType, checkout: Path, warnings: list[str]) -> Any:
    app = SimpleNamespace(display_warning=warnings.append)
    return hook.CustomBuildHook(str(checkout), {}, None, None, str(checkout), "wheel", app)


def test_named_files_are_copied_with_their_licences(hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(checkout, GOOD.format(python=sys.executable, packages=PACKAGES), monkeypatch)
    assert not hook.is_fresh(checkout)
    hook.copy_packages(checkout)
    static = checkout / "src" / "madang" / "_static"
    copied = {path.relative_to(static).as_posix() for path in static.rglob("*") if path.is_file()}
    assert copied == {
        ".stamp",
        "manifest.json",
        "htmx.org/LICENSE",
        "htmx.org/htmx.min.js",
        "noto-sans-kr/LICENSE",
        "noto-sans-kr/wght.css",
        "noto-sans-kr/files/a-wght-normal.woff2",
    }
    manifest = {entry["name"]: entry for entry in json.loads((static / "manifest.json").read_text())}
    assert manifest["htmx.org"]["version"] == "1.2.3"
    assert manifest["htmx.org"]["sha256"]["htmx.org/htmx.min.js"] == sha256(b"dist/htmx.min.js").hexdigest()
    assert hook.is_fresh(checkout)
    (checkout / "web" / "package.json").write_text("{}")
    assert not hook.is_fresh(checkout)


def test_a_build_without_npm_goes_on_and_says_what_is_missing(hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(checkout, f"#!{sys.executable}\nimport sys\nsys.exit('no answer')\n", monkeypatch)
    warnings: list[str] = []
    build = built(hook, checkout, warnings)
    build.initialize("standard", {"force_include": {}})
    assert "no answer" in (checkout / "src" / "madang" / "_static" / "MISSING").read_text()
    assert "no answer" in warnings[0]
    assert not hook.is_fresh(checkout)
    npm(checkout, GOOD.format(python=sys.executable, packages=PACKAGES), monkeypatch)
    build.initialize("standard", {"force_include": {}})
    assert not (checkout / "src" / "madang" / "_static" / "MISSING").exists()
    assert build.dependencies() == []


def test_a_package_that_lost_a_wanted_file_is_not_taken(hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(checkout, GOOD.format(python=sys.executable, packages={**PACKAGES, "htmx.org": []}), monkeypatch)
    with pytest.raises(OSError, match=r"htmx\.org 1\.2\.3 holds no dist/htmx\.min\.js"):
        hook.copy_packages(checkout)
    assert not (checkout / "src" / "madang" / "_static").exists()


def test_node_is_asked_for_only_where_there_is_no_npm(hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = built(hook, checkout, [])
    monkeypatch.setattr(hook.shutil, "which", lambda _name: None)
    assert build.dependencies() == [hook.NODE]


def test_words_are_compiled_beside_themselves(hook: ModuleType, checkout: Path) -> None:
    hook.compile_words(checkout)
    words = gettext.translation("madang", checkout / "src" / "madang" / "locale", languages=["ko"])
    assert words.gettext("Licence map") == "라이선스 지도"
    compiled = checkout / "src" / "madang" / "locale" / "ko" / "LC_MESSAGES" / "madang.mo"
    before = compiled.stat().st_mtime_ns
    hook.compile_words(checkout)
    assert compiled.stat().st_mtime_ns == before


def test_the_hook_called_by_hand_says_how_to_build() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "hatch_build.py")], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "make run" in done.stderr


def test_npm_packages_are_pinned_by_version_and_hash_and_name_no_host() -> None:
    wanted = json.loads((ROOT / "web" / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    assert all(version[0].isdigit() for version in wanted.values())
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
        assert locked[f"node_modules/{name}"]["integrity"].startswith("sha512-")
    for path in (ROOT / "web").glob("*"):
        if path.is_file():
            assert "://" not in path.read_text("utf-8")
