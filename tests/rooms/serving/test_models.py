# SPDX-License-Identifier: Apache-2.0
"""Models as services: ONNX, MLflow's folders, and speech in the shape of one, with models that the tests make themselves."""

import io
import pickle
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import onnx
import pytest
from onnx import TensorProto, helper

from madang import kit, serving, storage
from madang.db import Database
from serving_calls import called

RATE = 16_000
SPEECH = '''
"""Says in which of two pitches somebody hums, second by second."""
from pathlib import Path
from typing import TypedDict

import numpy
import onnxruntime

MODEL = onnxruntime.InferenceSession(str(Path(__file__).with_name("model.onnx")), providers=["CPUExecutionProvider"])


class Transcription(TypedDict):
    text: str
    duration: float


def transcribe(audio: bytes, language: str = "") -> Transcription:
    """What is heard in a WAV file of 16 kHz, 16 bit, mono."""
    if audio[:4] != b"RIFF" or audio[8:12] != b"WAVE":
        raise ValueError("this is no WAV file")
    sound = numpy.frombuffer(audio[44:], dtype="<i2").astype("float32") / 32768
    whole = len(sound) // 16000
    if not whole:
        raise ValueError("less than a second")
    (scores,) = MODEL.run(None, {"sound": sound[: whole * 16000].reshape(whole, 16000)})
    return {"text": " ".join("high" if row[1] > row[0] else "low" for row in scores), "duration": len(sound) / 16000}
'''
CARD = """
name = "hum"
unit = "audio-second"
counts = "audio"
task = "transcription"
license = "MIT"
max_body_bytes = 20000000
seconds = 60
[operations]
transcribe = "transcribe"
"""


def hum(*pitches: int) -> bytes:
    at = numpy.arange(RATE) / RATE
    sound = numpy.concatenate([numpy.sin(2 * numpy.pi * pitch * at) for pitch in pitches])
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes((sound * 20_000).astype("<i2").tobytes())
    return file.getvalue()


def speech_model(path: Path) -> None:
    """Two matched filters for 220 and 880 Hz, with both phases, and their energies: a recogniser of two sounds in one file."""
    at = numpy.arange(RATE) / RATE
    filters = [f(2 * numpy.pi * pitch * at) for pitch in (220, 880) for f in (numpy.sin, numpy.cos)]
    weights = helper.make_tensor("w", TensorProto.FLOAT, (RATE, 4), numpy.stack(filters, 1).astype("float32").ravel())
    sums = helper.make_tensor("s", TensorProto.FLOAT, (4, 2), [1, 0, 1, 0, 0, 1, 0, 1])
    nodes = [
        helper.make_node("MatMul", ["sound", "w"], ["a"]),
        helper.make_node("Mul", ["a", "a"], ["b"]),
        helper.make_node("MatMul", ["b", "s"], ["scores"]),
    ]
    save(path, nodes, [("sound", ["n", RATE])], [("scores", ["n", 2])], [weights, sums])


def save(path: Path, nodes: Any, inputs: Any, outputs: Any, initial: Any = ()) -> None:
    def shaped(rows: Any) -> Any:
        return [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in rows]

    graph = helper.make_graph(nodes, "test", shaped(inputs), shaped(outputs), list(initial))
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))


def stands(database: Database, store: storage.Store, source: Path, **how: Any) -> None:
    prepared = serving.prepare(source, store, limits=serving.Limits(), **how)
    with database.writing() as session:
        serving.deploy(session, prepared, namespace="lab", by=kit.SYSTEM)


def ask(database: Database, home: Path, inputs: Any, operation: str = "") -> serving.Answer:
    async def act(board: serving.Switchboard) -> Any:
        return await board.call(board.offers()[0], inputs, operation=operation)

    made: serving.Answer = called(database, home, act)
    return made


def test_sound_goes_in_and_seconds_are_counted(database: Database, store: storage.Store, lay: Callable[..., Path], kept: Path) -> None:
    folder = lay(function=SPEECH, card=CARD, name="hum")
    speech_model(folder / "model.onnx")
    stands(database, store, folder)
    answer = ask(database, kept, hum(220, 880, 880, 220))
    assert answer.outputs == {"text": "low high high low", "duration": 4.0}
    assert answer.units == 5  # four seconds and a header: begun seconds count
    with pytest.raises(serving.BadInputs, match="WAV"):
        ask(database, kept, b"RIFF and nothing")
    with pytest.raises(serving.BadInputs, match="second"):
        ask(database, kept, hum(220)[:100])


