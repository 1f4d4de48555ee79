# SPDX-License-Identifier: Apache-2.0
"""A service as somebody might write it who means no good. The tests lay it into a folder and call it."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

kept: list[bytearray] = []


def call(text: str) -> str:
    """Do as one should."""
    return text


def raises() -> str:
    raise RuntimeError("my fault")


def leaks() -> int:
    while True:
        kept.append(bytearray(os.urandom(1 << 20)))


def loops() -> int:
    while True:
        pass


def exits() -> int:
    os._exit(3)


def forks() -> str:
    return f"{os.fork()}"


def fills() -> int:
    for number in range(10_000):
        Path(f"file-{number}").write_bytes(os.urandom(1 << 20))
    return 1


def litters() -> int:
    for number in range(1_000_000):
        Path(f"file-{number}").touch()
    time.sleep(60)
    return 1


def connects() -> str:
    return str(socket.create_connection(("127.0.0.1", 80), 1))


def reads(path: str) -> str:
    return Path(path).read_text(encoding="utf-8", errors="replace")[:100]


def knows() -> dict[str, str]:
    return dict(os.environ)


def rubbish() -> int:
    for number in range(3, 64):
        try:
            os.write(number, b"\xff" * 4096)
        except OSError:
            continue
    return 1


def huge() -> bytes:
    return bytes(1 << 30)


def talks() -> int:
    while True:
        print("x" * 4096)


def counts() -> Iterator[str]:
    number = 0
    while True:
        yield f"{number}\n"
        number += 1


def three() -> Iterator[str]:
    yield from ("하나", "둘", "셋")
