# SPDX-License-Identifier: Apache-2.0
"""A model's folder as MLflow writes it (the file ``MLmodel``), read as a service without MLflow."""

from pathlib import Path
from typing import Any

import yaml

from madang.serving.cards import Card, EngineCard, check
from madang.serving.errors import BadService

FILE = "MLmodel"
LONGEST = 256 << 10


def card_of(folder: Path) -> Card:
    """The model as a service: its ONNX flavour where it has one, else its pickle, which the operator must allow."""
    try:
        told: Any = yaml.safe_load((folder / FILE).read_bytes()[:LONGEST])
    except (OSError, yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise BadService(reason=f"{FILE}: {error}"[:300]) from error
    flavours = told.get("flavors") if isinstance(told, dict) else None
    if not isinstance(flavours, dict):
        raise BadService(reason=f"{FILE}: flavors?")
    name = folder.resolve().name
    for flavour, key, kind in (
        ("onnx", "data", "onnx"),
        ("sklearn", "pickled_model", "pickle"),
        ("python_function", "model_path", "pickle"),
    ):
        found = flavours.get(flavour)
        file = found.get(key) if isinstance(found, dict) else None
        if isinstance(file, str) and (folder / file).is_file():
            return check(Card(name, task="tensor" if kind == "onnx" else "function", engine=EngineCard(kind, file=file)))
    raise BadService(reason=f"{FILE}: onnx, sklearn, python_function?")
