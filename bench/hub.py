# SPDX-License-Identifier: Apache-2.0
"""What it costs to look into a table that was pushed.

    bench/hub.py [--rows N] [--json]

A CSV of N rows (1,000,000) and five columns is pushed to a dataset as a large file. CPU of everything (this process, which answers, and
the processes that read) for: the first rows before the table is read, reading it, and then its page, the statistics, a filter with a
sort, and a question in SQL. Beside them, in the same run, Python's own ``csv`` module going through the file once, as a peer.
"""

import argparse
import csv
import hashlib
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from sqlalchemy import select

from builders import HTML, Yard, yard_in
from hub_wire import Hub
from madang import hub, kit, scan, tables

CITIES = ("서울", "부산", "대전", "광주", "대구", "인천", "울산")
API, PAGE = "/api/v1/datasets/researcher/rows", "/datasets/researcher/rows/preview/main"
MOST_SECONDS = 2.0


def written(path: Path, rows: int) -> None:
    """A number, a word of five thousand, a measured value, a word of seven, a time; the same for the same ``rows``."""
    chance = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        file.write("id,sensor,value,city,seen_at\n")
        for at in range(rows):
            day, hour, minute = 1 + at // 86_400 % 28, at // 3600 % 24, at // 60 % 60
            value = f"{chance.gauss(20, 5):.3f}"
            file.write(
                f"{at},s{chance.randrange(5000)},{value},{chance.choice(CITIES)},2026-01-{day:02} {hour:02}:{minute:02}:{at % 60:02}\n"
            )


def measured(deed: Callable[[], object]) -> tuple[float, float]:
    """CPU and time of a deed, in seconds, that of the processes it waited for included."""
    before, began = sum(os.times()[:4]), time.monotonic()
    deed()
    return sum(os.times()[:4]) - before, time.monotonic() - began


def pushed(way: Hub, path: Path) -> None:
    """The file is in the dataset, as a client sends a large one."""
    made = way.create("researcher/rows", private=False)
    sha256 = way.send("datasets/researcher/rows", path.read_bytes())
    line = {"key": "lfsFile", "value": {"path": "rows.csv", "algo": "sha256", "oid": sha256, "size": path.stat().st_size}}
    answer = way.commit(made, lines=[line])
    assert answer.status_code == 200, answer.text
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def read(yard: Yard) -> None:
    """What the jobs process does with what waits."""
    with yard.house.database.reading() as session:
        waiting = [(row.sha256, row.form) for row in session.scalars(select(hub.Table).where(hub.Table.state == "reading"))]
    reader = hub.Reader(yard.house.database, yard.house.store, yard.house.scratch, tables.Limits)
    for sha256, form in waiting:
        reader.read(sha256, form)


def peer(path: Path) -> None:
    """Every record, by Python's own reader."""
    with path.open(encoding="utf-8", newline="") as file:
        assert sum(1 for _record in csv.reader(file)) > 1


def asked(way: Hub, address: str, **params: str) -> Callable[[], object]:
    """A request that is answered with 200."""

    def deed() -> object:
        answer = way.ask("GET", address, params=params, headers=HTML if address == PAGE else {})
        assert answer.status_code == 200, answer.text[:300]
        return answer

    return deed


def figures(rows: int) -> dict[str, tuple[float, float]]:
    """CPU and time of each deed."""
    found: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder, scan.Pool(scan.Limits(workers=1)) as pool:
        path = Path(folder) / "rows.csv"
        written(path, rows)
        yard = yard_in(Path(folder) / "home", pool)
        with yard.client:
            way = Hub(yard, yard.token_for("researcher", kit.Role.MEMBER))
            pushed(way, path)
            asked(way, "/datasets/researcher/rows")()  # templates are compiled once in a process
            found["first rows, before it is read"] = measured(asked(way, f"{API}/preview"))
            found["reading it"] = measured(lambda: read(yard))
            asked(way, PAGE)()
            found["its page"] = measured(asked(way, PAGE))
            found["statistics"] = measured(asked(way, f"{API}/statistics"))
            found["rows in the middle"] = measured(asked(way, f"{API}/preview", offset=str(rows // 2)))
            found["filtered and sorted"] = measured(
                asked(way, f"{API}/preview", column="city", comparison="is", value="부산", sort="value", descending="true")
            )
            found["found anywhere"] = measured(asked(way, f"{API}/preview", q="s77"))
            sql = "SELECT city, count(*), avg(value) FROM data GROUP BY city ORDER BY city"
            found["a question in SQL"] = measured(lambda: way.ask("POST", f"{API}/query", json={"sql": sql}).raise_for_status())
        yard.house.close()
        found["Python's csv, once through"] = measured(lambda: peer(path))
    return found


def main() -> None:
    """Print the figures; exit 1 where reading a million rows takes more than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = figures(given.rows)
    by = found["Python's csv, once through"][0]
    if given.json:
        print(json.dumps({name: {"cpu": cpu, "seconds": seconds, "ratio": cpu / by} for name, (cpu, seconds) in found.items()}))
    else:
        for name, (cpu, seconds) in found.items():
            print(f"{name:32} {cpu:6.2f} s CPU {seconds:6.2f} s {cpu / by:6.2f} of the peer")
    if given.rows <= 1_000_000 and found["reading it"][0] > MOST_SECONDS:
        sys.exit(1)


if __name__ == "__main__":
    main()
