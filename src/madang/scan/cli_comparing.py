# SPDX-License-Identifier: Apache-2.0
"""What ``madang scan --compare`` tells: are both ways of looking equal on a tree, where not, and what each costs."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from madang.kit import _
from madang.scan.comparing import COMPARED, Pair
from madang.scan.formats.table import plain

Translate = Callable[[str], str]
SUMMED = _("%(files)s files looked at both ways: %(equal)s equal, %(different)s different, %(unfinished)s not comparable.")
COST = _("Processor time: %(fast)s s fast, %(thorough)s s thorough, %(times)s times as much.")
SAYS = _("%(what)s: fast %(fast)s, thorough %(thorough)s")
UNFINISHED = _("%(path)s: not comparable: %(reason)s")
WORDS = {
    "expression": _("Licence expression"),
    "holders": _("Copyright holders"),
    "authors": _("Authors"),
    "emails": _("E-mail addresses"),
}
assert tuple(WORDS) == COMPARED


def text(pairs: list[Pair], form: str, translate: Translate) -> str:
    """The whole, as ``json`` or for people."""
    if form == "json":
        return json.dumps(document(pairs), indent=2, ensure_ascii=False)
    return "\n".join(lines(pairs, translate))


def status(pairs: list[Pair]) -> int:
    """The exit status: 0 equal, 1 some differ, 3 some could not be compared."""
    if any(pair.differs for pair in pairs):
        return 1
    return 0 if all(pair.is_whole for pair in pairs) else 3


def document(pairs: Iterable[Pair]) -> dict[str, Any]:
    """Everything, for programs: the sums, and each file that is not equal with both answers."""
    told = list(pairs)
    return {
        **_sums(told),
        "unequal": [
            {
                "path": pair.path, "sha256": pair.sha256, "size": pair.size, "differs": list(pair.differs),
                "fast": dataclasses.asdict(pair.fast), "thorough": dataclasses.asdict(pair.thorough),
            }
            for pair in told if not pair.is_equal
        ],
    }  # fmt: skip


def lines(pairs: Iterable[Pair], translate: Translate) -> Iterator[str]:
    """The same for people, what is not equal first."""
    told = list(pairs)
    for pair in told:
        if not pair.is_whole:
            yield translate(UNFINISHED) % {"path": plain(pair.path), "reason": pair.fast.fault or pair.thorough.fault}
        elif pair.differs:
            yield plain(pair.path)
            yield from (f"  {_difference(pair, name, translate)}" for name in pair.differs)
    sums = _sums(told)
    yield translate(SUMMED) % sums
    fast, thorough = sums["cpu_seconds"]["fast"], sums["cpu_seconds"]["thorough"]
    if fast > 0:
        yield translate(COST) % {"fast": f"{fast:.2f}", "thorough": f"{thorough:.2f}", "times": f"{thorough / fast:.1f}"}


def _difference(pair: Pair, name: str, translate: Translate) -> str:
    fast, thorough = (_shown(getattr(way, name)) for way in (pair.fast, pair.thorough))
    return translate(SAYS) % {"what": translate(WORDS[name]), "fast": fast, "thorough": thorough}


def _shown(value: str | tuple[str, ...] | None) -> str:
    return plain(value if isinstance(value, str) else "; ".join(value or ())) or "–"


def _sums(pairs: list[Pair]) -> dict[str, Any]:
    return {
        "files": len(pairs),
        "equal": sum(pair.is_equal for pair in pairs),
        "different": sum(bool(pair.differs) for pair in pairs),
        "unfinished": sum(not pair.is_whole for pair in pairs),
        "cpu_seconds": {way: round(sum(getattr(pair, way).cpu for pair in pairs), 3) for way in ("fast", "thorough")},
    }
