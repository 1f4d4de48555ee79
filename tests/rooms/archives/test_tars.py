# SPDX-License-Identifier: Apache-2.0
import bz2
import gzip
import io
import lzma
import os
import random
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from madang import archives
from madang.kit import Refusal

COATS: dict[archives.Kind, Callable[[bytes], bytes]] = {
    archives.Kind.TAR: bytes,
    archives.Kind.TAR_GZ: gzip.compress,
    archives.Kind.TAR_BZ2: bz2.compress,
    archives.Kind.TAR_XZ: lzma.compress,
    archives.Kind.TAR_ZST: zstandard.compress,
}


def entry(name: str, content: bytes = b"", **facts: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for fact, value in facts.items():
        setattr(info, fact, value)
    return info, content


def tar(*entries: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=form, encoding="utf-8", errors="surrogateescape") as made:
        for info, content in entries:
            made.addfile(info, io.BytesIO(content))
    return raw.getvalue()


def refused(data: bytes, tmp_path: Path, limits: archives.Limits | None = None) -> Refusal:
    room = tmp_path / "room"
    room.mkdir(exist_ok=True)
    (tmp_path / "a").write_bytes(data)
    with pytest.raises((archives.ArchiveRefused, archives.LimitExceeded)) as caught:
        archives.unpack(tmp_path / "a", room / "out", limits=limits)
    assert list(room.iterdir()) == []
    return caught.value


def opened(data: bytes, tmp_path: Path) -> Path:
    (tmp_path / "a").write_bytes(data)
    archives.unpack(tmp_path / "a", tmp_path / "out")
    return tmp_path / "out"


@pytest.mark.parametrize("kind", COATS)
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_kind_of_tar_opens_whole_whatever_its_name(kind: archives.Kind, form: int, tmp_path: Path) -> None:
    content = random.Random(7).randbytes(900_000)
    data = COATS[kind](tar(entry("top", type=tarfile.DIRTYPE), entry("top/a", content), entry("top/한글", b"", mode=0o755), form=form))
    (tmp_path / "a.zip").write_bytes(data)
    assert archives.kind_of(tmp_path / "a.zip") is kind
    done = archives.unpack(tmp_path / "a.zip", tmp_path / "out")
    assert (done.files, done.bytes, done.root_name) == (2, 900_000, "top")
    assert (tmp_path / "out/top/a").read_bytes() == content
    assert stat.S_IMODE((tmp_path / "out/top/한글").stat().st_mode) & 0o100


@pytest.mark.parametrize("kind", [kind for kind in COATS if kind is not archives.Kind.TAR])
def test_packed_streams_after_each_other_are_one(kind: archives.Kind, tmp_path: Path) -> None:
    whole = tar(entry("a", b"x" * 5000))
    data = COATS[kind](whole[:2000]) + COATS[kind](whole[2000:])
    assert (opened(data, tmp_path) / "a").read_bytes() == b"x" * 5000


def test_a_gzip_padded_with_zeros_opens_and_one_with_more_behind_does_not(tmp_path: Path) -> None:
    data = gzip.compress(tar(entry("a", b"x")))
    assert (opened(data + b"\0" * 70_000, tmp_path) / "a").exists()
    assert refused(data + b"more", tmp_path).code == "archive-damaged"


@pytest.mark.parametrize(
    "data", [b"", b"plain text", b"\0" * 10240, os.urandom(600), gzip.compress(b"no tar"), b"\x1f\x8bbroken", b"BZh9broken"]
)
def test_what_is_no_archive_is_refused_with_what_is_accepted(data: bytes, tmp_path: Path) -> None:
    refusal = refused(data, tmp_path)
    assert isinstance(refusal, archives.NotAnArchive)
    assert archives.ACCEPTED in str(refusal)


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(archives.NotAnArchive):
        archives.kind_of(tmp_path)


@pytest.mark.parametrize("kind", COATS)
def test_a_tar_cut_off_anywhere_is_refused(kind: archives.Kind, tmp_path: Path) -> None:
    data = COATS[kind](tar(entry("a", os.urandom(1500)), entry("b" * 150, b"y"), form=tarfile.GNU_FORMAT))
    # A zstd frame may be cut in its last checksum or an unneeded last block; the tar inside is whole then.
    end = len(data) - 9_000 if kind is archives.Kind.TAR else len(data) - 16
    for length in range(1, end, 61):
        assert refused(data[:length], tmp_path).code in {"archive-damaged", "not-an-archive"}


@pytest.mark.parametrize("kind", [archives.Kind.TAR_GZ, archives.Kind.TAR_BZ2, archives.Kind.TAR_XZ])
def test_a_wrong_checksum_at_the_very_end_is_damage(kind: archives.Kind, tmp_path: Path) -> None:
    data = bytearray(COATS[kind](tar(entry("a", os.urandom(100)))))
    data[-7] ^= 0xFF
    assert refused(bytes(data), tmp_path).code == "archive-damaged"


def test_a_header_that_is_broken_in_the_middle_is_damage_and_not_the_end(tmp_path: Path) -> None:
    data = bytearray(tar(entry("a", b"x" * 512), entry("b", b"y" * 512)))
    data[1024 + 20] ^= 0xFF
    assert refused(bytes(data), tmp_path).code == "archive-damaged"


def test_bytes_turned_anywhere_never_do_worse_than_a_refusal(tmp_path: Path) -> None:
    chance = random.Random(11)
    whole = tar(
        entry("a" * 120, b"x" * 700),
        entry("b", type=tarfile.SYMTYPE, linkname="c"),
        entry("한글" * 40, b"y", pax_headers={"comment": "c"}),
    )
    for turn in range(400):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(4000)] = chance.randrange(256)
        (tmp_path / "a").write_bytes(data)
        try:
            archives.unpack(tmp_path / "a", tmp_path / f"out{turn}")
        except (archives.ArchiveRefused, archives.LimitExceeded):
            assert not (tmp_path / f"out{turn}").exists()


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:\\x", "..\\x"])
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_names_that_point_out_are_refused(name: str, form: int, tmp_path: Path) -> None:
    assert refused(tar(entry(name, b"x"), form=form), tmp_path).code == "unsafe-name"


