# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
from pathlib import Path

import pytest

from madang.scan.folders import Folder, sweep


@pytest.fixture(autouse=True)
def _own_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return


def test_a_folder_is_ours_alone_until_it_is_removed(tmp_path: Path) -> None:
    folder = Folder()
    assert folder.path.parent == tmp_path
    assert folder.path.stat().st_mode & 0o777 == 0o700
    (folder.path / "link").symlink_to(Path(__file__).parent)
    folder.remove()
    folder.remove()
    assert list(tmp_path.iterdir()) == []
    assert Path(__file__).exists()


def test_a_living_folder_is_not_swept() -> None:
    folder = Folder()
    sweep()
    assert folder.path.exists()
    folder.remove()


def test_a_folder_of_a_killed_process_is_swept_and_nothing_else(tmp_path: Path) -> None:
    code = "import os, signal; from madang.scan.folders import Folder; Folder(); os.kill(os.getpid(), signal.SIGKILL)"
    subprocess.run([sys.executable, "-c", code], env={"TMPDIR": str(tmp_path)}, check=False)
    (left,) = tmp_path.iterdir()
    (tmp_path / "madang-scan-other").mkdir()
    (tmp_path / "something").mkdir()
    sweep()
    assert not left.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["madang-scan-other", "something"]
