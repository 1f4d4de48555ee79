# SPDX-License-Identifier: Apache-2.0
"""What this room refuses."""

from madang.kit import Conflict, NotFound, _


class NoSuchJob(NotFound):
    """The queue knows no such task."""

    code = "no-such-job"
    message = _("There is no job “%(task)s” in the queue.")


class JobGoesOn(Conflict):
    """Only what failed or was cancelled can be done again."""

    code = "job-goes-on"
    message = _("Only a failed or cancelled job can be done again; this one is in the state “%(state)s”.")


class JobEnded(Conflict):
    """What has ended cannot be cancelled."""

    code = "job-ended"
    message = _("This job has ended already.")


class CountFirst(Conflict):
    """A collection is counted before anything is taken."""

    code = "count-first"
    message = _("Count first what would be taken. The last count is older than an hour, or there is none.")


class CollectionRuns(Conflict):
    """One collection at a time."""

    code = "collection-runs"
    message = _("A collection or a count runs already. Wait for it to end.")
