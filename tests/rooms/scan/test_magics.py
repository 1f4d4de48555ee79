# SPDX-License-Identifier: Apache-2.0
"""libmagic says the same of a file whether it is asked everything or only what can be."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

PIECES = [
    b"class Foo", b"  module Bar", b"class foo", b".include <x>", b".BEGIN", b".endif", b"SUBDIRS = a", b"VPATH=.", b".PRECIOUS: x",
    b".TH a", b".SH", b"all: x", b"CFLAGS=-O", b"LDFLAGS=-s", b"% SiSU master", b"SiSU 2.0", b"% sisu-1.0", b": a ( x -- y ) b ;",
    b"( a -- b )", b" ( a -- b ) ", b": x", b"; y", b"\x08REF x", b"\x08FLEX [", b"\x08MODE x", b"PROC x", b"(ns ^{:", b"(ns a",
    b"(defn- x", b"(defn x", b"  BEGIN { x }", b"BEGIN", b"MAX=12,13", b"(;FF[4]GM[1]", b"(;ff[4]gm[1]", b"import java.util.List;",
    b"import os", b"\t.globl x", b"  .text", b".file \"a\"", b"  .type x", b".asciiz", b".byte 1", b".even", b"P12.1234.5678.9",
    b"a\tb\tc\td\te\tf\tg\th\ti\tj\tk\tl\tm", b"<!DOCTYPE html>", b"<HTML>", b"<title>x", b"<style >", b"<script >", b"<a  href=x>",
    b"#!/bin/sh", b"#! /usr/bin/env python", b"<?xml version", b"def f():", b"#include <stdio.h>", b"struct x", b"extern", b"=pod",
    b"=head1 x", b"msgid \"a\"", b"--- a", b"+++ b", b"# comment", b"", b"\\documentstyle", b"\\section{x}", b"begin 644 x",
    b"From: a", b"Subject: b", b"C     FORTRAN", b"      program x", b"0\r", b"\x00", b"\xff\xfe", "한글".encode(), b"\xb0\xa1",
    b"id=ImageMagick", b"Constant  Story", b"x" * 300, b"p", b"\r\n",
]  # fmt: skip
"""What libmagic's table asks for in texts, and what comes near it."""


@pytest.fixture(scope="module")
def detectors() -> dict[int, object]:
    """ScanCode's own, for the description and for the media type."""
    from typecode import magic2

    return {flags: magic2.Detector(flags) for flags in (magic2.DETECT_TYPE, magic2.DETECT_MIME)}


def test_the_table_here_is_one_that_is_known() -> None:
    from madang.scan import magics

    table = magics._table()
    assert table is not None
    assert len(table.questions) > 150


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12), end=st.sampled_from([b"\n", b"\r\n", b" ", b"\n\n"]), far=st.booleans())
def test_every_text_is_of_the_kind_that_scancode_says(
    detectors: dict[int, object], tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], end: bytes, far: bool
) -> None:
    from madang.scan import magics

    path = tmp_path_factory.getbasetemp() / "magic-sample"
    path.write_bytes((b"x = 1\n" * 1360 if far else b"") + end.join(pieces))
    magics.forget()
    for flags, theirs in detectors.items():
        said = (theirs.get(str(path)) or b"").decode("ascii", "ignore")  # type: ignore[attr-defined]
        assert magics.detect(str(path), flags) == " ".join(said.split())


def test_a_table_of_another_make_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typecode import magic2

    from madang.scan import magics

    with pytest.raises(ValueError, match="not a table"):
        magics.Table(bytes(magics.SIZE))
    monkeypatch.setattr(magics, "_table", lambda: None)
    (tmp_path / "a.txt").write_text("words\n")
    assert magics.detect(str(tmp_path / "a.txt"), magic2.DETECT_MIME) == "text/plain"


@pytest.mark.parametrize("data", [b"\x00x", b"\xff\xfea", b"\xb0\xa1", b"x" * ((1 << 20) + 1)])
def test_nothing_is_struck_out_where_signs_may_stand_otherwise(tmp_path: Path, data: bytes) -> None:
    from madang.scan import magics

    (tmp_path / "odd").write_bytes(data)
    assert magics.readable(tmp_path / "odd") is None
    assert magics.readable(tmp_path / "missing") is None
