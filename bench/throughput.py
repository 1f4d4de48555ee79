# SPDX-License-Identifier: Apache-2.0
"""What a file costs in trees of 100 to 100,000 files, and how much faster two workers are than one, by `madang scan`; drawn as SVG.

    bench/throughput.py [--json] [--draw FILE] [--most N] [--full] [--pairs N]

Files are real ones of installed packages (200 to 1,500 bytes), each with a line of its own, so that no two contents are equal. In trees of
up to 2,000 files all are looked at anew ("new"); in larger ones the first 2,000 contents come again in other folders, and the figure "tree"
is what remains of the cost: listing, hashing, remembering, the step over the whole tree and the report. A look at a file knows nothing of
how many others there are. With --full all contents are new (100,000 take an hour). From "new" and "tree" the cost of a scan of one file is
taken off: start-up and the loading of the licence index. CPU seconds are of the whole process tree. Seconds on the clock, in which workers
are compared, mean something only on a machine that does nothing else.
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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

SITE = Path(sysconfig.get_paths()["purelib"])
ENDINGS = (".py", ".txt", ".md", ".h", ".rst", ".json")
SIZES = (100, 1_000, 10_000, 100_000)
LOOKED = 2_000
"""So many contents are new in the larger trees."""
A_FOLDER = 100


def originals() -> list[Path]:
    """Small real files, in order."""
    found = (path for path in sorted(SITE.glob("*/*")) if path.suffix in ENDINGS and path.is_file())
    return [path for path in found if 200 <= path.stat().st_size <= 1500]


def grown(root: Path, count: int, different: int) -> None:
    """``count`` files below ``root`` with so many different contents."""
    texts = [(path.name, path.read_bytes()) for path in originals()]
    for number in range(count):
        name, text = texts[number % different % len(texts)]
        folder = root / f"{number // A_FOLDER:04}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number % different % A_FOLDER:02}-{name}").write_bytes(text + b"\n# %d\n" % (number % different))


def scanned(root: Path, cache: Path, jobs: int) -> dict[str, float]:
    """What a scan by command costs."""
    command = [
        sys.executable,
        "-m",
        "madang",
        "scan",
        str(root),
        "--format",
        "csv",
        "--output",
        str(root.parent / "out"),
        "--jobs",
        str(jobs),
    ]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"XDG_CACHE_HOME": str(cache)})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": cpu, "wall": time.monotonic() - start}


def begun(folder: Path, name: str) -> Path:
    """A cache without findings in which the licence index stands already."""
    if not (folder / name).exists():
        shutil.copytree(folder / "begun" / "madang" / "indexes", folder / name / "madang" / "indexes", copy_function=os.link)
    return folder / name


def first(folder: Path) -> dict[str, float]:
    """A scan of one file: start-up and index."""
    (folder / "one").mkdir()
    (folder / "one" / "a.py").write_text("x = 1\n")
    scanned(folder / "one", folder / "begun", 1)  # builds the compact licence index
    costs = [scanned(folder / "one", begun(folder, f"cache-of-one-{number}"), 1) for number in range(2)]
    return {name: min(cost[name] for cost in costs) for name in costs[0]}


def by_size(folder: Path, sizes: Sequence[int], start: float, *, full: bool) -> Iterator[dict[str, Any]]:
    """For each size the milliseconds of CPU that a file costs: looked at anew, in a tree of known contents, and unchanged."""
    for size in sizes:
        different = size if full else min(size, LOOKED)
        root, cache = folder / f"of-{size}" / "tree", begun(folder, f"cache-{different}")
        grown(root, size, different)
        row: dict[str, Any] = {"files": size, "contents": different}
        if different == size:
            row["new"] = _each(scanned(root, cache, 1)["cpu"] - start, size)
        elif not (cache / "madang" / "findings.sqlite").exists():
            grown(folder / "looked" / "tree", different, different)
            scanned(folder / "looked" / "tree", cache, 1)
        (root / "zz.py").write_text(f"x = {size}\n")  # another tree of the same contents
        row["tree"] = _each(scanned(root, cache, 1)["cpu"] - start, size)
        row["unchanged"] = _each(scanned(root, cache, 1)["cpu"], size)
        shutil.rmtree(root)
        yield row


def _each(seconds: float, files: int) -> float:
    return round(1000 * max(seconds, 0) / files, 3)


def by_workers(folder: Path, size: int, start: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    """One worker and two on the same tree, in turn, the better of two tries each: others may use the machine too."""
    root = folder / "workers" / "tree"
    grown(root, size, size)
    costs = {(jobs, number): scanned(root, begun(folder, f"cache-of-{jobs}-{number}"), jobs) for number in range(2) for jobs in (1, 2)}
    for jobs in (1, 2):
        wall, cpu = (min(costs[jobs, number][name] for number in range(2)) for name in ("wall", "cpu"))
        yield {"workers": jobs, "files": size, "files_a_second": round(size / wall, 1), "cpu_ms": _each(cpu - start["cpu"], size)}


STYLE = """
text{font:13px system-ui,sans-serif;fill:#1c2421}line,path{stroke:#1c2421;fill:none}.grid{stroke-opacity:.15}.bar{fill:#2f6f5e}
.new{stroke:#2f6f5e;stroke-width:2.5}.tree{stroke:#b8860b;stroke-width:2.5}.unchanged{stroke:#7a5195;stroke-width:2.5}.back{fill:#fff}
@media(prefers-color-scheme:dark){.back{fill:#141a18}text{fill:#e6ece9}line,path{stroke:#e6ece9}.new{stroke:#5fc0a6}}
"""
NAMES = {"new": "looked at anew", "tree": "known contents, new tree", "unchanged": "unchanged"}


def drawn(found: Mapping[str, Any]) -> str:
    """Both figures side by side: milliseconds a file by the tree's size, and files a second by workers."""
    wide = 760 if found["by_workers"] else 500
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} 330" role="img"><title>Cost of a scan</title>']
    parts.append(f"<style>{STYLE}</style>")
    parts.append('<rect class="back" width="760" height="330"/><text x="20" y="26">CPU milliseconds a file, by files in the tree</text>')
    rows = found["by_size"]
    most = max(row.get(name, 0) for row in rows for name in NAMES) * 1.15
    across = {row["files"]: 70 + number * 340 / max(len(rows) - 1, 1) for number, row in enumerate(rows)}
    for step in range(5):
        height = 270 - step * 55
        parts.append(f'<line class="grid" x1="60" y1="{height}" x2="430" y2="{height}"/>')
        parts.append(f'<text x="52" y="{height + 4}" text-anchor="end">{most * step / 4:.1f}</text>')
    parts += [f'<text x="{at:.0f}" y="292" text-anchor="middle">{size:,}</text>' for size, at in across.items()]
    for at, (name, words) in zip((60, 190, 375), NAMES.items(), strict=True):
        points = [(across[row["files"]], 270 - 220 * row[name] / most) for row in rows if name in row]
        parts.append(f'<path class="{name}" d="M' + "L".join(f"{x:.0f} {y:.1f}" for x, y in points) + '"/>')
        parts.append(f'<path class="{name}" d="M{at} 314h18"/><text x="{at + 22}" y="318">{words}</text>')
    parts += _workers(found["by_workers"])
    return "\n".join([*parts, "</svg>", ""])


def _workers(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A bar for each number of workers; nothing where they were not compared."""
    if rows:
        yield '<text x="480" y="26">Files a second, start-up included, by workers</text>'
    for number, row in enumerate(rows):
        tall, x = 220 * row["files_a_second"] / max(each["files_a_second"] for each in rows), 530 + number * 100
        yield f'<rect class="bar" x="{x}" y="{270 - tall:.0f}" width="60" height="{tall:.0f}"/>'
        yield f'<text x="{x + 30}" y="{262 - tall:.0f}" text-anchor="middle">{row["files_a_second"]}</text>'
        yield f'<text x="{x + 30}" y="292" text-anchor="middle">{row["workers"]}</text>'


def told(found: Mapping[str, Any]) -> str:
    """The figures in words."""
    lines = [f"start-up and index: {found['start_cpu_seconds']} CPU s", "CPU ms a file     new    tree  unchanged"]
    for row in found["by_size"]:
        lines.append(f"  {row['files']:>9,} {row.get('new', float('nan')):>9.2f} {row['tree']:>7.2f} {row['unchanged']:>10.2f}")
    for row in found["by_workers"]:
        lines.append(f"  {row['workers']} worker(s): {row['files_a_second']} files a second, {row['cpu_ms']} CPU ms a file")
    return "\n".join(lines)


def main() -> int:
    """Print the figures, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--draw", type=Path, help="write the drawing to this file")
    parser.add_argument("--most", type=int, default=1_000, help="files of the largest tree (default 1,000; the guide's figures: 100,000)")
    parser.add_argument("--full", action="store_true", help="all contents are new, also in the largest trees")
    parser.add_argument("--pairs", type=int, default=1000, help="files on which one worker and two are compared; 0: not")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        start = first(folder)
        sizes = [size for size in SIZES if size <= arguments.most]
        found = {
            "start_cpu_seconds": round(start["cpu"], 2),
            "by_size": list(by_size(folder, sizes, start["cpu"], full=arguments.full)),
            "by_workers": list(by_workers(folder, arguments.pairs, start)) if arguments.pairs else [],
        }
    if arguments.draw:
        arguments.draw.write_text(drawn(found), encoding="utf-8")
    print(json.dumps(found, indent=1) if arguments.json else told(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
