# SPDX-License-Identifier: Apache-2.0
"""Lists of parts in a standard's form (SPDX, CycloneDX), attached to a version by a person: what they say is true of that version alone."""

from madang.provenance.sboms.actions import attach, withdraw
from madang.provenance.sboms.queries import standing
from madang.provenance.sboms.reading import AboutAnother, OtherContent, Told, read
from madang.provenance.sboms.web import routes

__all__ = ["AboutAnother", "OtherContent", "Told", "attach", "read", "routes", "standing", "withdraw"]
