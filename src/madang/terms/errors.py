# SPDX-License-Identifier: Apache-2.0
"""What this core refuses."""

from madang.kit import Invalid, TooLarge, _


class NoGraph(Invalid):
    """The text is no graph: not YAML or JSON, or not the shape that a graph has."""

    code = "no-graph"
    message = _("%(place)s: this cannot be read as YAML or JSON. A graph has “nodes”, “edges” and perhaps “evidence”.")


class BadEntry(Invalid):
    """One entry of the graph is not as it should be; ``place`` is line and column in YAML, and the path in JSON."""

    code = "bad-entry"
    message = _("%(place)s: %(what)s is not as it should be.")
    missing = _("%(place)s: “%(name)s” is missing.")
    unexpected = _("%(place)s: nothing is called “%(name)s” here. What there may be: %(known)s.")
    twice = _("%(place)s: “%(name)s” stands twice. Keep one.")
    not_text = _("%(place)s: “%(name)s” has to be a text.")
    not_list = _("%(place)s: “%(name)s” has to be a list.")
    not_entry = _("%(place)s: an entry of “%(name)s” has to be names and values.")
    not_flag = _("%(place)s: “%(name)s” has to be true or false.")
    not_number = _("%(place)s: “%(name)s” has to be a whole number from 1 to 1,000,000.")
    not_date = _("%(place)s: “%(name)s” has to be a date such as 2027-12-31.")
    not_hash = _("%(place)s: “%(name)s” has to be 64 hexadecimal digits.")
    no_id = _("%(place)s: an id is a text of 1 to 300 letters on one line.")


class TooMuch(TooLarge):
    """The graph is over a limit."""

    code = "graph-too-large"
    message = _("The graph has %(count)s “%(what)s”; at most %(limit)s can be looked at here. Decide on a part of it.")
    long = _("The text of the graph has %(count)s letters; at most %(limit)s can be looked at here. Decide on a part of it.")
    long_licence = _(
        "%(place)s: this licence has %(count)s letters; at most %(limit)s can be read. Name the licences that it comes down to."
    )


class UnknownWord(Invalid):
    """A word that the vocabulary does not have; the sentence lists those that it has."""

    code = "unknown-word"
    message = _("“%(word)s” is not in the vocabulary. Take one of these: %(known)s.")


class NoSuchNode(Invalid):
    """An edge, a piece of evidence or a question names a node that is not there."""

    code = "no-such-node"
    message = _("%(who)s names “%(node)s”, and no node has this id. Add the node, or correct the id.")


class Contradiction(Invalid):
    """Two declarations of the graph cannot both hold."""

    code = "contradiction"
    message = _("“%(what)s” is declared twice, and the declarations differ: %(one)s and %(other)s. Keep the right one.")


class MayNotRemove(Invalid):
    """Evidence claims to remove a fact that no evidence can remove."""

    code = "may-not-remove"
    message = _("Evidence at “%(at)s” may not remove %(fact)s: the law decides this, and no paper between parties does.")
    replace_it = _("Evidence at “%(at)s” may not remove %(fact)s: what is malicious is replaced, not excused.")
    deliver_it = _("Evidence at “%(at)s” may not remove %(fact)s: deliver the source or an offer of it, and declare the fact no more.")


class LicenceNeeded(Invalid):
    """The goal ``open`` needs the licence under which the thing is opened."""

    code = "licence-needed"
    message = _("To open something, say under which licence: --license Apache-2.0, for example.")


class NoOutboundLicence(Invalid):
    """What stands as the outbound licence says nothing or cannot be read."""

    code = "no-outbound-licence"
    message = _("“%(licence)s” is no licence to give out under. Write an SPDX expression, for example Apache-2.0.")
