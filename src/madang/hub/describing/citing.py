# SPDX-License-Identifier: Apache-2.0
"""A line to cite, for people and as BibTeX. Pure."""

import re

from madang.hub.describing.facts import Described

GENERAL = {"dataset": "Data set", "model": "Model"}


def line(told: Described) -> str:
    """Who made it, when, what it is called, which version, who publishes it, where it is, in the order of APA's seventh edition."""
    names = [each.name for each in told.creators]
    who = names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}"
    return f"{who} ({told.changed_at.year}). {told.title} (Version {told.version}) [{GENERAL[told.kind]}]. {told.publisher}. {place(told)}"


def place(told: Described) -> str:
    """The address to give: of the DOI where there is one."""
    return f"https://doi.org/{told.doi}" if told.doi else told.page


def bibtex(told: Described) -> str:
    """The same as an entry for BibTeX. Letters that it reads as its own are escaped."""
    key = re.sub(r"[^A-Za-z0-9]+", "-", told.full_name).strip("-").lower() or told.commit[:12]
    fields = {
        "author": " and ".join(f"{{{_plain(each.name)}}}" for each in told.creators),
        "title": f"{{{_plain(told.title)}}}",
        "year": str(told.changed_at.year),
        "version": told.version,
        "publisher": _plain(told.publisher),
        "url": told.page,
        **({"doi": told.doi} if told.doi else {}),
        "note": f"commit {told.commit}",
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{key},\n{lines}\n}}\n"


def _plain(text: str) -> str:
    return re.sub(r"([&%$#_{}])", r"\\\1", text.replace("\\", "/"))
