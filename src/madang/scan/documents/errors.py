# SPDX-License-Identifier: Apache-2.0
"""Why a document cannot be read as findings. Each sentence says what to do next."""

from madang.kit import Invalid, Refusal, TooLarge, Unavailable, _


class NotADocument(Invalid):
    """Nothing that is known here."""

    code = "scan-not-a-document"
    message = _("“%(name)s” is none of the documents that are read: %(accepted)s. Export it in one of these forms.")


class OtherDocument(Invalid):
    """A document of another kind than was said."""

    code = "scan-other-document"
    message = _("“%(name)s” is %(found)s and not %(wanted)s. Say so, or let it be told by its content (auto).")


class UnknownVersion(Invalid):
    """A form of a standard that is not read."""

    code = "scan-unknown-document-version"
    message = _("“%(name)s” is %(found)s, which is not read. Read are: %(accepted)s.")


class BrokenDocument(Invalid):
    """It breaks off or is not well formed."""

    code = "scan-broken-document"
    message = _("“%(name)s” is damaged: %(reason)s. Export or fetch it again.")


class WrongEncoding(Invalid):
    """Its letters cannot be told."""

    code = "scan-document-encoding"
    message = _("“%(name)s” is not in UTF-8. Save it in UTF-8 and try again.")


class HostileDocument(Invalid):
    """Built to do harm, or by a tool that should not have."""

    code = "scan-hostile-document"
    message = _("“%(name)s” has %(what)s, which is never read. Export it without.")


class DocumentTooLarge(TooLarge):
    """More than is read."""

    code = "scan-document-too-large"
    message = _("“%(name)s” is more than is read at once: %(what)s; the limit is %(limit)s (%(setting)s). Cut it into parts.")


class ReadingFailed(Unavailable):
    """The process that read it ended without an answer."""

    code = "scan-document-reading-failed"
    message = _(
        "Reading “%(name)s” did not end well (%(reason)s). Try it again; if it stays so, keep the document for whoever looks after this."
    )


REFUSALS: dict[str, type[Refusal]] = {
    each.code: each
    for each in (
        NotADocument,
        OtherDocument,
        UnknownVersion,
        BrokenDocument,
        WrongEncoding,
        HostileDocument,
        DocumentTooLarge,
        ReadingFailed,
    )
}
