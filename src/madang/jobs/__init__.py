# SPDX-License-Identifier: Apache-2.0
"""Durable work: what must be done after a deed, survives a kill, can be cancelled and is done once.

Work is queued in the deed's own unit of work, so it exists only if the deed did. A job is a plain function that is run again from its
start after a kill; what must not run twice is a step. The queue's rows stand in the application's database.

This room does not know what any job does, who may cancel it, or how progress is shown. No other room touches the library beneath.
"""

from madang.jobs.actions import cancel, enqueue
from madang.jobs.durable import SCHEMA, VERSIONS, migrate, own_tables
from madang.jobs.errors import Stopped
from madang.jobs.job import Beat, Failure, Job, Lane, Limits, State
from madang.jobs.listing import Living, Task, count_by_state, ended_by_day, find_task, living, names, place_of_task, tasks
from madang.jobs.queries import counts, longest_wait, state
from madang.jobs.runner import Runner
from madang.jobs.running import check, give_way, is_stopping, step

__all__ = [
    "Beat",
    "Failure",
    "Job",
    "Lane",
    "Limits",
    "Living",
    "Runner",
    "SCHEMA",
    "State",
    "Stopped",
    "VERSIONS",
    "Task",
    "cancel",
    "check",
    "count_by_state",
    "counts",
    "ended_by_day",
    "enqueue",
    "find_task",
    "give_way",
    "is_stopping",
    "longest_wait",
    "migrate",
    "own_tables",
    "names",
    "place_of_task",
    "living",
    "state",
    "step",
    "tasks",
]
