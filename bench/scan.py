# SPDX-License-Identifier: Apache-2.0
"""Our scan against ScanCode's own command, on the same paths in the same run: are the findings equal, and what does each cost?

    bench/scan.py [--json] [--keep FOLDER] [PATH…]

ScanCode runs in an environment of its own, which is made on the first call. Ours runs with an empty cache, and once more with a warm one.
CPU seconds are of the whole process trees, the loading of the licence index included; wall seconds are shown and mean little on a
busy machine. Memory is the most that the whole tree had at once, of pages that processes share each its part (PSS), looked at ten times
a second. Both come with their index built, ScanCode's in its package, ours by a first scan whose cost is told apart.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

SCANCODE = ("scancode-toolkit-mini==32.5.0", "pluggy<1.7", "typecode-libmagic; platform_machine == 'x86_64'")
OURS = """
import json, sys
from pathlib import Path
from madang import scan
root, cache, target = sys.argv[1:4]
with scan.Pool(scan.Limits(workers=int(sys.argv[4]), file_seconds=600)) as pool:
    report = scan.scan_tree(Path(root), name=Path(root).name, pool=pool, cache=scan.LocalCache(Path(cache)))
with open(target, "w") as stream:
    json.dump(report.to_json(), stream)
"""
Findings = Mapping[str, tuple[str | None, tuple[str, ...]]]


def scancode() -> Path:
    """ScanCode's own command, in its own environment."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "madang" / "bench" / "scancode-32.5.0"
    if not (base / "done").exists():
        venv.create(base, with_pip=True, clear=True)
        subprocess.run([base / "bin" / "pip", "install", "-qqq", *SCANCODE], check=True)
        (base / "done").touch()
    return base / "bin" / "scancode"


def tree(pid: int) -> list[int]:
    """The process and all that it has started and they have started."""
    found = [pid]
    for each in found:
        with suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def memory_of(pid: int) -> int:
    """Kilobytes of a process, of shared pages its part."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return 0


def cpu_of(pid: int) -> float:
    """CPU seconds of a process itself."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0


def watched(process: subprocess.Popen[bytes]) -> tuple[int, list[float]]:
    """Until the process ends: the most kilobytes of its tree, and the CPU seconds of each generation (itself, its children, theirs) as
    they were last seen."""
    most, cpu, generation = 0, dict[int, float](), {process.pid: 0}
    while process.poll() is None:
        pids = tree(process.pid)
        most = max(most, sum(memory_of(pid) for pid in pids))
        for pid in pids:
            cpu[pid] = max(cpu.get(pid, 0), cpu_of(pid))
            with suppress(OSError):
                parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
                generation.setdefault(pid, generation.get(parent, 0) + 1)
        time.sleep(0.1)
    seconds = [0.0] * (max(generation.values()) + 1)
    for pid, used in cpu.items():
        seconds[generation.get(pid, 0)] += used
    return most, seconds