def test_a_zero_byte_in_a_pax_name_and_a_file_without_a_name_are_refused(tmp_path: Path) -> None:
    assert refused(tar(entry("a", b"x", pax_headers={"path": "a\0b"})), tmp_path).code == "unsafe-name"
    assert refused(tar(entry(".", b"x")), tmp_path).code == "unsafe-name"


def test_names_in_broken_letters_are_kept(tmp_path: Path) -> None:
    name = os.fsdecode("한글".encode("cp949") + b"\xff\n")
    assert [path.name for path in opened(tar(entry(name, b"x"), form=tarfile.GNU_FORMAT), tmp_path).iterdir()] == [name]


def test_links_inside_are_kept_and_never_followed(tmp_path: Path) -> None:
    data = tar(
        entry("d/l", type=tarfile.SYMTYPE, linkname="../there"),
        entry("round", type=tarfile.SYMTYPE, linkname="round"),
        entry("self", type=tarfile.SYMTYPE, linkname="d/./l"),
    )
    out = opened(data, tmp_path)
    assert {path.name: str(path.readlink()) for path in (out / "d/l", out / "round", out / "self")} == {
        "l": "../there",
        "round": "round",
        "self": "d/l",
    }


@pytest.mark.parametrize("target", ["../x", "/etc/passwd", "a/../../x", "."])
def test_a_link_out_is_refused(target: str, tmp_path: Path) -> None:
    data = tar(entry("a", type=tarfile.DIRTYPE), entry("l", type=tarfile.SYMTYPE, linkname=target))
    if target == ".":
        assert opened(data, tmp_path).is_dir()
    else:
        assert refused(data, tmp_path).code == "link-out"


def test_a_link_that_leads_out_only_through_another_is_refused(tmp_path: Path) -> None:
    data = tar(entry("d/e", type=tarfile.SYMTYPE, linkname=".."), entry("x", type=tarfile.SYMTYPE, linkname="d/e/../up"))
    assert refused(data, tmp_path).code == "link-out"


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    data = tar(entry("l", type=tarfile.SYMTYPE, linkname="d"), entry("l/x", b"x"))
    assert refused(data, tmp_path).code == "duplicate-name"


