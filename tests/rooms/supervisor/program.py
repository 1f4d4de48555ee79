# SPDX-License-Identifier: Apache-2.0
"""Stands in for ``python -m madang``: ``program.py web|jobs --parent PID``. Writes its pid to the home folder; web answers ``/readyz``."""

import http.server
import os
import signal
import sys
import time

from madang import settings, supervisor


class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


def main() -> None:
    supervisor.end_with_parent(int(sys.argv[3]))
    chosen = settings.read()
    name = sys.argv[1]
    if (chosen.home / "deaf").exists():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with (chosen.home / f"{name}.pids").open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    if (chosen.home / f"{name}.fails").exists():
        sys.exit(1)
    if name == "web":
        http.server.HTTPServer((chosen.host, chosen.port), Ready).serve_forever()
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main()
