# SPDX-License-Identifier: Apache-2.0
"""Every word of the vocabulary as a phrase that a person reads; English here, other languages through the catalogue."""

from collections.abc import Callable, Mapping

from madang import licensing
from madang.kit import _

Translate = Callable[[str], str]

ACTIONS = licensing.phrases("action")
DUTIES: Mapping[str, str] = {
    **licensing.phrases("duty"),
    "patent-grant": _("know that the licence grants this patent to everybody who gets the thing"),
}
KINDS: Mapping[str, str] = {
    "contains": _("the whole holds the part"),
    "links-static": _("linked into one binary"),
    "links-dynamic": _("linked when it runs"),
    "separate-process": _("runs beside it as a process of its own"),
    "aggregates": _("given out together and nothing more"),
    "modifies": _("a changed version of it"),
    "copies": _("code or text copied out of it"),
    "trained-on": _("a model trained on it"),
    "evaluated-on": _("measured with it"),
    "fine-tuned-from": _("a model tuned further from it"),
    "distilled-from": _("a student model that learnt from it"),
    "merged-from": _("weights merged with others"),
    "output-of": _("what it put out"),
    "served-as": _("offered as a service"),
    "calls": _("calls it as a service"),
    "built-with": _("built with it as a tool"),
    "practises": _("practises the patent"),
    "documents": _("described by it"),
}
GOALS: Mapping[str, str] = {
    "use": _("use it"),
    "change": _("change it"),
    "pass-on": _("pass it on"),
    "open": _("open it to everybody under a licence"),
    "serve": _("host it as a service"),
    "sell": _("sell it"),
    "train": _("train on it"),
    "publish-output": _("publish what it makes"),
}
TYPES: Mapping[str, str] = {
    "software": _("software"),
    "dataset": _("dataset"),
    "model": _("model"),
    "service": _("service"),
    "pipeline": _("pipeline"),
    "patent": _("patent"),
    "document": _("document"),
}
VERDICTS: Mapping[str, str] = {
    "yes": _("yes"),
    "no": _("no"),
    "contested": _("contested"),
    "unknown": _("unknown"),
}
READINGS: Mapping[str, str] = {"strict": _("strict reading"), "permissive": _("permissive reading"), "both": _("both readings")}
SCOPES: Mapping[str, str] = {"inner": _("inside the institute"), "partner": _("among named partners"), "open": _("to everybody")}
DECLARED: Mapping[str, str] = {
    "exposure:inner": _("it is not to be seen outside the institute"),
    "exposure:partner": _("it is not to be seen outside the circle of partners"),
    "privacy:personal": _("it holds personal data"),
    "privacy:sensitive": _("it holds sensitive personal data"),
    "privacy:pseudonymised": _("it holds pseudonymised data"),
    "security:malware": _("it is known to be malicious"),
    "security:exploited": _("it has a vulnerability that is known to be exploited"),
    "security:critical": _("it has a critical vulnerability"),
    "security:no-provenance": _("nobody can say where it was built"),
    "royalty:no-sale": _("an agreement forbids its sale"),
    "royalty:due": _("royalties are due for it"),
    "royalty:cost-recovery": _("only its cost may be asked for"),
    "hook:security-project": _("it stems from a security project"),
    "hook:export-control": _("it may need an export permit"),
    "hook:third-party-contract": _("a contract with a third party holds for it"),
    "hook:joint-ownership": _("it belongs to several owners"),
    "delivery:without-source": _("it is delivered without its source"),
}
