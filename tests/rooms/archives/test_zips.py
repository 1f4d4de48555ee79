# SPDX-License-Identifier: Apache-2.0
import bz2
import lzma
import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
import zstandard

from madang import archives
from madang.kit import Refusal
from rooms.archives.zipmaker import Part, Zip, deflated

SMALL = archives.Limits(ratio_floor_bytes=1000, max_ratio=10)


def refused(path: Path, tmp_path: Path, limits: archives.Limits | None = None) -> Refusal:
    """The refusal that opening gives; nothing is left behind."""
    room = tmp_path / "room"
    room.mkdir()
    with pytest.raises((archives.ArchiveRefused, archives.LimitExceeded)) as caught:
        archives.unpack(path, room / "out", limits=limits)
    assert list(room.iterdir()) == []
    return caught.value


def opened(made: Zip, tmp_path: Path) -> Path:
    archives.unpack(made.write(tmp_path / "a.zip"), tmp_path / "out")
    return tmp_path / "out"


def test_a_zip_from_the_standard_library_opens_whole(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("top/a.txt", "하나")
        made.writestr("top/deep/b.bin", os.urandom(700_000), zipfile.ZIP_DEFLATED)
        made.writestr("top/c.txt", "c" * 5000, zipfile.ZIP_BZIP2)
        made.writestr("top/d.txt", "d" * 5000, zipfile.ZIP_LZMA)
        made.mkdir("top/empty")
    done = archives.unpack(tmp_path / "a.zip", tmp_path / "out")
    assert (done.files, done.root_name, done.skipped) == (4, "top", ())
    with zipfile.ZipFile(tmp_path / "a.zip") as made:
        for name in ("top/a.txt", "top/deep/b.bin", "top/c.txt", "top/d.txt"):
            assert (tmp_path / "out" / name).read_bytes() == made.read(name)
    assert (tmp_path / "out/top/empty").is_dir()
    assert done.bytes == sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file())


def test_a_zip64_and_a_streamed_zip_open(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made, made.open("big", "w", force_zip64=True) as file:
        file.write(b"x" * 100)
    assert archives.unpack(tmp_path / "a.zip", tmp_path / "out").bytes == 100
    late = Zip([Part(b"late", b"y" * 50, flags=8, local_checksum=0)], zip64=True).write(tmp_path / "late.zip")
    assert archives.unpack(late, tmp_path / "late").bytes == 50


def test_zip64_sizes_come_from_the_extra_field(tmp_path: Path) -> None:
    extra = struct.pack("<HHQQQL", 1, 28, 3, 3, 0, 0)
    part = Part(b"a", b"abc", extra=extra, size=0xFFFFFFFF, packed_size=0xFFFFFFFF, offset=0xFFFFFFFF, disk=0xFFFF)
    assert (opened(Zip([part]), tmp_path) / "a").read_bytes() == b"abc"


def test_zip64_sizes_that_are_missing_are_damage(tmp_path: Path) -> None:
    part = Part(b"a", b"abc", size=0xFFFFFFFF)
    assert refused(Zip([part]).write(tmp_path / "a.zip"), tmp_path).code == "archive-damaged"


def test_a_zstd_entry_opens(tmp_path: Path) -> None:
    content = b"zstd " * 1000
    part = Part(b"z", content, method=93, packed=zstandard.compress(content))
    assert (opened(Zip([part]), tmp_path) / "z").read_bytes() == content


def test_an_lzma_entry_without_an_end_mark_opens(tmp_path: Path) -> None:
    content = b"lzma " * 1000
    picture = {"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": 1 << 16}
    packed = b"\x09\x14\x05\x00" + bytes([(2 * 5 + 0) * 9 + 3]) + struct.pack("<L", 1 << 16)
    packed += lzma.compress(content, lzma.FORMAT_RAW, filters=[picture])
    assert (opened(Zip([Part(b"l", content, method=14, packed=packed)]), tmp_path) / "l").read_bytes() == content


@pytest.mark.parametrize("packed", [b"\x09\x14\x05", b"\x09\x14\x05\x00\xff\0\0\0\0", b"\x09\x14\x09\x00\x5d\0\0\1\0"])
def test_a_broken_lzma_head_is_damage(packed: bytes, tmp_path: Path) -> None:
    assert refused(Zip([Part(b"l", b"x", method=14, packed=packed)]).write(tmp_path / "a.zip"), tmp_path).code == "archive-damaged"


def test_an_unknown_method_is_refused(tmp_path: Path) -> None:
    assert refused(Zip([Part(b"a", b"x", method=9)]).write(tmp_path / "a.zip"), tmp_path).code == "archive-unsupported"


def test_the_right_to_run_stays_and_all_other_rights_go(tmp_path: Path) -> None:
    out = opened(Zip([Part(b"run", b"x", mode=0o104777), Part(b"plain", b"x", mode=0o100600), Part(b"dos", b"x", system=0)]), tmp_path)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()}
    assert modes["run"] & 0o7700 == 0o700
    assert modes["plain"] & 0o7700 == 0o600
    assert modes["dos"] & 0o7700 == 0o600


