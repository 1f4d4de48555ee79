# SPDX-License-Identifier: Apache-2.0
"""Git servers on this machine: a real one behind HTTP, and ones that misbehave."""

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import patience

Answer = Callable[[BaseHTTPRequestHandler], bool]


class GitServer(ThreadingHTTPServer):
    """Serves the repositories below ``root`` by git's own http-backend. ``first`` may answer a request itself (True) or let it pass."""

    daemon_threads = True

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root
        self.first: Answer = lambda _request: False
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: GitServer

    def log_message(self, *_arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if not self.server.first(self):
            self._backend()

    def do_POST(self) -> None:
        self.do_GET()

    def _backend(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
        ran = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = ran.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serving(root: Path) -> Iterator[GitServer]:
    """A server that runs for the block."""
    server = GitServer(root)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def saying(reply: bytes, *, then: threading.Event | None = None) -> Iterator[str]:
    """A server that answers every connection with the same bytes, and with ``then`` holds the line until it is set. Gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(line: socket.socket) -> None:
        with line:
            try:
                line.recv(4096)
                line.sendall(reply)
                if then is not None:
                    then.wait(patience.SECONDS)
            except OSError:
                return

    def accept() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(line,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # Closing alone does not wake a thread that waits in accept.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        if then is not None:
            then.set()


def git(*arguments: str, folder: Path, feed: bytes | None = None) -> str:
    """Git's answer, as a person with a plain configuration would get it."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A Person",
        "GIT_AUTHOR_EMAIL": "person@example.org",
        "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
        "GIT_COMMITTER_NAME": "A Person",
        "GIT_COMMITTER_EMAIL": "person@example.org",
        "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
    }
    ran = subprocess.run(["git", *arguments], cwd=folder, env=environment, input=feed, capture_output=True, check=True)
    return ran.stdout.decode().strip()


def repository(place: Path, files: dict[str, bytes] | None = None) -> Path:
    """A repository with one commit on ``main``, a branch ``side`` and the tags ``v1`` (annotated) and ``light``."""
    place.mkdir(parents=True)
    git("init", "--quiet", "--initial-branch=main", folder=place)
    for name, content in (files or {"README.md": b"# hello\n", "src/run.sh": b"#!/bin/sh\n"}).items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    git("add", "--all", folder=place)
    git("commit", "--quiet", "--message=one", folder=place)
    git("tag", "--annotate", "--message=first", "v1", folder=place)
    git("branch", "side", folder=place)
    git("tag", "light", folder=place)
    git("config", "uploadpack.allowAnySHA1InWant", "true", folder=place)
    return place
