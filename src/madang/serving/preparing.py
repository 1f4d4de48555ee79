# SPDX-License-Identifier: Apache-2.0
"""Looking at what is to be published before any row is written: its card, its types, its files."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madang import forges, sandbox, storage
from madang.serving import cards, mlflow
from madang.serving.cards import Card
from madang.serving.engines import FUNCTIONS, looked_at
from madang.serving.errors import BadService, PickleRefused
from madang.serving.limits import Limits

DESCRIBER = 62_000
ANY: Mapping[str, Any] = {"inputs": {"type": "object"}, "outputs": {}, "parts": {}, "about": ""}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What can be published: the card, the tree of its files, and each operation with its schemas."""

    card: Card
    tree: str
    files: int
    operations: Mapping[str, Any]


def prepare(
    folder: Path, store: storage.Store, *, limits: Limits, allow_pickle: bool = False, guard: forges.Guard | None = None
) -> Prepared:
    """What the folder (a card, an MLflow model) or the ONNX file would be as a service; ``BadService`` says why it would not.

    Its code is run once, shut in, for its types.
    """
    if folder.is_file() and folder.suffix == ".onnx":
        return _of_file(folder, store, limits)
    if not folder.is_dir():
        raise BadService(reason=f"{folder.name[:80]}: no folder and no .onnx file")
    card = mlflow.card_of(folder) if (folder / mlflow.FILE).is_file() and not (folder / cards.FILE).is_file() else cards.read(folder)
    if card.engine.kind == "pickle" and not allow_pickle:
        raise PickleRefused
    if card.engine.kind == "upstream" and guard is not None:
        looked_at(guard, card.engine.url, look_up=False)
    operations = _operations(card, folder, limits)
    tree = store.put_tree(folder)
    return Prepared(card, tree.id, tree.files, operations)


def of_card(card: Card, store: storage.Store, *, limits: Limits) -> Prepared:
    """A service that has no files of its own: one that is called elsewhere."""
    with tempfile.TemporaryDirectory(prefix="madang-card-") as name:
        folder = Path(name)
        (folder / "card.json").write_text(repr(card.kept()), encoding="utf-8")
        tree = store.put_tree(folder)
    return Prepared(card, tree.id, tree.files, _operations(card, Path(), limits))


def of_address(guard: forges.Guard, store: storage.Store, *, url: str, name: str, wire: str, model: str, limits: Limits) -> Prepared:
    """A service that a server elsewhere answers, which speaks ``wire`` and knows it as ``model``."""
    looked_at(guard, url, look_up=False)
    operations = {"openai": {"chat": "chat", "embeddings": "embeddings"}, "oip": {"infer": "infer"}}.get(wire, {})
    card = Card(
        name, task={"openai": "chat", "oip": "tensor"}.get(wire, "function"), unit="token" if wire == "openai" else "call",
        streams=wire == "openai", operations=operations,
        engine=cards.EngineCard("ray" if wire == "ray" else "upstream", url=url, wire=wire, model=model),
    )  # fmt: skip
    return of_card(cards.check(card), store, limits=limits)


def _of_file(file: Path, store: storage.Store, limits: Limits) -> Prepared:
    with tempfile.TemporaryDirectory(prefix="madang-model-") as name:
        folder = Path(name)
        shutil.copyfile(file, folder / "model.onnx")
        card = cards.check(Card(file.stem, task="tensor", engine=cards.EngineCard("onnx", file="model.onnx")))
        operations = _operations(card, folder, limits)
        tree = store.put_tree(folder)
    return Prepared(card, tree.id, tree.files, operations)


def bounds_of(card: Card, limits: Limits, *, user: int) -> sandbox.Bounds:
    """What the service's process may take: never more than the operator's limit, unless the limit itself says so."""
    most = limits.memory_bytes
    memory = min(card.engine.memory_bytes, most) if card.engine.memory_bytes else most
    return sandbox.Bounds(memory_bytes=memory, disk_bytes=limits.disk_bytes, user=user)


def _operations(card: Card, folder: Path, limits: Limits) -> Mapping[str, Any]:
    kind = card.engine.kind
    if kind == "inline":
        if card.engine.function not in FUNCTIONS:
            raise BadService(reason=f"inline: {card.engine.function[:60]}?")
        return FUNCTIONS[card.engine.function].operations
    if kind in ("upstream", "ray"):
        return {name: dict(ANY) for name in card.operations} or {"call": dict(ANY)}
    if kind not in ("process", "onnx", "pickle"):
        raise BadService(reason=f"{cards.FILE}: engine.kind ({kind[:40]}?)")
    try:
        return sandbox.describe(card.target(str(folder.resolve())), bounds_of(card, limits, user=DESCRIBER))
    except ValueError as error:
        raise BadService(reason=str(error)[:300]) from error
