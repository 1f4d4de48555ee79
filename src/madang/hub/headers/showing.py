# SPDX-License-Identifier: Apache-2.0
"""A model's file as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from madang import kit, storage, web, weights
from madang.hub.headers import looking

TENSORS, WORDS, FINDINGS, OPERATORS = 200, 40, 50, 40


@dataclass(frozen=True, slots=True)
class HeaderView:
    """What the header says. ``fault`` says why it cannot be read; then the rest is empty. ``more`` tensors are not listed."""

    fault: str = ""
    form: str = ""
    state: str = ""
    parameters: int | None = None
    in_all: int = 0
    words: Sequence[tuple[str, str]] = ()
    tensors: Sequence[tuple[str, str, str, int]] = ()
    more: int = 0
    passing: Sequence[tuple[str, str, str, str]] = ()
    operators: Sequence[tuple[str, int]] = ()
    findings: Sequence[tuple[str, str, str]] = ()
    json: str = ""


def view(store: storage.Store, path: str, sha256: str, size: int, *, json: str) -> HeaderView | None:
    """The header of a model's file, None for a file that is none. ``json`` is where programs read the same."""
    if not looking.is_model(path):
        return None
    try:
        told = looking.look(store, sha256, path, size)
    except weights.NoModelFile:
        return None
    except kit.Refusal as refusal:
        return HeaderView(fault=refusal.sentence(web.translate))
    return HeaderView(
        form=told.form,
        state=told.state.value,
        parameters=told.parameters,
        in_all=told.tensors_in_all,
        words=[(name, value[:300]) for name, value in told.metadata.items()][:WORDS],
        tensors=[(each.name, each.type, _shape(each), each.bytes) for each in told.tensors[:TENSORS]],
        more=max(0, told.tensors_in_all - TENSORS),
        passing=[
            *(("in", each.name, each.type, _shape(each)) for each in told.inputs[:20]),
            *(("out", each.name, each.type, _shape(each)) for each in told.outputs[:20]),
        ],
        operators=list(told.operators.items())[:OPERATORS],
        findings=[(each.state.value, each.what, each.where) for each in told.findings[:FINDINGS]],
        json=json,
    )


def _shape(tensor: weights.Tensor) -> str:
    return " × ".join("?" if each < 0 else str(each) for each in tensor.shape) or "1"