def test_korean_names_are_read_as_korean_windows_and_others_write_them(tmp_path: Path) -> None:
    name = "한글 문서.txt"
    info_zip = struct.pack("<HHBL", 0x7075, 5 + len(name.encode()) + 2, 1, zlib.crc32(b"seen")) + b"u-" + name.encode()
    made = Zip(
        [
            Part(name.encode("cp949"), b"1", system=0),
            Part(b"m-" + name.encode(), b"2"),
            Part(b"f-" + name.encode(), b"3", flags=1 << 11),
            Part(b"seen", b"4", extra=info_zip),
        ]
    )
    assert {path.name for path in opened(made, tmp_path).iterdir()} == {name, f"m-{name}", f"f-{name}", f"u-{name}"}


def test_names_that_are_no_korean_are_cp437_and_false_utf8_stays_as_it_is(tmp_path: Path) -> None:
    made = Zip([Part(b"caf\x82.txt", b"1"), Part(b"bad-\xff\xfe", b"2", flags=1 << 11)])
    assert {os.fsencode(path.name) for path in opened(made, tmp_path).iterdir()} == {"café.txt".encode(), b"bad-\xff\xfe"}


def test_an_info_zip_name_for_another_name_is_not_believed(tmp_path: Path) -> None:
    extra = struct.pack("<HHBL", 0x7075, 8, 1, zlib.crc32(b"other")) + b"new"
    broken = struct.pack("<HH", 0x7075, 900)
    assert {path.name for path in opened(Zip([Part(b"a", extra=extra), Part(b"b", extra=broken)]), tmp_path).iterdir()} == {"a", "b"}


def test_a_name_with_a_newline_is_kept(tmp_path: Path) -> None:
    assert [path.name for path in opened(Zip([Part(b"a\nb", b"x")]), tmp_path).iterdir()] == ["a\nb"]


def test_backslashes_from_windows_are_slashes(tmp_path: Path) -> None:
    assert (opened(Zip([Part(b"a\\b.txt", b"x", system=0)]), tmp_path) / "a/b.txt").read_bytes() == b"x"


@pytest.mark.parametrize(
    "name",
    [b"../x", b"a/../../x", b"/etc/x", b"C:/x", b"c:x", b"..\\x", b"a\\..\\..\\x", b"\\x", b"a\0b", b"..", b".", b"./"],
)
@pytest.mark.parametrize("system", [0, 3])
def test_names_that_point_out_are_refused(name: bytes, system: int, tmp_path: Path) -> None:
    made = Zip([Part(name, b"x" if not name.endswith(b"/") else b"", system=system), Part(b"good", b"x")])
    if name == b"./":
        assert [path.name for path in opened(made, tmp_path).iterdir()] == ["good"]
    else:
        assert refused(made.write(tmp_path / "a.zip"), tmp_path).code == "unsafe-name"


def test_a_link_that_stays_inside_is_kept_as_a_link(tmp_path: Path) -> None:
    out = opened(Zip([Part(b"a/l", b"../b", mode=0o120777), Part(b"b", b"x")]), tmp_path)
    assert str((out / "a/l").readlink()) == "../b"


@pytest.mark.parametrize("target", [b"../x", b"/etc/passwd", b"a/../../x", b"", b"x\0y"])
def test_a_link_out_is_refused(target: bytes, tmp_path: Path) -> None:
    made = Zip([Part(b"l", target, mode=0o120777), Part(b"b", b"x")])
    assert refused(made.write(tmp_path / "a.zip"), tmp_path).code == "link-out"


