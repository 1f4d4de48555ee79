# SPDX-License-Identifier: Apache-2.0
"""SPDX 2.3 in JSON (ISO/IEC 5962 lineage; https://spdx.github.io/spdx-spec/v2.3/): the tree as a package, its files, what they need."""

import hashlib
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TextIO

from madang import __version__
from madang.scan.expressions import for_spdx_2, licences_of
from madang.scan.needs import Need, needs, purl_parts
from madang.scan.report import File, Package, Report
from madang.scan.writing import register, stamp, write_object

_ROOT = "SPDXRef-Root"
_NOTHING_SAID = "NOASSERTION"


@register("spdx-json", title="SPDX 2.3", extension="spdx.json", media_type="application/spdx+json")
def write(report: Report, stream: TextIO, at: datetime) -> None:
    """The document. Detected licences stand at the files; nothing is concluded, for that is a person's to do."""
    needed = needs(report)
    write_object(
        stream,
        {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": report.name,
            "documentNamespace": _namespace(report, at),
            "creationInfo": {
                "created": stamp(at),
                "creators": [f"Tool: Madang-{__version__}", f"Tool: {report.engine.name}-{report.engine.version}"],
                "licenseListVersion": re.sub(r"^(\d+\.\d+).*", r"\1", report.engine.spdx_list_version),
            },
            "hasExtractedLicensingInfos": _own_licences(report),
            "packages": _packages(report, needed),
            "files": (_file(each) for each in report.files),
            "relationships": _relationships(report, needed),
        },
    )


def _namespace(report: Report, at: datetime) -> str:
    """An address of its own for each document: by what the tree holds, how it was looked at, and when."""
    digest = hashlib.sha256(f"{report.name}\0{report.engine}\0{stamp(at)}".encode())
    for each in report.files:
        digest.update(f"{each.path}\0{each.sha256}\n".encode())
    return uuid.uuid5(uuid.NAMESPACE_URL, digest.hexdigest()).urn


def _packages(report: Report, needed: list[Need]) -> Iterator[dict[str, Any]]:
    found = sorted({licence for each in report.license_counts for licence in licences_of(each)})
    yield {
        "SPDXID": _ROOT,
        "name": report.name,
        "downloadLocation": _NOTHING_SAID,
        "filesAnalyzed": True,
        "packageVerificationCode": {"packageVerificationCodeValue": _verification(report)},
        "licenseConcluded": _NOTHING_SAID,
        "licenseDeclared": for_spdx_2(report.declared_license_expression) or _NOTHING_SAID,
        "licenseInfoFromFiles": found or ["NONE"],
        "copyrightText": _copyrights(sorted({statement.shown for each in report.files for statement in each.copyrights})),
    }
    for package in report.packages:
        yield _package(package)
    for need in needed:
        kind, name, version = purl_parts(need.purl)
        yield _outer(_id("Package", need.ref), name or kind, version, need.purl, None)


def _package(package: Package) -> dict[str, Any]:
    return _outer(
        _id("Package", package.package_uid),
        package.name or package.type,
        package.version,
        package.purl,
        for_spdx_2(package.declared_license_expression_spdx),
    )


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
    if version:
        package["versionInfo"] = version
    if purl:
        package["externalRefs"] = [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}]
    return package


def _verification(report: Report) -> str:
    """SPDX 2.3, 7.9: SHA-1 over the sorted SHA-1 digests of all files."""
    return hashlib.sha1("".join(sorted(each.sha1 for each in report.files)).encode(), usedforsecurity=False).hexdigest()


def _file(file: File) -> dict[str, Any]:
    expression = file.detected_license_expression_spdx
    written: dict[str, Any] = {
        "SPDXID": _id("File", file.path),
        "fileName": f"./{file.path}",
        "checksums": [
            {"algorithm": "SHA1", "checksumValue": file.sha1},
            {"algorithm": "SHA256", "checksumValue": file.sha256},
        ],
        "licenseConcluded": _NOTHING_SAID,
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
    return [
        {
            "licenseId": key,
            "name": key.removeprefix("LicenseRef-scancode-"),
            "extractedText": f"Known to ScanCode {report.engine.version} as “{key.removeprefix('LicenseRef-scancode-')}”.",
        }
        for key in sorted(keys)
        if key.startswith("LicenseRef-")
    ]


def _relationships(report: Report, needed: list[Need]) -> Iterator[dict[str, str]]:
    yield _relation("SPDXRef-DOCUMENT", "DESCRIBES", _ROOT)
    for file in report.files:
        yield _relation(_ROOT, "CONTAINS", _id("File", file.path))
    for package in report.packages:
        yield _relation(_ROOT, "CONTAINS", _id("Package", package.package_uid))
    for need in needed:
        for user in need.users or (None,):
            yield _relation(_id("Package", user) if user else _ROOT, "DEPENDS_ON", _id("Package", need.ref))


def _relation(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def _id(kind: str, value: str) -> str:
    return f"SPDXRef-{kind}-{hashlib.sha256(value.encode()).hexdigest()[:24]}"
