# SPDX-License-Identifier: Apache-2.0
"""A kept report is written in another form exactly as it would have been at once."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from madang import scan
from madang.scan.rewriting import RewritingLimits

AT = datetime(2026, 11, 22, 20, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, pool: scan.Pool) -> scan.Report:
    """Licences, holders in Korean letters, a package with what it needs, a name that is no UTF-8, a link."""
    root = tmp_path_factory.mktemp("rewriting") / "tree"
    (root / "src").mkdir(parents=True)
    (root / "LICENSE").write_text("SPDX-License-Identifier: MIT OR Apache-2.0\n")
    (root / "src" / "a.py").write_text("# Copyright (c) 2026 한국연구원\n# This software is licensed under the GPL, version 2.\nx = 1\n")
    (root / "package.json").write_text('{"name": "tool", "version": "1.0", "license": "MIT", "dependencies": {"left": "^1.0"}}')
    (root / "src" / "b\udcff.txt").write_text("See the LICENSE file.\n")
    (root / "link").symlink_to("LICENSE")
    return scan.scan_tree(root, name="tree", pool=pool)


def kept(report: scan.Report, folder: Path) -> Path:
    source = folder / "report"
    with source.open("w", encoding="utf-8") as stream:
        scan.write(report, "json", stream, at=AT)
    return source


@pytest.mark.parametrize("form", sorted(scan.FORMATS))
def test_a_kept_report_is_written_as_it_would_have_been(report: scan.Report, tmp_path: Path, form: str) -> None:
    at_once = io.StringIO()
    scan.write(report, form, at_once, at=AT)
    scan.rewrite(kept(report, tmp_path), tmp_path / "target", form)
    assert (tmp_path / "target").read_bytes() == at_once.getvalue().encode()


def test_a_report_that_needs_more_memory_than_it_may_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "report").open("wb") as stream:
        stream.truncate(1 << 30)
    with pytest.raises(scan.ReportTooLarge):
        scan.rewrite(tmp_path / "report", tmp_path / "target", "html", limits=RewritingLimits(memory_bytes=500_000_000))


def test_a_report_that_is_damaged_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "report").write_text('{"format": "madang-scan/1", "written_at": "2026-11-22T20:15:00Z"')
    with pytest.raises(scan.RewritingFailed):
        scan.rewrite(tmp_path / "report", tmp_path / "target", "html")
    assert not (tmp_path / "target").exists()