def test_a_hard_link_becomes_a_copy_of_its_own(tmp_path: Path) -> None:
    data = tar(
        entry("a", b"x", mode=0o755),
        entry("b", type=tarfile.LNKTYPE, linkname="./a"),
        entry("s", type=tarfile.SYMTYPE, linkname="a"),
        entry("t", type=tarfile.LNKTYPE, linkname="s"),
    )
    out = opened(data, tmp_path)
    assert ((out / "b").read_bytes(), (out / "b").stat().st_nlink) == (b"x", 1)
    assert (out / "b").stat().st_mode & 0o100
    assert str((out / "t").readlink()) == "a"


@pytest.mark.parametrize(("target", "code"), [("../x", "link-out"), ("/etc/passwd", "link-out"), ("gone", "archive-inconsistent")])
def test_a_hard_link_out_or_to_nothing_is_refused(target: str, code: str, tmp_path: Path) -> None:
    assert refused(tar(entry("b", type=tarfile.LNKTYPE, linkname=target)), tmp_path).code == code


def test_hard_links_are_counted_as_the_bytes_that_they_become(tmp_path: Path) -> None:
    copies = [entry(f"c{number}", type=tarfile.LNKTYPE, linkname="a") for number in range(20)]
    refusal = refused(tar(entry("a", b"x" * 1000), *copies), tmp_path, archives.Limits(max_total_bytes=10_000))
    assert refusal.values["setting"] == "MADANG_MAX_TOTAL_BYTES"


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_a_device_is_refused(kind: bytes, tmp_path: Path) -> None:
    assert refused(tar(entry("d", type=kind)), tmp_path).code == "special-file"


def test_an_entry_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    assert refused(tar(entry("d", type=b"V")), tmp_path).code == "archive-unsupported"


def test_the_same_name_twice_is_refused_but_a_folder_may_be_named_again(tmp_path: Path) -> None:
    assert refused(tar(entry("a", b"1"), entry("./a", b"2")), tmp_path).code == "duplicate-name"
    folder = entry("d", type=tarfile.DIRTYPE)
    assert (opened(tar(folder, entry("d/a", b"1"), folder), tmp_path) / "d/a").exists()


def test_a_sparse_file_is_as_large_as_it_says(tmp_path: Path) -> None:
    headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "90000,3", "GNU.sparse.size": "100000"}
    data = tar(entry("s", b"end", pax_headers=headers))
    assert (opened(data, tmp_path) / "s").read_bytes() == b"\0" * 90_000 + b"end" + b"\0" * 9_997
    limits = archives.Limits(ratio_floor_bytes=1000, max_ratio=5)
    assert refused(data, tmp_path, limits).values["setting"] == "MADANG_MAX_RATIO"


def test_a_packed_tar_that_grows_without_measure_is_refused(tmp_path: Path) -> None:
    data = gzip.compress(tar(entry("a", b"\0" * 3_000_000)))
    refusal = refused(data, tmp_path, archives.Limits(ratio_floor_bytes=1_000_000))
    assert refusal.values["setting"] == "MADANG_MAX_RATIO"


def test_a_huge_extended_header_is_refused_without_reading_it_whole(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 4 * 1024**3
    data = gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) + b"9" * 3_000_000)
    assert refused(data, tmp_path).code == "archive-damaged"


def test_headers_stacked_without_end_are_refused(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 0
    assert refused(gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) * 5000), tmp_path).code == "archive-damaged"


def test_a_tar_without_files_is_refused(tmp_path: Path) -> None:
    assert refused(tar(entry("d", type=tarfile.DIRTYPE)), tmp_path).code == "archive-empty"


def test_an_xz_that_asks_for_too_much_memory_is_refused(tmp_path: Path) -> None:
    picture = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}]
    data = bytearray(lzma.compress(tar(entry("a", b"x")), filters=picture))
    assert refused(bytes(data), tmp_path).code in {"archive-damaged", "not-an-archive"}


def test_a_zstd_that_asks_for_too_much_memory_is_refused(tmp_path: Path) -> None:
    packer = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters(window_log=29)).compressobj()
    assert refused(packer.compress(tar(entry("a", b"x"))) + packer.flush(), tmp_path).code == "not-an-archive"


def test_a_folder_named_without_end_is_counted_and_can_be_stopped(tmp_path: Path) -> None:
    again = entry("d", type=tarfile.DIRTYPE)[0].tobuf(tarfile.USTAR_FORMAT)
    data = zstandard.compress(again * 300_000)
    assert len(data) < 20_000
    assert refused(data, tmp_path, archives.Limits(max_files=1000)).values["setting"] == "MADANG_MAX_FILES"
    asked = iter(range(50))
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(archives.Stopped):
        archives.unpack(tmp_path / "a", tmp_path / "out", stop=lambda: next(asked, None) is None)
    assert not (tmp_path / "out").exists()


