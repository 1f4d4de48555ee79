# SPDX-License-Identifier: Apache-2.0
"""Git elsewhere: the guard for every address that a user gives, and fetching one state of one repository through it.

The guard decides where the platform may connect, and pins what a name resolved to, so that the connection goes where the check looked.
Fetching takes one commit without its history, and lays its files into a new folder without a checkout: no hook, filter, submodule or
other program of the repository ever runs.

The room does not know assets, versions or who asked.
"""

from madang.archives import Stopped
from madang.forges.addresses import Target
from madang.forges.errors import (
    BadAddress,
    BadCertificate,
    BadRef,
    CredentialsNeeded,
    FetchFailed,
    FileRefused,
    GitMissing,
    GitTooOld,
    HasCredentials,
    HostKeyChanged,
    HostUnknown,
    HttpRefused,
    InnerAddress,
    NotARepository,
    RefMissing,
    RepositoryDamaged,
    RepositoryEmpty,
    RepositoryMissing,
    RepositoryTooLarge,
    SchemeRefused,
    SourceMissing,
    TimedOut,
    Unreachable,
)
from madang.forges.exporting import Held
from madang.forges.fetching import Before, Fetched, blobs_of, fetch, fetch_to, sweep, tip
from madang.forges.git import check_git
from madang.forges.guard import Guard
from madang.forges.limits import Limits, Progress
from madang.forges.refs import Wanted, check_ref
from madang.forges.sources import Opened, open_source

__all__ = [
    "BadAddress",
    "BadCertificate",
    "BadRef",
    "Before",
    "CredentialsNeeded",
    "FetchFailed",
    "Fetched",
    "FileRefused",
    "GitMissing",
    "GitTooOld",
    "Guard",
    "HasCredentials",
    "Held",
    "HostKeyChanged",
    "HostUnknown",
    "HttpRefused",
    "InnerAddress",
    "Limits",
    "NotARepository",
    "Opened",
    "Progress",
    "RefMissing",
    "RepositoryDamaged",
    "RepositoryEmpty",
    "RepositoryMissing",
    "RepositoryTooLarge",
    "SchemeRefused",
    "SourceMissing",
    "Stopped",
    "Target",
    "TimedOut",
    "Unreachable",
    "Wanted",
    "blobs_of",
    "check_git",
    "check_ref",
    "fetch",
    "fetch_to",
    "open_source",
    "sweep",
    "tip",
]
