# SPDX-License-Identifier: Apache-2.0
"""What a collector is told, and who may ask."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

import builders
from asking import Client
from madang import app, jobs, kit, scan, settings, web
from madang.app import measuring


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[builders.Yard]:
    with scan.Pool(scan.Limits(workers=1)) as pool:
        yard = builders.yard_in(tmp_path / "home", pool, MADANG_METRICS_TOKEN="collector-s-token")
        yield yard
        yard.house.close()


BEARER = {"Authorization": "Bearer collector-s-token"}
Told = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def told(text: str) -> Told:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def asked(yard: builders.Yard) -> Told:
    answer = yard.client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"
    return told(answer.text)


def value(found: Told, name: str, **labels: str) -> float:
    return next(number for (each, given), number in found.items() if each == name and labels.items() <= dict(given).items())


def test_only_operators_and_a_collector_are_told(yard: builders.Yard) -> None:
    assert yard.client.get("/metrics").status_code == 401
    assert yard.client.get("/metrics", headers={"Authorization": "Bearer collector-s-tokem"}).status_code == 401
    refused = yard.client.get("/metrics", headers=yard.token_for("colleague", kit.Role.REVIEWER))
    assert (refused.status_code, refused.json()["code"]) == (403, "operators-only")
    assert yard.client.get("/metrics", headers=yard.signed).status_code == 200
    assert yard.client.get("/metrics", headers=BEARER).status_code == 200


@pytest.mark.parametrize(
    ("environ", "host", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "::1", 200),
        ({}, "192.0.2.7", 401),
        ({}, "somewhere", 401),
        ({"MADANG_METRICS_TOKEN": "token"}, "127.0.0.1", 401),
        ({"MADANG_URL": "https://madang.example"}, "127.0.0.1", 401),
        ({"MADANG_HOST": "0.0.0.0"}, "127.0.0.1", 401),
    ],
)
def test_this_machine_is_told_while_nobody_else_reaches_the_platform(
    yard: builders.Yard, environ: dict[str, str], host: str, status: int
) -> None:
    yard.house.settings = settings.read({"MADANG_HOME": str(yard.house.home), **environ})
    client = Client(app.web_application(yard.house), client=(host, 50000))
    assert client.get("/metrics").status_code == status


def test_requests_are_counted_by_route_and_never_by_address(yard: builders.Yard) -> None:
    yard.register("speech")
    yard.client.get("/api/v1/assets/software/operator/speech", headers=yard.signed)
    yard.client.get("/api/v1/assets/software/operator/nothing", headers=yard.signed)
    yard.client.get("/no/such/page")
    yard.client.request("BREW", "/")
    found = asked(yard)
    route = "/api/v1/assets/{kind}/{namespace}/{name}"
    process = f"web-{os.getpid()}"
    assert value(found, "madang_http_requests_total", route=route, status="200", process=process) == 1
    assert value(found, "madang_http_requests_total", route=route, status="404") == 1
    assert value(found, "madang_http_requests_total", route="-", status="404") == 1
    assert value(found, "madang_http_requests_total", method="other") == 1
    assert value(found, "madang_http_request_seconds_count", route=route, method="GET") == 2
    assert value(found, "madang_http_requests_in_flight") == 1
    assert not any("nothing" in label for _, labels in found for _, label in labels)


def test_a_fault_is_counted_as_what_it_is(client: Client) -> None:
    client.post("/api/v1/words", json={"word": "break"}, headers={"X-Name": "writer"})
    found = told(client.app.state.meter.told().decode())  # type: ignore[attr-defined]
    assert [labels for (name, labels) in found if name == "madang_http_requests_total"]


def test_the_platform_s_own_figures(yard: builders.Yard) -> None:
    before = asked(yard)
    assert value(before, "madang_jobs", lane="people", state="queued") == 0
    yard.submit(yard.register("speech"), builders.archive({"a": "b"}))
    meter = yard.client.app.state.meter  # type: ignore[attr-defined]
    meter._known_at = float("-inf")
    after = asked(yard)
    assert value(after, "madang_jobs", lane="people", state="queued") == 1
    assert value(after, "madang_jobs_oldest_waiting_seconds") > 0
    assert value(after, "madang_ledger_unsealed_lines") >= 3
    assert value(after, "madang_mail_waiting") == 0
    assert value(after, "madang_database_bytes") > 100_000
    assert value(after, "madang_objects_free_bytes") > 0
    assert not any(name == "madang_ledger_seal_age_seconds" for name, _ in after)
    app.seal_ledger(yard.house)
    meter._known_at = float("-inf")
    sealed = asked(yard)
    assert value(sealed, "madang_ledger_unsealed_lines") == 0
    assert 0 <= value(sealed, "madang_ledger_seal_age_seconds") < 600
    with yard.house.database.reading() as session:
        assert jobs.counts(session)["people", "queued"] == 1


def test_one_process_tells_what_the_others_counted(yard: builders.Yard) -> None:
    folder = yard.house.home / measuring.FOLDER
    figures = measuring.JobsFigures(yard.house, yard.verifier.pool)
    yard.submit(yard.register("speech"), builders.archive({"a": "b"}))
    figures.measure()
    figures()
    other = web.Meter(web.Exposition("web-1", folder), yard.house.database)
    other.count("GET", "/", 200, 0.1)
    other.leave()
    (folder / "web-2.prom").write_text(folder.joinpath("web-1.prom").read_text().replace("web-1", "web-2"))
    os.utime(folder / "web-2.prom", (1, 1))
    assert yard.client.get("/").status_code == 200
    found = asked(yard)
    assert value(found, "madang_http_requests_total", process="web-1", route="/") == 1
    assert value(found, "madang_http_requests_total", process=f"web-{os.getpid()}", route="/") == 1
    assert value(found, "madang_objects", process=f"jobs-{os.getpid()}") == len(list((yard.house.home / "store/objects").glob("*/*")))
    assert value(found, "madang_objects_bytes") > 0
    assert value(found, "madang_scan_pool_up") == 0
    assert value(found, "madang_scan_pool_workers") == 1
    assert not any(("process", "web-2") in labels for _, labels in found)
    other.leave()
    assert not (folder / "web-2.prom").exists()
    assert folder.stat().st_mode & 0o777 == 0o700
