# SPDX-License-Identifier: Apache-2.0
"""SPDX 2.3 in JSON (ISO/IEC 5962 lineage; https://spdx.github.io/spdx-spec/v2.3/): the tree as a package, its files, what they need."""

import hashlib
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TextIO

from madang import __version__
from madang.scan.documents.relations import words_for
from madang.scan.expressions import for_spdx_2, licences_of
from madang.scan.needs import Need, needs, purl_parts
from madang.scan.report import File, Package, Relationship, Report
from madang.scan.writing import register, stamp, write_object

_ROOT = "SPDXRef-Root"
_NOTHING_SAID = "NOASSERTION"
_PURPOSES = ("APPLICATION", "FRAMEWORK", "LIBRARY", "CONTAINER", "OPERATING-SYSTEM", "DEVICE", "FIRMWARE", "SOURCE", "ARCHIVE", "INSTALL")
_KINDS = words_for("spdx-2")


@register("spdx-json", title="SPDX 2.3", extension="spdx.json", media_type="application/spdx+json")
def write(report: Report, stream: TextIO, at: datetime) -> None:
    """The document. Detected licences stand at the files; nothing is concluded, for that is a person's to do."""
    needed = needs(report)
    files = [each for each in report.files if each.sha1]
    left_out = len(report.files) - len(files)
    remark = {"comment": f"Not listed for want of a SHA-1: {left_out} files."} if left_out else {}
    write_object(
        stream,
        {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": report.name,
            "documentNamespace": _namespace(report, at),
            "creationInfo": _creation(report, at),
            **remark,
            "hasExtractedLicensingInfos": _own_licences(report),
            "packages": _packages(report, needed),
            "files": (_file(each) for each in files),
            "relationships": _relationships(report, files, needed),
        },
    )


def _creation(report: Report, at: datetime) -> dict[str, Any]:
    looked = f"{report.engine.name}-{report.engine.version}".removesuffix("-")
    info: dict[str, Any] = {"created": stamp(at), "creators": [f"Tool: Madang-{__version__}", f"Tool: {looked}"]}
    if report.document is not None:
        info["comment"] = f"Read from {report.document.title}, SHA-256 {report.document.sha256}; no file was looked at."
    listed = re.match(r"\d+\.\d+", report.engine.spdx_list_version)
    return info | ({"licenseListVersion": listed[0]} if listed else {})


def _namespace(report: Report, at: datetime) -> str:
    """An address of its own for each document: by what the tree holds, how it was looked at, and when."""
    digest = hashlib.sha256(f"{report.name}\0{report.engine}\0{stamp(at)}".encode())
    for each in report.files:
        digest.update(f"{each.path}\0{each.sha256}\n".encode())
    return uuid.uuid5(uuid.NAMESPACE_URL, digest.hexdigest()).urn


def _packages(report: Report, needed: list[Need]) -> Iterator[dict[str, Any]]:
    found = sorted({licence for each in report.license_counts for licence in licences_of(each)})
    yield _whole(report, found)
    for package in report.packages:
        yield _package(package)
    for need in needed:
        kind, name, version = purl_parts(need.purl)
        yield _outer(identifier("Package", need.ref), name or kind, version, need.purl, None)


def _whole(report: Report, found: list[str]) -> dict[str, Any]:
    """The tree itself. Where not every file's digest is known, it does not count as analysed."""
    root = report.document.root if report.document else None
    analysed = {
        "filesAnalyzed": True,
        "packageVerificationCode": {"packageVerificationCodeValue": _verification(report)},
        "licenseInfoFromFiles": found or ["NONE"],
    }
    notices = sorted({statement.shown for each in report.files for statement in each.copyrights})
    is_silent = not notices and report.is_open("files", "copyrights")
    return {
        "SPDXID": _ROOT,
        "name": report.name,
        "downloadLocation": _NOTHING_SAID,
        **(analysed if all(each.sha1 for each in report.files) and not report.is_open("files") else {"filesAnalyzed": False}),
        "licenseConcluded": for_spdx_2(root.concluded_license_expression_spdx if root else None) or _NOTHING_SAID,
        "licenseDeclared": for_spdx_2(report.declared_license_expression) or _NOTHING_SAID,
        "copyrightText": _NOTHING_SAID if is_silent else _copyrights(notices),
        **(_named(root.version, root.purl) if root else {}),
    }


def _package(package: Package) -> dict[str, Any]:
    written = _outer(
        identifier("Package", package.package_uid),
        package.name or package.type or package.package_uid,
        package.version,
        package.purl,
        for_spdx_2(package.declared_license_expression_spdx),
    )
    concluded = for_spdx_2(package.concluded_license_expression_spdx)
    purpose = package.purpose.upper() if package.purpose.upper() in _PURPOSES else ""
    return written | ({"licenseConcluded": concluded} if concluded else {}) | ({"primaryPackagePurpose": purpose} if purpose else {})


