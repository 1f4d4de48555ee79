# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
from importlib import metadata

import pytest

from madang import scan
from madang.scan import installed


def test_the_engine_is_known_without_importing_it() -> None:
    """In a process of its own, where nothing else was imported."""
    code = """
import sys
from madang import scan
assert scan.engine_version() and scan.engine().data_date
foreign = {"licensedcode", "packagedcode", "cluecode", "textcode", "scancode", "scancode_config", "commoncode", "typecode", "plugincode"}
print(sorted(foreign & {name.partition(".")[0] for name in sys.modules}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version_date_and_digest_are_those_of_the_installed_package() -> None:
    told = scan.engine()
    assert told.version == scan.engine_version() == metadata.version("scancode-toolkit-mini")
    assert told.data_date[:2] == "20"
    assert len(told.data_date) == 10
    assert len(told.data_digest) == 64
    assert told.spdx_list_version[0] == "3"


def test_a_missing_engine_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "_PACKAGES", ("no-such-package-anywhere",))
    installed._installed.cache_clear()
    try:
        with pytest.raises(scan.EngineMissing, match="Install"):
            scan.engine_version()
    finally:
        installed._installed.cache_clear()


def test_the_fingerprint_changes_with_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = installed.fingerprint()
    installed.fingerprint.cache_clear()
    monkeypatch.setattr(installed, "_READ_BY", (*installed._READ_BY, "no-such-package-anywhere"))
    try:
        assert installed.fingerprint() != before
    finally:
        installed.fingerprint.cache_clear()
