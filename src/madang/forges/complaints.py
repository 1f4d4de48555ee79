# SPDX-License-Identifier: Apache-2.0
"""What git says when it fails (in the C locale), as one of our refusals."""

import re
from collections.abc import Callable

from madang import archives
from madang.forges.errors import (
    BadCertificate,
    CredentialsNeeded,
    FetchFailed,
    HostKeyChanged,
    HostUnknown,
    NotARepository,
    RefMissing,
    RepositoryDamaged,
    RepositoryMissing,
    Unreachable,
)
from madang.kit import Refusal

# The first that fits counts: what is more particular stands before what is more general.
_KINDS: tuple[tuple[str, Callable[[str], Refusal]], ...] = (
    (r"no space left on device|disk quota exceeded", lambda _host: archives.NoSpace()),
    (r"remote host identification has changed|host key verification failed", lambda host: HostKeyChanged(host=host)),
    (r"couldn't find remote ref|not our ref|unadvertised object|no such remote ref", lambda _host: RefMissing(ref="")),
    (
        r"could not read (username|password)|authentication failed|permission denied|terminal prompts disabled|returned error: 40[13]",
        lambda host: CredentialsNeeded(host=host),
    ),
    (r"could not resolve host(name)?", lambda host: HostUnknown(host=host)),
    (r"certificate|ssl_error|ssl routines|gnutls", lambda host: BadCertificate(host=host)),
    (
        r"returned error: 4(04|10)|repository .*not found|does not appear to be a git repository|does not exist",
        lambda _host: RepositoryMissing(),
    ),
    (
        r"fsck error|error in object|badtree|hasdot|treenotsorted|duplicateentries|fullpathname",
        lambda _host: RepositoryDamaged(),
    ),
    (
        r"timed out|connection refused|connection reset|failed to connect|couldn't connect|network is unreachable|no route to host|"
        r"operation too slow|returned error: (5\d\d|429)|transfer closed|empty reply|connection closed|kex_exchange",
        lambda host: Unreachable(host=host),
    ),
    (
        r"protocol error|bad line length|not valid: |invalid server response|bad pack|pack has |inflate|index-pack|returned error: 3\d\d|"
        r"expected flush|unknown object format|invalid.*pkt|remote end hung up|early eof|unexpected disconnect|bad object|malformed|"
        r"server doesn't support",
        lambda host: NotARepository(host=host),
    ),
)


def refusal(complaint: str, *, host: str) -> Refusal:
    """The refusal that says what git's complaint means; ``FetchFailed`` with its most telling line when that is not known."""
    for pattern, make in _KINDS:
        if re.search(pattern, complaint, re.IGNORECASE):
            return make(host)
    lines = [line for line in complaint.splitlines() if line.startswith(("fatal:", "error:"))]
    last = lines[0] if lines else complaint.strip()[-200:]
    return FetchFailed(host=host, complaint=archives.shown(last.encode("utf-8", "replace")))
