# SPDX-License-Identifier: Apache-2.0
"""Pickles, read opcode by opcode (Python's ``pickletools`` names them) on a stack of our own: what would be imported and called. Nothing
is.

A name that one cannot follow, an opcode that does not fit, or more of them than are followed leaves the file *unknown*; what was found
until there still counts. Only a pickle that is read to its end and names nothing but what builds values is *clean*.
"""

import csv
import pickletools
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import IO, BinaryIO, cast

from madang.weights.bounds import Window
from madang.weights.facts import MOST_FINDINGS, Facts, Finding, State, shown

FORM = "pickle"
MOST_OPCODES, MOST_PICKLES = 500_000, 16
RENAMED = {"__builtin__": "builtins", "copy_reg": "copyreg", "exceptions": "builtins"}
"""Modules of Python 2 that are found under other names (``_compat_pickle``)."""
_MARK, _OTHER = object(), object()
_EXTENSIONS = frozenset({"EXT1", "EXT2", "EXT4"})
_PUTS = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GETS = frozenset({"GET", "BINGET", "LONG_BINGET"})


class _Broken(Exception):
    """What is wrong with the pickle."""


def looks_like(head: bytes) -> bool:
    """Whether a pickle of protocol 2 or later may begin so."""
    return len(head) > 2 and head[0] == 0x80 and 2 <= head[1] <= 5


_FAULTS = (
    ValueError, IndexError, KeyError, TypeError, OverflowError, MemoryError, RecursionError, OSError, EOFError, zipfile.BadZipFile,
    zlib.error, _Broken,
)  # fmt: skip
"""What reading bytes that may be anything can end with."""


