# SPDX-License-Identifier: Apache-2.0
"""Functions of ours that are small and pure enough to run in the web process."""

from collections.abc import Sequence
from typing import Literal, TypedDict

from madang import privacy
from madang.kit import Refusal
from madang.sandbox import Operation
from madang.serving.engines.inline import FUNCTIONS, Function
from madang.serving.engines.port import Inputs
from madang.serving.errors import BadInputs

LONGEST = 300_000  # what is longer would hold the loop for more than a moment


class Finding(TypedDict):
    """One finding; start and end count characters."""

    kind: str
    start: int
    end: int
    text: str
    confidence: float
    reason: str


class Replaced(TypedDict):
    """A place in the new text, and what stands there."""

    kind: str
    start: int
    end: int
    text: str


class Cleaned(TypedDict):
    """The text without what was found."""

    text: str
    replaced: list[Replaced]


def detect(text: str, kinds: list[str] | None = None, least: float = privacy.LEAST) -> list[Finding]:
    """Personal data in the text, each with its place and the reason."""
    return [
        {"kind": each.kind, "start": each.start, "end": each.end, "text": each.text, "confidence": each.confidence, "reason": each.reason}
        for each in privacy.detect(_checked(text), kinds=kinds, least=least)
    ]


def replace(
    text: str,
    method: Literal["mask", "remove", "pseudonym", "generalise"] = "mask",
    kinds: list[str] | None = None,
    least: float = privacy.LEAST,
    key: str = "",
) -> Cleaned:
    """The text with personal data taken out. Pseudonyms need a key of at least 16 bytes, which is not kept."""
    made = privacy.apply(_checked(text), privacy.detect(text, kinds=kinds, least=least), method=method, key=key.encode())
    return {
        "text": made.text,
        "replaced": [{"kind": each.kind, "start": each.start, "end": each.end, "text": each.text} for each in made.replaced],
    }


def _checked(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"the text has more than {LONGEST} characters")
    return text


DEIDENTIFY = {"replace": Operation("replace", replace), "detect": Operation("detect", detect)}


def deidentify(asked: Sequence[tuple[Inputs, str]]) -> Sequence[object]:
    """Each call's answer, or the refusal that is meant for it alone."""
    return [_one(inputs, operation or "replace") for inputs, operation in asked]


def _one(inputs: Inputs, operation: str) -> object:
    try:
        return DEIDENTIFY[operation].call(**DEIDENTIFY[operation].read(inputs))
    except Refusal as refusal:
        return BadInputs(reason=refusal.sentence())
    except (ValueError, UnicodeEncodeError) as error:
        return BadInputs(reason=str(error)[:300])


FUNCTIONS["deidentify"] = Function(
    deidentify, is_quick=False, most=32, operations={name: each.describe() for name, each in DEIDENTIFY.items()}
)
