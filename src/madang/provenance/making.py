# SPDX-License-Identifier: Apache-2.0
"""What a report, a document or a card says that a thing is made of, before it is rows; and the same as bytes. Pure."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from madang.provenance.rules import is_pinned, is_purl

SOFTWARE, DATASET, MODEL = "software", "dataset", "model"
TYPED = (SOFTWARE, DATASET, MODEL, "service")


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a version is made of.

    ``is_inside``: it is known only within the version, under the terms that are told of it there, whatever else is called so; else it is
    only named there, and its terms are those of the component that everybody knows by ``purl``. ``ref`` is what it is called among the
    parts (its purl unless said), ``into`` the ref of the part that it goes into; "" is the version itself. ``asset`` is the kind,
    namespace and name of what it is where it may stand in the yard. ``is_whole``: all that it is made of is told; ``is_listed``: so is
    the list that it stands in. ``apart``: it is not given out with the whole; None where only what lies inside is.
    """

    purl: str
    kind: str = "contains"
    license: str | None = None
    is_inside: bool = False
    pinned: bool = True
    type: str = SOFTWARE
    ref: str = ""
    into: str = ""
    asset: str = ""
    is_whole: bool = True
    is_listed: bool = True
    apart: bool | None = None

    @property
    def key(self) -> str:
        """What it is called among the parts."""
        return self.ref or self.purl

    @property
    def released_with(self) -> bool:
        """Whether it goes out with what it goes into."""
        return self.is_inside if self.apart is None else not self.apart


@dataclass(frozen=True, slots=True)
class Made:
    """What a version is made of. ``itself`` is the package URL under which the version calls itself; ``is_complete``: nothing is missing
    that is known to be. ``license`` is what a card says of the whole."""

    parts: tuple[Part, ...] = ()
    is_complete: bool = True
    license: str | None = None
    itself: str = ""

    def with_(self, other: "Made") -> "Made":
        """Both together; what the other says of the whole comes first."""
        parts = tuple(dict.fromkeys((*self.parts, *other.parts)))
        return Made(parts, self.is_complete and other.is_complete, other.license or self.license, other.itself or self.itself)


def packed(made: Made) -> bytes:
    """The same as bytes."""
    return zlib.compress(json.dumps(asdict(made), separators=(",", ":"), ensure_ascii=False).encode(), 6)


def unpacked(data: bytes) -> Made:
    """What ``packed`` made bytes of."""
    told = json.loads(zlib.decompress(data))
    return Made(**{**told, "parts": tuple(Part(**part) for part in told["parts"])})


def sound(parts: Iterable[Part]) -> tuple[list[Part], bool]:
    """The parts that can be rows, each once, and whether those were all.

    A part that is known everywhere is made of nothing here: else a list could say of another's thing what it is made of.
    """
    given = list(dict.fromkeys(parts))
    nameable = [each for each in given if each.asset or is_purl(each.purl) or (each.is_inside and _is_ref(each.key))]
    inside = {each.key for each in nameable if each.is_inside}
    kept = [each for each in nameable if each.into == "" or (each.into in inside and each.into != each.key)]
    return kept, len(kept) == len(given)


def _is_ref(text: str) -> bool:
    return 0 < len(text) <= 300 and text.isprintable()


def floating(purl: str) -> bool:
    """Whether the package URL names no version, so that whichever there is is taken."""
    return not is_pinned(purl)
