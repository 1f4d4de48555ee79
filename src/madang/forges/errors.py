# SPDX-License-Identifier: Apache-2.0
"""What is refused about addresses and repositories. Git's own messages end here: each becomes one of these."""

from madang.kit import Invalid, NotAllowed, NotFound, TooLarge, Unavailable, _


class BadAddress(Invalid):
    """The text is no address of a repository."""

    code = "bad-address"
    message = _("“%(address)s” is not the address of a Git repository. One looks like https://host/path or ssh://git@host/path.")


class SchemeRefused(Invalid):
    """The address asks for a way of connecting that is not used here."""

    code = "scheme-refused"
    message = _("Addresses that begin with “%(scheme)s” are not opened. Use https:// or ssh://.")


class HasCredentials(Invalid):
    """The address carries a name or password, which would end up in pages and records."""

    code = "address-has-credentials"
    message = _("The address holds a name or a password. Take it out (and change the password, if it was one), and give the plain address.")


class HttpRefused(NotAllowed):
    """The address is unencrypted, and the operator has not allowed that."""

    code = "http-refused"
    message = _("“%(host)s” would be reached without encryption. Use https://, or ask the operator: setting MADANG_ALLOW_HTTP.")


class FileRefused(NotAllowed):
    """The address is a path on the platform's own disk, and the operator has not allowed that."""

    code = "file-refused"
    message = _("Paths on the platform's own disk are not opened. The operator can allow it: setting MADANG_ALLOW_FILE.")


class InnerAddress(NotAllowed):
    """The address points inward: to this machine or a network that outsiders cannot reach."""

    code = "inner-address"
    message = _(
        "“%(host)s” lies in an inner network, which is shut. The operator can open it: setting MADANG_ALLOWED_HOSTS takes a host's name, "
        "an address or a range."
    )


class BadRef(Invalid):
    """The text cannot name a branch, a tag or a commit."""

    code = "bad-ref"
    message = _("“%(ref)s” cannot be the name of a branch, a tag or a commit.")


class RepositoryEmpty(Invalid):
    """The repository holds no commit, or the commit no file."""

    code = "repository-empty"
    message = _("The repository holds no file yet. Push something, then try again.")


class NotARepository(Invalid):
    """Something answers at the address, but not a Git repository."""

    code = "not-a-repository"
    message = _("“%(host)s” answers, but not as a Git repository does. Give the address that “git clone” takes.")


class RepositoryDamaged(Invalid):
    """Git finds fault with the repository's objects."""

    code = "repository-damaged"
    message = _("Git finds fault with what this repository holds, so it is not taken. Run “git fsck” in it.")


class RepositoryMissing(NotFound):
    """There is no repository at the address."""

    code = "repository-missing"
    message = _("There is no repository at this address, or none that is open to everybody.")


class RefMissing(NotFound):
    """The repository has no such branch, tag or commit."""

    code = "ref-missing"
    message = _("The repository has no branch or tag “%(ref)s”. A commit is named by its full id of 40 or 64 digits.")


class SourceMissing(NotFound):
    """What was given is neither on the disk nor an address."""

    code = "source-missing"
    message = _("“%(source)s” is no folder, file or archive here, and no address of a Git repository.")


class CredentialsNeeded(NotAllowed):
    """The server asks who is there."""

    code = "credentials-needed"
    message = _("“%(host)s” asks for a sign-in: the repository is private, or there is none at this address.")


class RepositoryTooLarge(TooLarge):
    """More comes from the server than the limit allows."""

    code = "repository-too-large"
    message = _("The repository sends more than the limit of %(limit)s bytes. The operator can raise it: setting %(setting)s.")


class Unreachable(Unavailable):
    """The server does not answer now; ``retry_after`` says in how many seconds to try again."""

    code = "unreachable"
    message = _("“%(host)s” does not answer now. Try again later.")

    def __init__(self, message: str | None = None, *, retry_after: int = 60, **values: object) -> None:
        super().__init__(message, field=None, **values)
        self.retry_after = retry_after


class TimedOut(Unreachable):
    """The work took longer than the limit."""

    code = "timed-out"
    message = _(
        "“%(host)s” took longer than the limit of %(limit)s seconds. Try again later; the operator can raise it: setting %(setting)s."
    )


class HostUnknown(Unreachable):
    """No machine of that name is known."""

    code = "host-unknown"
    message = _("No machine is known by the name “%(host)s”. Look whether the address is written right.")


class BadCertificate(Unreachable):
    """The server cannot prove that it is who the address names."""

    code = "bad-certificate"
    message = _("“%(host)s” cannot prove that it is “%(host)s”: its certificate is not accepted. Tell those who run it.")


class HostKeyChanged(Unreachable):
    """The server's key is another one than last time."""

    code = "host-key-changed"
    message = _("“%(host)s” shows another key than last time. Ask those who run it; then the operator removes the old key.")


class FetchFailed(Unreachable):
    """Git failed for a reason that is not known here."""

    code = "fetch-failed"
    message = _("Git could not fetch from “%(host)s”: %(complaint)s")


class GitMissing(Unavailable):
    """There is no git on this machine."""

    code = "git-missing"
    message = _("There is no program “git” here. The operator installs it.")


class GitTooOld(Unavailable):
    """Git cannot pin a resolved address yet."""

    code = "git-too-old"
    message = _(
        "Git %(version)s is too old: 2.37 is needed, because earlier ones cannot pin the address of a server. The operator updates it."
    )
