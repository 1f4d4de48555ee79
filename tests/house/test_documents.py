# SPDX-License-Identifier: Apache-2.0
"""What the documents say is so."""

import re
from pathlib import Path

import pytest

import generate
from house import tree
from madang.cli import commands
from madang.kit import Role

MAKEFILE = tree.text(Path("Makefile"))
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
PAGES = [path for path in tree.files() if path.suffix == ".md" and not path.is_relative_to("examples/licence-conflict")]
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def code(path: Path) -> str:
    return "\n".join(CODE.findall(tree.text(path)))


@pytest.mark.parametrize("name", sorted(generate.PAGES))
def test_a_generated_page_says_what_the_code_says(name: str) -> None:
    written = (tree.ROOT / "docs" / name).read_text()
    assert written == generate.PAGES[name](), f"docs/{name} is behind: make docs"


def test_every_make_command_that_a_page_names_is_there() -> None:
    named = {(str(path), word) for path in PAGES for word in re.findall(r"\bmake ([a-z][a-z-]*)", code(path))}
    assert named
    assert [pair for pair in sorted(named) if pair[1] not in TARGETS] == []


def test_every_make_command_is_told_somewhere() -> None:
    told = MAKEFILE.split("SHELL :=")[0] + "".join(tree.text(path) for path in PAGES) + tree.text(Path(".ci/run"))
    assert [target for target in sorted(TARGETS - {"help", "check-static"}) if f"make {target}" not in told] == []


def test_every_command_that_a_page_names_is_there() -> None:
    named = {
        (str(path), word) for path in PAGES for word in re.findall(r"(?<!from )(?<![./\w])(?:\.venv/bin/)?madang ([a-z]+)\b", code(path))
    }
    assert named
    assert [pair for pair in sorted(named) if pair[1] not in commands.table] == []


def test_both_readmes_show_the_same_commands_and_lead_to_the_same_pages() -> None:
    english, korean = tree.text(Path("README.md")), tree.text(Path("README.ko.md"))
    steps = [re.sub(r"\s+#.*", "", block) for block in re.findall(r"```sh\n(.*?)```", english, re.DOTALL)]
    assert [re.sub(r"\s+#.*", "", block) for block in re.findall(r"```sh\n(.*?)```", korean, re.DOTALL)] == steps
    links = re.compile(r"\]\(([^)]+)\)")
    assert set(links.findall(english)) - {"README.ko.md"} == set(links.findall(korean)) - {"README.md"}
    assert english.count("\n## ") == korean.count("\n## ")


def test_every_link_between_files_leads_somewhere() -> None:
    broken = []
    for path in PAGES:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", re.sub(r"```.*?```", "", tree.text(path), flags=re.DOTALL)):
            if "://" not in target and not (tree.ROOT / path.parent / target).exists():
                broken.append(f"{path}: {target}")
    assert broken == []


def test_decisions_are_numbered_without_holes() -> None:
    records = [path for path in tree.under("docs/decisions", ".md") if path.name != "README.md"]
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = tree.text(path)
        assert text.startswith(f"# {int(path.name[:4])}. ")
        assert all(f"**{part}.**" in text for part in ("Decided", "Why", "Costs", "Would change it")), path


def test_the_vocabulary_has_the_words_of_the_house() -> None:
    vocabulary = tree.text(Path("docs/vocabulary.md"))
    words = {role.word for role in Role if role is not Role.VISITOR} | {
        "private",
        "inner",
        "partner",
        "open",
        "asset",
        "version",
        "verdict",
    }
    assert [word for word in sorted(words) if not re.search(rf"\b{word}\b", vocabulary)] == []
    listed = re.findall(r"^\| ([^|]+?) +\|", vocabulary, re.MULTILINE)
    words_only = [word for word in listed if word != "word" and not word.startswith("-")]
    assert len(words_only) == len(set(words_only))


def test_the_architecture_names_every_room() -> None:
    text = tree.text(Path("docs/architecture.md"))
    assert [room for room in tree.rooms() if not re.search(rf"\b{room}\b", text)] == []


def test_no_page_has_a_place_that_waits_to_be_filled() -> None:
    assert [str(path) for path in PAGES if re.search(r"<!-- figures|TODO|lorem", tree.text(path))] == []
