# SPDX-License-Identifier: Apache-2.0
"""A document as somebody sent it: read in a process of its own while they wait, and what it says that it is about."""

import re
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from madang import catalog, scan
from madang.kit import Conflict, Invalid, TooMany, _
from madang.provenance.making import Made
from madang.provenance.reports import made_of

MOST_BYTES = 16_000_000
WAIT_SECONDS = 20.0
_LIMITS = scan.documents.Limits(max_bytes=MOST_BYTES, max_entries=200_000, memory_bytes=1_500_000_000, seconds=30)
_places = BoundedSemaphore(1)


class AboutAnother(Conflict):
    """A list of parts says that it is about something else than what it is attached to."""

    code = "about-another"
    message = _("This list says that it is about “%(about)s” and not about “%(name)s”. Attach it there, or say that it is about this.")


class OtherContent(Conflict):
    """A list of parts names the digest of another content than the version's."""

    code = "other-content"
    message = _("This list names the sha256 %(sha256)s, and the version was made of something else. It is not about this version.")


class NoParts(Invalid):
    """A document of findings that names no part."""

    code = "no-parts"
    message = _("This document names nothing that the version is made of.")


class ReadersBusy(TooMany):
    """Others are reading documents."""

    code = "readers-busy"
    message = _("Other documents are being read. Try again in a minute.")


@dataclass(frozen=True, slots=True)
class Told:
    """What a document says. ``about`` is what it is about in its own words, ``names`` what that is called, ``number`` which version of it
    and ``digest`` its sha256, where it says so."""

    name: str
    title: str
    sha256: str
    made: Made
    about: str
    names: tuple[str, ...]
    number: str
    digest: str


def read(path: Path, name: str) -> Told:
    """What the document at ``path`` says. Its refusals are those of ``scan.documents``; ``NoParts`` where it names none."""
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise ReadersBusy(retry_after=60)
    try:
        report = scan.documents.read(path, name=name, limits=_LIMITS)
    finally:
        _places.release()
    assert report.document is not None
    made, root = made_of(report), report.document.root
    if not made.parts:
        raise NoParts(field="file")
    names = [] if root is None else [root.name or "", _name_of(root.purl)]
    number = (root.version or "") if root else ""
    about = " ".join(filter(None, (report.name if root else "", number)))
    digest = str(root.raw.get("sha256", "")) if root else ""
    return Told(name, report.document.title, report.document.sha256, made, about, tuple(filter(None, names)), number, digest)


def _name_of(purl: str | None) -> str:
    return (purl or "").partition("?")[0].partition("@")[0].rpartition("/")[2]


def check_about(told: Told, asset: catalog.Asset, version: catalog.Version, *, confirmed: bool) -> None:
    """Refused where it is about something else. What names no thing is about what it is attached to; ``confirmed``: a person says so.

    A digest is no matter of opinion: where it names another content, nobody can say that it is about this.
    """
    if told.digest and version.source_object and told.digest != version.source_object:
        raise OtherContent(field="file", sha256=told.digest)
    if confirmed or not told.names:
        return
    mine = {_plain(asset.name), _plain(asset.title or "")}
    is_mine = any(_plain(each.rpartition("/")[2]) in mine for each in told.names)
    is_this = not (told.number and version.label) or _plain(told.number).lstrip("v") == _plain(version.label or "").lstrip("v")
    if not (is_mine and is_this):
        raise AboutAnother(field="file", about=told.about[:120], name=f"{asset.name} {version.label or version.number}"[:120])


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
