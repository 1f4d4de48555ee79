# SPDX-License-Identifier: Apache-2.0
"""CycloneDX 1.6 in JSON (ECMA-424): the tree, its packages, what they need, and each file with findings as evidence."""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TextIO

from madang import __version__
from madang.scan.documents.joining import NEEDS
from madang.scan.needs import Need, needs, purl_parts
from madang.scan.report import File, Package, Report
from madang.scan.writing import register, stamp, write_object

_ROOT = "root"
_TYPES = ("application", "framework", "library", "container", "platform", "operating-system", "device", "device-driver", "firmware",
          "machine-learning-model", "data", "cryptographic-asset")  # fmt: skip


@register("cyclonedx-json", title="CycloneDX 1.6", extension="cdx.json", media_type="application/vnd.cyclonedx+json; version=1.6")
def write(report: Report, stream: TextIO, at: datetime) -> None:
    """The bill of materials. What manifests declare stands as ``licenses``, what was detected as ``evidence``."""
    needed = needs(report)
    write_object(
        stream,
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": _serial(report, at),
            "version": 1,
            "metadata": {
                "timestamp": stamp(at),
                "tools": {
                    "components": [
                        {"type": "application", "name": "Madang", "version": __version__},
                        {"type": "application", "name": report.engine.name, "version": report.engine.version},
                    ]
                },
                "component": _root(report),
            },
            "components": _components(report, needed),
            "dependencies": _dependencies(report, needed),
        },
    )


def _serial(report: Report, at: datetime) -> str:
    digest = hashlib.sha256(f"cyclonedx\0{report.name}\0{report.engine}\0{stamp(at)}".encode())
    for each in report.files:
        digest.update(f"{each.path}\0{each.sha256}\n".encode())
    return uuid.uuid5(uuid.NAMESPACE_URL, digest.hexdigest()).urn


def _root(report: Report) -> dict[str, Any]:
    component: dict[str, Any] = {"type": "application", "bom-ref": _ROOT, "name": report.name}
    if report.document is not None and (root := report.document.root) is not None:
        component = _package(root) | {"bom-ref": _ROOT, "name": report.name, "type": _type(root, "application")}
    component |= _declared(report.declared_license_expression)
    if report.license_expression:
        component["evidence"] = {"licenses": [{"expression": report.license_expression}]}
    return component


def _declared(expression: str | None) -> dict[str, Any]:
    return {"licenses": [{"expression": expression, "acknowledgement": "declared"}]} if expression else {}


def _components(report: Report, needed: list[Need]) -> Iterator[dict[str, Any]]:
    for package in report.packages:
        yield _package(package)
    for need in needed:
        kind, name, version = purl_parts(need.purl)
        component = {"type": "library", "bom-ref": need.ref, "name": name or kind, "purl": need.purl}
        yield component | ({"version": version} if version else {})
    for file in report.files:
        if file.has_findings:
            yield _file(file)


def _package(package: Package) -> dict[str, Any]:
    component: dict[str, Any] = {"type": _type(package, "library"), "bom-ref": f"package:{package.package_uid}"}
    component["name"] = package.name or package.type or package.package_uid
    if package.version:
        component["version"] = package.version
    if package.purl:
        component["purl"] = package.purl
    component |= _declared(package.declared_license_expression_spdx)
    if "licenses" not in component and (concluded := package.concluded_license_expression_spdx):
        component["licenses"] = [{"expression": concluded, "acknowledgement": "concluded"}]
    occurrences = [{"location": path} for path in package.datafile_paths]
    return component | ({"evidence": {"occurrences": occurrences}} if occurrences else {})


def _type(package: Package, otherwise: str) -> str:
    purpose = {"model": "machine-learning-model", "dataset": "data"}.get(package.purpose, package.purpose)
    return purpose if purpose in _TYPES else otherwise


def _file(file: File) -> dict[str, Any]:
    evidence: dict[str, Any] = {}
    if file.detected_license_expression_spdx:
        evidence["licenses"] = [{"expression": file.detected_license_expression_spdx}]
    copyrights = list(dict.fromkeys(each.shown for each in file.copyrights))
    if copyrights:
        evidence["copyright"] = [{"text": each} for each in copyrights]
    component: dict[str, Any] = {
        "type": "file",
        "bom-ref": f"file:{file.path}",
        "name": file.path,
    }
    # One digest is enough for whoever checks; the older one only where there is no other.
    hashes = [("SHA-256", file.sha256)] if file.sha256 else [("SHA-1", file.sha1)]
    component |= {"hashes": [{"alg": name, "content": value} for name, value in hashes]} if file.sha256 or file.sha1 else {}
    return component | ({"evidence": evidence} if evidence else {})


def _dependencies(report: Report, needed: list[Need]) -> Iterator[dict[str, Any]]:
    told = _told(report)
    held = [f"package:{package.package_uid}" for package in report.packages] if report.document is None else told.get("", [])
    yield {"ref": _ROOT, "dependsOn": held + [need.ref for need in needed if not need.users]}
    for package in report.packages:
        wanted = [need.ref for need in needed if package.package_uid in need.users]
        yield {"ref": f"package:{package.package_uid}", "dependsOn": wanted + told.get(package.package_uid, [])}
    for need in needed:
        yield {"ref": need.ref, "dependsOn": []}


def _told(report: Report) -> dict[str, list[str]]:
    """What a document says that its packages need of each other."""
    told: dict[str, list[str]] = {}
    uids = {package.package_uid for package in report.packages}
    for each in report.relationships:
        if each.kind in NEEDS and each.target in uids:
            told.setdefault(each.source, []).append(f"package:{each.target}")
    return {source: list(dict.fromkeys(targets)) for source, targets in told.items()}
