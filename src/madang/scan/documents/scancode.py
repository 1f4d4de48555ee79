# SPDX-License-Identifier: Apache-2.0
"""ScanCode's JSON, of its command and of tools that write the same: output formats 1 to 4, paths with the root's name or without."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from madang.scan import reading
from madang.scan.documents import texts
from madang.scan.documents.building import TOOLS, Draft, Source, Stated, stated
from madang.scan.documents.jsons import Members
from madang.scan.documents.texts import Deep, Item
from madang.scan.report import Dependency, Detection, File, Package, Report, Statement

_MOST = 2**31 - 1
"""Bytes of a file, lines of a file: a document can claim any number."""
_LOOKED = {"file-licences": ("--license",), "copyrights": ("--copyright",), "holders": ("--copyright",), "hashes": ("--info",),
           "sizes": ("--info",), "packages": ("--package", "--system-package", "--package-only")}  # fmt: skip


def read(members: Members, source: Source) -> Report:
    """The report that a ScanCode JSON holds."""
    header = _header(members)
    tool = texts.word(header.get("tool_name")) or "scancode-toolkit"
    version = texts.word(header.get("tool_version")) or texts.word(members.get("scancode_version"))
    draft = Draft(source, "scancode-json", "ScanCode JSON")
    reader = _Reader(draft, texts.item(header.get("options")), _root(members, texts.item(header.get("options"))))
    root_is_file = reader.files(members)
    packages = list(reader.packages(members))
    draft.packages = {each.package_uid: each for each in packages}
    more = {
        "dependencies": tuple(reader.dependencies(members)),
        "license_detections": tuple(reader.mappings(members, "license_detections")),
        "directories": tuple(sorted(reader.folders, key=str.encode)),
        "root_is_file": root_is_file,
        "errors": texts.words(header.get("errors")),
        "spdx_list_version": texts.word(texts.item(header.get("extra_data")).get("spdx_license_list_version")),
    }
    reader.note_what_was_asked()
    name = reader.root or next(iter(_inputs(texts.item(header.get("options")))), "") or source.name
    return draft.report(
        name,
        (TOOLS.get(tool, tool), version),
        tools=(f"{tool} {version}".strip(),),
        created_at=texts.word(header.get("end_timestamp")) or None,
        more=more,
        by_manifests=True,
    )


def _header(members: Members) -> Item:
    found = members.get("headers")
    if isinstance(found, list) and found:
        return texts.item(found[-1])
    old = members.get("scancode_options")
    return {"options": old} if isinstance(old, dict) else {}


def _inputs(options: Item) -> Iterator[str]:
    for each in texts.words(options.get("input")):
        yield each.rstrip("/").rpartition("/")[2]


def _root(members: Members, options: Item) -> str:
    """The name with which every path begins, "" where none does."""
    if options.get("--strip-root"):
        return ""
    for found, _fault in members.items("files"):
        each = texts.item(found)
        if each.get("type") == "directory":
            whole = texts.path(each.get("path")) or ""
            return whole if options.get("--full-root") else whole.partition("/")[0]
        break
    return ""


class _Reader:
    """Reads the entries of one document; ``root`` is cut from their paths."""

    def __init__(self, draft: Draft, options: Item, root: str) -> None:
        self.draft, self.options, self.root = draft, options, root
        self.folders: set[str] = set()
        self.keys: dict[str, str] = {}

    def files(self, members: Members) -> bool:
        """Every file is in the draft; whether one file is all that was scanned."""
        count = 0
        for place, (found, fault) in enumerate(members.items("files")):
            raw = texts.item(found)
            path = self._path(raw.get("path"))
            if fault:
                self.draft.left(f"files[{place}]", f"{fault}; the last one counts.")
            if raw.get("type") == "directory":
                self.folders |= {path} if path else set()
                continue
            count += 1
            if raw.get("type") != "file" or not path:
                shown = texts.word(raw.get("path"))[:120]
                self.draft.left(f"files[{place}]", f"It is no file with a path below the root: “{shown}”.")
                continue
            try:
                self._file(f"files[{place}]", path, raw)
            except (TypeError, ValueError, KeyError, AttributeError) as error:
                self.draft.left(path, f"The entry is not written as ScanCode writes one ({type(error).__name__}).")
        return count == 1 and not self.folders and not self.root

    def _path(self, value: Any) -> str:
        path = texts.path(value) or ""
        if self.root and (path == self.root or path.startswith(f"{self.root}/")):
            return path[len(self.root) + 1 :]
        return path

    def _file(self, key: str, path: str, raw: Item) -> None:
        raw = reading.clean(raw)
        detections, expression = tuple(map(reading.detection, raw.get("license_detections") or ())), self._expression(raw)
        if not detections:
            detections = tuple(self._old_detections(raw))
        file = File(
            path=path,
            sha256=texts.digest("sha256", raw.get("sha256")) or "",
            sha1=texts.digest("sha1", raw.get("sha1")) or "",
            size=min(max(0, int(raw.get("size") or 0)), _MOST),
            **{name: _info(name, raw[name]) for name in reading.INFO if raw.get(name)},
            detected_license_expression=raw.get("detected_license_expression"),
            detected_license_expression_spdx=expression.expression,
            license_detections=detections,
            license_clues=tuple(map(reading.match, raw.get("license_clues") or ())),
            percentage_of_license_text=float(raw.get("percentage_of_license_text") or 0),
            copyrights=_statements(raw, "copyrights", "copyright"),
            holders=_statements(raw, "holders", "holder"),
            authors=_statements(raw, "authors", "author"),
            package_data=tuple(self.draft.keep(path, each) for each in texts.items(raw.get("package_data"))),
            for_packages=texts.words(raw.get("for_packages")),
            scan_errors=texts.words(raw.get("scan_errors")),
        )
        self.draft.add_file(key, file, expression)
        for error in file.scan_errors:
            self.draft.left(path, error)

    def _expression(self, raw: Item) -> Stated:
        """What was found in the file; formats before 4 list one expression for each place, in ScanCode's own keys."""
        found = texts.word(raw.get("detected_license_expression_spdx"))
        if "license_expressions" in raw and "license_detections" not in raw:
            self.keys |= {
                texts.word(each.get("key")): texts.word(each.get("spdx_license_key"))
                or f"LicenseRef-scancode-{texts.word(each.get('key'))}"
                for each in texts.items(raw.get("licenses"))
            }
            found = " AND ".join(f"({each})" for each in dict.fromkeys(map(self._in_spdx, texts.words(raw["license_expressions"]))))
        result = stated(found)
        return Stated(result.expression, result.words, is_said=True)

    def _in_spdx(self, expression: str) -> str:
        """An expression in ScanCode's keys with the SPDX ids that the document gives for them."""
        words = expression.replace("(", " ( ").replace(")", " ) ").split()
        signs = ("(", ")", "AND", "OR", "WITH")
        return " ".join(word.upper() if word.upper() in signs else self.keys.get(word, f"LicenseRef-scancode-{word}") for word in words)

    def _old_detections(self, raw: Item) -> Iterator[Detection]:
        for each in texts.items(raw.get("licenses")):
            rule = texts.item(each.get("matched_rule"))
            key = texts.word(each.get("spdx_license_key"))
            match = reading.match({**rule, **each, "rule_identifier": rule.get("identifier"), "license_expression_spdx": key})
            yield Detection(key, match.license_expression or texts.word(each.get("key")), (match,))

    def packages(self, members: Members) -> Iterator[Package]:
        """The packages of the tree, each once."""
        seen: set[str] = set()
        for place, raw in enumerate(self.mappings(members, "packages")):
            uid = texts.word(raw.get("package_uid")) or f"packages[{place}]"
            if uid in seen:
                self.draft.left(f"packages[{place}]", f"“{uid[:120]}” stands twice; the first one counts.")
                continue
            seen.add(uid)
            found = stated(texts.word(raw.get("declared_license_expression_spdx")))
            self.draft.note("package-licences", found.is_said)
            yield replace(
                reading.package({**_worded(raw), "package_uid": uid, "datafile_paths": ()}),
                declared_license_expression_spdx=self.draft.licence(uid, found),
                datafile_paths=tuple(filter(None, map(self._path, texts.words(raw.get("datafile_paths"))))),
                raw=raw,
            )

    def dependencies(self, members: Members) -> Iterator[Dependency]:
        """What manifests need. Where a tool leaves open whether something is so, it counts as not so."""
        for place, raw in enumerate(self.mappings(members, "dependencies")):
            uid = texts.word(raw.get("dependency_uid")) or f"dependencies[{place}]"
            made = reading.dependency({**_worded(raw), "dependency_uid": uid, "datafile_path": ""})
            yield replace(made, datafile_path=self._path(raw.get("datafile_path")), raw=raw)

    def mappings(self, members: Members, name: str) -> Iterator[Mapping[str, Any]]:
        """The objects of a list, as they stand."""
        for place, (found, fault) in enumerate(members.items(name)):
            if fault or not isinstance(found, dict):
                self.draft.left(f"{name}[{place}]", f"{fault}; the last one counts." if fault else "It is no object.")
            if isinstance(found, dict):
                try:
                    yield texts.kept(found, self.draft.source.limits.max_depth)
                except Deep:
                    self.draft.left(f"{name}[{place}]", "It nests too deep (max_depth).")

    def note_what_was_asked(self) -> None:
        """What the tool was not asked to look for is not said, for any file."""
        files = self.draft.files.values()
        for aspect, names in _LOOKED.items():
            if not self.options or any(self.options.get(name) for name in names):
                continue
            has = {
                "packages": bool(self.draft.packages),
                "hashes": any(each.sha256 for each in files),
                "sizes": any(each.size for each in files),
                "file-licences": any(each.license_detections for each in files),
                "copyrights": any(each.copyrights for each in files),
                "holders": any(each.holders for each in files),
            }[aspect]
            self.draft.asked[aspect] = 1 if aspect == "packages" else len(files)
            self.draft.said[aspect] = self.draft.asked[aspect] * has
        self.draft.asked["relationships"] = 0


def _worded(raw: Item) -> dict[str, Any]:
    """The plain members of an entry."""
    return {name: value for name, value in raw.items() if value is None or isinstance(value, str | bool)}


def _info(name: str, value: Any) -> Any:
    return bool(value) if name.startswith("is_") else texts.word(value)[:64] or None


def _statements(raw: Item, many: str, one: str) -> tuple[Statement, ...]:
    """Copyrights, holders or authors; formats before 3 write ``value`` for each."""
    return tuple(
        Statement(value, min(int(each.get("start_line") or 0), _MOST), min(int(each.get("end_line") or 0), _MOST))
        for each in texts.items(raw.get(many))
        if (value := texts.word(each.get(one) or each.get("value")))
    )
