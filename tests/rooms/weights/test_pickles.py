# SPDX-License-Identifier: Apache-2.0
"""Pickles are read and never loaded: none that can run something is called clean, and what people make every day is."""

import argparse
import collections
import datetime
import decimal
import io
import pathlib
import pickle
import pickletools
import struct
import tracemalloc
import uuid
import zipfile
from typing import Any

import numpy as np
import pytest

from madang import weights
from madang.weights import State, pickles
from madang.weights import zipped as zipped_room

SENTINEL = "/var/tmp/madang-sentinel-of-hostile-models"
GADGETS = [
    ("os", "system"), ("posix", "system"), ("nt", "system"), ("subprocess", "Popen"), ("subprocess", "check_output"), ("builtins", "eval"),
    ("builtins", "exec"), ("builtins", "__import__"), ("builtins", "getattr"), ("builtins", "open"), ("builtins", "compile"),
    ("__builtin__", "eval"), ("runpy", "_run_code"), ("pty", "spawn"), ("socket", "create_connection"), ("shutil", "rmtree"),
    ("importlib", "import_module"), ("pip", "main"), ("pip._internal.cli.main", "main"), ("ctypes", "CDLL"), ("webbrowser", "open"),
    ("urllib.request", "urlopen"), ("requests.api", "get"), ("http.client", "HTTPConnection"), ("code", "InteractiveInterpreter"),
    ("timeit", "timeit"), ("bdb", "Bdb"), ("pdb", "run"), ("cProfile", "run"), ("profile", "run"), ("trace", "Trace"),
    ("pydoc", "pipepager"), ("idlelib.pyshell", "ModifiedInterpreter.runcode"), ("lib2to3.pgen2.pgen", "ParserGenerator"),
    ("ensurepip", "_run_pip"), ("distutils.file_util", "write_file"), ("multiprocessing.util", "spawnv_passfds"),
    ("asyncio.unix_events", "_UnixSubprocessTransport"), ("_osx_support", "_read_output"), ("_aix_support", "_read_cmd_output"),
    ("operator", "attrgetter"), ("operator", "methodcaller"), ("functools", "reduce"), ("types", "FunctionType"), ("types", "CodeType"),
    ("marshal", "loads"), ("pickle", "loads"), ("_pickle", "loads"), ("cloudpickle", "loads"), ("dill", "loads"), ("joblib", "load"),
    ("torch", "load"), ("torch.hub", "load"), ("torch.jit", "load"), ("torch.utils.cpp_extension", "load_inline"),
    ("torch.utils.bottleneck.__main__", "run_cprofile"), ("torch._dynamo.guards", "GuardBuilder.get"),
    ("torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression"), ("torch._inductor.codecache", "compile_file"),
    ("torch.distributed.rpc", "rpc_sync"),
    ("numpy.testing._private.utils", "runstring"), ("numpy", "load"), ("numpy.f2py.crackfortran", "getlincoef"), ("pandas", "read_pickle"),
    ("logging.config", "_resolve"), ("linecache", "getlines"), ("fileinput", "FileInput"), ("io", "open"), ("_io", "FileIO"),
    ("codecs", "open"), ("tempfile", "NamedTemporaryFile"), ("glob", "glob"), ("zipfile", "ZipFile"), ("tarfile", "open"),
    ("sqlite3", "connect"), ("smtplib", "SMTP"), ("ftplib", "FTP"), ("signal", "raise_signal"), ("threading", "Thread"),
    ("_thread", "start_new_thread"), ("atexit", "register"), ("collections", "namedtuple"), ("inspect", "getattr_static"),
    ("platform", "popen"), ("commands", "getoutput"), ("popen2", "popen2"), ("site", "execsitecustomize"), ("sys", "exit"),
    ("gc", "get_objects"), ("doctest", "testmod"), ("unittest", "main"), ("test.support", "run_unittest"), ("tkinter", "Tcl"),
    ("xmlrpc.client", "ServerProxy"), ("IPython", "embed"), ("setuptools", "setup"), ("yaml", "unsafe_load"), ("ray", "init"),
    ("mlflow", "run"), ("somebody.unheard.of", "function"), ("collections", "abc.sys.modules"), ("torch.nn.modules", "os.system"),
    ("torch.nn.modules.linear", "os"), ("numpy", "core.os.system"), ("builtins", "dict.fromkeys"),
]  # fmt: skip
KNOWN_UNKNOWN = {"ray", "mlflow", "somebody.unheard.of", "torch.nn.modules", "torch.nn.modules.linear", "numpy", "collections", "builtins"}


