# SPDX-License-Identifier: Apache-2.0
"""What the tests of the scan stand on: one real pool for all, small trees, and a report with something of everything."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from madang import scan

MIT = (Path(__file__).parent / "mit.txt").read_text(encoding="utf-8")
HEADER = "# Copyright (c) 2021 Example Research Institute\n# SPDX-License-Identifier: BSD-3-Clause\n"


@pytest.fixture(scope="session")
def pool() -> Iterator[scan.Pool]:
    """A pool with two workers, real in every part; loading the index takes some seconds, once."""
    with scan.Pool(scan.Limits(workers=2, file_seconds=60)) as pool:
        yield pool


@pytest.fixture
def grow(tmp_path: Path) -> Callable[..., Path]:
    """Make a tree of files: ``grow({"a/b.txt": "text", "c": b"bytes"})``."""

    def make(files: dict[str, str | bytes], name: str = "tree") -> Path:
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        for path, content in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root

    return make


EVIL = '<script onload="alert(1)">'


@pytest.fixture
def report() -> scan.Report:
    """A report with something of everything, and hostile names."""
    match = scan.Match(
        license_expression_spdx="MIT",
        start_line=3,
        end_line=20,
        score=99.5,
        matcher="2-aho",
        rule_identifier="mit_1.RULE",
        license_expression="mit",
        match_coverage=100.0,
        matched_length=160,
        rule_relevance=100,
    )
    own = replace(match, license_expression_spdx="LicenseRef-scancode-own", license_expression="own", start_line=1, end_line=1)
    files = (
        scan.File(path="LICENSE", sha256="a" * 64, sha1="a" * 40, size=1067, is_text=True, detected_license_expression="mit",
                  detected_license_expression_spdx="MIT", license_detections=(scan.Detection("MIT", "mit", (match,), "mit-1"),),
                  copyrights=(scan.Statement("Copyright (c) 2020 한국연구소", 1, 1),), holders=(scan.Statement("한국연구소", 1, 1),)),
        scan.File(path=f"src/{EVIL}.py", sha256="b" * 64, sha1="b" * 40, size=10, is_source=True, programming_language="Python",
                  detected_license_expression="(gpl-2.0 WITH own-exception) AND own",
                  detected_license_expression_spdx="GPL-2.0-only WITH LicenseRef-scancode-own-exception AND LicenseRef-scancode-own",
                  license_detections=(scan.Detection("LicenseRef-scancode-own", "own", (own,), "own-1", ("unknown-match",)),),
                  copyrights=(scan.Statement(f"Copyright {EVIL}", 2, 2),), holders=(scan.Statement(EVIL, 2, 2),),
                  for_packages=("pkg:pypi/thing@1.0?uuid=1",)),
        scan.File(path="src/\\xff odd\x1b[31m\n.txt", path_bytes="c3JjL/8gb2RkG1szMW0KLnR4dA==", sha256="c" * 64, sha1="c" * 40, size=0,
                  scan_errors=("not done after 120 seconds (file_seconds)",)),
    )  # fmt: skip
    package = scan.Package("pkg:pypi/thing@1.0?uuid=1", "pypi", "thing", "1.0", "pkg:pypi/thing@1.0", "mit", "MIT", ("setup.py",), {})
    needed = scan.Dependency("pkg:npm/%40a/b@2.0?uuid=2", "pkg:npm/%40a/b@2.0", "==2.0", "install", True, False, True, True,
                             package.package_uid, "setup.py", {})  # fmt: skip
    loose = replace(needed, dependency_uid="pkg:pypi/loose?uuid=3", purl="pkg:pypi/loose", for_package_uid=None)
    unread = (scan.Unread(files[2].path, "deadline", "Not done after 120 seconds (file_seconds).", files[2].path_bytes),)
    return scan.Report(
        name=f"tree {EVIL}",
        engine=scan.Engine("ScanCode", "32.5.0", "2026-01-15", "d" * 64, "3.27"),
        files=files,
        directories=("empty", "src"),
        packages=(package,),
        dependencies=(needed, loose),
        license_detections=({"identifier": "mit-1", "license_expression": "mit"},),
        unread=unread,
        skipped=(scan.Unread(".git", "version-control", "Version control's own; left out."),),
        totals=scan.Totals(3, 2, 1077, 2, 2, 2, 1, 1, 1),
        declared_license_expression="MIT",
        declared_in=("LICENSE",),
        license_expression="LicenseRef-scancode-own AND MIT",
        license_counts={str(each.detected_license_expression_spdx): 1 for each in files[:2]},
        holder_counts={"한국연구소": 1, EVIL: 1},
    )
