# SPDX-License-Identifier: Apache-2.0
"""What a page of the catalogue costs with 100,000 assets, on SQLite and on PostgreSQL, against a plain LIKE scan in the same run.

    bench/catalogue.py [--assets N] [--requests N] [--json] [sqlite|postgresql …]

Milliseconds of CPU for a whole answer: signing in by token, search, counts of all facets, the page drawn, and on PostgreSQL what its own
processes spend. Every request is told from the ones before (other words, facets, depths), by a visitor, a member of two organisations and
an operator. The peer is what most catalogues begin with: ``LIKE '%word%'`` over name and title, its count, and one page of rows.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, insert, or_, select, text

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import databases
from madang import app, catalog, db, kit, people, settings
from madang.app.serving import keep_what_stands
from madang.catalog.search import indexing
from madang.catalog.search.models import SearchRow

KOREAN_TEXT = (
    "음성 인식 합성 번역 요약 형태소 구문 대화 감정 화자 잡음 제거 도로 야간 영상 객체 검출 분할 "
    "추적 얼굴 표정 문서 표 구조 손글씨 위성 의료 병리 심전도 처방 비식별 공장 사출 결함 진동 센서 "
    "이상 탐지 예지 보전 로봇 파지 경로 계획 드론 농작물 병해충 토양 온실 생육 전력 수요 태양광 예측 "
    "배터리 교통 신호 혼잡 주차 보행 도시 소음 미세먼지 기상 홍수 산불 국방 보안 침입 악성 코드 취약점 "
    "네트워크 기지국 스펙트럼 반도체 설계 회로 검증 특허 논문 표준 교육 학습 평가 질의응답 "
)
SORTS_TEXT = "모델 말뭉치 데이터 시험장비 도구 라이브러리 응용 인터페이스 파이프라인 특허 보고서 벤치마크"
ENGLISH_TEXT = (
    "speech vision language road night sensor anomaly factory robot grasp satellite medical weather traffic battery crop energy city drone "
    "encoder decoder tokenizer segmenter detector tracker planner simulator benchmark dialect summary translation noise table layout"
)
KOREAN, SORTS, ENGLISH = KOREAN_TEXT.split(), SORTS_TEXT.split(), ENGLISH_TEXT.split()
LICENCES = (
    "MIT",
    "Apache-2.0",
    "BSD-3-Clause",
    "GPL-3.0-only",
    "LGPL-2.1-or-later",
    "AGPL-3.0-only",
    "CC-BY-4.0",
    "CC-BY-NC-4.0",
    "MPL-2.0",
    None,
)
STATES = ("verified",) * 8 + ("empty", "failed", "queued")
ORGANISATIONS, PEOPLE = 60, 400


def _rows(count: int, holders: list[tuple[str, str]], spread: random.Random) -> Iterator[tuple[catalog.Asset, str]]:
    now, weights = kit.now(), [1 / (1 + place) ** 0.6 for place in range(len(holders))]
    fields = ["", *catalog.FIELDS]
    families = {licence: indexing.family(licence, licence) for licence in LICENCES}
    for number, (namespace, holder) in enumerate(spread.choices(holders, weights, k=count)):
        korean, english = spread.sample(KOREAN, 3), spread.sample(ENGLISH, 2)
        licence = spread.choice(LICENCES)
        title = (
            f"{korean[0]} {korean[1]}{korean[2]} {spread.choice(SORTS)} {number % 977}"
            if number % 3
            else f"{english[0]} {english[1]} {korean[0]}"
        )
        asset = catalog.Asset(
            id=kit.new_id(), kind=spread.choices(catalog.KINDS, (40, 20, 15, 5, 5, 5, 5, 5))[0],
            namespace_key=namespace, namespace=namespace,
            key=f"{english[0]}-{english[1]}-{number}", name=f"{english[0]}-{english[1]}-{number}", title=title, field=spread.choice(fields),
            exposure=spread.choices(catalog.EXPOSURES, (30, 35, 10, 25))[0], created_at=now, created_by="bench",
            changed_at=now - timedelta(seconds=spread.randrange(10**8)), version_count=1, state=spread.choice(STATES), number=1,
            label="1.0", verified_label="", declared=licence, license_expression=licence, family=families[licence],
            files=number % 5000, conflicts=0, strip=[],
        )  # fmt: skip
        yield asset, holder


def fill(database: db.Database, count: int) -> tuple[str, str]:
    """The assets stand, and a member of two organisations; the tokens of the member and of the operator."""
    spread = random.Random(7)  # the same assets in every run
    now = kit.now()
    with database.writing() as session:
        member = people.create_account(session, name="member", role=kit.Role.MEMBER, by=kit.SYSTEM)
        operator = people.find_account(session, people.OPERATOR)
        assert operator is not None
        organisations = [
            people.Organisation(
                name=f"lab-{n}",
                name_key=f"lab-{n}",
                display_name=f"연구실 {n}",
                sector="public",
                reach_word="inner",
                created_at=now,
                created_by="bench",
            )
            for n in range(ORGANISATIONS)
        ]
        accounts = [
            people.Account(
                name=f"person-{n}",
                name_key=f"person-{n}",
                display_name=f"연구자 {n}",
                role_word="member",
                created_at=now,
                created_by="bench",
            )
            for n in range(PEOPLE)
        ]
        session.add_all([*organisations, *accounts])
        session.flush()
        for organisation in organisations[5:7]:
            session.add(
                people.Membership(organisation_id=organisation.id, account_id=member.id, role_word="member", added_at=now, added_by="bench")
            )
        owned = [(row.name, row.id, True) for row in organisations] + [(row.name, row.id, False) for row in [*accounts, member]]
        for name, holder, is_organisation in owned:
            given = {"organisation_id": holder} if is_organisation else {"owner_id": holder}
            session.add(catalog.Namespace(key=name, name=name, created_at=now, created_by="bench", **given))
        tokens = [
            people.create_token(session, account=account, role=account.role, note="bench", by=kit.SYSTEM) for account in (member, operator)
        ]
    holders = [(name, holder) for name, holder, _ in owned]
    stamp = 0
    for part in db.slices(_rows(count, holders, spread), 2000):
        columns = catalog.Asset.__table__.columns.keys()
        with database.writing() as session:
            session.execute(insert(catalog.Asset), [{name: getattr(asset, name) for name in columns} for asset, _ in part])
            session.execute(
                insert(SearchRow), [{**indexing.values_of(asset, holder), "stamp": stamp + n} for n, (asset, holder) in enumerate(part, 1)]
            )
        stamp += len(part)
    with database.writing() as session:
        session.execute(text("ANALYZE"))
    return tokens[0], tokens[1]


def questions(count: int) -> Iterator[tuple[str, str]]:
    """Addresses by sort: first pages, facets, words, two syllables, deep pages, over pages and JSON alike."""
    spread = random.Random(11)
    facets: dict[str, list[str]] = {
        "kind": list(catalog.KINDS), "licence": list(catalog.FAMILIES), "exposure": list(catalog.EXPOSURES),
        "organisation": [f"lab-{n}" for n in range(ORGANISATIONS)], "state": ["verified", "failed", "empty"], "field": list(catalog.FIELDS),
    }  # fmt: skip

    def some_facets() -> list[tuple[str, str]]:
        return [
            (name, value)
            for name in spread.sample(list(facets), spread.randint(1, 3))
            for value in spread.sample(facets[name], spread.randint(1, 2))
        ]

    for _ in range(count):
        sort = spread.choice(("first", "facets", "facets", "frequent", "rare", "korean", "korean", "typed", "deep", "both", "json", "json"))
        asked: list[tuple[str, str]] = []
        if sort in ("facets", "both", "deep", "json"):
            asked = some_facets()
        if sort in ("frequent", "both"):
            asked.append(("q", spread.choice(("speech", "lab", "1.0", "모델", "음성", "mit", "road vision"))))
        elif sort == "rare":
            asked.append(("q", f"{spread.choice(ENGLISH)} {spread.randrange(100_000)}"))
        elif sort == "korean":
            asked.append(("q", "".join(spread.sample(KOREAN, 2))[:2] if spread.random() < 0.3 else spread.choice(KOREAN)[:2]))
        elif sort == "typed":
            asked.append(("q", spread.choice(KOREAN + ENGLISH)[: spread.randint(1, 3)]))
        if sort == "deep":
            asked = [*asked[:1], ("page", str(spread.randint(2, 400)))]
        path = "/api/v1/assets" if sort == "json" else "/assets"
        named = [("license" if sort == "json" and name == "licence" else name, value) for name, value in asked]
        yield sort, f"{path}?{urlencode(named)}"


def _server_cpu(house: app.House) -> Callable[[], float]:
    """Seconds of CPU that PostgreSQL's processes of ours have spent; none on SQLite, which works in this process."""
    if house.database.is_sqlite:
        return lambda: 0.0

    def spent() -> float:
        with house.database.reading() as session:
            pids = session.scalars(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")).all()
        return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids) / 1e9

    return spent


