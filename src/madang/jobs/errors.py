# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with durable work, as its callers see it."""


class NotPortable(TypeError):
    """A job's argument or a step's answer would not come back from JSON as it is: hand over ids."""


class StepFailed(Exception):
    """A step had failed by a fault of Madang's before the process was killed, and is not run again. ``kind`` is the fault's class."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the step failed before with {kind}")
        self.kind = kind


class JobFailed(Exception):
    """A job has failed and its owner has been told. Only the code goes into the queue's row: words may hold what users gave."""


class Stopped(BaseException):
    """The task is cancelled or the process is ending: let this through. It is no failure, and no ``except Exception`` meets it."""
