# SPDX-License-Identifier: Apache-2.0
"""What every file of the tree owes."""

import re
from pathlib import Path

from house import tree

COMMENTED = {".css", ".html", ".js", ".mjs", ".py", ".toml", ".yaml", ".yml", ".sh", ".cfg", ".mako"}
LINE = "SPDX-License-Identifier: Apache-2.0"
# Put together here, so that this file does not name them itself.
HOSTS = ["pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs", "deb" + r"\.debian", "index" + r"\.crates"]
REGISTRIES = re.compile("|".join(HOSTS), re.IGNORECASE)
MACHINE = re.compile("|".join(["/" + "work/", "/" + "farm/", "bash" + "_jobs", "/" + "root/"]))
PICTURES = {".png", ".ico", ".woff2"}


def readable() -> list[Path]:
    return [path for path in tree.files() if path.suffix not in PICTURES]


def ours() -> list[Path]:
    return [path for path in readable() if not path.is_relative_to("examples")]


def said(path: Path) -> str:
    return (tree.ROOT / path).read_text(encoding="utf-8", errors="replace")


def test_every_file_of_ours_names_its_licence_in_its_first_lines() -> None:
    owing = [path for path in ours() if path.suffix in COMMENTED or path.name in {"Makefile", "run"}]
    assert owing
    assert [str(path) for path in owing if said(path) and LINE not in "\n".join(said(path).splitlines()[:2])] == []


def test_no_file_names_a_registry() -> None:
    assert [str(path) for path in readable() if REGISTRIES.search(said(path))] == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert [str(path) for path in readable() if MACHINE.search(said(path))] == []


def test_nothing_is_left_open_in_the_source() -> None:
    open_ends = re.compile(r"\b(TODO(?!.*#\d)|FIXME|XXX|NotImplementedError)\b")
    assert [str(path) for path in tree.under("src", ".py") if open_ends.search(tree.text(path))] == []


def test_a_locked_file_is_not_a_copy_of_somebodys_settings() -> None:
    for lock in (path for path in tree.files() if path.name.endswith(".lock") or path.name == "package-lock.json"):
        assert "://" not in re.sub(r'"(url|funding)": ?"[^"]*"', "", tree.text(lock)), lock
        assert "file:" not in tree.text(lock), lock


def test_every_test_is_a_sentence() -> None:
    short = []
    for path in tree.under("tests", ".py"):
        short += [f"{path} {name}" for name in re.findall(r"def (test_\w+)", tree.text(path)) if name.count("_") < 3]
    assert short == []


def test_the_list_of_exemptions_has_three_kinds_and_says_why() -> None:
    assert all(len(why) > 20 for kind in ("untyped", "warnings", "generated") for why in tree.exempt(kind).values())
    assert all((tree.ROOT / what).exists() for what in tree.exempt("generated"))
