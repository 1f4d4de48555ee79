# SPDX-License-Identifier: Apache-2.0
"""Files taken apart here and now, as the process that is shut in does it after it was shut in."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from madang import tables
from madang.tables.__main__ import answered, taken

MEMORY = 256 << 20
Taking = Callable[..., tables.Facts]
Asking = Callable[..., tables.Answer]


@pytest.fixture
def take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Taking:
    """What bytes of that name hold."""

    def taking(content: bytes | str, name: str = "a.csv", *, columns: int = 500, most: int = 0) -> tables.Facts:
        folder = tmp_path / f"take{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        monkeypatch.chdir(folder)
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        asked = {"path": str(path), "form": tables.form_of(name), "memory": MEMORY, "columns": columns, "most": most}
        return tables.Facts.of(taken(asked))

    return taking


@pytest.fixture
def ask(rows: Path) -> Asking:
    """What is answered from the module's rows."""

    def asking(**question: Any) -> tables.Answer:
        asked: Mapping[str, Any] = {
            "path": str(rows), "memory": MEMORY, "columns": 500, "rows": 1000, "question": asdict(tables.Question(**question)),
        }  # fmt: skip
        return tables.Answer.of(answered(dict(asked)))

    return asking
