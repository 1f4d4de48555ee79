# SPDX-License-Identifier: Apache-2.0
"""What a version costs in the running platform: looked at again, and read when it has very many files.

    bench/versions.py [--files N] [--json] [--pushes] [PATH]

With PATH (a folder, such as the package rxjs 7.8.1 that ``npm pack`` fetches): CPU of the whole job, this process, git, and the scan
server with its workers, for the first version, for the same content again and for ten files that change, in each of several ways and in
all of them, as shares of the first: as archives, and with ``--pushes`` as commits that are fetched from a Git repository on this machine,
whose server's CPU counts too; and the memory of these processes. Then the CPU of requests to a version of N files (100,000) and to one of a
hundredth of that, side by side: pages, lists, filters, the licence map and the streams.
"""

import argparse
import io
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from builders import HTML, Yard, archive, yard_in
from madang import compliance, kit, scan
from madang.app.working import clean_seldom
from madang.compliance import recording
from madang.compliance.verdict import Verdict

TEXTS = (".py", ".pyi", ".c", ".h", ".js", ".ts", ".java", ".go", ".rs", ".txt", ".md")
LICENCES = ("MIT", "Apache-2.0", "GPL-2.0-only", "BSD-3-Clause", None, None, None, None)
REQUESTS = {
    "version page": "",
    "files, first page": "/files",
    "files, middle page": "/files?page={middle}",
    "files, last page": "/files?page={last}",
    "files of one licence": "/files?licence=MIT",
    "files that conflict": "/files?state=conflict",
    "files by words": "/files?q=part+7.py",
    "holders, last page": "/holders?page={holders}",
    "tables": "/tables",
    "licence map, CSV": "/licence-map.csv",
}
REPEATS = 5


