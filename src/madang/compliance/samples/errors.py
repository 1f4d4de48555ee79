# SPDX-License-Identifier: Apache-2.0
"""What is refused."""

from madang.kit import Conflict, _


class SampleRuns(Conflict):
    """Samples are being looked at already."""

    code = "sample-runs"
    message = _("Samples are being looked at already. Wait until they are done; the jobs page shows them.")
