# SPDX-License-Identifier: Apache-2.0
"""What a report says over the whole tree, when a few files of it are others: counted on from what it said before."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from madang.scan.amending import Kept
from madang.scan.classes import counted
from madang.scan.expressions import joined
from madang.scan.given import Outline
from madang.scan.report import File, Json

_COUNTED: Mapping[str, Callable[[File], int]] = {
    "files": lambda _file: 1,
    "bytes": lambda file: file.size,
    "files_with_licence": lambda file: file.detected_license_expression_spdx is not None,
    "files_with_copyright": lambda file: bool(file.copyrights),
    "files_with_findings": lambda file: file.has_findings,
}


def members(
    kept: Kept, was: Iterable[File], now: Iterable[File], *, outline: Outline | None, license_detections: tuple[Json, ...] | None
) -> dict[str, Any]:
    """The members of the document that are others when it has the files ``now`` in the place of those that it ``was`` about. ``outline``
    is None where no path is another."""
    old, new = list(was), list(now)
    totals = kept.member("totals")
    totals.update({name: totals[name] + sum(map(of, new)) - sum(map(of, old)) for name, of in _COUNTED.items()})
    found: dict[str, Any] = {"totals": totals}
    if outline is not None:
        totals.update(directories=len(outline.directories), skipped=len(outline.skipped))
        found.update(directories=outline.directories, skipped=outline.skipped)
    if license_detections is not None:
        found["license_detections"] = license_detections
    licences = _moved(kept.member("license_counts"), _licences(old), _licences(new))
    if licences.keys() != kept.member("license_counts").keys():
        found["license_expression"] = joined(licences)
    found["license_counts"] = _ordered(licences)
    found["holder_counts"] = _ordered(_moved(kept.member("holder_counts"), _holders(old), _holders(new)))
    classes = _moved(kept.member("class_counts") or {}, _classes(old), _classes(new))
    found["class_counts"] = counted([name for _number in range(count)] for name, count in classes.items()) or None
    return found


def _licences(files: Iterable[File]) -> Counter[str]:
    return Counter(each.detected_license_expression_spdx for each in files if each.detected_license_expression_spdx)


def _holders(files: Iterable[File]) -> Counter[str]:
    return Counter(holder for each in files for holder in {statement.shown for statement in each.holders} if holder)


def _classes(files: Iterable[File]) -> Counter[str]:
    return Counter(name for each in files for name in each.classes)


def _moved(counts: Mapping[str, int], old: Counter[str], new: Counter[str]) -> Counter[str]:
    found = Counter(counts)
    found.update(new)
    found.subtract(old)
    return +found


def _ordered(counts: Mapping[str, int]) -> dict[str, int]:
    """The largest first, then by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
