# SPDX-License-Identifier: Apache-2.0
"""JSON door on the header of a model's file."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, storage, web, weights
from madang.hub import contents, queries, rules
from madang.hub.desk import desk_of
from madang.hub.gates.checking import check_open
from madang.hub.headers import looking

router = web.api_router(tags=["models"])
Kinds = Literal["datasets", "models"]


class TensorOut(BaseModel):
    """A tensor: its shape with -1 for a dimension that is only named, and its bytes in the file."""

    name: str
    type: str
    shape: list[int]
    bytes: int


class FindingOut(BaseModel):
    """What would be called when the file is loaded, or why that is not known; ``where`` in the file, ``at`` which byte."""

    state: str
    what: str
    where: str
    at: int


class HeaderOut(BaseModel):
    """A model's file. ``state``: ``plain`` (its form holds no code), ``clean`` (it names only what builds values), ``unknown``,
    ``unsafe`` (it names what can run, read, write or fetch something). Of more than 20,000 tensors the first are listed."""

    file: str
    commit: str
    form: str
    state: str
    parameters: int | None
    tensors_in_all: int
    metadata: dict[str, str]
    tensors: list[TensorOut]
    inputs: list[TensorOut]
    outputs: list[TensorOut]
    operators: dict[str, int]
    calls: list[str]
    findings: list[FindingOut]


async def show_header(
    request: Request,
    kinds: Kinds,
    namespace: catalog.InNamespace,
    name: catalog.InName,
    file: Annotated[
        str, Query(max_length=rules.LONGEST_PATH, description="The path of a safetensors, GGUF, ONNX, NumPy, PyTorch or pickle file.")
    ],
    revision: Annotated[str, Query(max_length=200, description="A branch, a tag or a commit.")] = rules.MAIN,
) -> Response:
    """What a model's file holds, read from its header: tensors, its own words, the graph of an ONNX file, and what loading a pickle would
    call. Nothing is loaded."""
    store = desk_of(request).store
    kind = next(kind for kind, word in rules.KINDS.items() if word == kinds)

    def find(session: Session, actor: kit.Actor) -> tuple[str, storage.Entry]:
        place = queries.get(session, kind, namespace, name, viewer=actor)
        check_open(session, place.asset, actor, file)
        commit = queries.get_commit(session, place, revision)
        return commit.id, contents.get_entry(store, commit, file)

    commit, entry = await web.reading(request, find)
    if not looking.is_model(entry.path):
        raise weights.NoModelFile
    told = await run_in_threadpool(looking.look, store, entry.sha256, entry.path, entry.size)
    return web.json_answer(
        HeaderOut(
            file=entry.path, commit=commit, form=told.form, state=told.state.value, parameters=told.parameters,
            tensors_in_all=told.tensors_in_all, metadata=dict(told.metadata), tensors=_tensors(told.tensors), inputs=_tensors(told.inputs),
            outputs=_tensors(told.outputs), operators=dict(told.operators), calls=list(told.calls),
            findings=[FindingOut(state=each.state.value, what=each.what, where=each.where, at=each.at) for each in told.findings],
        )
    )  # fmt: skip


def _tensors(found: Any) -> list[TensorOut]:
    return [TensorOut(name=each.name, type=each.type, shape=list(each.shape), bytes=each.bytes) for each in found]


router.add_api_route("/{kinds}/{namespace}/{name}/header", show_header, methods=["GET"], response_model=HeaderOut)
