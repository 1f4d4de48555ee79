# SPDX-License-Identifier: Apache-2.0
"""The loop of the process that is shut in: it takes calls from its socket, runs them, many at once where the code takes many, and answers.

It is one thread, for foreign code need not be safe in several. A stream has a connection and a thread of its own.
"""

import inspect
import os
import select
import socket
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from madang.sandbox.frames import ANSWER, BYE, CALL, END, FAILED, HEADER, HELLO, INVALID, PART, Rubbish, pack, unpack
from madang.sandbox.loading import Operation
from madang.sandbox.targets import Target

OUT_OF_MEMORY = 71
SEND_SECONDS = 30
FOREIGN = ThreadPoolExecutor(1, thread_name_prefix="foreign")
"""The one thread in which calls of foreign code run; what it raises is handed over."""


class Line:
    """One connection, and the bytes of it that are no whole frame yet."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection, self.kept, self.is_open = connection, bytearray(), True
        connection.settimeout(SEND_SECONDS)

    def send(self, data: bytes) -> None:
        """The bytes are sent, or the line is closed."""
        try:
            self.connection.sendall(data)
        except OSError:
            self.close()

    def close(self) -> None:
        """Nothing more is read or sent."""
        self.is_open = False
        self.connection.close()

    def read(self, longest: int) -> list[tuple["Line", int, Any]]:
        """The calls that came whole."""
        try:
            got = self.connection.recv(1 << 18)
        except OSError:
            got = b""
        if not got:
            self.close()
            return []
        self.kept += got
        calls = []
        while len(self.kept) >= HEADER.size:
            length, kind, call = HEADER.unpack_from(self.kept)
            if length > longest:
                self.close()
                break
            if len(self.kept) < HEADER.size + length:
                break
            data = bytes(self.kept[HEADER.size : HEADER.size + length])
            del self.kept[: HEADER.size + length]
            try:
                frame = unpack(kind, call, data)
            except Rubbish:
                self.close()
                break
            if frame.kind == CALL:
                calls.append((self, call, frame.body))
        return calls


def answer(listener: socket.socket, target: Target, operations: dict[str, Operation], instance: str) -> None:
    """Calls are answered until nobody called for the target's idle seconds."""
    lines: dict[int, Line] = {}
    waiting: list[tuple[Line, int, Any]] = []
    last = time.monotonic()
    streams: list[threading.Thread] = []
    while True:
        for gone in [number for number, line in lines.items() if not line.is_open]:
            del lines[gone]
        streams = [thread for thread in streams if thread.is_alive()]
        own = listener.fileno()
        ready = select.select([own, *lines], [], [], 0 if waiting else 1.0)[0]
        for each in ready:
            if each == own:
                line = Line(listener.accept()[0])
                lines[line.connection.fileno()] = line
                line.send(pack(HELLO, 0, instance))
            else:
                waiting += lines[each].read(target.longest)
        if waiting:
            waiting = _run(waiting, target, operations, streams, lines)
            last = time.monotonic()
        elif not streams and time.monotonic() - last > target.idle_seconds:
            for line in lines.values():
                line.send(pack(BYE, 0))
            return


def _run(
    waiting: list[tuple[Line, int, Any]], target: Target, operations: dict[str, Operation], streams: list[threading.Thread],
    lines: dict[int, Line],
) -> list[tuple[Line, int, Any]]:  # fmt: skip
    """As many calls of one operation as may run at once have been answered; the others still wait."""
    wanted = _name_of(waiting[0][2], operations)
    batch = [each for each in waiting if _name_of(each[2], operations) == wanted][: max(1, target.most)]
    left = [each for each in waiting if each not in batch]
    operation = operations.get(wanted)
    read = []
    for line, call, body in batch:
        if not line.is_open:
            continue
        try:
            if operation is None or not isinstance(body, list) or len(body) != 2:
                raise ValueError("there is no such operation")
            read.append((line, call, operation.read(body[1])))
        except ValueError as error:
            line.send(pack(INVALID, call, str(error)[:500]))
    if operation is not None and operation.many is not None and len(read) > 1:
        _answer_many(operation, read)
    elif operation is not None:
        for line, call, given in read:
            _answer_one(operation, line, call, given, streams, lines)
    return left


def _name_of(body: Any, operations: dict[str, Operation]) -> str:
    name = body[0] if isinstance(body, list) and body and isinstance(body[0], str) else ""
    return name or next(iter(operations))


def _answer_one(
    operation: Operation, line: Line, call: int, given: dict[str, object], streams: list[threading.Thread], lines: dict[int, Line]
) -> None:
    made = _guarded(lambda: [operation.call(**given)], line, call)
    if made is None:
        return
    if inspect.isgenerator(made[0]):
        lines.pop(line.connection.fileno(), None)  # the stream's own from now on
        thread = threading.Thread(target=_send_parts, args=(made[0], line, call), daemon=True)
        streams.append(thread)
        thread.start()
    else:
        _send(line, ANSWER, call, made[0])


def _answer_many(operation: Operation, read: list[tuple[Line, int, dict[str, object]]]) -> None:
    assert operation.many is not None
    many = operation.many
    made = _guarded(lambda: many([given for _line, _call, given in read]), None, 0)
    if made is None or len(made) != len(read):  # one of them cannot be done: each alone, so that the others are answered
        for line, call, given in read:
            one = _guarded(lambda given=given: [operation.call(**given)], line, call)
            if one is not None:
                _send(line, ANSWER, call, one[0])
        return
    for (line, call, _given), each in zip(read, made, strict=True):
        _send(line, ANSWER, call, each)


def _guarded(work: Any, line: Line | None, call: int, thread: ThreadPoolExecutor = FOREIGN) -> Sequence[Any] | None:
    """What foreign code gave; None when it raised, which whoever called is told and the log says in full."""
    done = thread.submit(work)
    error = done.exception()  # whatever it is: whoever called is told, and the next call is answered
    if error is None:
        made: Sequence[Any] = done.result()
        return made
    if isinstance(error, MemoryError):
        os._exit(OUT_OF_MEMORY)
    if isinstance(error, ValueError):
        told = pack(INVALID, call, str(error)[:500])
    else:
        traceback.print_exception(error, file=sys.stderr)
        told = pack(FAILED, call, type(error).__name__)
    if line is not None:
        line.send(told)
    return None


def _send(line: Line, kind: int, call: int, body: object) -> None:
    try:
        data = pack(kind, call, body)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        print(f"what the function gave cannot be sent: {error}", file=sys.stderr)
        data = pack(FAILED, call, type(error).__name__)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    line.send(data)


def _send_parts(parts: Any, line: Line, call: int) -> None:
    def through() -> list[object]:
        for part in parts:
            if not line.is_open:
                parts.close()
                break
            _send(line, PART, call, part)
        return []

    with ThreadPoolExecutor(1, thread_name_prefix="stream") as own:
        if _guarded(through, line, call, own) is not None:
            line.send(pack(END, call))
    line.close()
