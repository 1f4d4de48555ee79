# SPDX-License-Identifier: Apache-2.0
"""A real nginx with our own file in front of a real platform: TLS, cookies, forms, uploads, streams, and whose address counts."""

import http.client
import json
import random
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

import patience
import ports
from builders import archive
from platforms import Platform

ROOT = Path(__file__).parents[2]


@dataclass
class Answer:
    """What came back, all of it."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Front:
    """The proxy as a browser sees it."""

    port: int
    certificate: Path

    @contextmanager
    def opened(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Iterator[http.client.HTTPResponse]:
        """An answer that is still coming."""
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=patience.SECONDS, context=trusted)
        try:
            connection.request(method, path, body, headers)
            with connection.getresponse() as response:
                yield response
        finally:
            connection.close()

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """A whole answer."""
        with self.opened(method, path, body, headers or {}) as response:
            return Answer(response.status, response.headers, response.read())


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, Front]]:
    folder = tmp_path_factory.mktemp("proxy")
    key, certificate = folder / "key.pem", folder / "crt.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True, timeout=patience.SECONDS,
    )  # fmt: skip
    front, plain, behind = ports.free(), ports.free(), ports.free()
    text = (ROOT / "deploy" / "proxy" / "nginx.conf").read_text()
    for old, new in {
        "/etc/ssl/madang/fullchain.pem": str(certificate),
        "/etc/ssl/madang/privkey.pem": str(key),
        "madang.institute.example": "localhost",
        "listen 443": f"listen 127.0.0.1:{front}",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "127.0.0.1:8000": f"127.0.0.1:{behind}",
    }.items():
        assert old in text
        text = text.replace(old, new)
    configuration = folder / "nginx.conf"
    temporary = " ".join(f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    configuration.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ access_log off; {temporary} {text} }}"
    )
    settings = {"MADANG_URL": f"https://localhost:{front}", "MADANG_TRUSTED_PROXIES": "127.0.0.1", "MADANG_PASSWORD_MIN": "8"}
    platform = Platform(folder / "home", settings, port=behind)
    program = shutil.which("nginx")
    assert program
    proxy = subprocess.Popen([program, "-c", str(configuration), "-p", str(folder)])
    try:
        platform.start()
        platform.token = platform.madang("token", "create", "--role", "operator", "--note", "test").strip()
        patience.wait_until(lambda: answers(front), (folder / "error.log").read_text)
        yield platform, Front(front, certificate)
    finally:
        platform.stop()
        proxy.terminate()
        proxy.wait(patience.SECONDS)


pytestmark = pytest.mark.needs("nginx", "openssl")


def test_one_signs_in_over_tls_and_the_cookie_stays_there(placed: tuple[Platform, Front]) -> None:
    platform, front = placed
    shown = front.ask("GET", platform.link, headers={"Accept": "text/html"})
    page = shown.body.decode()
    visit = "; ".join(each.split(";")[0] for each in shown.headers.get_all("set-cookie") or [])
    assert all("Secure" in each for each in shown.headers.get_all("set-cookie") or [])
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page))
    origin = f"https://localhost:{front.port}"
    headers = {"Cookie": visit, "Origin": origin, "Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    signed = front.ask("POST", platform.link, urlencode(hidden).encode(), headers)
    assert signed.status == 303, signed.body
    cookie = next(each for each in signed.headers.get_all("set-cookie") or [] if each.startswith("__Host-madang="))
    assert {"Secure", "HttpOnly"} <= {part.strip() for part in cookie.split(";")}
    assert signed.headers["strict-transport-security"]
    foreign = front.ask("POST", platform.link, urlencode(hidden).encode(), {**headers, "Origin": "https://elsewhere.example"})
    assert foreign.status == 403


def test_an_upload_passes_and_its_progress_is_not_held_back(placed: tuple[Platform, Front]) -> None:
    platform, front = placed
    signed = {"Authorization": f"Bearer {platform.token}"}
    body = b'{"kind": "software", "namespace": "operator", "name": "speech", "exposure": "private"}'
    assert front.ask("POST", "/api/v1/assets", body, {**signed, "Content-Type": "application/json"}).status == 201
    source = archive({"LICENSE": "MIT License", "noise.bin": random.Random(1).randbytes(3_000_000)})
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="s.tar.gz"\r\n\r\n' + source + b"\r\n--x--\r\n"
    sent = front.ask(
        "POST", "/api/v1/assets/software/operator/speech/versions", form, {**signed, "Content-Type": "multipart/form-data; boundary=x"}
    )
    assert sent.status == 202, sent.body
    task = json.loads(sent.body)["task"]
    with front.opened("GET", f"/api/v1/tasks/{task}/events", None, {**signed, "Accept": "text/event-stream"}) as stream:
        assert stream.status == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.readline().startswith((b"event:", b"data:", b"id:", b":", b"retry:"))


def test_what_is_for_inside_stays_inside(placed: tuple[Platform, Front]) -> None:
    platform, front = placed
    assert front.ask("GET", "/metrics").status == 404
    assert platform.call("GET", "/readyz")[0] == 200
    connection = http.client.HTTPConnection("127.0.0.1", platform.port, timeout=patience.SECONDS)
    connection.request("GET", "/metrics")
    assert connection.getresponse().status == 401
    connection.close()
    given = front.ask("GET", "/healthz", headers={"X-Request-Id": "chosen-by-me"})
    assert given.headers["x-request-id"] != "chosen-by-me"


def tries(port: int, forwarded: str, count: int) -> list[int]:
    """The statuses of failed sign-ins, each under another name, that claim to come from an address."""
    found = []
    for number in range(count):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience.SECONDS)
        connection.request("GET", "/sign-in", headers={"Accept": "text/html"})
        answer = connection.getresponse()
        page = answer.read().decode()
        cookie = "; ".join(each.split(";")[0] for each in answer.headers.get_all("set-cookie") or [])
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page))
        form = urlencode({**hidden, "name": f"nobody-{forwarded}-{number}", "password": "wrong word"}).encode()
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": forwarded}
        connection.request("POST", "/sign-in", form, headers)
        found.append(connection.getresponse().status)
        connection.close()
    return found


def test_tries_count_for_whom_the_trusted_proxy_names(placed: tuple[Platform, Front]) -> None:
    platform, _front = placed
    assert 429 in tries(platform.port, "198.51.100.7", 33)
    assert 429 not in tries(platform.port, "203.0.113.9", 2)
