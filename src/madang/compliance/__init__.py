# SPDX-License-Identifier: Apache-2.0
"""Verification: every version is fetched, fixed by content and scanned, and what was found is shown with its reasons.

This room knows versions, scans and findings. It does not know who people are beyond what the actor says, how Git is spoken, or how
licences are detected.
"""

from madang.compliance.actions import cancel, move, retry, submit
from madang.compliance.api import router
from madang.compliance.cache import FindingCache
from madang.compliance.components import catch_up
from madang.compliance.errors import NoSource, NoSuchFile, NoSuchTask, NotFailed, NotVerified, TooManyWaiting
from madang.compliance.intake import Intake
from madang.compliance.jobs import Verifier
from madang.compliance.licences.api import router as licences_router
from madang.compliance.licences.web import routes as licence_routes
from madang.compliance.limits import Limits
from madang.compliance.many.api import router as registrations_router
from madang.compliance.many.web import routes as list_routes
from madang.compliance.many.work import Registrar
from madang.compliance.models import STATES, Verification
from madang.compliance.news import host_opened
from madang.compliance.queries import Subject, figures, get_subject, get_task, get_verification, licence_data, under_way
from madang.compliance.samples.actions import sample_later
from madang.compliance.samples.errors import SampleRuns
from madang.compliance.samples.figures import Figures
from madang.compliance.samples.models import RESULTS, Sample
from madang.compliance.samples.queries import Shown, samples
from madang.compliance.samples.queries import figures as sample_figures
from madang.compliance.samples.queries import is_running as is_sampling
from madang.compliance.samples.work import Sampler
from madang.compliance.sharing import forget, needed_objects
from madang.compliance.verdict import Verdict
from madang.compliance.web import routes, show_asset

__all__ = [
    "show_asset",
    "RESULTS",
    "STATES",
    "Figures",
    "FindingCache",
    "Intake",
    "Limits",
    "NoSource",
    "NoSuchFile",
    "NoSuchTask",
    "NotFailed",
    "NotVerified",
    "Registrar",
    "Sample",
    "SampleRuns",
    "Sampler",
    "Shown",
    "Subject",
    "TooManyWaiting",
    "Verdict",
    "Verification",
    "Verifier",
    "cancel",
    "catch_up",
    "figures",
    "forget",
    "get_subject",
    "get_task",
    "get_verification",
    "host_opened",
    "is_sampling",
    "licence_data",
    "licence_routes",
    "licences_router",
    "list_routes",
    "move",
    "needed_objects",
    "registrations_router",
    "retry",
    "router",
    "routes",
    "sample_figures",
    "sample_later",
    "samples",
    "submit",
    "under_way",
]
