# SPDX-License-Identifier: Apache-2.0
import struct

import pytest

from madang import archives
from madang.archives.names import extra_fields, safe_path, zip_name


def test_what_just_fits_is_taken() -> None:
    limits = archives.Limits(max_name_bytes=259, max_depth=3)
    name = b"a/b/" + b"c" * 255
    assert safe_path(name, limits) == name
    for tighter in (archives.Limits(max_name_bytes=258), archives.Limits(max_depth=2)):
        with pytest.raises(archives.LimitExceeded):
            safe_path(name, tighter)
    with pytest.raises(archives.UnsafeName):
        safe_path(name + b"c", archives.Limits())


def test_empty_parts_and_dots_fall_away() -> None:
    assert safe_path(b"./a//b/./c/", archives.Limits()) == b"a/b/c"
    assert safe_path(b"./", archives.Limits()) == b""


def test_a_drive_is_a_plain_name_where_there_are_none() -> None:
    assert safe_path(b"c:x", archives.Limits(), drives=False) == b"c:x"
    with pytest.raises(archives.UnsafeName):
        safe_path(b"c:x", archives.Limits())


def test_extra_fields_may_be_empty_and_end_where_they_break() -> None:
    assert extra_fields(struct.pack("<HHHH", 1, 0, 2, 0)) == [(1, b""), (2, b"")]
    assert extra_fields(struct.pack("<HHH", 1, 0, 2)) == [(1, b"")]
    assert extra_fields(struct.pack("<HHB", 1, 2, 0)) == []


@pytest.mark.parametrize(
    "extra", [struct.pack("<HHB", 0x7075, 1, 1), struct.pack("<HHBL", 0x7075, 5, 1, 0), struct.pack("<HHBLB", 0x7075, 6, 2, 0, 65)]
)
def test_a_short_or_newer_unicode_name_is_not_believed(extra: bytes) -> None:
    assert zip_name(b"plain", is_utf8=False, extra=extra) == b"plain"