def _outer(key: str, name: str, version: str | None, purl: str | None, licence: str | None) -> dict[str, Any]:
    package: dict[str, Any] = {
        "SPDXID": key,
        "name": name,
        "downloadLocation": _NOTHING_SAID,
        "filesAnalyzed": False,
        "licenseConcluded": _NOTHING_SAID,
        "licenseDeclared": licence or _NOTHING_SAID,
        "copyrightText": _NOTHING_SAID,
    }
    return package | _named(version, purl)


def _named(version: str | None, purl: str | None) -> dict[str, Any]:
    named: dict[str, Any] = {"versionInfo": version} if version else {}
    if purl:
        named["externalRefs"] = [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}]
    return named


def _verification(report: Report) -> str:
    """SPDX 2.3, 7.9: SHA-1 over the sorted SHA-1 digests of all files."""
    return hashlib.sha1("".join(sorted(each.sha1 for each in report.files)).encode(), usedforsecurity=False).hexdigest()


def _file(file: File) -> dict[str, Any]:
    expression = file.detected_license_expression_spdx
    written: dict[str, Any] = {
        "SPDXID": identifier("File", file.path),
        "fileName": f"./{file.path}",
        "checksums": [
            {"algorithm": name, "checksumValue": value} for name, value in (("SHA1", file.sha1), ("SHA256", file.sha256)) if value
        ],
        "licenseConcluded": for_spdx_2(file.concluded_license_expression_spdx) or _NOTHING_SAID,
        "licenseInfoInFiles": licences_of(expression) if expression else ["NONE"],
        "copyrightText": _copyrights([statement.shown for statement in file.copyrights]),
    }
    if expression:
        written["licenseComments"] = f"Detected: {expression}"
    if file.scan_errors:
        written["comment"] = "Not wholly looked at: " + " ".join(file.scan_errors)
        written["licenseInfoInFiles"] = written["licenseInfoInFiles"] if expression else [_NOTHING_SAID]
    return written


def _copyrights(statements: list[str]) -> str:
    return "\n".join(statements) or "NONE"


def _own_licences(report: Report) -> list[dict[str, Any]]:
    """Every licence named in the document that is not on the SPDX list."""
    named = (
        set(report.license_counts)
        | {report.declared_license_expression}
        | {each.declared_license_expression_spdx for each in report.packages}
    )
    keys = {key for expression in named if expression for key in licences_of(for_spdx_2(expression) or "")}
    own = sorted(key for key in keys if key.startswith("LicenseRef-"))
    return [{"licenseId": key, "name": key.removeprefix("LicenseRef-scancode-"), "extractedText": _text(report, key)} for key in own]


def _text(report: Report, key: str) -> str:
    if report.document is None:
        return f"Known to ScanCode {report.engine.version} as “{key.removeprefix('LicenseRef-scancode-')}”."
    return report.document.licence_texts.get(key) or f"Named “{key}” in what this was read from, which says no more."


def _relationships(report: Report, files: list[File], needed: list[Need]) -> Iterator[dict[str, str]]:
    yield _relation("SPDXRef-DOCUMENT", "DESCRIBES", _ROOT)
    for file in files:
        yield _relation(_ROOT, "CONTAINS", identifier("File", file.path))
    for relationship in report.relationships:
        yield from _joined(relationship)
    for package in report.packages:
        yield _relation(_ROOT, "CONTAINS", identifier("Package", package.package_uid))
    for need in needed:
        for user in need.users or (None,):
            yield _relation(identifier("Package", user) if user else _ROOT, "DEPENDS_ON", identifier("Package", need.ref))


def _joined(relationship: Relationship) -> Iterator[dict[str, str]]:
    """A relationship that a document told, but for those that are written anyway and those that lead out of it."""
    ends = [_end(each) for each in (relationship.source, relationship.target)]
    kind, is_turned = _KINDS.get(relationship.kind, ("OTHER", False))
    if None in ends or (relationship.source == "" and relationship.kind in ("contains", "describes")):
        return
    one, other = reversed(ends) if is_turned and relationship.target is not None else ends
    yield _relation(str(one), kind, str(other))


def _end(name: str | None) -> str | None:
    if name is None:
        return "NONE"
    if name.startswith(("outside:", "file:")):
        return identifier("File", name.removeprefix("file:")) if name.startswith("file:") else None
    return identifier("Package", name) if name else _ROOT


def _relation(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def identifier(kind: str, value: str) -> str:
    """The id that ``value`` has in every document of ours."""
    return f"SPDXRef-{kind}-{hashlib.sha256(value.encode()).hexdigest()[:24]}"