async def ask(web: Any, address: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """The status and the bytes of one answer, asked of the application as a server asks it, on this loop and without a client's cost."""
    path, _, query = address.partition("?")
    said = [(name.lower().encode(), value.encode()) for name, value in {"Host": "127.0.0.1", **headers}.items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "headers": said, "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    status, parts = 0, []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)
        parts.append(message.get("body", b""))

    await web(scope, receive, send)
    return status, b"".join(parts)


def measure(house: app.House, tokens: tuple[str, str], count: int) -> dict[str, Any]:
    """Milliseconds of each request, by viewer and sort, and the largest page."""
    web, loop = app.web_application(house), asyncio.Runner()
    who = {"visitor": {}, "member": {"Authorization": f"Bearer {tokens[0]}"}, "operator": {"Authorization": f"Bearer {tokens[1]}"}}
    spent, largest = _server_cpu(house), 0
    taken: dict[str, list[float]] = {}
    start = time.process_time()
    loop.run(ask(web, "/assets", {}))
    first = (time.process_time() - start) * 1000
    keep_what_stands()  # as the web process does
    for number, (sort, address) in enumerate(questions(count)):
        viewer = list(who)[number % 3]
        before, start = spent(), time.process_time()
        headers = {"Accept-Language": ("ko", "en")[number % 2], "Accept-Encoding": "identity", **who[viewer]}
        status, body = loop.run(ask(web, address, headers))
        cost = (time.process_time() - start + spent() - before) * 1000
        assert status == 200, (address, body)
        largest = max(largest, len(body)) if "json" not in sort else largest
        for name in ("all", sort, viewer):
            taken.setdefault(name, []).append(cost)
    loop.close()
    return {"first_of_a_process": first, "largest_page": largest, "taken": taken}


def peer(house: app.House, count: int) -> list[float]:
    """Milliseconds of a plain LIKE scan for the same words."""
    spent, taken = _server_cpu(house), []
    spread = random.Random(13)
    for _ in range(count):
        pattern = f"%{spread.choice(KOREAN)[:2]}%"
        matches = or_(catalog.Asset.title.like(pattern), catalog.Asset.name.like(pattern))
        before, start = spent(), time.process_time()
        with house.database.reading() as session:
            session.scalar(select(func.count()).select_from(catalog.Asset).where(matches, catalog.Asset.exposure == "open"))
            session.scalars(
                select(catalog.Asset).where(matches, catalog.Asset.exposure == "open").order_by(catalog.Asset.changed_at.desc()).limit(25)
            ).all()
        taken.append((time.process_time() - start + spent() - before) * 1000)
    return taken


def at(values: list[float], share: float) -> float:
    """The value that ``share`` of ``values`` do not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def run(kind: str, assets: int, requests: int) -> dict[str, Any]:
    """The figures of one database."""
    os.environ["TEST_DATABASE"] = kind
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        house = app.open_house(settings.read({"MADANG_HOME": str(home), **databases.environment(home)}))
        start = time.process_time()
        tokens = fill(house.database, assets)
        filled = time.process_time() - start
        measured, scans = measure(house, tokens, requests), peer(house, 20)
        house.close()
    taken = measured.pop("taken")
    by_sort = {
        name: {"n": len(v), "p50": round(at(v, 0.5), 1), "p99": round(at(v, 0.99), 1), "most": round(max(v), 1)}
        for name, v in taken.items()
    }
    scan = at(scans, 0.5)
    ratio = round(scan / by_sort["all"]["p50"], 1)
    return {
        "database": kind,
        "assets": assets,
        "fill_seconds": round(filled, 1),
        **measured,
        "ms": by_sort,
        "like_scan_ms": round(scan, 1),
        "ratio": ratio,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("databases", nargs="*", default=list(databases.KINDS))
    parser.add_argument("--assets", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=1500)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    try:
        for kind in given.databases:
            found = run(kind, given.assets, given.requests)
            if given.json:
                print(json.dumps(found))
                continue
            print(
                f"{kind}: {found['assets']:,} assets, first page of a process {found['first_of_a_process']:.0f} ms, "
                f"largest page {found['largest_page']:,} bytes"
            )
            for name, row in found["ms"].items():
                print(
                    f"  {name:10} {row['n']:6} requests   p50 {row['p50']:6.1f} ms   p99 {row['p99']:6.1f} ms   most {row['most']:6.1f} ms"
                )
            print(f"  LIKE scan of the same words {found['like_scan_ms']:.1f} ms: {found['ratio']} times a whole page of ours")
    finally:
        databases.end()


if __name__ == "__main__":
    main()
