# SPDX-License-Identifier: Apache-2.0
"""Traces go to the operator's own collector, and to nobody where none is named."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

import builders
from madang import kit, scan
from madang.app import house, tracing


class Collector:
    """A real one, as far as it goes: it takes OTLP over HTTP and keeps the spans."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.resources: list[dict[str, str]] = []
        collector = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.path == "/v1/traces"
                for told in ExportTraceServiceRequest.FromString(body).resource_spans:
                    collector.resources.append({each.key: each.value.string_value for each in told.resource.attributes})
                    collector.spans += [span for scope in told.scope_spans for span in scope.spans]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.server.shutdown()
    made.server.server_close()


def attributes(span: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in span.attributes}


def test_requests_and_work_are_spans(tmp_path: Path, collector: Collector) -> None:
    end = tracing.begin(collector.url, "web-1")
    with scan.Pool(scan.Limits(workers=1)) as pool:
        yard = builders.yard_in(tmp_path / "home", pool)
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        answer = yard.client.get("/api/v1/assets/software/operator/secret-name?q=private", headers={**yard.signed, "traceparent": parent})
        with kit.span("job compliance.verify") as job:
            job.note(task="7")
            with kit.span("scan"):
                pass
        yard.house.close()
    end()
    spans = {span.name: span for span in collector.spans}
    request = spans["GET /api/v1/assets/{kind}/{namespace}/{name}"]
    assert request.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    assert request.parent_span_id.hex() == "b7ad6b7169203331"
    assert attributes(request) == {
        "http.request.method": "GET",
        "http.route": "/api/v1/assets/{kind}/{namespace}/{name}",
        "http.response.status_code": 404,
        "madang.request_id": answer.headers["x-request-id"],
    }
    assert spans["scan"].parent_span_id == spans["job compliance.verify"].span_id
    assert collector.resources[0]["service.name"] == "madang"
    assert collector.resources[0]["service.instance.id"] == "web-1"
    assert "secret-name" not in str(collector.spans)
    assert "private" not in str(collector.spans)


def test_a_fault_stands_out(collector: Collector) -> None:
    end = tracing.begin(collector.url, "web-1")
    with kit.span("GET") as span:
        span.note("GET /", **{"http.response.status_code": 500})
        assert len(span.trace_id) == 32
    end()
    assert collector.spans[0].status.code == 2


def test_where_no_collector_is_named_nothing_is_loaded_or_told(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from madang import app, settings\n"
        "house = app.open_house(settings.read({'MADANG_HOME': sys.argv[1]}))\n"
        "app.web_application(house); house.close()\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry.') and ('sdk' in name or 'exporter' in name)])\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "home")], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    with kit.span("anything") as span:
        span.note("else", fact=1)
        assert span.trace_id == ""


def test_the_setting_begins_and_ends_it(collector: Collector, tmp_path: Path) -> None:
    from madang import settings

    assert house.traced(settings.read({"MADANG_HOME": str(tmp_path)}), "web")() is None
    end = house.traced(settings.read({"MADANG_HOME": str(tmp_path), "MADANG_OTLP_ENDPOINT": collector.url}), "web")
    with kit.span("something"):
        pass
    end()
    assert [span.name for span in collector.spans] == ["something"]
    with kit.span("more") as span:
        assert span.trace_id == ""
