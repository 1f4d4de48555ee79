# SPDX-License-Identifier: Apache-2.0
"""Zip files of models: PyTorch's, and NumPy's ``.npz``. Only the list at the end and the pickles inside are read."""

import io
import struct
import zipfile
from collections import Counter
from typing import BinaryIO, cast

from madang.weights import numpys, pickles
from madang.weights.errors import BadHeader, HeaderTooLarge
from madang.weights.facts import MOST_TENSORS, Facts, Finding, State, Tensor, shown
from madang.weights.pickles import Machine

FORM = "PyTorch"
PICKLED = (".pkl", ".pickle", ".joblib", ".dill")
MOST_ENTRIES, MOST_LIST, MOST_PICKLES, MOST_UNPACKED = 100_000, 32 << 20, 64, 64 << 20
_FAULTS = (zipfile.BadZipFile, ValueError, EOFError, OSError, RuntimeError, KeyError, struct.error)


def read(file: BinaryIO, size: int) -> Facts:
    """What loading any pickle of the file would call. One that contradicts itself, or cannot be read, is not clean."""
    _check_list(file, size)
    try:
        with zipfile.ZipFile(file) as archive:
            return _read(archive)
    except _FAULTS as fault:
        finding = Finding(State.UNKNOWN, f"the zip file cannot be read: {shown(str(fault))[:200]}")
        return Facts(FORM, State.UNKNOWN, findings=[finding])


def _check_list(file: BinaryIO, size: int) -> None:
    """The list at the end, by its own record, is not larger than is read."""
    start = max(0, size - (66 << 10))
    file.seek(start)
    tail = file.read(66 << 10)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return  # zipfile says what is wrong
    count, length = struct.unpack("<10xHI", tail[at : at + 16])
    wide = tail.rfind(b"PK\x06\x06", 0, at)
    if wide >= 0 and len(tail) >= wide + 48:
        more, larger = struct.unpack("<32xQQ", tail[wide : wide + 48])
        count, length = max(count, more) if count == 0xFFFF else count, larger if length == 0xFFFFFFFF else length
    if count > MOST_ENTRIES or length > MOST_LIST:
        raise HeaderTooLarge(form="zip", limit=f"{MOST_ENTRIES} entries")


def _read(archive: zipfile.ZipFile) -> Facts:
    entries = archive.infolist()
    names = Counter(each.filename for each in entries)
    findings = [Finding(State.UNSAFE, "stands twice: readers differ in which of them they take", name) for name in names if names[name] > 1]
    if any("/code/" in f"/{name}" and name.endswith(".py") for name in names):
        findings.append(Finding(State.UNKNOWN, "TorchScript, which runs when it is used"))
    machines, arrays, pickled = list[Machine](), list[Tensor](), 0
    for entry in entries:
        if entry.filename.lower().endswith(PICKLED):
            pickled += 1
            if pickled > MOST_PICKLES:
                findings.append(Finding(State.UNKNOWN, f"more than {MOST_PICKLES} pickles"))
                break
            _look_into(archive, entry, machines, findings)
        elif entry.filename.endswith(".npy"):
            _array(archive, entry, arrays, machines, findings)
    form = "NumPy" if arrays and not pickled else FORM
    told = pickles.facts_of(form, machines, findings, {"entries": str(len(entries))})
    parameters = sum(each.count for each in arrays) if arrays else None
    return Facts(
        form, told.state, told.metadata, arrays[:MOST_TENSORS], len(arrays), parameters, calls=told.calls, findings=told.findings
    )  # fmt: skip


def _look_into(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, machines: list[Machine], findings: list[Finding]) -> None:
    where = shown(entry.filename)[:200]
    if entry.compress_type != zipfile.ZIP_STORED and entry.file_size > MOST_UNPACKED:
        findings.append(Finding(State.UNKNOWN, f"unpacks to more than {MOST_UNPACKED >> 20} MiB", where))
        return
    try:
        with archive.open(entry) as file:
            machines.append(pickles.inspect(cast(BinaryIO, file), entry.file_size, where))
    except _FAULTS as fault:
        findings.append(Finding(State.UNKNOWN, f"cannot be read: {shown(str(fault))[:200]}", where))


def _array(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, arrays: list[Tensor], machines: list[Machine], findings: list[Finding]
) -> None:
    where = shown(entry.filename)[:200]
    try:
        with archive.open(entry) as file:
            told = numpys.read_array(io.BytesIO(file.read(numpys.LONGEST_HEADER + (1 << 20))), entry.file_size, where)
    except (*_FAULTS, BadHeader) as fault:
        findings.append(Finding(State.UNKNOWN, f"cannot be read: {shown(str(fault))[:200]}", where))
        return
    arrays.append(told.tensor)
    if told.machine is not None:
        machines.append(told.machine)