def look(data: bytes, name: str = "model.pkl") -> weights.Facts:
    return weights.look(io.BytesIO(data), name=name, size=len(data))


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def called(module: str, name: str, way: str) -> bytes:
    """A pickle that calls this with a command when it is loaded."""
    command = text(f"touch {SENTINEL}")
    if way == "protocol 0":
        return f"c{module}\n{name}\n(S'touch {SENTINEL}'\ntR.".encode()
    if way == "global":
        return b"\x80\x02c" + f"{module}\n{name}\n".encode() + b"(" + command + b"tR."
    if way == "inst":
        return b"\x80\x02(" + command + f"i{module}\n{name}\n".encode() + b"."
    if way == "obj":
        return b"\x80\x02(c" + f"{module}\n{name}\n".encode() + command + b"o."
    if way == "stack global":
        return b"\x80\x04" + text(module) + text(name) + b"\x93(" + command + b"tR."
    if way == "by memo":
        return b"\x80\x04" + text(module) + b"\x940" + text(name) + b"\x940h\x00h\x01\x93(" + command + b"tR."
    if way == "broken behind it":
        return b"\x80\x04" + text(module) + text(name) + b"\x93(" + command + b"tR\xff\xff\xff"
    if way == "second pickle":
        return pickle.dumps({"weights": [1.0]}) + called(module, name, "global")
    assert way == "hidden in a dictionary"
    inner = b"c" + f"{module}\n{name}\n".encode() + b"(" + command + b"tR"
    return b"\x80\x02}(" + text("weights") + inner + b"u."


WAYS = ["protocol 0", "global", "inst", "obj", "stack global", "by memo", "broken behind it", "second pickle", "hidden in a dictionary"]


@pytest.mark.parametrize("gadget", GADGETS, ids=".".join)
def test_no_pickle_that_calls_something_is_clean_however_it_is_written(gadget: tuple[str, str]) -> None:
    for way in WAYS:
        if way in ("protocol 0", "global", "inst", "obj") and "\n" in "".join(gadget):
            continue
        told = look(called(*gadget, way))
        worst = State.UNKNOWN if gadget[0] in KNOWN_UNKNOWN else State.UNSAFE
        assert told.state.rank >= worst.rank, (way, told)
        assert ".".join(gadget) in told.calls, way
        inside = zipped({"archive/data.pkl": called(*gadget, way), "archive/version": b"3"})
        assert look(inside, "model.pt").state.rank >= worst.rank, way
    assert not pathlib.Path(SENTINEL).exists()


def zipped(parts: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return made.getvalue()


def test_a_name_that_is_put_together_while_loading_is_unsafe() -> None:
    joined = b"\x80\x04cbuiltins\nstr\n(" + text("os") + b"tR" + text("system") + b"\x93."
    assert look(joined).state is State.UNSAFE
    by_bytes = b"\x80\x04C\x02osC\x06system\x93."
    assert look(by_bytes).state is State.UNSAFE
    assert look(b"\x80\x02\x82\x01.").state is State.UNKNOWN  # the registry of extensions


BENIGN: list[Any] = [
    {"a": [1, 2.5, None, True], "b": ("x", b"y"), 3: {1, 2}}, collections.OrderedDict(a=1), collections.defaultdict(list, a=[1]),
    np.arange(12, dtype="float32").reshape(3, 4), {"w": np.ones(3), "s": np.float64(1.5), "i": np.int64(2)}, np.random.default_rng(1),
    np.random.RandomState(1), datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC), decimal.Decimal("1.5"), uuid.UUID(int=1),
    argparse.Namespace(lr=0.1), frozenset({1}), bytearray(b"abc"), complex(1, 2), range(3), slice(1, 2), pathlib.PurePosixPath("a/b"),
    [np.array(["가", "나"], dtype=object)], np.ma.masked_array([1, 2], [False, True]), "텍스트" * 1000, list(range(10_000)), 1 << 4000,
]  # fmt: skip


@pytest.mark.parametrize("protocol", range(6))
def test_what_people_save_every_day_is_clean(protocol: int) -> None:
    for value in BENIGN:
        told = look(pickle.dumps(value, protocol=protocol))
        assert told.state is State.CLEAN, (value, told)
        for optimised in (pickletools.optimize(pickle.dumps(value, protocol=protocol)),):
            assert look(optimised).state is State.CLEAN


def test_state_dictionaries_as_pytorch_writes_them_are_clean() -> None:
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"K\x04tQ"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00K\x02K\x02\x86K\x02K\x01\x86\x89ccollections\nOrderedDict\n)RtR"
    data = b"\x80\x02ccollections\nOrderedDict\n)R(" + text("layer.weight") + tensor + b"u."
    whole = b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81}" + text("weight") + tensor + b"sb."
    for pickled in (data, whole):
        told = look(zipped({"archive/data.pkl": pickled, "archive/data/0": b"\x80\x02" * 8, "archive/version": b"3\n"}), "model.pt")
        assert told.state is State.CLEAN, told
        assert told.form == "PyTorch"
    legacy = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + pickle.dumps({"little_endian": True}, 2) + data
    assert look(legacy + pickle.dumps(["0"], 2) + b"\0" * 24, "model.bin").state is State.CLEAN


