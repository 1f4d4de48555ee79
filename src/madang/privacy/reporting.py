# SPDX-License-Identifier: Apache-2.0
"""What was measured, as a report that can be kept as evidence, and as lines for eyes."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from madang.kit import _
from madang.privacy.measures import Measured
from madang.privacy.plans import Plan
from madang.privacy.tabular import Deidentified

SMALLEST = _("Smallest class (k-anonymity): %(k)s rows; %(rows)s rows in %(classes)s classes")
RISK = _("Found most easily: %(highest)s · on average: %(average)s · rows that stand alone: %(unique)s · in classes under 5: %(small)s")
DIVERSITY = _(
    "%(column)s: l-diversity %(distinct)s (entropy %(entropy)s, probabilistic %(probabilistic)s, recursive %(recursive)s), t-closeness "
    "%(closeness)s"
)


def measured(told: Measured) -> dict[str, Any]:
    """As JSON has it; shares to six digits."""
    made = asdict(told)
    made["sizes"] = {str(size): count for size, count in told.sizes.items()}
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in made.items()}


def report(told: Deidentified, plan: Plan) -> dict[str, Any]:
    """The plan, what the table gave away before and after, and what it lost, with the digest of the rows that came out."""
    digest = hashlib.sha256(
        json.dumps([list(told.header), [list(row) for row in told.rows]], ensure_ascii=False).encode("utf-8", "replace")
    )
    return {
        "plan": {
            "k": plan.k,
            "columns": {
                name: {"role": each.role, "method": each.method, **each.given, **({"unit": each.unit} if each.unit else {})}
                for name, each in plan.columns.items()
            },
        },
        "before": measured(told.before),
        "after": measured(told.after),
        "loss": {**asdict(told.loss), "rows": round(told.loss.rows, 6)},
        "removed_rows": told.removed_rows,
        "unread": told.unread,
        "rows_sha256": digest.hexdigest(),
    }


def lines(told: Measured, translate: Callable[[str], str]) -> list[str]:
    """For eyes."""
    shares = {name: f"{getattr(told, name):.1%}" for name in ("highest", "average", "unique", "small")}
    made = [translate(SMALLEST) % {"k": told.k, "rows": told.rows, "classes": told.classes}, translate(RISK) % shares]
    for column, each in told.diversity.items():
        values = {name: f"{value:.3g}" if isinstance(value, float) else value for name, value in asdict(each).items()}
        made.append(translate(DIVERSITY) % {"column": column, **values})
    return made
