# SPDX-License-Identifier: Apache-2.0
"""Which form a file has, by its beginning first and its name second."""

from typing import BinaryIO

from madang.weights import gguf, numpys, onnx, pickles, safetensors, zipped
from madang.weights.errors import NoModelFile
from madang.weights.facts import Facts, Finding, State

ENDINGS = (".safetensors", ".gguf", ".onnx", ".npy", ".npz", ".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".joblib", ".dill")
"""Names of files that are looked into."""
PICKLED = (".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle", ".joblib", ".dill")


def look(file: BinaryIO, *, name: str, size: int) -> Facts:
    """What the file is and what loading it would call. ``file`` can be sought in. ``BadHeader``, ``HeaderTooLarge``, ``NoModelFile``."""
    file.seek(0)
    head, lower = file.read(16), name.lower()
    if head.startswith(gguf.MAGIC):
        return gguf.read(file, size)
    if head.startswith(numpys.MAGIC):
        return numpys.read(file, size)
    if lower.endswith(".safetensors") or (lower.endswith(".bin") and safetensors.looks_like(head, size)):
        return safetensors.read(file, size)
    if head.startswith(b"PK\x03\x04"):
        return zipped.read(file, size)
    if lower.endswith(".onnx"):
        return onnx.read(file, size)
    if pickles.looks_like(head):
        return pickles.read(file, size)
    if lower.endswith(".gguf"):
        return gguf.read(file, size)
    if lower.endswith(PICKLED):
        return _without_mark(file, size)
    if onnx.looks_like(head) and not lower.endswith(".npz"):
        return onnx.read(file, size)
    raise NoModelFile


def _without_mark(file: BinaryIO, size: int) -> Facts:
    """A pickle of protocol 0 or 1, or something that is called a model's file and is none that is known: then nobody knows what it does."""
    told = pickles.read(file, size)
    if told.state is State.UNKNOWN and not told.calls:
        return Facts("", State.UNKNOWN, findings=[Finding(State.UNKNOWN, "it is in no form that is known here")])
    return told
