# SPDX-License-Identifier: Apache-2.0
"""Every word of the vocabulary as a phrase that a person reads; English here, other languages through the catalogue."""

from collections.abc import Callable, Mapping

from madang.kit import _

Translate = Callable[[str], str]

ACTIONS: Mapping[str, str] = {
    "use": _("using it oneself"),
    "reproduce": _("copying it"),
    "modify": _("changing it"),
    "distribute-source": _("passing on its source"),
    "distribute-binary": _("passing it on without the source"),
    "host-as-service": _("offering it as a service"),
    "sublicense": _("giving others rights of one's own choosing"),
    "train": _("training a model on it"),
    "publish-weights": _("passing on a model made with it"),
    "publish-output": _("passing on what it makes"),
    "use-output-commercially": _("earning money with what it makes"),
    "train-competitor": _("building another model with it"),
    "commercial-use": _("using it for profit"),
    "practise-patent": _("practising the patent"),
    "share-inner": _("passing it on inside the institute"),
    "share-partner": _("passing it on to partners"),
}
DUTIES: Mapping[str, str] = {
    "attribution": _("name the authors and keep their notices"),
    "licence-text": _("pass on the licence's text or its address"),
    "notice-file": _("pass on the notice file"),
    "state-changes": _("say what was changed"),
    "source-offer": _("give the source, or an offer of it, to whoever gets the binary"),
    "network-source-offer": _("offer the source to whoever uses it over the network"),
    "same-licence": _("pass on the whole work under the same licence"),
    "same-licence-files": _("pass on the licence's own files, and changes of them, under the same licence"),
    "relink": _("let the receiver replace the library by a changed one"),
    "installation-information": _("let the receiver of a device install a changed version"),
    "use-restrictions": _("keep to the list of forbidden uses and bind whoever gets it"),
    "naming": _("put the licensor's name where the licence asks for it"),
    "user-cap": _("ask the licensor first above the number of users or the revenue that the licence names"),
    "no-endorsement": _("do not use the licensor's names or suggest a relation"),
    "rename-changes": _("give changed versions another name"),
    "share-alike-database": _("pass on a changed database under the same licence"),
    "produced-work-notice": _("say in a work made from the database where it comes from"),
    "ai-label": _("say that a machine made it"),
    "advertising-acknowledgement": _("name the licensor in advertising"),
    "documentation-acknowledgement": _("name the licensor in the documentation or on the product"),
    "give-back": _("give changes back to the licensor or to everybody"),
    "terms-passed-on": _("bind whoever gets it to the licence by contract"),
    "research-only": _("use it for research only"),
    "non-production": _("do not use it in production without a further grant"),
    "unchanged-only": _("pass it on only as it came"),
    "no-competing-service": _("do not offer it to others as a service of one's own"),
    "show-results": _("tell the licensor of what was found or made with it"),
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