def test_zip_files_that_contradict_themselves_are_not_clean() -> None:
    clean = pickle.dumps({})
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a/data.pkl", called("os", "system", "global"))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a/data.pkl", clean)
    assert look(made.getvalue(), "m.pt").state is State.UNSAFE
    good = zipped({"a/data.pkl": clean})
    assert look(good[:-10], "m.pt").state is State.UNKNOWN
    assert look(good.replace(b"a/data.pkl", b"b/data.pkl", 1), "m.pt").state is State.UNKNOWN  # two names for one part
    encrypted = bytearray(good)
    encrypted[6] |= 1
    encrypted[encrypted.rindex(b"PK\x01\x02") + 8] |= 1
    assert look(bytes(encrypted), "m.pt").state is State.UNKNOWN
    spoilt = good.replace(clean, clean[:-1] + b"!")
    assert look(spoilt, "m.pt").state is State.UNKNOWN
    assert look(zipped({"a/code/__torch__.py": b"x", "a/data.pkl": clean}), "m.pt").state is State.UNKNOWN
    assert look(zipped({"x": b"y"}), "m.pt").state is State.PLAIN


def test_a_bomb_in_a_zip_and_a_long_pickle_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped_room, "MOST_UNPACKED", 1 << 20)
    bomb = zipped({"a/data.pkl": b"\x80\x02" + b"N0" * (4 << 20) + b"N."}, zipfile.ZIP_DEFLATED)
    assert look(bomb, "m.pt").state is State.UNKNOWN
    monkeypatch.setattr(pickles, "MOST_OPCODES", 1000)
    assert look(b"\x80\x02" + b"N0" * 1000 + b"N.").state is State.UNKNOWN
    assert look(b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7f" + b"x").state is State.UNKNOWN  # 9 exabytes are told of
    assert look(b"\x80\x02\x8b\xff\xff\xff\x7f").state is State.UNKNOWN


@pytest.mark.parametrize(
    "data", [b"", b".", b"\x80", b"\x80\x02", b"\x80\x02.", b"0.", b"\x80\x02t.", b"\x80\x02h\x05.", b"I1\x00\n.", b"c\n\n.",
    b"7z\xbc\xaf'\x1c",
    b"\x80\x02c\xff\xfe\n\n.", b"(" * 1000, b"\x80\x02" + b"9" * 1000, bytes(range(256))],
)  # fmt: skip
def test_what_is_no_whole_pickle_is_not_clean(data: bytes) -> None:
    assert look(data, "model.bin").state.rank >= State.UNKNOWN.rank


def test_arrays_of_objects_are_pickles(tmp_path: pathlib.Path) -> None:
    plain, objects = tmp_path / "a.npy", tmp_path / "b.npy"
    np.save(plain, np.ones((2, 3), dtype="float32"))
    np.save(objects, np.array([{"a": 1}, "x"], dtype=object), allow_pickle=True)
    told = look(plain.read_bytes(), "a.npy")
    assert (told.state, told.tensors[0].shape, told.parameters) == (State.PLAIN, (2, 3), 6)
    assert look(objects.read_bytes(), "b.npy").state is State.CLEAN
    header = objects.read_bytes()[:128]
    assert look(header + called("os", "system", "stack global"), "b.npy").state is State.UNSAFE
    packed = tmp_path / "c.npz"
    np.savez(packed, x=np.ones(2), y=np.zeros((3, 3)))
    told = look(packed.read_bytes(), "c.npz")
    assert (told.state, told.form, told.parameters) == (State.PLAIN, "NumPy", 11)
    hostile = zipped({"x.npy": header + called("os", "system", "global")})
    assert look(hostile, "c.npz").state is State.UNSAFE
    for wrong in (b"\x93NUMPY\x01\x00\xff\xff{}", b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16, b"\x93NUMPY\x02\x00\xff\xff\xff\xff"):
        with pytest.raises(weights.BadHeader):
            look(wrong, "x.npy")


def test_every_row_of_the_table_is_used_and_nothing_is_said_twice() -> None:
    rows = list(pickles.every_name())
    assert len(rows) > 200
    for module, name, state in rows:
        assert state in (State.CLEAN, State.UNSAFE)
        assert pickles.state_of(module, "Any" if name == "A*" else "anything_else" if name == "*" else name) is state, (module, name)


def test_long_values_are_passed_over_in_little_memory(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "large.pkl"
    with path.open("wb") as file:
        pickle.dump({"w": np.zeros(60_000_000, dtype="uint8"), "after": datetime.date(2024, 1, 1)}, file, protocol=4)
    tracemalloc.start()
    try:
        with path.open("rb") as file:
            told = weights.look(file, name="large.pkl", size=path.stat().st_size)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert told.state is State.CLEAN
    assert "datetime.date" in told.calls
    hidden = path.read_bytes()[:-1] + b"cos\nsystem\n."
    assert look(hidden).state is State.UNSAFE
    inside = zipped({"a/data.pkl": hidden})
    assert look(inside, "m.pt").state is State.UNSAFE
    assert look(zipped({"a/data.pkl": path.read_bytes()}), "m.pt").state is State.CLEAN
