# SPDX-License-Identifier: Apache-2.0
"""How one thing is made with another, in so few words that they fit beside a line."""

from madang.kit import _

SHORT = {
    "contains": _("held in"),
    "links-static": _("linked in"),
    "links-dynamic": _("linked at run"),
    "separate-process": _("runs beside"),
    "aggregates": _("shipped with"),
    "modifies": _("changed"),
    "copies": _("copied"),
    "trained-on": _("trained"),
    "evaluated-on": _("measured"),
    "fine-tuned-from": _("fine-tuned"),
    "distilled-from": _("distilled"),
    "merged-from": _("merged"),
    "output-of": _("put out"),
    "served-as": _("served"),
    "calls": _("called"),
    "built-with": _("built with"),
    "practises": _("practised"),
    "documents": _("documents"),
}
UNSEEN = _("not shown to you")