def test_a_link_with_a_huge_target_is_refused(tmp_path: Path) -> None:
    made = Zip([Part(b"l", b"a" * 5000, mode=0o120777)])
    assert refused(made.write(tmp_path / "a.zip"), tmp_path).code == "archive-inconsistent"


@pytest.mark.parametrize("kind", [stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_a_device_is_refused(kind: int, tmp_path: Path) -> None:
    assert refused(Zip([Part(b"d", mode=kind | 0o666)]).write(tmp_path / "a.zip"), tmp_path).code == "special-file"


def test_the_same_name_twice_is_refused_but_another_case_is_another_name(tmp_path: Path) -> None:
    assert refused(Zip([Part(b"a", b"1"), Part(b"./a", b"2")]).write(tmp_path / "a.zip"), tmp_path).code == "duplicate-name"
    assert len(list(opened(Zip([Part(b"a", b"1"), Part(b"A", b"2")]), tmp_path).iterdir())) == 2


@pytest.mark.parametrize("second", [Part(b"a/b", b"x"), Part(b"a/"), Part(b"a/b/")])
@pytest.mark.parametrize("first", [Part(b"a", b"x"), Part(b"a", b"b", mode=0o120777)])
def test_a_file_or_link_that_is_also_a_folder_is_refused(first: Part, second: Part, tmp_path: Path) -> None:
    assert refused(Zip([first, second]).write(tmp_path / "a.zip"), tmp_path).code == "duplicate-name"


def test_a_folder_that_is_also_a_file_is_refused(tmp_path: Path) -> None:
    assert refused(Zip([Part(b"a/b", b"x"), Part(b"a", b"x")]).write(tmp_path / "a.zip"), tmp_path).code == "duplicate-name"


def test_a_folder_with_bytes_is_refused(tmp_path: Path) -> None:
    assert refused(Zip([Part(b"a/", b"x")]).write(tmp_path / "a.zip"), tmp_path).code == "archive-inconsistent"


@pytest.mark.parametrize("part", [Part(b"a", b"x", flags=1), Part(b"a", b"x", flags=65), Part(b"a", b"x", method=99)])
def test_a_locked_zip_is_refused(part: Part, tmp_path: Path) -> None:
    assert refused(Zip([part]).write(tmp_path / "a.zip"), tmp_path).code == "archive-encrypted"


def test_an_entry_locked_only_in_its_own_header_is_refused(tmp_path: Path) -> None:
    assert refused(Zip([Part(b"a", b"x", local_flags=1)]).write(tmp_path / "a.zip"), tmp_path).code == "archive-encrypted"


def test_a_zip_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = Zip([Part(b"a", b"x" * 40), Part(b"b", b"y" * 40)]).write(tmp_path / "a.zip").read_bytes()
    for length in range(4, len(whole)):
        (tmp_path / "cut.zip").write_bytes(whole[:length])
        with pytest.raises(archives.Damaged):
            archives.unpack(tmp_path / "cut.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_bytes_after_the_end_and_before_the_start_are_refused(tmp_path: Path) -> None:
    assert refused(Zip([Part(b"a", b"x")], after=b"more").write(tmp_path / "a.zip"), tmp_path).code == "archive-damaged"
    (tmp_path / "room").rmdir()
    shifted = Zip([Part(b"a", b"x", offset=0)], before=b"PK\x03\x04more", shift=8)
    assert refused(shifted.write(tmp_path / "a.zip"), tmp_path).code == "archive-inconsistent"
    (tmp_path / "room").rmdir()
    hidden = Zip([Part(b"a", b"x")], before=b"PK\x03\x04more")
    assert refused(hidden.write(tmp_path / "a.zip"), tmp_path).code == "archive-inconsistent"


def test_a_zip_with_a_comment_and_room_between_opens(tmp_path: Path) -> None:
    assert (opened(Zip([Part(b"a", b"x")], comment=b"said", between=b"room"), tmp_path) / "a").exists()


@pytest.mark.parametrize(
    "lie",
    [
        Part(b"a", b"x", local_name=b"b"),
        Part(b"a", b"x", local_method=8),
        Part(b"a", b"x", local_checksum=1),
        Part(b"a", b"x" * 99, size=98),
        Part(b"a", b"x" * 99, size=100),
        Part(b"a", b"x", checksum=7),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(lie: Part, tmp_path: Path) -> None:
    assert refused(Zip([lie]).write(tmp_path / "a.zip"), tmp_path).code == "archive-inconsistent"


def test_entries_inside_each_other_are_refused(tmp_path: Path) -> None:
    inner = Zip([Part(b"b", b"y")]).write(tmp_path / "inner.zip").read_bytes()[:32]
    nested = Zip([Part(b"a", inner), Part(b"b", b"y", offset=31)])
    assert refused(nested.write(tmp_path / "a.zip"), tmp_path).code == "archive-inconsistent"


def test_two_directory_entries_for_the_same_data_are_refused(tmp_path: Path) -> None:
    made = Zip([Part(b"a", b"x"), Part(b"a", b"x", offset=0)])
    assert refused(made.write(tmp_path / "a.zip"), tmp_path).code == "archive-inconsistent"


def test_data_that_runs_into_the_directory_is_refused(tmp_path: Path) -> None:
    made = Zip([Part(b"a", b"x", packed_size=30)])
    assert refused(made.write(tmp_path / "a.zip"), tmp_path).code == "archive-inconsistent"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_count_of_entries_that_is_not_true_is_refused(count: int, tmp_path: Path) -> None:
    made = Zip([Part(b"a", b"x"), Part(b"b", b"x")], count=count)
    assert refused(made.write(tmp_path / "a.zip"), tmp_path).code in {"archive-inconsistent", "archive-damaged"}


def test_a_zip64_record_that_says_something_else_is_refused(tmp_path: Path) -> None:
    made = Zip([Part(b"a", b"x")], zip64=True, zip64_count=2)
    assert refused(made.write(tmp_path / "a.zip"), tmp_path).code == "archive-inconsistent"


def test_a_zip64_record_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = Zip([Part(b"a", b"x")], zip64=True).write(tmp_path / "a.zip")
    path.write_bytes(path.read_bytes().replace(b"PK\x06\x06", b"PK\x06\x09"))
    assert refused(path, tmp_path).code == "archive-inconsistent"


@pytest.mark.parametrize("mark", [b"PK\x01\x02", b"PK\x03\x04"])
def test_a_header_without_its_mark_is_refused(mark: bytes, tmp_path: Path) -> None:
    path = Zip([Part(b"z", b"x"), Part(b"a", b"x")]).write(tmp_path / "a.zip")
    whole = path.read_bytes()
    at = whole.rindex(mark)
    path.write_bytes(whole[:at] + b"PKxx" + whole[at + 4 :])
    assert refused(path, tmp_path).code == "archive-damaged"


def test_a_zip_in_several_parts_is_refused(tmp_path: Path) -> None:
    assert refused(Zip([Part(b"a", b"x", disk=1)]).write(tmp_path / "a.zip"), tmp_path).code == "archive-unsupported"
    (tmp_path / "room").rmdir()
    path = Zip([Part(b"a", b"x")]).write(tmp_path / "a.zip")
    whole = bytearray(path.read_bytes())
    whole[-18] = 1
    path.write_bytes(whole)
    assert refused(path, tmp_path).code == "archive-unsupported"


def test_an_offset_behind_the_end_is_refused(tmp_path: Path) -> None:
    made = Zip([Part(b"z", b"x"), Part(b"a", b"x", offset=90_000)])
    assert refused(made.write(tmp_path / "a.zip"), tmp_path).code == "archive-damaged"


def test_a_directory_entry_longer_than_the_directory_is_refused(tmp_path: Path) -> None:
    path = Zip([Part(b"a", b"x")]).write(tmp_path / "a.zip")
    whole = bytearray(path.read_bytes())
    at = whole.rindex(b"PK\x01\x02")
    whole[at + 32] = 200
    path.write_bytes(whole)
    assert refused(path, tmp_path).code == "archive-damaged"


@pytest.mark.parametrize(("method", "pack"), [(8, deflated), (12, bz2.compress)])
def test_packed_data_that_is_broken_or_too_long_is_refused(method: int, pack: object, tmp_path: Path) -> None:
    assert callable(pack)
    content = os.urandom(3000)
    packed = pack(content)
    for wrong in (packed[:-20], packed + b"more", b"\xff" * 50, b""):
        path = Zip([Part(b"a", content, method=method, packed=wrong)]).write(tmp_path / "a.zip")
        with pytest.raises(archives.Damaged):
            archives.unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_zip_without_files_is_refused(tmp_path: Path) -> None:
    assert refused(Zip().write(tmp_path / "a.zip"), tmp_path).code == "archive-empty"
    (tmp_path / "room").rmdir()
    assert refused(Zip([Part(b"a/")]).write(tmp_path / "a.zip"), tmp_path).code == "archive-empty"


def test_a_zip_that_grows_without_measure_is_refused_by_what_comes_not_by_what_it_says(tmp_path: Path) -> None:
    content = b"\0" * 100_000
    honest = Zip([Part(b"a", content, method=8, packed=deflated(content))]).write(tmp_path / "a.zip")
    refusal = refused(honest, tmp_path, SMALL)
    assert refusal.values["setting"] == "MADANG_MAX_RATIO"
    (tmp_path / "room").rmdir()
    lying = Zip([Part(b"a", content, method=8, packed=deflated(content), size=10)]).write(tmp_path / "a.zip")
    assert refused(lying, tmp_path, SMALL).code == "archive-inconsistent"


@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        (archives.Limits(max_archive_bytes=100), "MADANG_MAX_ARCHIVE_BYTES"),
        (archives.Limits(max_files=1), "MADANG_MAX_FILES"),
        (archives.Limits(max_total_bytes=1000), "MADANG_MAX_TOTAL_BYTES"),
        (archives.Limits(max_file_bytes=999), "MADANG_MAX_FILE_BYTES"),
        (archives.Limits(max_depth=2), "MADANG_MAX_DEPTH"),
        (archives.Limits(max_name_bytes=4), "MADANG_MAX_NAME_BYTES"),
    ],
)
def test_each_limit_is_named_in_its_refusal(limits: archives.Limits, setting: str, tmp_path: Path) -> None:
    path = Zip([Part(b"a/b/c", b"x" * 1000), Part(b"d", b"x")]).write(tmp_path / "a.zip")
    refusal = refused(path, tmp_path, limits)
    assert isinstance(refusal, archives.LimitExceeded)
    assert setting in str(refusal)
    assert str(refusal.values["limit"]) in str(refusal)


def test_folders_count_as_files_do(tmp_path: Path) -> None:
    path = Zip([Part(b"a/b/c/d/e/f", b"x")]).write(tmp_path / "a.zip")
    assert refused(path, tmp_path, archives.Limits(max_files=5)).values["setting"] == "MADANG_MAX_FILES"


def test_a_single_name_that_no_disk_takes_is_refused(tmp_path: Path) -> None:
    assert refused(Zip([Part(b"a" * 256, b"x")]).write(tmp_path / "a.zip"), tmp_path).code == "unsafe-name"


def test_a_single_long_line_is_no_bomb(tmp_path: Path) -> None:
    content = b"a" * 30_000_000
    path = Zip([Part(b"a", content, method=8, packed=deflated(content))]).write(tmp_path / "a.zip")
    assert archives.unpack(path, tmp_path / "out").bytes == len(content)


def test_extra_fields_larger_than_any_honest_one_are_damage(tmp_path: Path) -> None:
    fits, large = (struct.pack("<HH", 0x5455, size) + b"x" * size for size in (4092, 4093))
    assert (opened(Zip([Part(b"a", b"abc", extra=fits)]), tmp_path) / "a").exists()
    assert refused(Zip([Part(b"a", b"abc", extra=large)]).write(tmp_path / "b.zip"), tmp_path).code == "archive-damaged"


def test_stop_is_asked_while_the_directory_is_read(tmp_path: Path) -> None:
    path = Zip([Part(b"%d" % number) for number in range(100)]).write(tmp_path / "a.zip")
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) == 50

    with pytest.raises(archives.Stopped):
        archives.unpack(path, tmp_path / "out", stop=stop)
    assert len(asked) == 50
