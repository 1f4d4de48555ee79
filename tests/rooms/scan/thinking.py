# SPDX-License-Identifier: Apache-2.0
"""What hypothesis makes files for the scan of: licence texts with faults, and everything that trips up whoever reads text."""

import random
from pathlib import Path

from hypothesis import strategies as st
from licensedcode import models

from rooms.scan.conftest import MIT

ENDINGS = (
    "", ".txt", ".c", ".py", ".js", ".min.js", ".js.map", ".html", ".xml", ".json", ".md", ".pdf", ".so", ".zip", ".gz", ".png", ".po",
    ".sh", ".svg", ".spec", ".rst", ".dat",
)  # fmt: skip
MANIFESTS = (
    "package.json", "package-lock.json", "yarn.lock", "setup.py", "setup.cfg", "pyproject.toml", "PKG-INFO", "requirements.txt", "pom.xml",
    "Cargo.toml", "Cargo.lock", "go.mod", "go.sum", "Gemfile.lock", "a.gemspec", "composer.json", "conan.py", "conanfile.py", "a.podspec",
    "pubspec.yaml", "a.nuspec", "build.gradle", "META.yml", "DESCRIPTION", "debian/control", "debian/copyright", "Dockerfile", "BUILD",
    "MANIFEST.MF", "conda.yaml", "a.opam", "Chart.yaml", "README.chromium", "a.about", "LICENSE", "COPYING", "NOTICE",
)  # fmt: skip
WORDS = (
    "Copyright (c) 2020 Example Institute", "© 2019-2021", "SPDX-License-Identifier:", "MIT", "GPL-2.0-only WITH", "Apache-2.0 OR (",
    "see the LICENSE file", "Licensed under the Apache License, Version 2.0", "All rights reserved.", "@author somebody", "저작권",
    "http://www.gnu.org/licenses/", "permission is hereby granted", "GNU General Public License", "/*", "*/", "//", "#", "<!--", "-->",
    '"""', "\\n", "\x00", "\ufeff", "\u202e", "é", "ﬁ", "&copy;", "<s>", "(((", "]]]", "{", "}", "\r", "\x0b", "\x85", "\u2028", "a" * 400,
)  # fmt: skip
CODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp949", "euc-kr", "latin-1", "shift_jis", "gb18030", "utf-7", "cp037")


def licence_texts() -> list[str]:
    """A few real texts, short and long."""
    names = ("apache-2.0_", "bsd-new_", "gpl-2.0_", "lgpl-2.1_", "mpl-1.1_", "cc-by-4.0_")
    rules = sorted(path for name in names for path in Path(models.rules_data_dir).glob(f"{name}[0-9].RULE"))
    return [MIT, *(path.read_text(encoding="utf-8").partition("\n---\n")[2][:6000] for path in rules)]


TEXTS = licence_texts()


@st.composite
def torn(draw: st.DrawFn) -> str:
    """A licence's text with words lost, doubled, swapped and strewn with others."""
    words = draw(st.sampled_from(TEXTS)).split(" ")
    chance = random.Random(draw(st.integers(0, 1 << 32)))
    for _number in range(chance.randint(0, 12)):
        at = chance.randrange(len(words))
        words[at : at + chance.randint(0, 3)] = chance.choices([*WORDS, words[at], words[at].upper()], k=chance.randint(0, 2)) or [""]
    front = draw(st.sampled_from(("", "# ", " * ", "// ", "\t", "> ", "dnl ", "%% ")))
    return "\n".join(front + line for line in " ".join(words).splitlines())


def repeated(most: int) -> st.SearchStrategy[str]:
    """One thing, or two in turn, so often that whoever compares each with each is lost."""
    things = st.sampled_from((*WORDS, "license ", "copyright ", "the ", "a,", "( ", "\n", "x", "/* ", "<a>", "MIT License ", "gpl "))
    return st.builds(lambda one, other, times: (one + other) * times, things, st.one_of(st.just(""), things), st.integers(1, most))


def written(text: str, coding: str) -> bytes:
    """``text`` in that coding as far as it goes, and its broken letters as bytes."""
    return text.encode(coding, "backslashreplace")


def contents(most: int) -> st.SearchStrategy[bytes]:
    """Bytes of files, of at most some hundred times ``most``."""
    text = st.one_of(torn(), repeated(most), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), st.text(max_size=300))
    coded = st.builds(written, text.map(lambda each: each.encode("utf-8", "replace").decode()), st.sampled_from(CODINGS))
    halves = st.builds(lambda surrogate: b"\xff\xfe" + surrogate.encode("utf-16-le", "surrogatepass"), st.text(min_size=1, max_size=50))
    starts = st.sampled_from(
        (b"", b"%PDF-1.4\n", b"PK\x03\x04", b"\x1f\x8b\x08", b"\x7fELF\x02", b"MZ", b"<?xml version='1.0'?>", b"{\\rtf1", b"{")
    )
    return st.one_of(
        coded,
        halves,
        st.builds(lambda start, body: start + body, starts, st.binary(max_size=600)),
        st.builds(lambda parts: b"\n".join(parts), st.lists(coded, min_size=2, max_size=4)),
        st.builds(lambda body, at: body[:at] + b"\0" + body[at:], coded, st.integers(0, 300)),
    )


def names() -> st.SearchStrategy[str]:
    """A file's name: an ending that means something, or a manifest's."""
    return st.one_of(st.sampled_from(ENDINGS).map(lambda ending: f"file{ending}"), st.sampled_from(MANIFESTS))
