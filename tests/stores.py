# SPDX-License-Identifier: Apache-2.0
"""An S3 server for tests, in an environment of its own (``tests/peers/s3``): moto, which keeps buckets in memory.

It is no real store: what it shows is that our client speaks S3. Its parts contradict ours, so it is never imported here.
"""

import http.client
import os
import secrets
import signal
import subprocess
from functools import cache
from pathlib import Path

import patience
import ports
from madang import storage

SERVER = Path(os.environ.get("TEST_S3_SERVER", Path(__file__).parent.parent / ".venv" / "peers" / "s3" / "bin" / "moto_server"))


class Server:
    """One server on a port of this machine."""

    def __init__(self) -> None:
        self.port = ports.free()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
        self.process = subprocess.Popen([SERVER, "-H", "127.0.0.1", "-p", str(self.port)], **quiet)  # type: ignore[call-overload]
        patience.wait_until(lambda: self._answers() or self.process.poll() is not None, pause=0.1)
        assert self.process.poll() is None, "the S3 server ended"

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def place(self) -> storage.Place:
        """A new bucket, and a prefix in it."""
        bucket = f"bucket-{secrets.token_hex(6)}"
        assert self.call("PUT", f"/{bucket}") == 200
        return storage.Place(bucket, "institute/objects", self.endpoint, "us-east-1", "key-of-tests", "secret-of-tests")

    def call(self, method: str, path: str, body: bytes = b"") -> int:
        """The status of a plain request, from outside."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience.SECONDS)
        try:
            connection.request(method, path, body)
            return connection.getresponse().status
        finally:
            connection.close()

    def end(self) -> None:
        """It is gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(patience.SECONDS)

    def _answers(self) -> bool:
        try:
            return self.call("GET", "/") == 200
        except (OSError, http.client.HTTPException):
            return False


def is_there() -> bool:
    """Whether this machine has the server."""
    return SERVER.exists()


@cache
def server() -> Server:
    """The run's server, started now when it was not yet."""
    return Server()


def end() -> None:
    """The run's server is gone, if there was one."""
    if server.cache_info().currsize:
        server().end()
        server.cache_clear()
