# SPDX-License-Identifier: Apache-2.0
"""What is to be run, as it is written for the process that runs it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """A folder and what in it answers. ``kind``: ``function`` (``module`` has the functions that ``operations`` name), ``onnx`` (``file``),
    or ``pickle`` (``file``, read with the folder on the path). ``most`` calls are run at once where the code takes many."""

    kind: str
    folder: str
    module: str = "function"
    operations: dict[str, str] = field(default_factory=dict)
    file: str = ""
    most: int = 1
    idle_seconds: float = 600.0
    longest: int = 32 << 20