def measured(command: list[str], *, wrong_is_fine: bool = False, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run ``command`` to its end, whatever it answers where ``wrong_is_fine``; CPU and memory of it and all its children, wall seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    environment = {**os.environ, **(environment or {})}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as process:
        most, generations = watched(process)
    if process.returncode and not wrong_is_fine:
        raise subprocess.CalledProcessError(process.returncode, command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "cpu_seconds": round(cpu, 2),
        "wall_seconds": round(time.monotonic() - start, 2),
        "peak_pss_mb": round(most / 1000),
        "cpu_by_generation": [round(each, 2) for each in generations],
    }


def theirs(path: Path, folder: Path, jobs: int) -> tuple[Findings, dict[str, Any]]:
    """What ScanCode's command finds, by path under the root."""
    target = folder / "scancode.json"
    command = [str(scancode()), "-clp", "-n", str(jobs), "--timeout", "600", "--json", str(target), str(path)]
    cost = measured(command, wrong_is_fine=True)  # ScanCode answers 1 when it has an error to tell of a single file; the answer stands
    files = json.loads(target.read_text())["files"]
    return {
        file["path"].partition("/")[2] or file["path"]: (
            file["detected_license_expression_spdx"],
            tuple(holder["holder"] for holder in file["holders"]),
        )
        for file in files
        if file["type"] == "file"
    }, cost


def ours(path: Path, folder: Path, jobs: int, kept: Path) -> tuple[Findings, dict[str, Any]]:
    """What our scan finds, by path under the root."""
    target, cache = folder / "ours.json", folder / "cache.sqlite"
    command = [sys.executable, "-c", OURS, str(path), str(cache), str(target), str(jobs)]
    cost = measured(command, environment={"XDG_CACHE_HOME": str(kept)})
    files = json.loads(target.read_text())["files"]
    return {
        file["path"]: (file.get("detected_license_expression_spdx"), tuple(holder["value"] for holder in file.get("holders", ())))
        for file in files
    }, cost


def first_ever(kept: Path) -> dict[str, Any]:
    """What the first scan on a machine costs, of one small file: it builds the compact index into ``kept``."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "tree").mkdir()
        (folder / "tree" / "file.txt").write_text("SPDX-License-Identifier: MIT\n")
        return ours(folder / "tree", folder, 1, kept)[1]


def compare(path: Path, jobs: int, keep: Path | None, kept: Path) -> dict[str, Any]:
    """Both on one path."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep / path.name if keep else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cache.sqlite").unlink(missing_ok=True)
        left, scancode_cost = theirs(path, folder, jobs)
        right, cold = ours(path, folder, jobs, kept)
        _again, warm = ours(path, folder, jobs, kept)
    names = sorted(left.keys() | right.keys())
    nothing: tuple[str | None, tuple[str, ...]] = ("(no such file)", ("(no such file)",))
    pairs = [(name, left.get(name, nothing), right.get(name, nothing)) for name in names]
    return {
        "path": path.name,
        "files": len(names),
        "files_with_licence": sum(each[0] is not None for each in left.values()),
        "equal_expressions": sum(a[0] == b[0] for _name, a, b in pairs),
        "equal_holders": sum(a[1] == b[1] for _name, a, b in pairs),
        "differences": [{"path": name, "scancode": a, "ours": b} for name, a, b in pairs if a != b],
        "scancode": scancode_cost,
        "cold": cold,
        "warm": warm,
        "cpu_ratio_cold": round(scancode_cost["cpu_seconds"] / cold["cpu_seconds"], 2),
        "cpu_ratio_warm": round(scancode_cost["cpu_seconds"] / warm["cpu_seconds"], 1),
    }


def told(result: Mapping[str, Any]) -> str:
    """One result in words."""
    files = result["files"]
    lines = [
        f"{result['path']}: {files} files, {result['files_with_licence']} with a licence",
        f"  licence expressions equal: {result['equal_expressions']}/{files} ({100 * result['equal_expressions'] / max(files, 1):.2f} %)",
        f"  copyright holders equal:   {result['equal_holders']}/{files} ({100 * result['equal_holders'] / max(files, 1):.2f} %)",
    ]
    for name in ("scancode", "cold", "warm"):
        cost = result[name]
        lines.append(f"  {name:<9} {cost['cpu_seconds']:>9.2f} CPU s {cost['wall_seconds']:>9.2f} s wall {cost['peak_pss_mb']:>6} MB")
    command, server, workers = (*result["cold"]["cpu_by_generation"], 0, 0)[:3]
    lines.append(f"  cold, by process: the command {command:.2f}, the server {server:.2f}, the workers {workers:.2f} CPU s (as last seen)")
    lines.append(f"  ScanCode's CPU is ours × {result['cpu_ratio_cold']} (cold), × {result['cpu_ratio_warm']} (warm)")
    lines += [f"  differs: {each['path']}\n    ScanCode {each['scancode']}\n    ours     {each['ours']}" for each in result["differences"]]
    return "\n".join(lines)


def main() -> int:
    """Print the comparison; 1 when under 98 % of the files have equal expressions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", default=[Path(__file__).parents[1] / "src"], help="default: our own src"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--jobs", type=int, default=1, help="processes for each (default 1)")
    parser.add_argument("--keep", type=Path, help="keep both outputs in this folder")
    arguments = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        kept = Path(temporary)
        kept.chmod(0o700)
        first = first_ever(kept)
        if not arguments.json:
            print(f"the first scan ever, which builds the index: {first['cpu_seconds']:.2f} CPU s, {first['peak_pss_mb']} MB", flush=True)
        for path in arguments.paths:
            results.append({**compare(path.resolve(), arguments.jobs, arguments.keep, kept), "first_ever": first})
            if not arguments.json:
                print(told(results[-1]), flush=True)
    if not arguments.json and len(results) > 1:
        ratio = sum(each["scancode"]["cpu_seconds"] for each in results) / sum(each["cold"]["cpu_seconds"] for each in results)
        print(f"over the mix ScanCode's CPU is ours × {ratio:.2f} (cold)")
    if arguments.json:
        json.dump(results, sys.stdout, indent=1)
    return int(any(result["equal_expressions"] < 0.98 * result["files"] for result in results))


if __name__ == "__main__":
    sys.exit(main())
