# SPDX-License-Identifier: Apache-2.0
"""What the packages of a tree need, each thing once, for formats that list components."""

from dataclasses import dataclass
from urllib.parse import unquote

from madang.scan.report import Report


@dataclass(frozen=True, slots=True)
class Need:
    """Something that is depended on. ``users`` are the ``package_uid`` of who needs it; none when only the tree as a whole is known to."""

    purl: str
    users: tuple[str, ...]

    @property
    def ref(self) -> str:
        """A name for it within one document, different from every package's."""
        return f"needs:{self.purl}"


def needs(report: Report) -> list[Need]:
    """Each purl that is depended on, in order; what the tree itself holds is not among them."""
    own = {package.purl for package in report.packages}
    known = {package.package_uid for package in report.packages}
    users: dict[str, set[str]] = {}
    for each in report.dependencies:
        if each.purl and each.purl not in own:
            users.setdefault(each.purl, set()).update({each.for_package_uid or ""} & known)
    return [Need(purl, tuple(sorted(users[purl]))) for purl in sorted(users)]


def purl_parts(purl: str) -> tuple[str, str, str | None]:
    """Type, name (with its namespace) and version of a package URL."""
    plain = purl.removeprefix("pkg:").partition("#")[0].partition("?")[0]
    kind, _slash, rest = plain.partition("/")
    name, at, version = rest.rpartition("@") if "@" in rest[1:] else (rest, "", "")
    return unquote(kind), unquote(name), unquote(version) if at else None
