# SPDX-License-Identifier: Apache-2.0
"""Run where there is no network: install, scan, start, first scan through the API.

``unshare --net python closed.py WHEELHOUSE FOLDER SOURCE``. It stands on the standard library alone, as whoever comes to such a machine
does, and prints what it saw as JSON in its last line.
"""

import fcntl
import json
import os
import re
import socket
import struct
import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path
from typing import Any

SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
SECONDS = 900
"""What did not come by then will not come."""
FINAL = ("verified", "failed", "cancelled")


def loopback() -> None:
    """This machine reaches itself."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def reaches(address: str) -> bool:
    """Whether a packet finds a way there."""
    try:
        socket.create_connection((address, 443), timeout=3).close()
    except OSError:
        return False
    return True


def ask(url: str, token: str, body: object = None) -> Any:
    """The JSON answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return json.load(answer)


def first_scan(program: str, source: Path, environ: dict[str, str]) -> str:
    """How the first version ends that somebody registers on a platform that was started here."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with subprocess.Popen([program, "up", "--port", str(port)], env=environ, stdout=subprocess.PIPE, text=True) as up:
        try:
            said = ""
            while "/link/" not in said:
                line = up.stdout.readline() if up.stdout else ""
                assert line, "it ended before it was ready"
                said += line
            token = subprocess.run(
                [program, "token", "create", "--role", "operator", "--note", "first"],
                env=environ,
                capture_output=True,
                text=True,
                check=True,
            )
            api, secret = f"http://127.0.0.1:{port}/api/v1", token.stdout.strip()
            ask(f"{api}/assets", secret, {"kind": "software", "namespace": "operator", "name": "first", "exposure": "private"})
            made = ask(f"{api}/assets/software/operator/first/versions", secret, {"source": {"git": source.as_uri()}, "label": "1"})
            until = time.monotonic() + SECONDS
            while True:
                found = ask(f"{api}/assets/software/operator/first/versions/{made['version']}", secret)
                state = str(found["state"])
                if state in FINAL or time.monotonic() > until:
                    return state
                time.sleep(0.5)
        finally:
            up.terminate()
            up.wait(SECONDS)


def main(wheelhouse: Path, folder: Path, source: Path) -> None:
    """Everything in turn."""
    loopback()
    seen: dict[str, Any] = {"network": reaches("192.0.2.1") or reaches("1.1.1.1")}
    venv.create(folder / "venv", with_pip=True)
    program = str(folder / "venv" / "bin" / "madang")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MADANG_", "PIP_", "PYTHON"))}
    environ |= {"MADANG_HOME": str(folder / "home"), "MADANG_ALLOW_FILE": "yes", "MADANG_LANGUAGE": "en", "HOME": str(folder)}
    pip = [str(folder / "venv" / "bin" / "python"), "-m", "pip", "install", "-q", "--isolated", "--no-index"]
    subprocess.run([*pip, "--find-links", str(wheelhouse), "madang"], env=environ, check=True)
    seen["version"] = subprocess.run([program, "version"], env=environ, capture_output=True, text=True, check=True).stdout.strip()
    told = subprocess.run([program, "doctor", "--format", "json"], env=environ, capture_output=True, text=True, check=False).stdout
    seen["doctor"] = {each["name"]: each["is_fine"] for each in json.loads(told)}
    scanned = subprocess.run([program, "scan", str(source), "--format", "json"], env=environ, capture_output=True, text=True, check=False)
    seen["scan"] = (scanned.returncode, sorted(set(re.findall(r"\b(?:MIT|Apache-2\.0)\b", scanned.stdout))))
    seen["state"] = first_scan(program, source, environ)
    backup = subprocess.run([program, "backup", str(folder / "backup")], env=environ, capture_output=True, text=True, check=False)
    seen["backup"] = backup.returncode
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
