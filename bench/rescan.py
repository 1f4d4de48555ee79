# SPDX-License-Identifier: Apache-2.0
"""What it costs to scan again: a repository of over 2,000 files in full, unchanged, and after ten changes, by `madang scan`.

    bench/rescan.py [--json] [--jobs N] [--keep FOLDER]

The tree is made of the source of Python packages that are installed here, once as a Git checkout and once as a plain folder. CPU seconds
are of the whole process trees, start-up and the loading of the licence index included. The results after the ten changes are compared with
a scan from an empty cache, byte for byte but for the time of writing.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SITE = Path(sysconfig.get_paths()["purelib"])
PACKAGES = (
    "sqlalchemy", "pip", "jinja2", "cryptography", "fastapi", "httpx", "opentelemetry", "hypothesis", "starlette", "dbos", "alembic",
    "pydantic", "setuptools", "psycopg", "coverage", "prometheus_client", "bs4", "schemathesis", "cyclonedx", "pygments", "click", "attr",
)  # fmt: skip
LEAST = 2000
CHANGED = 10
GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "init.defaultBranch=main")


def grown(target: Path) -> list[Path]:
    """A tree of over 2,000 files of real packages at ``target``; every file that is text, in order."""
    for name in PACKAGES:
        if (SITE / name).is_dir():
            shutil.copytree(SITE / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "*.so", "*.pyc"))
        for facts in sorted(SITE.glob(f"{name}-*.dist-info")):
            shutil.copytree(facts, target / facts.name)
    files = sorted(path for path in target.rglob("*") if path.is_file())
    assert len(files) > LEAST, f"only {len(files)} files are here: install the development tools too"
    return [path for path in files if path.suffix == ".py"]


def committed(root: Path) -> None:
    """``root`` is a Git checkout whose index is older than nothing in it, as after a moment's rest."""
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "begin")):
        subprocess.run([*GIT, *command], cwd=root, check=True)
    later = time.time() + 5
    os.utime(root / ".git" / "index", (later, later))


def change(files: list[Path]) -> None:
    """Ten files, spread over the tree, end in a line that they did not have."""
    for path in files[:: max(1, len(files) // CHANGED)][:CHANGED]:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"\n# changed at {time.time_ns()}\n")


def scanned(root: Path, cache: Path, target: Path, jobs: int) -> dict[str, float]:
    """What one scan by command costs; its report is at ``target``."""
    os.environ["XDG_CACHE_HOME"] = str(cache)
    command = [sys.executable, "-m", "madang", "scan", str(root), "--format", "json", "--output", str(target), "--jobs", str(jobs)]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_seconds": round(cpu, 2), "wall_seconds": round(time.monotonic() - start, 2)}


def said(target: Path) -> dict[str, Any]:
    """A report without the time of writing, and without what a checkout has and a plain folder has not."""
    report: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    for name in ("written_at", "skipped", "totals"):
        del report[name]
    return report


def measure(folder: Path, jobs: int) -> dict[str, Any]:
    """Every figure."""
    checkout, plain, cache = folder / "checkout" / "tree", folder / "plain" / "tree", folder / "cache"
    files = grown(checkout)
    shutil.copytree(checkout, plain)
    committed(checkout)
    before = Path(os.environ.get("XDG_CACHE_HOME", ""))
    found: dict[str, Any] = {"files": sum(1 for path in plain.rglob("*") if path.is_file()), "jobs": jobs}
    (folder / "one").mkdir()
    (folder / "one" / "a.py").write_text("x = 1\n")
    try:
        for home in (cache, folder / "other"):  # the compact licence index is built once for a machine
            scanned(folder / "one", home, folder / "one.json", jobs)
        found["full"] = scanned(checkout, cache, folder / "full.json", jobs)
        found["unchanged_checkout_first"] = scanned(checkout, cache, folder / "again.json", jobs)
        found["unchanged_checkout"] = scanned(checkout, cache, folder / "again.json", jobs)
        found["unchanged_folder"] = scanned(plain, cache, folder / "plain.json", jobs)
        change(files)
        found["ten_changed"] = scanned(checkout, cache, folder / "changed.json", jobs)
        found["ten_changed_from_nothing"] = scanned(checkout, folder / "other", folder / "fresh.json", jobs)
    finally:
        if before.name:
            os.environ["XDG_CACHE_HOME"] = str(before)
    found["equal"] = {
        "again": said(folder / "full.json") == said(folder / "again.json"),
        "folder": said(folder / "full.json") == said(folder / "plain.json"),
        "ten_changed": said(folder / "changed.json") == said(folder / "fresh.json"),
    }
    found["ten_changed_share"] = round(found["ten_changed"]["cpu_seconds"] / found["ten_changed_from_nothing"]["cpu_seconds"], 4)
    found["unchanged_bound"] = round(2 + found["files"] / 1000, 2)
    return found


def told(found: Mapping[str, Any]) -> str:
    """The figures in words."""
    names = ("full", "unchanged_checkout_first", "unchanged_checkout", "unchanged_folder", "ten_changed", "ten_changed_from_nothing")
    lines = [f"{found['files']} files, {found['jobs']} at once"]
    lines += [f"  {name.replace('_', ' '):<26} {found[name]['cpu_seconds']:>8.2f} CPU s" for name in names]
    lines.append(f"  ten changed files cost {100 * found['ten_changed_share']:.1f} % of the full scan (promised: under 15 %)")
    lines.append(f"  an unchanged tree may cost {found['unchanged_bound']} CPU s")
    lines.append("  equal: " + ", ".join(f"{name} {'yes' if equal else 'NO'}" for name, equal in found["equal"].items()))
    return "\n".join(lines)


def main() -> int:
    """Print the figures; 1 when a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--jobs", type=int, default=1, help="files looked at at once (default 1)")
    parser.add_argument("--keep", type=Path, help="keep trees, reports and caches in this empty folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = measure(folder.resolve(), arguments.jobs)
    print(json.dumps(found, indent=1) if arguments.json else told(found))
    unchanged = max(found["unchanged_checkout"]["cpu_seconds"], found["unchanged_folder"]["cpu_seconds"])
    kept = found["ten_changed_share"] < 0.15 and unchanged < found["unchanged_bound"] and all(found["equal"].values())
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