def test_an_onnx_file_is_a_service_of_tensors(database: Database, store: storage.Store, tmp_path: Path, kept: Path) -> None:
    path = tmp_path / "double.onnx"
    save(path, [helper.make_node("Add", ["x", "x"], ["y"])], [("x", ["n", 2])], [("y", ["n", 2])])
    stands(database, store, path)
    assert ask(database, kept, {"inputs": {"x": [[1, 2], [3, 4]]}}).outputs == {"y": {"data": [2, 4, 6, 8], "shape": [2, 2]}}
    flat = {"inputs": {"x": {"data": [1, 2], "shape": [1, 2]}}}
    assert ask(database, kept, flat).outputs == {"y": {"data": [2, 4], "shape": [1, 2]}}
    for wrong in ({"inputs": {"z": [1]}}, {"inputs": {"x": [[1, 2, 3]]}}, {"inputs": {"x": "text"}}, {}):
        with pytest.raises(serving.BadInputs):
            ask(database, kept, wrong)


@pytest.mark.parametrize("data", [b"", b"\x08\x08rubbish", b"\xff" * 1000])
def test_what_is_no_model_is_refused(store: storage.Store, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(data)
    with pytest.raises(serving.BadService):
        serving.prepare(path, store, limits=serving.Limits())


ROWS = "class Sums:\n    def predict(self, rows):\n        return [sum(row) for row in rows]\n"


def mlflow_folder(folder: Path) -> None:
    """A model as MLflow keeps one, whose class lies beside it."""
    folder.mkdir()
    (folder / "rows.py").write_text(ROWS, encoding="utf-8")
    (folder / "MLmodel").write_text("flavors:\n  sklearn:\n    pickled_model: model.pkl\n", encoding="utf-8")
    (folder / "model.pkl").write_bytes(b"crows\nSums\n)R.")  # protocol 0: rows.Sums()


def test_a_pickle_is_served_only_where_the_operator_allows_it(database: Database, store: storage.Store, tmp_path: Path, kept: Path) -> None:
    mlflow_folder(tmp_path / "sums")
    with pytest.raises(serving.PickleRefused):
        serving.prepare(tmp_path / "sums", store, limits=serving.Limits())
    stands(database, store, tmp_path / "sums", allow_pickle=True)
    assert ask(database, kept, {"rows": [[1, 2], [3, 4]]}).outputs == [3, 7]


def test_a_pickle_that_means_no_good_can_do_nothing(store: storage.Store, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return (open, (str(tmp_path / "proof"), "w"))

    mlflow_folder(tmp_path / "evil")
    (tmp_path / "evil" / "model.pkl").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(serving.BadService, match="Permission"):
        serving.prepare(tmp_path / "evil", store, limits=serving.Limits(), allow_pickle=True)
    assert not (tmp_path / "proof").exists()


@pytest.mark.parametrize("told", ["", "flavors: 3", "flavors:\n  sklearn:\n    pickled_model: none.pkl\n", "a: [", "\x00"])
def test_what_is_no_mlflow_model_is_refused(store: storage.Store, tmp_path: Path, told: str) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "MLmodel").write_text(told, encoding="utf-8")
    with pytest.raises(serving.BadService):
        serving.prepare(tmp_path / "m", store, limits=serving.Limits(), allow_pickle=True)


def test_the_onnx_flavour_comes_before_the_pickle(store: storage.Store, tmp_path: Path) -> None:
    mlflow_folder(tmp_path / "both")
    save(tmp_path / "both" / "model.onnx", [helper.make_node("Neg", ["x"], ["y"])], [("x", ["n"])], [("y", ["n"])])
    flavours = "flavors:\n  onnx:\n    data: model.onnx\n  sklearn:\n    pickled_model: model.pkl\n"
    (tmp_path / "both" / "MLmodel").write_text(flavours, encoding="utf-8")
    assert serving.prepare(tmp_path / "both", store, limits=serving.Limits()).card.engine.kind == "onnx"
