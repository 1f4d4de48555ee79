# SPDX-License-Identifier: Apache-2.0
"""Somebody else's parts, as the office works through them: which stand under nothing that anybody stated, and what could be stated."""

from madang.provenance.components.queries import Component, Suggestion, components, count_components, open_in
from madang.provenance.components.web import routes

__all__ = ["Component", "Suggestion", "components", "count_components", "open_in", "routes"]
