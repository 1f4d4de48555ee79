# SPDX-License-Identifier: Apache-2.0
"""What the single findings say together."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from madang.scan.expressions import joined, says_something
from madang.scan.report import File, Package, Totals, Unread

_LICENCE_FILE = re.compile(r"(?:un)?licen[cs]e|copying|copyright", re.IGNORECASE)
_NO_TEXT = re.compile(r"\.(?:py|js|ts|c|h|cc|cpp|java|go|rs|rb|sh|json|yml|yaml|toml|xml|html?|css|svg|png)$", re.IGNORECASE)


def declared(files: Sequence[File], packages: Sequence[Package]) -> tuple[str | None, tuple[str, ...]]:
    """What the tree says of itself, and the files that it was read from.

    The rule, the first that gives an answer:

    1. The licences that package manifests standing directly in the root and naming a package declare, each once, joined with AND.
    2. The licences found in the root's licence files (``LICENSE``, ``LICENCE``, ``UNLICENSE``, ``COPYING`` or ``COPYRIGHT``, with any
       ending or addition such as ``LICENSE-MIT`` or ``COPYING.LESSER``, source code left out), each once, joined with AND.

    An expression that only says "some licence" (``unknown``) is no answer. A choice between two licence files is not read out of their
    being two: that both are there is all that is known.
    """
    root = [each for each in files if "/" not in each.path]
    stated: dict[str, set[str]] = {}
    for each in root:
        for data in (data for data in each.package_data if data.get("name")):
            _state(stated, each.path, data.get("declared_license_expression_spdx"))
    for package in packages:
        for path in package.datafile_paths:
            if "/" not in path:
                _state(stated, path, package.declared_license_expression_spdx)
    if not stated:
        for each in root:
            if _LICENCE_FILE.match(each.path) and not _NO_TEXT.search(each.path):
                _state(stated, each.path, each.detected_license_expression_spdx)
    return joined(expression for each in stated.values() for expression in each), tuple(sorted(stated))


def _state(stated: dict[str, set[str]], path: str, expression: str | None) -> None:
    if expression and says_something(expression):
        stated.setdefault(path, set()).add(expression)


def licence_counts(files: Iterable[File]) -> Mapping[str, int]:
    """Detected expression → number of files, the largest first, then by name."""
    return _counted(each.detected_license_expression_spdx for each in files)


def holder_counts(files: Iterable[File]) -> Mapping[str, int]:
    """Copyright holder → number of files, the largest first, then by name."""
    return _counted(holder for each in files for holder in {statement.shown for statement in each.holders})


def _counted(values: Iterable[str | None]) -> Mapping[str, int]:
    counts = Counter(value for value in values if value)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def totals(files: Sequence[File], directories: Sequence[str], unread: Sequence[Unread], skipped: Sequence[Unread]) -> Totals:
    """The figures over the whole tree."""
    return Totals(
        files=len(files),
        directories=len(directories),
        bytes=sum(each.size for each in files),
        files_with_licence=sum(each.detected_license_expression_spdx is not None for each in files),
        files_with_copyright=sum(bool(each.copyrights) for each in files),
        files_with_findings=sum(each.has_findings for each in files),
        files_with_errors=sum(bool(each.scan_errors) for each in files),
        unread=len(unread),
        skipped=len(skipped),
    )
