# SPDX-License-Identifier: Apache-2.0
"""Licences by family and by words, and one licence with its cells."""

from collections.abc import Mapping, Sequence
from typing import Any

from madang import licensing
from madang.compliance.licences.errors import NoSuchLicence

MOST_LETTERS = 200


def licences(*, family: str = "", q: str = "") -> Sequence[Mapping[str, Any]]:
    """The reviewed licences of a family (all where it is empty) whose id or name holds each word of ``q``, by family and id."""
    words = q.lower().split()[:8]
    rows = licensing.listed(family or None)
    return [row for row in rows if all(word in f"{row['key']} {row['name']}".lower() for word in words)]


def get(licence: str, *, against: str = "") -> Mapping[str, Any]:
    """The cells of one licence, and what the adopted sources say of it in a work under ``against``; ``NoSuchLicence`` for another id.

    What is wrong with ``against`` is told as the core tells it.
    """
    try:
        if len(licence) > MOST_LETTERS:
            raise NoSuchLicence
        licensing.facts(licence)
        shown = licensing.shown(licence)
    except (licensing.InvalidExpression, licensing.UnknownLicence, licensing.NotOneLicence) as error:
        raise NoSuchLicence from error
    if against:
        shown = licensing.shown(licence, against=against)
    (found,) = shown["licences"]
    return {**found, "sources": shown["sources"]}
