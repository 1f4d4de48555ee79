# SPDX-License-Identifier: Apache-2.0
"""A report in the making: entries as the readers of the single forms bring them, and what none of them said."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from madang.scan import summary
from madang.scan.documents.aspects import WORDS
from madang.scan.documents.joining import Joining
from madang.scan.documents.limits import Limits
from madang.scan.documents.texts import Deep, Item, kept
from madang.scan.expressions import joined, spdx
from madang.scan.report import Detection, Document, Engine, File, NotSaid, Package, Report, Statement, Unread

NO_ASSERTION, NONE = "NOASSERTION", "NONE"
UNKNOWN = "LicenseRef-unknown"
"""Stands for words that are no expression."""
TOOLS = {"scancode-toolkit": "ScanCode", "provenant": "Provenant", "scancode.io": "ScanCode.io", "scanpipe": "ScanCode.io"}
"""Tools that call themselves otherwise than people do."""
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Source:
    """The document itself."""

    name: str
    sha256: str
    size: int
    limits: Limits


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of a licence. ``words`` are what is no expression; in ``expression`` they count as a licence that nobody knows."""

    expression: str | None = None
    words: str = ""
    is_said: bool = False


NOT_STATED = Stated()


@lru_cache(4096)
def stated(text: str) -> Stated:
    """What ``text`` says. ``NOASSERTION`` and "" say nothing; ``NONE`` says that there is none."""
    text = " ".join(text.split())
    if text in ("", NO_ASSERTION):
        return NOT_STATED
    if text == NONE:
        return Stated(is_said=True)
    expression = spdx(text)
    return Stated(expression or UNKNOWN, "" if expression else text, is_said=True)


def together(parts: Iterable[Stated]) -> Stated:
    """What several say that all hold; what is not said adds nothing."""
    said = [each for each in parts if each.is_said]
    if len(said) == 1:
        return said[0]
    return Stated(joined(each.expression for each in said), "; ".join(each.words for each in said if each.words), is_said=bool(said))