def nothing(kind: str, size: int) -> bytes:
    """About ``size`` bytes of tar that become no file."""
    header = tarfile.TarInfo("x")
    if kind == "zeros":
        return tar(entry("a", b"x"))[:1024] + b"\0" * size
    if kind == "content of a folder":
        header.type, header.size = tarfile.DIRTYPE, size
        return header.tobuf(tarfile.GNU_FORMAT) + b"\0" * size
    name = b"27 path=" + b"d" * 18 + b"\n"
    body = name + b"485 comment=" + b"c" * 472 + b"\n"
    header.type, header.size = tarfile.XHDTYPE, len(body)
    folder = tarfile.TarInfo("d")
    folder.type = tarfile.DIRTYPE
    one = header.tobuf(tarfile.USTAR_FORMAT) + body + folder.tobuf(tarfile.USTAR_FORMAT)
    return one * (size // len(one))


@pytest.mark.parametrize("kind", ["zeros", "content of a folder", "extended headers"])
@pytest.mark.parametrize("coat", [kind for kind in COATS if kind is not archives.Kind.TAR])
def test_bytes_that_become_no_file_are_bounded_too(kind: str, coat: archives.Kind, tmp_path: Path) -> None:
    data = COATS[coat](nothing(kind, 3_000_000))
    assert refused(data, tmp_path, archives.Limits(ratio_floor_bytes=1_000_000)).values["setting"] == "MADANG_MAX_RATIO"
    assert refused(data, tmp_path, archives.Limits(max_total_bytes=1_000_000)).values["setting"] == "MADANG_MAX_TOTAL_BYTES"


@pytest.mark.parametrize("coat", [kind for kind in COATS if kind is not archives.Kind.TAR])
def test_stop_is_asked_also_while_nothing_becomes_a_file(coat: archives.Kind, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(COATS[coat](nothing("content of a folder", 3_000_000)))
    asked = iter(range(5))
    with pytest.raises(archives.Stopped):
        archives.unpack(tmp_path / "a", tmp_path / "out", stop=lambda: next(asked, None) is None)


def test_stop_is_asked_also_while_nothing_comes_out_of_the_coat(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(tar(entry("a", b"x"))) + b"\0" * 3_000_000)
    asked = iter(range(20))
    with pytest.raises(archives.Stopped):
        archives.unpack(tmp_path / "a", tmp_path / "out", stop=lambda: next(asked, None) is None)


@pytest.mark.parametrize("kind", [kind for kind in COATS if kind is not archives.Kind.TAR])
def test_thousands_of_packed_streams_after_each_other_open(kind: archives.Kind, tmp_path: Path) -> None:
    whole = tar(entry("a", b"x"))
    data = COATS[kind](whole[:700]) + COATS[kind](b"") * 3000 + COATS[kind](whole[700:])
    assert (opened(data, tmp_path) / "a").read_bytes() == b"x"


def test_empty_streams_before_the_first_block_are_not_looked_through_without_end(tmp_path: Path) -> None:
    assert refused(gzip.compress(b"") * 110_000 + gzip.compress(tar(entry("a", b"x"))), tmp_path).code == "not-an-archive"


def test_many_extended_headers_of_one_entry_are_refused(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XGLTYPE, 600_000
    line = b"600000 comment=" + b"c" * (600_000 - 16) + b"\n"
    one = header.tobuf(tarfile.USTAR_FORMAT) + line.ljust(600_064, b"\0")
    whole = tar(entry("a", b"x"))
    assert (opened(one + whole, tmp_path) / "a").exists()
    assert refused(one + one + whole, tmp_path).code == "archive-damaged"


def test_facts_for_all_entries_are_bounded(tmp_path: Path) -> None:
    def made(count: int) -> bytes:
        raw = io.BytesIO()
        facts = {f"k{number}": "v" for number in range(count)}
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT, pax_headers=facts) as tar:
            tar.addfile(entry("a")[0])
        return raw.getvalue()

    assert (opened(made(900), tmp_path) / "a").exists()
    assert refused(made(1100), tmp_path).code == "archive-damaged"