@cache
def _names() -> dict[tuple[str, str], State]:
    with files("madang.weights").joinpath("names.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {(row["module"], row["name"]): State(row["state"]) for row in rows}


def state_of(module: str, name: str) -> State:
    """What naming this in a pickle can do. The nearest row counts: the name itself, classes of the module, the module, one above it."""
    names, module = _names(), RENAMED.get(module, module)
    exact = names.get((module, name))
    if exact is not None:
        return exact
    if "." in name:  # an attribute of an attribute: whatever the module holds can be reached so
        return State.UNSAFE if _names_below(module) is State.UNSAFE else State.UNKNOWN
    is_class = name[:1].isupper() and name.isidentifier()
    at = module
    while at:
        if is_class and (at, "A*") in names:
            return names[at, "A*"]
        if (at, "*") in names:
            return names[at, "*"]
        at = at.rpartition(".")[0]
    return State.UNKNOWN


def _names_below(module: str) -> State:
    at = module
    while at:
        if (at, "*") in _names():
            return _names()[at, "*"]
        at = at.rpartition(".")[0]
    return State.UNKNOWN


class Machine:
    """A stack of what is known of values: a text, or something else. It gathers what is named."""

    def __init__(self, where: str) -> None:
        self.where, self.opcodes = where, 0
        self.calls: dict[str, None] = {}
        self.findings: list[Finding] = []
        self.stack: list[object] = []
        self.memo: dict[int, object] = {}

    def run(self, window: Window) -> bool:
        """One pickle is read to its end; whether there may be another behind it. What breaks it is found."""
        self.stack, self.memo, position = [], {}, window.tell()
        try:
            for opcode, argument, at in pickletools.genops(cast(IO[bytes], window)):
                position = at or 0
                self.opcodes += 1
                if self.opcodes > MOST_OPCODES:
                    raise _Broken(f"it has more than {MOST_OPCODES} opcodes")
                self._step(opcode, argument, position)
        except _FAULTS as fault:
            self.find(State.UNKNOWN, f"cannot be read to its end: {shown(str(fault))[:200] or type(fault).__name__}", position)
            return False
        return True

    def find(self, state: State, what: str, at: int) -> None:
        """A finding, of which there are not too many; a worse one always finds room."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(state, what, self.where, at))
        elif state is State.UNSAFE and all(each.state is not State.UNSAFE for each in self.findings):
            self.findings[-1] = Finding(state, what, self.where, at)

    def _step(self, opcode: pickletools.OpcodeInfo, argument: object, at: int) -> None:
        name, stack = opcode.name, self.stack
        if name in _PUTS:
            self.memo[int(str(argument))] = stack[-1]
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = stack[-1]
        elif name in _GETS:
            stack.append(self.memo[int(str(argument))])
        elif name == "DUP":
            stack.append(stack[-1])
        elif name == "STACK_GLOBAL":
            last, module = stack.pop(), stack.pop()
            self._named(module, last, at)
            stack.append(_OTHER)
        elif name in ("GLOBAL", "INST"):
            module, _blank, last = str(argument).partition(" ")
            self._named(module, last, at)
            if name == "INST":
                self._to_mark()
            stack.append(_OTHER)
        elif name in _EXTENSIONS:
            self.find(State.UNKNOWN, f"a name that only the reader's registry knows ({argument})", at)
            stack.append(_OTHER)
        elif name == "POP_MARK":
            self._to_mark()
        elif name == "POP":
            stack.pop()
        else:
            self._plain(opcode, argument)

    def _plain(self, opcode: pickletools.OpcodeInfo, argument: object) -> None:
        """What an opcode takes from the stack and leaves there, by its own description."""
        takes, stack = opcode.stack_before, self.stack
        if pickletools.markobject in takes:
            self._to_mark()
            takes = takes[: takes.index(pickletools.markobject)]
        for _each in takes:
            if stack.pop() is _MARK:
                raise _Broken(f"{opcode.name} takes a mark")
        for each in opcode.stack_after:
            if each is pickletools.markobject:
                stack.append(_MARK)
            else:
                stack.append(argument if isinstance(argument, str) and not takes and "UNICODE" in opcode.name else _text(opcode, argument))

    def _to_mark(self) -> None:
        while self.stack.pop() is not _MARK:
            pass

    def _named(self, module: object, name: object, at: int) -> None:
        if not isinstance(module, str) or not isinstance(name, str):
            self.find(State.UNSAFE, "a name that is put together while it is loaded", at)
            return
        whole = shown(f"{module}.{name}")[:300]
        if len(self.calls) < 1000:
            self.calls[whole] = None
        state = state_of(module, name)
        if state is not State.CLEAN:
            self.find(state, whole, at)


def _text(opcode: pickletools.OpcodeInfo, argument: object) -> object:
    """The text that an opcode of strings pushes; bytes are read as ASCII, which is how a name in them would be."""
    if opcode.name in ("STRING", "BINSTRING", "SHORT_BINSTRING") and isinstance(argument, str):
        return argument
    return _OTHER


def inspect(file: BinaryIO, size: int, where: str = "", *, others: bool = True) -> Machine:
    """What the pickle at the file's place names, and, with ``others``, the pickles behind it."""
    machine, window, number = Machine(where), Window(file, size), 0
    while machine.run(window) and others and number < MOST_PICKLES:
        number += 1
        before = file.tell()
        head = file.read(2)
        file.seek(before)
        if len(head) < 2 or head[0] != 0x80:  # what follows is no pickle: the bytes of tensors, or nothing
            break
    return machine


def read(file: BinaryIO, size: int) -> Facts:
    """A file that is a pickle, or several (as PyTorch once wrote them)."""
    file.seek(0)
    return facts_of(FORM, [inspect(file, size)])


def facts_of(form: str, machines: list[Machine], findings: list[Finding] | None = None, metadata: dict[str, str] | None = None) -> Facts:
    """All that the pickles of a file name. The worst counts."""
    found = [*(findings or []), *(each for machine in machines for each in machine.findings)]
    calls = sorted({name for machine in machines for name in machine.calls})
    state = max((each.state for each in found), key=lambda each: each.rank, default=State.CLEAN if machines else State.PLAIN)
    worst_first = sorted(found, key=lambda each: -each.state.rank)[:MOST_FINDINGS]
    return Facts(form, state, metadata or {}, calls=calls[:1000], findings=worst_first)


def every_name() -> Iterator[tuple[str, str, State]]:
    """All rows of the table, for those who check it."""
    for (module, name), state in _names().items():
        yield module, name, state
