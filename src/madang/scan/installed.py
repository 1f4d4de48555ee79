# SPDX-License-Identifier: Apache-2.0
"""Which engine is installed, told without importing it: importing ScanCode costs seconds and its index 1.4 GB."""

import hashlib
import re
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

from madang.kit import Unavailable, _
from madang.scan.report import Engine

FORMAT = "3"
"""Version of what is remembered of a file. It changes when the same engine would be asked or read differently."""

_PACKAGES = ("scancode-toolkit-mini", "scancode-toolkit")
_READ_BY = (
    "commoncode",
    "typecode",
    "typecode-libmagic",
    "pdfminer.six",
    "pygmars",
    "beautifulsoup4",
    "chardet",
    "ftfy",
    "license-expression",
)
"""Libraries whose version can change what ScanCode sees in a file."""
_OWN = ("licensedcode/", "packagedcode/", "cluecode/", "textcode/", "scancode/", "scancode_config.py")


class EngineMissing(Unavailable):
    """ScanCode is not installed here."""

    code = "scan-engine-missing"
    message = _("The scan engine is not installed. Install the package scancode-toolkit-mini and try again.")


@cache
def _installed() -> metadata.Distribution:
    for name in _PACKAGES:
        try:
            return metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
    raise EngineMissing


def engine_version() -> str:
    """The version of ScanCode that scans here, from the package's own data. ``EngineMissing`` when there is none."""
    return _installed().version


@cache
def engine() -> Engine:
    """The engine, its version and the state of its licence data, in some ten milliseconds and without importing it."""
    found = _installed()
    settings = Path(str(found.locate_file("scancode_config.py"))).read_text(encoding="utf-8")
    date = re.search(r"__release_date__ = datetime\.datetime\((\d+), (\d+), (\d+)\)", settings)
    spdx = re.search(r"spdx_license_list_version = '([^']+)'", settings)
    return Engine(
        name="ScanCode",
        version=found.version,
        data_date="-".join(part.zfill(2) for part in date.groups()) if date else "",
        data_digest=_data_digest(found),
        spdx_list_version=spdx[1] if spdx else "",
    )


def _data_digest(found: metadata.Distribution) -> str:
    """SHA-256 over the installer's record, which holds the digest of each file, without what differs between machines."""
    record = found.read_text("RECORD") or found.version
    lines = sorted(line for line in record.splitlines() if line.startswith(_OWN) and not line.endswith(",,"))
    return hashlib.sha256("\n".join(lines or [record]).encode()).hexdigest()


@cache
def fingerprint() -> str:
    """A short digest of everything installed that can change what is found in the same bytes."""
    versions = [FORMAT, engine().data_digest, engine().version, f"{sys.version_info.major}.{sys.version_info.minor}"]
    for name in _READ_BY:
        try:
            versions.append(f"{name}={metadata.version(name)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{name}-")
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:24]