@dataclass
class Draft:
    """What was read so far. Ids of entries are the document's own; ``joining`` knows what they stand for."""

    source: Source
    form: str
    title: str
    files: dict[str, File] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    skipped: list[Unread] = field(default_factory=list)
    joining: Joining = field(default_factory=Joining)
    root: Package | None = None
    root_license: str | None = None
    licence_texts: dict[str, str] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    def left(self, place: str, message: str) -> None:
        """An entry is not, or not wholly, taken over."""
        self.unread.append(Unread(place[:_SHOWN], "entry", message))

    def leave(self, place: str, message: str) -> None:
        """A part of the document is left out on purpose."""
        self.skipped.append(Unread(place[:_SHOWN], "not-findings", message))

    def note(self, aspect: str, is_said: object) -> None:
        """One more entry of which ``aspect`` is said, or not."""
        self.asked[aspect] += 1
        self.said[aspect] += bool(is_said)

    def keep(self, place: str, value: Item) -> Mapping[str, Any]:
        """An entry as it stands in the document; without what nests too deep in it, which is told."""
        try:
            found = kept(value, self.source.limits.max_depth)
            assert isinstance(found, dict)
            return found
        except Deep:
            self.left(place, f"It nests deeper than {self.source.limits.max_depth} (max_depth); only its plain members are kept.")
            return kept_plain(value)

    def licence(self, place: str, found: Stated) -> str | None:
        """The expression; words that are none are told with the entry, so that they are not lost."""
        if found.words:
            words = found.words if len(found.words) <= _SHOWN else f"{found.words[:_SHOWN]}… ({len(found.words)} letters)"
            message = f"Its licence is written as “{words}”, which is no SPDX expression; what it is, is not known."
            self.unread.append(Unread(place[:_SHOWN], "licence-unclear", message))
        return found.expression

    def add_file(self, key: str, file: File, licence: Stated) -> None:
        """One more file. A path that stands there already gets ``~`` behind it, for two files of one name can lie in two packages."""
        path = file.path
        while path in self.files:
            if file.sha256 and self.files[path].sha256 == file.sha256:
                self.left(file.path, "The file stands twice in the document, with the same content; it is listed once.")
                self.joining.know(key, f"file:{path}")
                return
            path += "~"
        expression = self.licence(path, licence)
        detections = file.license_detections or ((Detection(expression, "", ()),) if expression else ())
        self.files[path] = replace(
            file, path=path, license_detections=detections,
            detected_license_expression_spdx=file.detected_license_expression_spdx or expression,
        )  # fmt: skip
        self.joining.know(key, f"file:{path}")
        self.note("hashes", file.sha256)
        self.note("file-licences", licence.is_said)

    def add_package(self, key: str, package: Package, licence: Stated) -> None:
        """One more package. ``licence`` is what is declared of it."""
        expression = self.licence(key, licence)
        self.packages[key] = replace(package, declared_license_expression_spdx=expression)
        self.joining.know(key, key)
        self.note("package-licences", licence.is_said)

    def set_root(self, key: str, package: Package, licence: Stated) -> None:
        """The one thing that the document describes."""
        self.root_license = self.licence(key, licence)
        self.root = replace(package, declared_license_expression_spdx=self.root_license)
        self.joining.know(key, "")
        self.note("package-licences", licence.is_said)

    def report(
        self,
        name: str,
        engine: tuple[str, str],
        *,
        tools: Sequence[str],
        created_at: str | None,
        more: Item | None = None,
        by_manifests: bool = False,
    ) -> Report:
        """The whole. ``engine`` is name and version of the tool; ``more`` are fields that the form alone knows; ``by_manifests``: what is
        declared is told by the manifests among the files, and not by the document."""
        relationships, dependencies, holding = self.joining.resolved(self.packages)
        files = tuple(
            replace(each, for_packages=holding.get(f"file:{path}", each.for_packages))
            for path, each in sorted(self.files.items(), key=lambda item: item[0].encode())
        )
        packages, directories = tuple(self.packages.values()), _folders(self.files)
        if not by_manifests:
            self.note("whole-licence", self.root_license)
        root_declares = (self.root_license, (self.source.name,) if self.root_license else ())
        declared, declared_in = summary.declared(files, packages) if by_manifests else root_declares
        unread = tuple(sorted(self.unread, key=lambda each: each.path))
        facts: dict[str, Any] = {"dependencies": dependencies, "license_detections": (), "directories": directories, **(more or {})}
        return Report(
            name=name,
            engine=Engine(*engine, data_date="", data_digest=self.source.sha256, spdx_list_version=str(facts.pop("spdx_list_version", ""))),
            files=files,
            packages=packages,
            unread=unread,
            skipped=tuple(self.skipped),
            totals=summary.totals(files, facts["directories"], unread, self.skipped),
            declared_license_expression=declared,
            declared_in=declared_in,
            license_expression=joined(each.detected_license_expression_spdx for each in files),
            license_counts=summary.licence_counts(files),
            holder_counts=summary.holder_counts(files),
            relationships=relationships,
            document=self._document(tools, created_at),
            **facts,
        )

    def _document(self, tools: Sequence[str], created_at: str | None) -> Document:
        source = self.source
        return Document(
            source.name, self.form, self.title, source.sha256, source.size, tuple(tools), created_at, self.root, self._not_said(),
            self.licence_texts,
        )  # fmt: skip

    def _not_said(self) -> tuple[NotSaid, ...]:
        wholes = {"files": self.files, "packages": self.packages or self.root, "relationships": self.joining.is_joined}
        for aspect, found in wholes.items():
            if aspect not in self.asked and not found:
                self.note(aspect, found)
        return tuple(
            NotSaid(aspect, self.asked[aspect] - self.said[aspect], self.asked[aspect])
            for aspect in WORDS
            if self.asked[aspect] > self.said[aspect]
        )


def kept_plain(value: Item) -> dict[str, Any]:
    """The members of ``value`` that are neither lists nor objects."""
    found = kept({name: each for name, each in value.items() if not isinstance(each, dict | list)}, 1)
    assert isinstance(found, dict)
    return found


def statements(texts: Iterable[str]) -> tuple[Statement, ...]:
    """Notices of which no line is known, each once."""
    lines = [" ".join(line.split()) for text in texts if text not in (NO_ASSERTION, NONE) for line in text.splitlines()]
    return tuple(Statement(line, 0, 0) for line in dict.fromkeys(lines) if line)


def package_raw(package: Package, **more: Any) -> dict[str, Any]:
    """A package in ScanCode's shape. ``more``: members of that shape; empty ones are left out."""
    raw = {
        "type": package.type,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "declared_license_expression_spdx": package.declared_license_expression_spdx,
        "package_uid": package.package_uid,
        "datafile_paths": list(package.datafile_paths),
    }
    return raw | {name: value for name, value in more.items() if value}


def _folders(paths: Iterable[str]) -> tuple[str, ...]:
    found = set()
    for path in paths:
        above = path.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return tuple(sorted(found, key=str.encode))
