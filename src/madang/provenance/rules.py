# SPDX-License-Identifier: Apache-2.0
"""What a thing of the catalogue is to the core, and which texts name components and licences. Pure."""

import re

from madang import licensing, terms
from madang.provenance.errors import BadPurl, NoDigest, NoIssuer, NoteTooLong, UnreadableLicence

TYPES = {
    "software": "software",
    "dataset": "dataset",
    "model": "model",
    "api": "service",
    "pipeline": "pipeline",
    "equipment": "service",
    "patent": "patent",
    "document": "document",
}
"""Kind of asset → type of node."""
PURL = re.compile(r"pkg:[A-Za-z][A-Za-z0-9.+-]*/[^\s/\x00-\x1f\x7f][^\s\x00-\x1f\x7f]*")
LONGEST_PURL = 400
LONGEST_NOTE = 2_000
HASH = re.compile(r"[0-9a-f]{64}")


def is_purl(purl: str) -> bool:
    """Whether the text can name a component."""
    return len(purl) <= LONGEST_PURL and PURL.fullmatch(purl) is not None


def check_purl(purl: str) -> str:
    """Hand back ``purl`` if it can name a component."""
    if not is_purl(purl):
        raise BadPurl(field="purl", purl=purl[:120])
    return purl


def is_pinned(purl: str) -> bool:
    """Whether a package URL names one version."""
    return "@" in purl.partition("?")[0].rpartition("/")[2]


def check_licence(expression: str) -> str:
    """Hand back ``expression`` if it can be read and is not endless; NOASSERTION says that nobody knows."""
    text = expression.strip()
    if text in ("NOASSERTION", "NONE"):
        return text
    if not text or len(text) > terms.Limits().expression:
        raise UnreadableLicence(field="license", licence=text[:80])
    try:
        licensing.choices(text)
    except licensing.InvalidExpression as fault:
        raise UnreadableLicence(field="license", licence=text[:80]) from fault
    return text


def check_issuer(issuer: str) -> str:
    """Hand back who gave a document; somebody must have."""
    text = " ".join(issuer.split())
    if not text or len(text) > 300 or not text.isprintable():
        raise NoIssuer(field="issuer")
    return text


def check_hash(sha256: str | None) -> str | None:
    """Hand back the document's digest, if it has one."""
    if sha256 is not None and not HASH.fullmatch(sha256):
        raise NoDigest(field="sha256")
    return sha256


def check_note(note: str) -> str:
    """Hand back a note on one line; refused when it is endless or cannot be shown."""
    text = " ".join(note.split())
    if len(text) > LONGEST_NOTE or not text.isprintable():
        raise NoteTooLong(field="note", limit=LONGEST_NOTE)
    return text