def cpu_seconds() -> float:
    """Processor time that this process and all below it have had."""
    tick, below, spent = os.sysconf("SC_CLK_TCK"), dict[int, list[int]](), dict[int, float]()
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                fields = (place / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            below.setdefault(int(fields[1]), []).append(int(place.name))
            spent[int(place.name)] = sum(map(int, fields[11:15])) / tick
    waiting, total = [os.getpid()], 0.0
    while waiting:
        pid = waiting.pop()
        total += spent.get(pid, 0.0)
        waiting += below.get(pid, [])
    return total


def spent_so_far() -> float:
    """The same, with what processes below had that have ended: git's, above all."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return cpu_seconds() + ended.ru_utime + ended.ru_stime


def memory(pool: scan.Pool) -> dict[str, float]:
    """Megabytes, of shared pages each process's part: this process, which answers pages and does the jobs, and the scan server with its
    two workers. The licence index is mapped, and ScanCode imported, in the latter alone."""
    assert "licensedcode" not in sys.modules, "ScanCode is imported where pages are made"
    assert ".index" not in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace"), "the index is mapped where pages are made"
    server = pool.server_pid
    children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
    return {"pages and jobs": _megabytes("self"), "server and workers": sum(_megabytes(str(each)) for each in (server, *children))}


def _megabytes(process: str) -> float:
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return int(next(line for line in rollup if line.startswith("Pss:")).split()[1]) / 1000


def verified(yard: Yard, made: Iterable[Mapping[str, Any]], clock: Callable[[], float]) -> float:
    """The work on these versions is done; what it cost by the clock."""
    with yard.house.database.reading() as session:
        work = [(compliance.get_task(session, each["task"], viewer=kit.SYSTEM).version.id, each["task"]) for each in made]
    before = clock()
    for version_id, task in work:
        yard.verifier.verify(version_id, task)
    return clock() - before


def changes(files: Mapping[str, bytes]) -> dict[str, dict[str, bytes | None]]:
    """Ten files that change, by kind; None is gone. The same files in every run, and none of them twice."""
    texts = [name for name in sorted(files) if name.endswith(TEXTS) and "licen" not in name.lower() and "readme" not in name.lower()]
    drawn = iter(random.Random(7).sample(texts, k=min(len(texts), 100)))

    def edited(name: str) -> dict[str, bytes | None]:
        return {name: files[name] + b"\n# changed\n"}

    def new(name: str) -> dict[str, bytes | None]:
        return {f"{name}.new.py": b"value = 1\n# of " + name.encode()}

    def gone(name: str) -> dict[str, bytes | None]:
        return {name: None}

    def renamed(name: str) -> dict[str, bytes | None]:
        return {name: None, f"moved/{name}": files[name]}

    def held(name: str) -> dict[str, bytes | None]:
        return {name: b"// Copyright (c) 2026 Example Research Institute\n" + files[name]}

    def licensed(name: str) -> dict[str, bytes | None]:
        return {name: b"// SPDX-License-Identifier: Apache-2.0\n" + files[name]}

    kinds = {"edited": edited, "new": new, "gone": gone, "renamed": renamed, "new copyright": held, "new licence": licensed}
    found = {f"ten {name}": _together(make(next(drawn)) for _number in range(10)) for name, make in kinds.items()}
    mixed = [*kinds.values(), edited, new, held, licensed]
    return found | {"ten of all kinds": _together(make(next(drawn)) for make in mixed)}


def _together(some: Iterable[dict[str, bytes | None]]) -> dict[str, bytes | None]:
    return {name: content for each in some for name, content in each.items()}


def pushes(folder: Path, yard: Yard, scratch: Path) -> dict[str, float]:
    """As ``rescans``, from a repository with a commit for each."""
    source = scratch / "repository"
    shutil.copytree(folder, source, ignore=shutil.ignore_patterns(".git"))
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]

    def git(*command: str) -> None:
        subprocess.run(["git", *who, *command], cwd=source, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", "-A", "-f")
    git("commit", "-qm", "one")
    plain = [path for path in source.rglob("*") if path.is_file() and ".git" not in path.relative_to(source).parts]
    files = {str(path.relative_to(source)): path.read_bytes() for path in plain}
    address = yard.register("pushed")

    def once(times: int = 1) -> float:
        given = {"source": {"git": source.as_uri(), "ref": "main"}}
        made = [yard.client.post(f"{address}/versions", json=given, headers=yard.signed).json() for _ in range(times)]
        spent = verified(yard, made, spent_so_far)
        assert all(yard.get(f"{address}/versions/{each['version']}")["state"] == "verified" for each in made)
        return spent / times

    found = {"files": float(len(files)), "first": once(), "same": once(10)}
    for kind, change in changes(files).items():
        for name, content in change.items():
            place = source / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink() if content is None else place.write_bytes(content)
        git("add", "-A", "-f")
        git("commit", "-qm", kind)
        found[kind] = once()
    return found


def rescans(folder: Path, yard: Yard) -> dict[str, float]:
    """Seconds of CPU: the first version, ten times the same content (a tenth of their sum), and ten changed files."""
    plain = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    files = {str(path.relative_to(folder)): path.read_bytes() for path in plain}
    address = yard.register("again")

    def once(content: Mapping[str, bytes], times: int = 1) -> float:
        made = [yard.submit(address, archive(content)) for _ in range(times)]
        spent = verified(yard, made, cpu_seconds) / times
        assert yard.get(f"{address}/versions/{made[-1]['version']}")["state"] == "verified"
        return spent

    found = {"files": float(len(files)), "first": once(files), "same": once(files, 10)}
    for kind, change in changes(files).items():
        files = {name: content for name, content in {**files, **change}.items() if content is not None}
        found[kind] = once(files)
    return found


def many_files(yard: Yard, name: str, count: int) -> str:
    """A verified version of so many files; its address. What an engine would find is given, everything behind it is the platform's own."""
    address = yard.register(name, exposure="open")
    made = yard.submit(address, archive({"LICENSE": "SPDX-License-Identifier: MIT\n"}))
    with yard.house.database.reading() as session:
        version_id = compliance.get_task(session, made["task"], viewer=kit.SYSTEM).version.id
    files = tuple(_file(number) for number in range(count))
    totals = scan.Totals(count, 0, sum(each.size for each in files), 0, 0, 0, 0, 0, 0)
    report = scan.Report(
        name=name, engine=scan.engine(), files=files, directories=(), packages=(), dependencies=(), license_detections=(), unread=(),
        skipped=(), totals=totals, declared_license_expression="MIT", declared_in=("LICENSE",), license_expression="MIT",
        license_counts={"MIT": 1}, holder_counts={f"Holder {number}": 1 for number in range(count // 20)},
    )  # fmt: skip
    attempt = recording.Attempt(version_id, made["task"])
    verdict = Verdict(report)
    with tempfile.TemporaryDirectory() as scratch:
        documents = recording.write_document(report, yard.house.store, Path(scratch))
    report_id = recording.write_rows(yard.house.database, attempt, verdict)
    with yard.house.database.writing() as session:
        recording.conclude(session, attempt, report_id, None, recording.facts_of(verdict, documents, scan.Basis()))
    return f"/assets/software/operator/{name}/versions/1"


def _file(number: int) -> scan.File:
    licence = LICENCES[number * 7919 % len(LICENCES)]
    match = scan.Match(licence or "", 1, 2, 100.0, "1-hash", f"{licence}.LICENSE", licence or "", 100.0, 10, 100)
    return scan.File(
        path=f"part{number % 40}/sub{number % 7}/file{number}.py", sha256=f"{number:064x}", sha1=f"{number:040x}", size=number,
        detected_license_expression_spdx=licence, license_detections=(scan.Detection(licence, licence, (match,)),) if licence else (),
    )  # fmt: skip


def reading(yard: Yard, address: str, count: int) -> dict[str, float]:
    """Milliseconds of CPU for each request; the best of several, after one that warms."""
    places = {"middle": count // 100, "last": -(-count // 50), "holders": max(count // 20 // 50, 1)}
    found = {}
    for name, wanted in REQUESTS.items():
        spent = []
        for _ in range(REPEATS + 1):
            before = time.process_time()
            answer = yard.client.get(address + wanted.format(**places), headers=HTML)
            spent.append(time.process_time() - before)
            assert answer.status_code == 200, (name, answer.status_code)
        found[name] = 1000 * min(spent[1:])
    return found


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="?", type=Path)
    parser.add_argument("--files", type=int, default=100_000, help="0: only what is looked at again")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pushes", action="store_true", help="from a Git repository with PATH in it, and not as archives")
    asked = parser.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as home, scan.Pool(scan.Limits(workers=2)) as pool:
        yard = yard_in(Path(home) / "home", pool, MADANG_MAX_FILES="200000", MADANG_ALLOW_FILE="yes")
        clean_seldom()  # as the jobs process does
        with yard.client:
            if asked.path is not None:
                found["rescan"] = pushes(asked.path, yard, Path(home)) if asked.pushes else rescans(asked.path, yard)
                found["memory"] = memory(pool)
            large, small = asked.files, asked.files // 100
            if large:
                found["large"] = reading(yard, many_files(yard, "large", large), large)
                found["small"] = reading(yard, many_files(yard, "small", small), small)
        yard.house.close()
    print(json.dumps(found, indent=1) if asked.json else shown(found, large))
    return 0


def shown(found: dict[str, Any], large: int) -> str:
    """The figures as a table."""
    out = io.StringIO()
    if again := found.get("rescan"):
        out.write(f"{again['files']:.0f} files: first {again['first']:.2f} s of CPU\n")
        for name in list(again)[2:]:
            out.write(
                f"  {name}: {again[name]:.3f} s, {100 * again[name] / again['first']:.2f} %, 1 : {again['first'] / again[name]:.0f}\n"
            )
        out.write(f"MB: {', '.join(f'{name} {size:.0f}' for name, size in found['memory'].items())}\n")
    if large:
        out.write(f"ms of CPU, {large} files : {large // 100} files\n")
    for name, spent in found.get("large", {}).items():
        out.write(f"  {name}: {spent:.1f} : {found['small'][name]:.1f} = {spent / found['small'][name]:.1f}\n")
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
