# SPDX-License-Identifier: Apache-2.0
"""From a report, of a tree or of a document, to what the thing is made of. Pure.

What is needed to build, test or develop is no part that runs: it is built with it. What a document says of its parts is true within the
version that the document is about and nowhere else.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files

from madang import scan
from madang.provenance.making import DATASET, MODEL, SOFTWARE, Made, Part, floating
from madang.provenance.rules import is_purl

NOT_RUN = re.compile(r"(^|[^a-z])(dev|develop|development|tests?|testing|docs?|documentation|lint|linting|build|ci|typing|bench|benchmark)"
                     r"([^a-z]|$)")  # fmt: skip
"""What people call the lists of what is needed to work on a thing, and not to run it."""
FOR_WORK = {"test", "tests", "doc", "docs", "bench", "benchmarks"}
TYPES = {"model": MODEL, "dataset": DATASET, "data": DATASET, "service": "service"}
_HELD = ("contains", "depends-on", "runtime-depends-on", "trained-on")
"""Kinds of relationships by which a document can say that it has named all."""


@cache
def joined() -> Mapping[str, tuple[str, bool | None]]:
    """The way in the graph of each kind of relationship, and whether what is joined is not given out with the whole."""
    text = files("madang.provenance").joinpath("data/joined.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["stated"]: (row["kind"], {"yes": True, "no": False}.get(row["apart"])) for row in rows}


def made_of(report: scan.Report) -> Made:
    """What the version is made of that the report is about."""
    return _of_document(report) if report.document else _of_tree(report)


def _of_tree(report: scan.Report) -> Made:
    """Packages that lie deeper in the tree are parts of it; what lies at the root is the version itself; what is needed is called."""
    own = next((each.purl or "" for each in report.packages if _at_root(each)), "")
    held = tuple(
        Part(each.purl or "", license=_licence(each), is_inside=True, apart=False) for each in report.packages if not _at_root(each)
    )
    needed = tuple(_need(each) for each in report.dependencies)
    return Made((*held, *needed), not report.unread, itself=own)


def _at_root(package: scan.Package) -> bool:
    return not package.datafile_paths or any("/" not in path for path in package.datafile_paths)


def _licence(package: scan.Package) -> str | None:
    return package.concluded_license_expression_spdx or package.declared_license_expression_spdx


def _need(needed: scan.Dependency) -> Part:
    """What is only needed to work on the thing is built with it."""
    kind, apart = ("built-with", True) if is_only_for_work(needed) else ("links-dynamic", None)
    purl = needed.purl or ""
    return Part(purl, kind, pinned=not floating(purl), apart=apart)


def is_only_for_work(needed: scan.Dependency) -> bool:
    """Whether the thing runs without it: it is named for development, tests, documents or the build.

    Only words say so: a list that names no such purpose is taken as one of what runs.
    """
    *folders, name = needed.datafile_path.split("/")
    if NOT_RUN.search(_words(needed.scope or "")) or FOR_WORK & {folder.lower() for folder in folders}:
        return True
    return name.lower().endswith((".txt", ".in")) and NOT_RUN.search(_words(name)) is not None


def _words(text: str) -> str:
    """``testImplementation`` and ``devDependencies`` as their words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()


def _of_document(report: scan.Report) -> Made:
    """The document's parts and how they are joined. A part nobody joined to anything is in the whole."""
    ways = list(_ways(report))
    named = {each.package_uid: each for each in report.packages}
    joined_ = {way.key for way in ways}
    loose = [_held(each, "contains", "", report, is_listed=not report.relationships) for uid, each in named.items() if uid not in joined_]
    root = report.document.root if report.document else None
    is_open = report.is_open("packages", "relationships")
    # A document's word of what is needed is true within its own version, as everything else of it.
    needed = [replace(_need(each), is_inside=True, apart=True) for each in report.dependencies if each.purl]
    return Made(
        (*ways, *loose, *needed), not report.unread and not is_open and _tells_all(report), _root_licence(report),
        (root.purl or "") if root else "",
    )  # fmt: skip


def _root_licence(report: scan.Report) -> str | None:
    root = report.document.root if report.document else None
    return _licence(root) if root else None


def _tells_all(report: scan.Report, uid: str = "") -> bool:
    """Whether the document says that all parts of a thing are named. Where it says nothing of that, nobody knows."""
    told = {each.completeness for each in report.relationships if each.source == uid and each.kind in _HELD}
    return "complete" in told and "incomplete" not in told


def _ways(report: scan.Report) -> Iterator[Part]:
    """Each way between two things of the document; what lies outside of it is named and of unknown terms."""
    named = {each.package_uid: each for each in report.packages}
    for each in report.relationships:
        told = joined().get(each.kind)
        if told is None or each.target in (None, "") or (each.source and each.source not in named):
            continue
        assert each.target is not None
        kind, apart = told
        kind = _tuned(kind, report, named.get(each.source))
        held = named.get(each.target)
        is_listed = each.completeness != "incomplete"
        if held is not None:
            yield _held(held, kind, each.source, report, is_listed=is_listed, apart=apart)
        elif each.target.startswith("outside:"):
            yield Part("", kind, None, True, ref=each.target, into=each.source, is_whole=False, is_listed=is_listed, apart=apart)


def _tuned(kind: str, report: scan.Report, source: scan.Package | None) -> str:
    """A model that descends from another was made of its weights."""
    root = report.document.root if report.document else None
    into = source or root
    return "fine-tuned-from" if kind == "modifies" and into is not None and TYPES.get(into.purpose) == MODEL else kind


def _held(
    package: scan.Package, kind: str, into: str, report: scan.Report, *, is_listed: bool, apart: bool | None = None
) -> Part:  # fmt: skip
    """A package of the document, under what the document says of it."""
    purl = package.purl if package.purl and is_purl(package.purl) else ""
    type_ = TYPES.get(package.purpose, SOFTWARE)
    is_left_open = any(each.source == package.package_uid and each.completeness == "incomplete" for each in report.relationships)
    is_whole = _tells_all(report, package.package_uid) if type_ == MODEL else not is_left_open
    pinned = bool(package.version) or (bool(purl) and not floating(purl))
    return Part(
        purl, kind, _licence(package), True, pinned, type_, ref=package.package_uid, into=into, is_whole=is_whole, is_listed=is_listed,
        apart=apart,
    )  # fmt: skip
