# SPDX-License-Identifier: Apache-2.0
"""``madang model FILE``: what lies in a model's file, and what loading it would call. No platform is needed, and nothing is loaded."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from madang.kit import Invalid, _
from madang.weights.facts import Facts, State
from madang.weights.reading import look

SHOWN = 40
ATTENTION = 3
STATES = {
    State.PLAIN: _("this form holds no code"),
    State.CLEAN: _("loading it calls only what builds values"),
    State.UNKNOWN: _("what loading it would do is not known here"),
    State.UNSAFE: _("loading it can run, read, write or fetch something: do not load it"),
}


class NoFile(Invalid):
    """The file is not there or cannot be read."""

    code = "no-file"
    message = _("There is no file “%(path)s” that can be read.")


def group(translate: Callable[[str], str]) -> click.Command:
    """The command, speaking through ``translate``."""

    @click.command(name="model")
    @click.argument("file")
    @click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For eyes, or for machines.")
    def model(file: str, form: str) -> int:
        """Print what a model's file holds (safetensors, GGUF, ONNX, NumPy, PyTorch, pickle) and what loading it would call.

        Exit 0 it is plain or clean, 3 it is unknown or unsafe."""
        path = Path(file)
        try:
            with path.open("rb") as source:
                told = look(source, name=path.name, size=path.stat().st_size)
        except (OSError, ValueError) as error:
            raise NoFile(path=file[:200]) from error
        click.echo(json.dumps(asdict(told), ensure_ascii=False) if form == "json" else "\n".join(_lines(told, translate)))
        return ATTENTION if told.state.rank >= State.UNKNOWN.rank else 0

    return model


def _lines(told: Facts, translate: Callable[[str], str]) -> list[str]:
    parameters = f" · {told.parameters:,}" if told.parameters is not None else ""
    made = [f"{told.form or '?'}{parameters} · {told.state.value}: {translate(STATES[told.state])}"]
    made += [f"  {each.state.value}  {each.what}{f' ({each.where})' if each.where else ''}" for each in told.findings[:SHOWN]]
    made += [f"  {name}: {value[:100]}" for name, value in list(told.metadata.items())[:SHOWN]]
    made += [f"  → {each.name} {each.type} {list(each.shape)}" for each in told.inputs[:SHOWN]]
    made += [f"  ← {each.name} {each.type} {list(each.shape)}" for each in told.outputs[:SHOWN]]
    made += [f"  {each.name} {each.type} {list(each.shape)}" for each in told.tensors[:SHOWN]]
    if told.tensors_in_all > SHOWN:
        made.append(f"  … {told.tensors_in_all - SHOWN:,}")
    return made
