# SPDX-License-Identifier: Apache-2.0
"""From the engine's own mappings to the report's values. The only place that knows both shapes."""

from collections.abc import Mapping, Sequence
from typing import Any

from madang.scan import classes
from madang.scan.report import Dependency, Detection, File, Match, Package, Statement
from madang.scan.tree import Content, Entry, path_bytes, shown

INFO = ("is_text", "is_binary", "is_archive", "is_media", "is_source", "is_script", "mime_type", "file_type", "programming_language")
KIND = (*INFO, "classes")
"""What says of which kind a file is, and nothing of licences: the step over the whole tree does not need it."""
OWN = (*KIND, "percentage_of_license_text")
"""What is said of a file alone: the step over the whole tree does not need it either, though it changes with every letter."""
Raw = Mapping[str, Any]


def clean(value: Any) -> Any:
    """``value`` without what is no text: broken bytes are spelled out as in paths, and the character NUL is replaced."""
    if isinstance(value, str):
        return shown(value).replace("\0", "\ufffd")
    if isinstance(value, Mapping):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(item) for item in value]
    return value


def needs_cleaning(written: bytes) -> bool:
    """Whether JSON in ASCII can hold what ``clean`` would change."""
    return b"\\ud" in written or b"\\u0000" in written


def file(entry: Entry, content: Content, found: Raw, *, errors: Sequence[str] = ()) -> File:
    """The file of ``entry`` with what was ``found`` in it, as far as it was."""
    return File(
        path=entry.path,
        path_bytes=path_bytes(entry.raw),
        sha256=content.sha256,
        sha1=content.sha1,
        size=content.size,
        **{name: found[name] for name in INFO if found.get(name)},
        detected_license_expression=found.get("detected_license_expression"),
        detected_license_expression_spdx=found.get("detected_license_expression_spdx"),
        license_detections=tuple(detection(raw) for raw in found.get("license_detections", ())),
        license_clues=tuple(match(raw) for raw in found.get("license_clues", ())),
        percentage_of_license_text=float(found.get("percentage_of_license_text") or 0),
        copyrights=_statements(found, "copyrights", "copyright"),
        holders=_statements(found, "holders", "holder"),
        authors=_statements(found, "authors", "author"),
        package_data=tuple(found.get("package_data", ())),
        for_packages=tuple(found.get("for_packages", ())),
        scan_errors=tuple(errors),
        classes=classes.of_file(entry.raw, content.size, found),
    )


def detection(raw: Raw) -> Detection:
    """One licence detection."""
    return Detection(
        license_expression_spdx=raw.get("license_expression_spdx") or "",
        license_expression=raw.get("license_expression") or "",
        matches=tuple(match(each) for each in raw.get("matches", ())),
        identifier=raw.get("identifier"),
        detection_log=tuple(raw.get("detection_log") or ()),
    )


def match(raw: Raw) -> Match:
    """One match of a rule."""
    return Match(
        license_expression_spdx=raw.get("license_expression_spdx") or "",
        license_expression=raw.get("license_expression") or "",
        start_line=int(raw.get("start_line") or 0),
        end_line=int(raw.get("end_line") or 0),
        score=float(raw.get("score") or 0),
        matcher=raw.get("matcher") or "",
        rule_identifier=raw.get("rule_identifier") or "",
        match_coverage=float(raw.get("match_coverage") or 0),
        matched_length=int(raw.get("matched_length") or 0),
        rule_relevance=int(raw.get("rule_relevance") or 0),
        rule_url=raw.get("rule_url"),
        from_file=raw.get("from_file"),
    )


def _statements(found: Raw, many: str, one: str) -> tuple[Statement, ...]:
    return tuple(Statement(raw[one], int(raw["start_line"]), int(raw["end_line"]), raw.get("written")) for raw in found.get(many, ()))


def package(raw: Raw) -> Package:
    """One package of the tree."""
    return Package(
        package_uid=raw["package_uid"],
        type=raw.get("type") or "",
        name=raw.get("name"),
        version=raw.get("version"),
        purl=raw.get("purl"),
        declared_license_expression=raw.get("declared_license_expression"),
        declared_license_expression_spdx=raw.get("declared_license_expression_spdx"),
        datafile_paths=tuple(under_root(path) for path in raw.get("datafile_paths", ())),
        raw=raw,
    )


def dependency(raw: Raw) -> Dependency:
    """One dependency that a manifest of the tree states."""
    return Dependency(
        dependency_uid=raw["dependency_uid"],
        purl=raw.get("purl"),
        extracted_requirement=raw.get("extracted_requirement"),
        scope=raw.get("scope"),
        is_runtime=bool(raw.get("is_runtime")),
        is_optional=bool(raw.get("is_optional")),
        is_pinned=bool(raw.get("is_pinned")),
        is_direct=bool(raw.get("is_direct")),
        for_package_uid=raw.get("for_package_uid"),
        datafile_path=under_root(raw.get("datafile_path") or ""),
        raw=raw,
    )


def under_root(path: str) -> str:
    """A path of the engine's without the root folder's name in front; a lone name stays."""
    return path.partition("/")[2] or path
